//go:build unix

package engine

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/rundir"
	"github.com/puncta-bio/puncta/kernel/spawn"
)

// lastCall is how long a call that is cancelled may take to end, so that a
// training writes its checkpoint, before the process ends all the same: a device
// call cannot be broken off.
const lastCall = 3 * time.Second

// Run is the engine as a process: it serves the socket that the owner has handed
// down ([spawn.ListenerFD]), until ctx ends or standard input does, which is when
// the owner has ended. Then it also ends every other process of the kernel, such
// as a cell that still runs, because a killed owner could not.
//
// Errors: no socket, for [workflow.ErrInput].
func Run(ctx context.Context, o Options) error {
	file := os.NewFile(spawn.ListenerFD, "engine.sock")
	l, err := net.FileListener(file)
	if err != nil {
		return workflow.Input(fmt.Errorf("an engine is started by the kernel, or by a program that uses package session, and gets its socket from it (%w)", err))
	}
	_ = file.Close()
	socket, ok := l.(*net.UnixListener)
	if !ok {
		return workflow.Input(fmt.Errorf("the engine was given %s: want a Unix socket", l.Addr().Network()))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		if id := os.Getenv(rundir.Variable); id != "" {
			rundir.EndProcesses(id) // first: this process may end as soon as ctx does
		}
		cancel()
		time.Sleep(lastCall)
		os.Exit(1)
	}()
	e := New(o)
	defer e.Close()
	return e.Serve(ctx, socket)
}
