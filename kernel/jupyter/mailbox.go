package jupyter

import "sync"

// channel is where a message came from.
type channel int

const (
	shell channel = iota
	iopub
	control
)

type letter struct {
	from    channel
	message Message
}

// mailbox holds the messages that belong to one request until somebody takes
// them. It has no limit, so that a slow reader never makes the kernel wait.
type mailbox struct {
	mu      sync.Mutex
	letters []letter
	ready   chan struct{} // holds a token while there may be letters
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

func (m *mailbox) put(l letter) {
	m.mu.Lock()
	m.letters = append(m.letters, l)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// take returns all letters so far, in the order of their arrival.
func (m *mailbox) take() []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.letters
	m.letters = nil
	return l
}
