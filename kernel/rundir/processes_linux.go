package rundir

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// EndProcesses kills every other process of this user in whose environment the
// kernel's variable has the value id, or that uses an engine of that folder. One that is started in the meantime is
// seen by another look; after some looks it is given up.
func EndProcesses(id string) {
	for range 5 {
		found := processes(id)
		if len(found) == 0 {
			return
		}
		for _, pid := range found {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// processes lists them, without this one.
func processes(id string) []int {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var found []int
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		environ, err := os.ReadFile(file) // refused for those of other users
		if err != nil {
			continue
		}
		for _, variable := range bytes.Split(environ, []byte{0}) {
			if belongs(string(variable), id) {
				found = append(found, pid)
				break
			}
		}
	}
	return found
}
