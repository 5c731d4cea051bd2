package jupyter

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// signalGroup has no means here: Windows has no such signals.
func signalGroup(int, os.Signal) error { return errors.New("not possible on Windows") }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
