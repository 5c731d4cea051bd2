// Package install puts the kernel Go (Puncta) on a machine, and takes it off
// again: the programs that it is made of, the module that cells import, a cache
// of compiled packages, and Jupyter's description of it.
//
//	<data>/installed.json    what was installed, for the kernel and for doctor
//	<data>/bin/puncta        supervisor and engine
//	<data>/bin/gonb, goimports
//	<data>/shim/go           answers go get for what the workspace has
//	<data>/modules.txt       the modules of the workspace
//	<data>/src/              the module, where it was installed without a checkout
//	<cache>/gocache/         compiled packages, warmed so that the first cell is quick
//	<jupyter>/kernels/puncta/kernel.json
package install
