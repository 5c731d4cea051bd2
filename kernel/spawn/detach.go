//go:build unix

package spawn

import (
	"os/exec"
	"syscall"
)

// detach keeps the engine out of the terminal's process group: Ctrl-C is for the
// program that calls, which then cancels what it asked for.
func detach(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
