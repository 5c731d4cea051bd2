//go:build unix

package main

import (
	"context"
	"io"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/kernel/engine"
	"github.com/puncta-bio/puncta/kernel/rundir"
	"github.com/puncta-bio/puncta/kernel/spawn"
	"github.com/puncta-bio/puncta/kernel/supervisor"
)

func newEngine(a *app) *cobra.Command {
	o := engine.DefaultOptions()
	var gpu string
	c := &cobra.Command{
		Use:    "engine",
		Short:  "Answer the calls of notebook cells and scripts (started by the kernel, or by a script)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dev, err := a.device(gpu, "")
			if err != nil {
				return err
			}
			o.Device, o.Notice = dev, os.Getenv(supervisor.NoticeVariable)
			return serveEngine(c.Context(), o)
		},
	}
	addGPU(c, &gpu)
	c.Flags().Int64Var(&o.CacheBytes, "cache", o.CacheBytes, "memory that results may take, in bytes")
	return c
}

// serveEngine serves the socket that the owner of this process has handed down,
// until standard input ends, which is when the owner has.
func serveEngine(ctx context.Context, o engine.Options) error {
	file := os.NewFile(spawn.ListenerFD, "engine.sock")
	l, err := net.FileListener(file)
	if err != nil {
		return usage("engine: this command is started by the kernel or by a script that uses package session, with a socket (%v)", err)
	}
	_ = file.Close()
	socket, ok := l.(*net.UnixListener)
	if !ok {
		return usage("engine: want a Unix socket")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
		if id := os.Getenv(rundir.Variable); id != "" {
			rundir.EndProcesses(id) // cells that still run, of a kernel that is gone
		}
		time.Sleep(lastCall)
		os.Exit(exitFailed)
	}()
	e := engine.New(o)
	defer e.Close()
	return e.Serve(ctx, socket)
}

// lastCall is how long a call that is cancelled may take to end, so that a
// training writes its checkpoint, before the engine ends all the same.
const lastCall = 3 * time.Second

// kernelCommands are the commands of the kernel.
func kernelCommands(a *app) []*cobra.Command { return []*cobra.Command{newEngine(a), newKernel(a)} }
