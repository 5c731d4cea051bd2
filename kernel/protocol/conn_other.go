//go:build !unix

package protocol

import (
	"context"
	"errors"
	"net"
)

// errUnsupported: descriptors do not travel here.
var errUnsupported = errors.New("the kernel needs Linux or macOS")

// Conn is not available on this system.
type Conn struct{}

// NewConn returns a connection that does nothing.
func NewConn(*net.UnixConn) *Conn { return &Conn{} }

// Dial reports that there is no kernel on this system.
func Dial(context.Context, string) (*Conn, error) { return nil, errUnsupported }

// Close does nothing.
func (*Conn) Close() error { return nil }

// CloseWrite does nothing.
func (*Conn) CloseWrite() error { return nil }

// Send reports that there is no kernel on this system.
func (*Conn) Send(Message, ...*Blob) error { return errUnsupported }

// Receive reports that there is no kernel on this system.
func (*Conn) Receive() (Message, []*Blob, error) { return Message{}, nil, errUnsupported }
