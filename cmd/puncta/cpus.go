package main

import "runtime"

// limitCPUs makes the whole process use at most n processors; -1 for all. It
// has to come before the device is opened, whose threads are as many as there
// are processors at that time.
func limitCPUs(n int) error {
	if n < 1 || n >= runtime.NumCPU() {
		return nil
	}
	runtime.GOMAXPROCS(n)
	return bindToCPUs(n)
}
