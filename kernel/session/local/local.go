//go:build unix

// Package local runs the engine within a program, instead of beside it: one
// process, at the price of linking GoMLX and XLA.
package local

import (
	"context"
	"errors"
	"net"

	"github.com/puncta-bio/puncta/kernel/engine"
	"github.com/puncta-bio/puncta/kernel/protocol"
	"github.com/puncta-bio/puncta/kernel/rundir"
	"github.com/puncta-bio/puncta/kernel/session"
)

// Connect returns a session with an engine of this process. Close it to free
// the device.
func Connect(opts engine.Options) (*session.Session, error) {
	dir, _, err := rundir.Create(rundir.Base())
	if err != nil {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dir.Path + "/engine.sock", Net: "unix"})
	if err != nil {
		return nil, errors.Join(err, dir.Remove())
	}
	ctx, cancel := context.WithCancel(context.Background())
	e, served := engine.New(opts), make(chan error, 1)
	go func() { served <- e.Serve(ctx, l) }()
	dial := func(ctx context.Context) (*protocol.Conn, error) { return protocol.Dial(ctx, dir.Path+"/engine.sock") }
	return session.New(dial, func() error {
		cancel()
		err := <-served
		e.Close()
		return errors.Join(err, dir.Remove())
	}), nil
}
