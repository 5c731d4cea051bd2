//go:build unix

package main

import (
	"os"

	"github.com/puncta-bio/puncta/kernel/rundir"
	"github.com/puncta-bio/puncta/kernel/supervisor"
)

// sharedEngine starts an engine for several kernels, on the device that --gpu
// asks for, and returns what makes kernels use it.
func (a *app) sharedEngine(gpu string) (env []string, stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	command := []string{self, "engine"}
	if gpu != "" {
		if _, err := a.device(gpu, ""); err != nil {
			return nil, nil, err
		}
		command = append(command, "--gpu", gpu)
	}
	socket, stop, err := supervisor.Share(command, a.stderr)
	return []string{rundir.SharedVariable + "=" + socket}, stop, err
}
