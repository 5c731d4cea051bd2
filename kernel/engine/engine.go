//go:build unix

package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// Options configures an [Engine].
type Options struct {
	// Device says how the device is opened, at the first call that needs it.
	Device device.Options
	// CacheBytes is how much memory results may take, in bytes. Above 0.
	CacheBytes int64
	// Notice is a sentence that the next caller is told; "" for none.
	Notice string
}

// DefaultOptions returns those of a kernel: a gigabyte of results, which is 60
// maps of 2048 x 2048 pixels.
func DefaultOptions() Options {
	return Options{Device: device.DefaultOptions(), CacheBytes: 1 << 30}
}

// Engine answers calls. Make it by [New].
type Engine struct {
	opts   Options
	memo   *memo
	device *lazyDevice
	models *models
	jobs   jobs
	calls  atomic.Int64
	saving sync.Mutex // held from the look at a points file to its new contents

	mu      sync.Mutex
	notices []string // for the next caller
}

// New makes an engine. It opens no device yet.
func New(opts Options) *Engine {
	e := &Engine{opts: opts, memo: newMemo(opts.CacheBytes)}
	e.device = newLazyDevice(opts.Device, e.note)
	e.models = newModels(e.device)
	if opts.Notice != "" {
		e.note(opts.Notice)
	}
	return e
}

// note tells the next caller, or the one that is being answered.
func (e *Engine) note(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.notices = append(e.notices, text)
}

// Serve answers the calls that come to a socket, each in a goroutine, until
// ctx ends; then calls in flight are cancelled and waited for.
func (e *Engine) Serve(ctx context.Context, l *net.UnixListener) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		c, err := l.AcceptUnix()
		if ctx.Err() != nil {
			if err == nil {
				_ = c.Close()
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("engine: %w", err)
		}
		calls.Go(func() {
			defer c.Close()
			if ours(c) {
				e.answer(ctx, protocol.NewConn(c))
			}
		})
	}
}

// Close frees models and results. No call may be running.
func (e *Engine) Close() {
	e.models.close()
	e.device.close()
	e.memo.forget()
}

// call is a call that is being answered.
type call struct {
	message protocol.Message
	blobs   []*protocol.Blob
	conn    *protocol.Conn
	engine  *Engine

	sending sync.Mutex
	held    []*result
}

// args reads the arguments.
func (c *call) args(v any) error { return workflow.Input(c.message.Decode(v)) }

// hold lets go of a result when the call has been answered.
func (c *call) hold(r *result) *result {
	c.held = append(c.held, r)
	return r
}

// Report sends progress. What cannot be written, such as a loss of NaN, is left
// out.
func (c *call) Report(e detection.ProgressEvent) {
	m, err := protocol.NewMessage(protocol.Progress, "", e)
	if err != nil {
		e.Values = nil
		if m, err = protocol.NewMessage(protocol.Progress, "", e); err != nil {
			return
		}
	}
	c.send(m)
}

// send sends a message beside the answer; a caller that is gone is noticed
// elsewhere.
func (c *call) send(m protocol.Message, blobs ...*protocol.Blob) {
	c.sending.Lock()
	defer c.sending.Unlock()
	_ = c.conn.Send(m, blobs...)
}

// answer answers one call.
func (e *Engine) answer(ctx context.Context, conn *protocol.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m, blobs, err := conn.Receive()
	if err != nil {
		return
	}
	c := &call{message: m, blobs: blobs, conn: conn, engine: e}
	defer func() {
		for _, r := range c.held {
			e.memo.release(r)
		}
		for _, b := range c.blobs {
			_ = b.Close()
		}
	}()
	go func() { // nothing more comes but the end
		_, _, _ = conn.Receive()
		cancel()
	}()
	e.calls.Add(1)
	e.sendNotices(c)
	body, volumes, err := e.do(ctx, c)
	e.sendNotices(c)
	reply, encodeErr := protocol.NewMessage(protocol.Result, m.Op, body)
	if err == nil {
		err = encodeErr
	}
	if err != nil {
		reply, _ = protocol.NewMessage(protocol.Failure, m.Op, failure(ctx, err)) // of strings
		volumes = nil
	}
	c.send(reply, volumes...)
}

// sendNotices tells a caller what waits to be told.
func (e *Engine) sendNotices(c *call) {
	e.mu.Lock()
	notices := e.notices
	e.notices = nil
	e.mu.Unlock()
	for _, text := range notices {
		if m, err := protocol.NewMessage(protocol.Notice, "", text); err == nil {
			c.send(m)
		}
	}
}

// do runs the operation. A panic becomes an error of the call: the engine goes
// on for the others.
func (e *Engine) do(ctx context.Context, c *call) (body any, volumes []*protocol.Blob, err error) {
	defer func() {
		if p := recover(); p != nil {
			body, volumes, err = nil, nil, fmt.Errorf("the engine failed within %q: %v\n%s", c.message.Op, p, debug.Stack())
		}
	}()
	if err := c.message.Check(); err != nil {
		return nil, nil, workflow.Input(err)
	}
	work, ok := operations[c.message.Op]
	if !ok || c.message.Kind != protocol.Request {
		return nil, nil, workflow.Input(fmt.Errorf("a %s %q: the engine does not know it", c.message.Kind, c.message.Op))
	}
	return work(ctx, e, c)
}

// operation does the work of a call and returns what the caller gets.
type operation func(ctx context.Context, e *Engine, c *call) (body any, volumes []*protocol.Blob, err error)

// operations by name.
var operations = map[string]operation{
	protocol.OpOpen:       open,
	protocol.OpPredict:    predict,
	protocol.OpPoints:     points,
	protocol.OpReadPoints: readPoints,
	protocol.OpSavePoints: savePoints,
	protocol.OpModel:      describe,
	protocol.OpScore:      score,
	protocol.OpTune:       tune,
	protocol.OpSweep:      sweep,
	protocol.OpTrain:      train,
	protocol.OpPatches:    patches,
	protocol.OpCounters:   counters,
	protocol.OpForget:     forget,
}

func counters(_ context.Context, e *Engine, _ *call) (any, []*protocol.Blob, error) {
	n, compiled := e.models.count()
	e.memo.mu.Lock()
	defer e.memo.mu.Unlock()
	return protocol.Counters{
		Calls: int(e.calls.Load()), Computed: e.memo.computed, Known: e.memo.known, Compiled: compiled, Models: n,
		Bytes: e.memo.bytes, Limit: e.memo.limit, PID: os.Getpid(),
	}, nil, nil
}

func forget(_ context.Context, e *Engine, _ *call) (any, []*protocol.Blob, error) {
	e.memo.forget()
	return struct{}{}, nil, nil
}

// failure is an error as the caller gets it.
func failure(ctx context.Context, err error) *protocol.Error {
	var own *protocol.Error
	switch {
	case errors.As(err, &own):
		return own
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return &protocol.Error{Code: protocol.Cancelled, Text: err.Error()}
	case errors.Is(err, workflow.ErrInput):
		return &protocol.Error{Code: protocol.Input, Text: err.Error()}
	}
	return &protocol.Error{Code: protocol.Failed, Text: err.Error()}
}
