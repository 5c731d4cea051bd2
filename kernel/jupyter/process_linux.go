package jupyter

import "syscall"

// dieWithParent makes Linux kill the kernel when we are killed.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
