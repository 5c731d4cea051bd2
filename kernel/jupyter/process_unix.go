//go:build unix

package jupyter

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts the kernel into a process group of its own, so that a Ctrl-C
// in the terminal reaches us and not the kernel, and that signals reach what
// it has started.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

func signalGroup(pid int, s os.Signal) error { return syscall.Kill(-pid, s.(syscall.Signal)) }

// killGroup ends the group, of which the kernel is the first process and
// which lives on while others are in it. Only a group that has emptied gives
// its number back to the system, which then goes through all others first.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
