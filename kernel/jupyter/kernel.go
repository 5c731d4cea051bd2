package jupyter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// ErrDied says that the kernel's process ended when it should not have.
var ErrDied = errors.New("the kernel died")

// Kernel is a running kernel and the connection to it. Its methods may be
// called from several goroutines; code is executed in one call at a time.
type Kernel struct {
	spec  Spec
	codec codec
	cmd   *exec.Cmd
	dir   string // holds the connection file
	tail  *tail  // the last of what the kernel wrote

	shell, control, iopub zmq4.Socket
	cancel                context.CancelFunc // ends the sockets

	exited chan struct{} // closed when the process has ended
	broken chan struct{} // closed when nothing will come any more; reason says why
	reason error
	break1 sync.Once

	pumps sync.WaitGroup
	mu    sync.Mutex
	boxes map[string]*mailbox // by the id of the request
	sends sync.Mutex          // one message at a time on a socket
	cells sync.Mutex          // one Execute at a time
	down  sync.Once
	info  Info
}

// StartOptions configures [Start]. Begin with [DefaultStartOptions].
type StartOptions struct {
	// Dir is the working folder of the kernel; "" is ours.
	Dir string
	// Env is added to the kernel's environment, as NAME=value.
	Env []string
	// ReadyTimeout bounds the time from the start to the first answer. Above 0.
	ReadyTimeout time.Duration
	// Log receives what the kernel writes to its own standard output and
	// error, which is not the output of cells; nil drops it. The last lines
	// are part of the error about a kernel that dies in any case.
	Log io.Writer
}

// DefaultStartOptions gives the kernel a minute, our folder and no log.
func DefaultStartOptions() StartOptions { return StartOptions{ReadyTimeout: time.Minute} }

// starts is how often a kernel is tried that ends before it is ready: a port
// that was free when we chose it may be taken when the kernel wants it.
const starts = 2

// Start starts a kernel and waits until it answers. Cancelling ctx gives up
// waiting; it has no effect on a kernel that has started. The caller must call
// [Kernel.Shutdown].
//
// Errors: the command cannot be started; [ErrDied] with the last lines that
// the kernel wrote; no answer within ReadyTimeout; [ErrSignature].
func Start(ctx context.Context, spec Spec, opts StartOptions) (*Kernel, error) {
	if !(opts.ReadyTimeout > 0) {
		return nil, fmt.Errorf("jupyter: ReadyTimeout is %v: want more than 0", opts.ReadyTimeout)
	}
	for try := 1; ; try++ {
		k, err := start(ctx, spec, opts)
		if err == nil {
			return k, nil
		}
		if try == starts || !errors.Is(err, ErrDied) || ctx.Err() != nil {
			return nil, fmt.Errorf("kernel %s: %w", spec.Name, err)
		}
	}
}

func start(ctx context.Context, spec Spec, opts StartOptions) (*Kernel, error) {
	c, err := newConnection(spec.Name)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "puncta-kernel-") // 0700
	if err != nil {
		return nil, err
	}
	k := &Kernel{
		spec: spec, dir: dir, tail: &tail{next: opts.Log},
		codec:  codec{key: []byte(c.Key), session: randomHex(16)},
		exited: make(chan struct{}), broken: make(chan struct{}),
		boxes: map[string]*mailbox{},
	}
	file, err := c.write(dir)
	if err == nil {
		err = k.launch(file, opts)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, opts.ReadyTimeout)
	defer cancel()
	if err := k.connect(waiting, c); err != nil {
		k.kill()
		k.close()
		switch {
		case errors.Is(err, ErrDied) || errors.Is(err, ErrSignature):
		case ctx.Err() != nil:
			err = ctx.Err()
		case waiting.Err() != nil:
			err = fmt.Errorf("no answer within %v%s", opts.ReadyTimeout, k.tail.quote())
		}
		return nil, err
	}
	return k, nil
}

// launch starts the process and watches it.
func (k *Kernel) launch(connectionFile string, opts StartOptions) error {
	argv := k.spec.command(connectionFile)
	k.cmd = exec.Command(argv[0], argv[1:]...)
	k.cmd.Dir = opts.Dir
	// Kernels in Python end with the process of this id.
	k.cmd.Env = append(k.spec.environment(opts.Env), fmt.Sprintf("JPY_PARENT_PID=%d", os.Getpid()))
	k.cmd.Stdout, k.cmd.Stderr = k.tail, k.tail
	// What the kernel started may hold the pipe open longer.
	k.cmd.WaitDelay = time.Second
	ownGroup(k.cmd)
	if err := k.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = k.cmd.Wait() // the state holds what there is to say
		close(k.exited)
	}()
	return nil
}

// connect dials the channels and waits for the first traffic on iopub. A
// subscription takes effect some time after the connection is made, and what
// is published before is lost; so the request is sent until it shows there.
func (k *Kernel) connect(ctx context.Context, c connection) error {
	sockets, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	// Dialling ends when the caller gives up or the kernel is gone.
	stop := context.AfterFunc(ctx, cancel)
	defer stop()
	dialled := make(chan struct{})
	defer close(dialled)
	go func() {
		select {
		case <-k.exited:
			cancel()
		case <-dialled:
		}
	}()
	const retry = 50 * time.Millisecond
	options := []zmq4.Option{
		zmq4.WithDialerRetry(retry), zmq4.WithDialerMaxRetries(-1),
		zmq4.WithID(zmq4.SocketIdentity(k.codec.session)), zmq4.WithLogger(log.New(io.Discard, "", 0)),
	}
	k.iopub, k.shell, k.control = zmq4.NewSub(sockets, options...), zmq4.NewDealer(sockets, options...), zmq4.NewDealer(sockets, options...)
	for _, s := range []struct {
		from   channel
		socket zmq4.Socket
		port   int
	}{{iopub, k.iopub, c.IOPubPort}, {shell, k.shell, c.ShellPort}, {control, k.control, c.ControlPort}} {
		if err := s.socket.Dial(c.address(s.port)); err != nil {
			return k.orDied(err)
		}
		if s.from == iopub {
			if err := s.socket.SetOption(zmq4.OptionSubscribe, ""); err != nil {
				return k.orDied(err)
			}
		}
		k.pumps.Add(1)
		go k.pump(s.from, s.socket)
	}
	go k.watch()
	return k.waitReady(ctx)
}

// orDied is err, or the death of the kernel when that is what is behind it.
func (k *Kernel) orDied(err error) error {
	select {
	case <-k.exited:
		return k.died()
	default:
		return err
	}
}

// pump carries the messages of a socket to the mailboxes of their requests.
// Those of nobody, such as what a goroutine of an earlier cell still prints,
// are dropped.
func (k *Kernel) pump(from channel, s zmq4.Socket) {
	defer k.pumps.Done()
	for {
		frames, err := s.Recv()
		if err != nil {
			// Connections end with the kernel. One that closes them and lives
			// on is of no use any more.
			go k.lost()
			return
		}
		m, err := k.codec.parse(frames.Frames)
		if err != nil {
			k.fail(err)
			return
		}
		k.mu.Lock()
		box := k.boxes[m.Parent]
		k.mu.Unlock()
		if box != nil {
			box.put(letter{from, m})
		}
	}
}

// lost gives a kernel whose connection ended a moment to end, too.
func (k *Kernel) lost() {
	const moment = 5 * time.Second
	select {
	case <-k.exited:
	case <-k.broken:
	case <-time.After(moment):
		k.fail(errors.New("the kernel closed its connection"))
	}
}

// watch breaks the connection when the process has ended, after what it sent
// before has been read.
func (k *Kernel) watch() {
	<-k.exited
	read := make(chan struct{})
	go func() {
		k.pumps.Wait()
		close(read)
	}()
	const moment = 2 * time.Second
	select {
	case <-read:
	case <-time.After(moment):
	}
	k.fail(k.died())
}

// fail breaks the connection for good; the first reason counts.
func (k *Kernel) fail(reason error) {
	k.break1.Do(func() {
		k.reason = reason
		close(k.broken)
	})
}

// died is the error about a process that has ended.
func (k *Kernel) died() error {
	how := "it ended"
	if state := k.cmd.ProcessState; state != nil {
		how = state.String()
	}
	return fmt.Errorf("%w (%s)%s", ErrDied, how, k.tail.quote())
}

// close lets go of everything but the process.
func (k *Kernel) close() {
	if k.cancel != nil {
		k.cancel()
	}
	for _, s := range []zmq4.Socket{k.iopub, k.shell, k.control} {
		if s != nil {
			_ = s.Close() // the other side may be gone
		}
	}
	os.RemoveAll(k.dir)
}

// tail keeps the last of what the kernel writes.
type tail struct {
	mu   sync.Mutex
	text []byte
	next io.Writer
}

const (
	tailBytes = 4096
	tailLines = 5
)

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if extra := len(t.text) - tailBytes; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	if t.next != nil {
		_, _ = t.next.Write(p) // a log that fails must not stop the kernel
	}
	return len(p), nil
}

// quote is the last lines, to be put behind an error, or nothing.
func (t *tail) quote() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.text), ""))
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	lines = lines[max(0, len(lines)-tailLines):]
	return "; it wrote last: " + strings.Join(lines, "\n  ")
}
