package protocol

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// Version is that of the protocol. Caller and engine must have the same one:
// they come from one module, and differ only when a kernel that runs is older
// than what a cell links.
const Version = 1

// Kind says what a message is.
type Kind string

// The kinds of messages. Only the caller sends requests.
const (
	Request  Kind = "request"
	Progress Kind = "progress"
	Notice   Kind = "notice"
	Failure  Kind = "failure"
	Result   Kind = "result"
	// CourseMessage is a [Course], after every epoch of a training.
	CourseMessage Kind = "course"
)

// Message is one message of a call.
type Message struct {
	// Version is that of the sender, [Version].
	Version int  `json:"version"`
	Kind    Kind `json:"kind"`
	// Op names what a request asks for.
	Op string `json:"op,omitempty"`
	// Body is the request's arguments, a [detection.ProgressEvent], the text of
	// a notice, an [Error], a [Course], or what the call came to.
	Body json.RawMessage `json:"body,omitempty"`
	// Volumes are the shapes of the volumes that come with the message.
	Volumes []Shape `json:"volumes,omitempty"`
}

// NewMessage makes a message with body as JSON.
func NewMessage(kind Kind, op string, body any) (Message, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return Message{}, fmt.Errorf("protocol: %s: %w", kind, err)
	}
	return Message{Version: Version, Kind: kind, Op: op, Body: text}, nil
}

// Decode reads the body into v.
func (m Message) Decode(v any) error {
	if err := json.Unmarshal(m.Body, v); err != nil {
		return fmt.Errorf("protocol: body of a %s: %w", m.Kind, err)
	}
	return nil
}

// Check reports a message of another version.
func (m Message) Check() error {
	if m.Version != Version {
		return fmt.Errorf("the kernel speaks version %d of its protocol and this program version %d: restart the kernel, and rebuild the program", m.Version, Version)
	}
	return nil
}

// Code says what sort of error an [Error] is.
type Code string

// The codes.
const (
	// Failed is the code of a job that went wrong.
	Failed Code = "failed"
	// Input is the code of wrong use or bad input.
	Input Code = "input"
	// Unknown is the code of a key of a volume that the engine does not hold
	// (any more): send the volume.
	Unknown Code = "unknown"
	// Cancelled is the code of a call that was cancelled.
	Cancelled Code = "cancelled"
	// Changed is the code of a file that is not what it was when it was read.
	Changed Code = "changed"
)

// Error is an error of the engine.
type Error struct {
	Code Code   `json:"code"`
	Text string `json:"text"`
	// Hash is, with the code [Changed], that of what the file holds; "" where
	// there is none any more.
	Hash string `json:"hash,omitempty"`
}

// Error is the text.
func (e *Error) Error() string { return e.Text }

// HasCode reports whether err is an [Error] of that code.
func HasCode(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Shape describes a volume that travels as a file.
type Shape struct {
	// Dims and Channels are those of [detection.Volume].
	Dims     [3]int            `json:"dims"`
	Channels int               `json:"channels"`
	Spacing  detection.Spacing `json:"spacing"`
	Unit     string            `json:"unit,omitempty"`
}

// maxValues bounds what a shape may claim, 64 GiB, so that sizes do not
// overflow.
const maxValues = 1 << 34

// values is the number of values; an error for a shape that is none.
func (s Shape) values() (int, error) {
	n := 1
	for _, d := range []int{s.Dims[0], s.Dims[1], s.Dims[2], s.Channels} {
		if d < 1 || d > maxValues/n {
			return 0, fmt.Errorf("protocol: %w: a volume of %v voxels with %d channels", detection.ErrShape, s.Dims, s.Channels)
		}
		n *= d
	}
	return n, s.Spacing.Validate()
}
