//go:build unix

package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
	"github.com/puncta-bio/puncta/kernel/spawn"
)

// ProgramVariable is the environment variable with the path of the program
// puncta, for [Connect] outside a kernel.
const ProgramVariable = "PUNCTA_PROGRAM"

// Session is a connection to an engine. Its methods may be called from several
// goroutines at once.
type Session struct {
	// Progress is told how calls go; nil for nobody. In a cell,
	// [github.com/puncta-bio/puncta/kernel/display.Progress] shows it.
	Progress detection.Progress
	// Notice gets sentences about the engine, such as that it was started anew.
	// [Connect] sets it to write them to standard error; nil for nowhere.
	Notice func(string)

	dial  func(context.Context) (*protocol.Conn, error)
	close func() error
}

// New makes a session of a way to reach an engine, and of what is to be done
// when it is closed; that may be nil. Package session/local uses it.
func New(dial func(context.Context) (*protocol.Conn, error), close func() error) *Session {
	return &Session{dial: dial, close: close}
}

// Connect returns a session with the engine of the kernel, in a cell, or with
// one that it starts: the command "puncta engine", by the variable
// PUNCTA_PROGRAM or from the PATH. That one ends when the session is closed or
// the program ends.
//
// Errors: no kernel and no program puncta; an engine that does not start.
func Connect() (*Session, error) {
	s := &Session{Notice: func(text string) { fmt.Fprintln(os.Stderr, "puncta: "+text) }}
	path := os.Getenv(spawn.Variable)
	if path == "" {
		var err error
		if path, s.close, err = start(); err != nil {
			return nil, fmt.Errorf("session: %w", err)
		}
	}
	s.dial = func(ctx context.Context) (*protocol.Conn, error) {
		c, err := protocol.Dial(ctx, path)
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("the kernel's engine cannot be reached: restart the kernel (%w)", err)
		}
		return c, err
	}
	return s, nil
}

// start starts an engine for this program.
func start() (socket string, stop func() error, err error) {
	program := os.Getenv(ProgramVariable)
	if program == "" {
		if program, err = exec.LookPath("puncta"); err != nil {
			return "", nil, fmt.Errorf("no kernel runs here, and there is no program puncta to start an engine with: set %s to it or put it into the PATH, or use package session/local (%w)", ProgramVariable, err)
		}
	}
	return spawn.Alone([]string{program, "engine"}, os.Stderr)
}

// Close ends the session, and the engine if it was started for it.
func (s *Session) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// request is a call with the places for what it brings.
type request struct {
	op     string
	args   any
	send   []*protocol.Blob
	result any                   // decoded into, nil for nothing
	volume **detection.Volume    // of the result, nil for none
	course func(protocol.Course) // of a training, nil for nobody
	// grace is how long the engine may take to answer after the end of ctx.
	grace time.Duration
}

// call does a call. It ends with ctx.Err() when ctx does, and the engine is told
// to stop.
func (s *Session) call(ctx context.Context, r request) error {
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	m, err := protocol.NewMessage(protocol.Request, r.op, r.args)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() {
		_ = conn.CloseWrite()
		time.AfterFunc(r.grace, func() { _ = conn.Close() })
	})
	defer stop()
	if err := conn.Send(m, r.send...); err != nil {
		return s.lost(ctx, err)
	}
	for {
		m, blobs, err := conn.Receive()
		if err != nil {
			return s.lost(ctx, err)
		}
		done, err := s.take(m, blobs, r)
		for _, b := range blobs {
			_ = b.Close()
		}
		if done || err != nil {
			if ctx.Err() != nil && protocol.HasCode(err, protocol.Cancelled) {
				err = ctx.Err()
			}
			return err
		}
	}
}

// lost says why a connection ended.
func (s *Session) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, io.EOF) {
		return errors.New("the engine ended within the call: XLA may have crashed, or memory run out; run the cell again, a new engine starts by itself")
	}
	return err
}

// take does with a message what it is for; done after the last one.
func (s *Session) take(m protocol.Message, blobs []*protocol.Blob, r request) (done bool, err error) {
	if err := m.Check(); err != nil {
		return true, err
	}
	switch m.Kind {
	case protocol.Progress:
		var e detection.ProgressEvent
		if err := m.Decode(&e); err != nil {
			return true, err
		}
		detection.Report(s.Progress, e)
	case protocol.Notice:
		var text string
		if err := m.Decode(&text); err != nil {
			return true, err
		}
		if s.Notice != nil {
			s.Notice(text)
		}
	case protocol.CourseMessage:
		var c protocol.Course
		if err := m.Decode(&c); err != nil {
			return true, err
		}
		if r.course != nil {
			r.course(c)
		}
	case protocol.Failure:
		failure := &protocol.Error{}
		if err := m.Decode(failure); err != nil {
			return true, err
		}
		return true, failure
	case protocol.Result:
		if r.result != nil {
			if err := m.Decode(r.result); err != nil {
				return true, err
			}
		}
		if r.volume != nil {
			if len(blobs) != 1 {
				return true, fmt.Errorf("the engine sent %d volumes: want 1", len(blobs))
			}
			*r.volume, err = blobs[0].Volume()
		}
		return true, err
	}
	return false, nil
}

// IsInput reports whether an error says that an input is wrong: a file that
// cannot be read, an option out of its range.
func IsInput(err error) bool { return protocol.HasCode(err, protocol.Input) }

// modelPath makes the path of a model file absolute: the engine may work in
// another folder. A name that is no file is that of a model that comes with
// Puncta.
func modelPath(model string) (string, error) {
	if info, err := os.Stat(model); err != nil || info.IsDir() {
		return model, nil
	}
	return filepath.Abs(model)
}
