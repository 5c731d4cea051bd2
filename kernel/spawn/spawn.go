//go:build unix

// Package spawn starts the engine as a process that ends with its owner.
package spawn

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
)

// Variable is the environment variable with the engine's socket: cells and
// scripts find the engine by it.
const Variable = "PUNCTA_ENGINE"

// KernelVariable is the environment variable with the id of the kernel at its
// Jupyter server: by it a page in the browser finds the kernel of its notebook.
const KernelVariable = "PUNCTA_JUPYTER_KERNEL"

// ListenerFD is the number of the descriptor on which an engine finds its
// socket. The owner listens and hands the socket down, so that calls wait while
// an engine that died is replaced.
const ListenerFD = 3

// Listener is a socket for engines.
type Listener struct {
	// Path is the socket's file.
	Path string
	file *os.File
}

// Listen makes the socket in dir, a folder that only the user may enter.
func Listen(dir string) (*Listener, error) {
	path := filepath.Join(dir, "engine.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		if len(path) > 100 {
			err = fmt.Errorf("%w (the path has %d characters and a socket's may have about 100: set XDG_RUNTIME_DIR or TMPDIR to a shorter folder)", err, len(path))
		}
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	f, err := l.File()
	if err = errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	return &Listener{path, f}, nil
}

// Close closes the socket and deletes its file.
func (l *Listener) Close() error { return errors.Join(l.file.Close(), os.Remove(l.Path)) }

// Options says how an engine is started.
type Options struct {
	// Command is the program and its arguments.
	Command []string
	// Env are further variables, "NAME=value".
	Env []string
	// Stderr gets what the engine and XLA write.
	Stderr io.Writer
}

// Process is an engine that runs.
type Process struct {
	cmd   *exec.Cmd
	alive io.Closer // its end ends the engine
	done  chan struct{}
	err   error
	stop  sync.Once
}

// Start starts an engine on the socket.
func (l *Listener) Start(o Options) (*Process, error) {
	c := exec.Command(o.Command[0], o.Command[1:]...)
	c.Env = append(os.Environ(), o.Env...)
	c.Stderr = o.Stderr
	c.ExtraFiles = []*os.File{l.file}
	// Ctrl-C in a terminal is for the program that calls, which then cancels what
	// it asked for.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	alive, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("cannot start the engine: %w", err)
	}
	p := &Process{cmd: c, alive: alive, done: make(chan struct{})}
	go func() {
		p.err = c.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how it ended, such as "signal: killed"; nil for status 0. It is
// called after Done.
func (p *Process) Err() error { return p.err }

// Stop ends the engine: calls in flight are cancelled.
func (p *Process) Stop() {
	p.stop.Do(func() { _ = p.alive.Close() })
	<-p.done
}
