package jupyter

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-zeromq/zmq4"
)

// Info is what a kernel says about itself.
type Info struct {
	// Implementation and Version name the kernel.
	Implementation string `json:"implementation"`
	Version        string `json:"implementation_version"`
	// Protocol is the version of the protocol that it speaks.
	Protocol string `json:"protocol_version"`
	// Language is the language_info that notebooks keep in their metadata.
	Language json.RawMessage `json:"language_info"`
}

// Info returns what the kernel said about itself when it started.
func (k *Kernel) Info() Info { return k.info }

// ExecuteOptions configures [Kernel.Execute]. Begin with
// [DefaultExecuteOptions].
type ExecuteOptions struct {
	// Silent asks for no output but streams and no count.
	Silent bool
	// StoreHistory counts the cell and keeps it in the kernel's history.
	StoreHistory bool
	// StopOnError drops requests that wait behind one that fails.
	StopOnError bool
	// IdleTimeout bounds the silence on iopub after the kernel has answered,
	// in case the message that it is idle got lost. Above 0.
	IdleTimeout time.Duration
}

// DefaultExecuteOptions counts cells, as notebooks do.
func DefaultExecuteOptions() ExecuteOptions {
	return ExecuteOptions{StoreHistory: true, StopOnError: true, IdleTimeout: time.Minute}
}

// Reply is the kernel's answer to a cell.
type Reply struct {
	// Status is ok, error or aborted.
	Status string `json:"status"`
	// ExecutionCount is the number of the cell, nil when the kernel gave none.
	ExecutionCount *int `json:"execution_count"`
	// Name, Value and Traceback describe an error.
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// Execute runs code and returns when the kernel has both answered and said
// that it is idle: outputs may come after the answer. handle gets every
// message on iopub that belongs to the code but the status, in order, from
// this goroutine; nil drops them. A failing cell is a Reply with the status
// error, not a Go error.
//
// Cancelling ctx gives up waiting and does not stop the code; use
// [Kernel.Interrupt] first.
//
// Errors: [ErrDied]; [ErrSignature]; that of ctx; a kernel that answers
// but does not become idle.
func (k *Kernel) Execute(ctx context.Context, code string, opts ExecuteOptions, handle func(Message)) (Reply, error) {
	k.cells.Lock()
	defer k.cells.Unlock()
	id, box, err := k.post(k.shell, "execute_request", map[string]any{
		"code": code, "silent": opts.Silent, "store_history": opts.StoreHistory && !opts.Silent,
		"user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": opts.StopOnError,
	})
	if err != nil {
		return Reply{}, err
	}
	defer k.forget(id)
	run := execution{handle: handle}
	for {
		if run.replied && run.idle {
			return run.reply, nil
		}
		var silence <-chan time.Time
		if run.replied {
			silence = time.After(opts.IdleTimeout)
		}
		select {
		case <-box.ready:
		case <-silence:
			return run.reply, fmt.Errorf("the kernel answered, and did not say that it is idle within %v", opts.IdleTimeout)
		case <-ctx.Done():
			return run.reply, ctx.Err()
		case <-k.broken:
			// Its last messages may have come together with its end.
			if err := run.take(box.take()); err != nil {
				return run.reply, err
			}
			if run.replied && run.idle {
				return run.reply, nil
			}
			return run.reply, k.reason
		}
		if err := run.take(box.take()); err != nil {
			return run.reply, err
		}
	}
}

// execution is how far a cell has come.
type execution struct {
	handle        func(Message)
	reply         Reply
	replied, idle bool
}

func (e *execution) take(letters []letter) error {
	for _, l := range letters {
		switch m := l.message; {
		case l.from == shell && m.Type == "execute_reply":
			if err := json.Unmarshal(m.Content, &e.reply); err != nil {
				return fmt.Errorf("execute_reply: %w", err)
			}
			if e.reply.Status == "abort" { // the name before protocol 5.1
				e.reply.Status = "aborted"
			}
			e.replied = true
		case l.from == iopub && m.Type == "status":
			var status struct {
				State string `json:"execution_state"`
			}
			if err := json.Unmarshal(m.Content, &status); err != nil {
				return fmt.Errorf("status: %w", err)
			}
			e.idle = e.idle || status.State == "idle"
		case l.from == iopub && e.handle != nil:
			e.handle(m)
		}
	}
	return nil
}

// post sends a request and opens a mailbox for what belongs to it, to be
// closed with forget.
func (k *Kernel) post(s zmq4.Socket, kind string, content any) (string, *mailbox, error) {
	id, message, err := k.codec.request(kind, content)
	if err != nil {
		return "", nil, err
	}
	box := newMailbox()
	k.mu.Lock()
	k.boxes[id] = box
	k.mu.Unlock()
	if err := k.send(s, message); err != nil {
		k.forget(id)
		return "", nil, err
	}
	return id, box, nil
}

func (k *Kernel) send(s zmq4.Socket, message zmq4.Msg) error {
	select {
	case <-k.broken:
		return k.reason
	default:
	}
	k.sends.Lock()
	err := s.Send(message)
	k.sends.Unlock()
	if err == nil {
		return nil
	}
	// A kernel that has just died is seen as a broken connection first.
	select {
	case <-k.broken:
		return k.reason
	case <-time.After(2 * time.Second):
		return fmt.Errorf("kernel: sending a request: %w", err)
	}
}

func (k *Kernel) forget(id string) {
	k.mu.Lock()
	delete(k.boxes, id)
	k.mu.Unlock()
}

// waitReady asks for the kernel's info until the answer is there and iopub
// has shown traffic.
func (k *Kernel) waitReady(ctx context.Context) error {
	const again = 200 * time.Millisecond
	answered, published := false, false
	var boxes []*mailbox
	for !answered || !published {
		id, box, err := k.post(k.shell, "kernel_info_request", map[string]any{})
		if err != nil {
			return k.orDied(err)
		}
		defer k.forget(id)
		boxes = append(boxes, box)
		select {
		case <-box.ready:
			// The answer and the traffic come in any order; what is missing
			// comes in a moment or with the next request.
			time.Sleep(10 * time.Millisecond)
		case <-time.After(again):
		case <-k.broken:
			return k.reason
		case <-ctx.Done():
			return ctx.Err()
		}
		for _, b := range boxes {
			for _, l := range b.take() {
				published = published || l.from == iopub
				if l.from == shell && l.message.Type == "kernel_info_reply" {
					if err := json.Unmarshal(l.message.Content, &k.info); err != nil {
						return fmt.Errorf("kernel_info_reply: %w", err)
					}
					answered = true
				}
			}
		}
	}
	return nil
}
