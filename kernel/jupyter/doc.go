// Package jupyter is the client side of Jupyter's messaging protocol 5.3: it
// finds kernels by name, starts them, executes code in them and stops them,
// without Python.
//
//	spec, err := jupyter.FindSpec("gonb")
//	k, err := jupyter.Start(ctx, spec, jupyter.DefaultStartOptions())
//	defer k.Shutdown(5 * time.Second)
//	reply, err := k.Execute(ctx, code, jupyter.DefaultExecuteOptions(), func(m jupyter.Message) { … })
//
// A kernel is a program that listens on five ports of this machine. Requests
// go to its shell and control channels; what a cell prints and displays comes
// back on iopub. Every message is signed with a key that only we and the
// kernel know. The heartbeat is not used: a kernel that ends is seen by its
// process. The stdin channel is not used: cells cannot ask for input.
package jupyter
