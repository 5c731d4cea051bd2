//go:build unix

package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/puncta-bio/puncta/kernel/rundir"
	"github.com/puncta-bio/puncta/kernel/spawn"
)

// Options says what the kernel is made of.
type Options struct {
	// GoNB is the program and its arguments, the connection file included.
	GoNB []string
	// Engine is the program of the engine and its arguments.
	Engine []string
	// JupyterID is the id of the kernel at its Jupyter server; "" when not known.
	JupyterID string
	// Env are variables for GoNB and thereby for cells, "NAME=value".
	Env []string
	// Stderr gets what the children write there; Jupyter shows it in its log.
	Stderr io.Writer
}

// grace is how long GoNB may take to end after a signal.
const grace = 3 * time.Second

// Run runs the kernel until GoNB ends, which is when Jupyter has asked it to, or
// until ctx ends. It returns GoNB's exit status.
//
// Errors: no folder for the socket; programs that cannot be started.
func Run(ctx context.Context, o Options) (status int, err error) {
	dir, swept, err := rundir.Create(rundir.Base())
	if err != nil {
		return 1, fmt.Errorf("kernel: %w", err)
	}
	defer func() { err = errors.Join(err, dir.Remove()) }()
	if len(swept) > 0 {
		fmt.Fprintf(o.Stderr, "puncta: swept what %d kernels that had died left\n", len(swept))
	}
	id := rundir.Variable + "=" + dir.ID
	socket := os.Getenv(rundir.SharedVariable)
	if socket == "" {
		var stop func() error
		if socket, stop, err = engineIn(dir, o.Engine, o.Stderr); err != nil {
			return 1, fmt.Errorf("kernel: %w", err)
		}
		defer func() { err = errors.Join(err, stop()) }()
	}

	gonb := exec.Command(o.GoNB[0], o.GoNB[1:]...)
	gonb.Env = append(append(os.Environ(), o.Env...), id, spawn.Variable+"="+socket, spawn.KernelVariable+"="+o.JupyterID)
	gonb.Stdin, gonb.Stdout, gonb.Stderr = os.Stdin, os.Stdout, o.Stderr
	endWithParent(gonb)
	// The signal at the parent's death is bound to the thread that started the
	// child, which therefore must not end.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := gonb.Start(); err != nil {
		return 1, fmt.Errorf("kernel: cannot start GoNB: %w: run puncta kernel install", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- gonb.Wait() }()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGHUP)
	defer signal.Stop(signals)
	for {
		select {
		case s := <-signals: // an interrupt is for the cell that runs
			_ = gonb.Process.Signal(s)
		case <-ctx.Done():
			_ = gonb.Process.Signal(syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(grace):
				_ = gonb.Process.Kill()
				<-ended
			}
			return 0, nil
		case err := <-ended:
			return exitStatus(err), nil
		}
	}
}

// engineIn keeps an engine running in a kernel's folder, until stop.
func engineIn(dir *rundir.Dir, command []string, stderr io.Writer) (socket string, stop func() error, err error) {
	l, err := spawn.Listen(dir.Path)
	if err != nil {
		return "", nil, err
	}
	keeper, err := keep(l, spawn.Options{Command: command, Env: []string{rundir.Variable + "=" + dir.ID}, Stderr: stderr})
	if err != nil {
		return "", nil, errors.Join(err, l.Close())
	}
	return l.Path, func() error {
		keeper.stop()
		return l.Close()
	}, nil
}

// Share keeps an engine running for several kernels, until stop or the end of
// this program: those with socket in [rundir.SharedVariable] use it, and what one of
// them has made the others have. command is the engine's program with its
// arguments.
func Share(command []string, stderr io.Writer) (socket string, stop func() error, err error) {
	dir, _, err := rundir.Create(rundir.Base())
	if err != nil {
		return "", nil, err
	}
	socket, end, err := engineIn(dir, command, stderr)
	if err != nil {
		return "", nil, errors.Join(err, dir.Remove())
	}
	return socket, func() error { return errors.Join(end(), dir.Remove()) }, nil
}

// exitStatus is that of a program that ended with err.
func exitStatus(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode()
	}
	return 1
}
