package jupyter

import (
	"os"
	"os/exec"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func signalGroup(int, os.Signal) error { return errNotSupported }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
