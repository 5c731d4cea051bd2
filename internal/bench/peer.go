package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Peer is a program that works for us: it takes one order per line on standard
// input and answers each with one JSON object on a line of its own. Lines that
// are no JSON object are the program talking, and passed over. Its methods
// must not be called at the same time.
type Peer struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	errs  tail
	ended bool
}

// StartPeer starts a program. The end of ctx kills it.
func StartPeer(ctx context.Context, program string, args ...string) (*Peer, error) {
	p := &Peer{cmd: exec.CommandContext(ctx, program, args...)}
	p.cmd.WaitDelay = 5 * time.Second // for children that hold the pipe
	p.cmd.Stderr = &p.errs
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

// Order sends one line and reads the answer into answer, a pointer. An
// answer with a field "error" is an error.
func (p *Peer) Order(line string, answer any) error {
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		return p.failed(err)
	}
	return p.Answer(answer)
}

// Answer reads the next answer, as a program may give one before any order.
func (p *Peer) Answer(answer any) error {
	for {
		line, err := p.out.ReadBytes('\n')
		if err != nil {
			return p.failed(err)
		}
		line = bytes.TrimSpace(line)
		var refused struct{ Error string }
		if !bytes.HasPrefix(line, []byte("{")) || json.Unmarshal(line, &refused) != nil {
			continue
		}
		if refused.Error != "" {
			return errors.New(refused.Error)
		}
		return json.Unmarshal(line, answer)
	}
}

// Timed is a [Side] that gives an order and takes the seconds of the answer.
func (p *Peer) Timed(order string) Side {
	return func(context.Context) (float64, error) {
		var answer struct{ Seconds float64 }
		err := p.Order(order, &answer)
		return answer.Seconds, err
	}
}

// failed is err with the last that the program wrote to standard error.
func (p *Peer) failed(err error) error {
	if waited := p.Close(); waited != nil {
		err = waited
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the program ended without an answer")
	}
	if text := strings.TrimSpace(string(p.errs)); text != "" {
		return fmt.Errorf("%w\n%s", err, text)
	}
	return err
}

// Close ends the program by the end of its input, and waits for it. The error
// is that of a program that failed; a second call does nothing.
func (p *Peer) Close() error {
	if p.ended {
		return nil
	}
	p.ended = true
	_ = p.in.Close()
	return p.cmd.Wait()
}

// tail keeps the end of what is written to it.
type tail []byte

// mostTail is about a Python traceback.
const mostTail = 4096

func (t *tail) Write(b []byte) (int, error) {
	*t = append(*t, b...)
	if n := len(*t); n > mostTail {
		*t = append((*t)[:0], (*t)[n-mostTail:]...)
	}
	return len(b), nil
}
