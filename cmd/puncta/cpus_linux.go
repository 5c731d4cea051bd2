package main

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// bindToCPUs binds every thread of the process, and with them those that they
// will start, to the first n processors that it may use.
func bindToCPUs(n int) error {
	var allowed, few unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return fmt.Errorf("SYSTEM.NUM_CPUS: %w", err)
	}
	for cpu := 0; n > 0 && allowed.Count() > few.Count(); cpu++ {
		if allowed.IsSet(cpu) {
			few.Set(cpu)
			n--
		}
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("SYSTEM.NUM_CPUS: %w", err)
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		// a thread that has ended meanwhile needs no binding
		if err := unix.SchedSetaffinity(id, &few); err != nil && err != unix.ESRCH {
			return fmt.Errorf("SYSTEM.NUM_CPUS: %w", err)
		}
	}
	return nil
}
