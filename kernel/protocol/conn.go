//go:build unix

package protocol

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// maxText bounds the JSON text of a message: a request of a hundred thousand
// points has some 10 MB.
const maxText = 256 << 20

// maxFiles bounds the volumes of a message.
const maxFiles = 16

// Conn sends and receives messages. One goroutine may send while another
// receives.
type Conn struct{ socket *net.UnixConn }

// NewConn wraps a connection.
func NewConn(c *net.UnixConn) *Conn { return &Conn{c} }

// Dial connects to the engine at a socket.
func Dial(ctx context.Context, path string) (*Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return NewConn(c.(*net.UnixConn)), nil
}

// Close ends the connection. It may be called at any time, and more than once.
func (c *Conn) Close() error { return c.socket.Close() }

// CloseWrite says that nothing more will be sent: the call is cancelled, and the
// answer can still be received.
func (c *Conn) CloseWrite() error { return c.socket.CloseWrite() }

// Send sends a message with volumes, whose shapes it adds to the message. The
// blobs stay the caller's.
func (c *Conn) Send(m Message, blobs ...*Blob) error {
	if len(blobs) > maxFiles {
		return fmt.Errorf("protocol: %d volumes in a message: want at most %d", len(blobs), maxFiles)
	}
	var fds []int
	m.Volumes = nil
	for _, b := range blobs {
		m.Volumes, fds = append(m.Volumes, b.shape), append(fds, int(b.file.Fd()))
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("protocol: %w", err)
	}
	if len(text) > maxText {
		return fmt.Errorf("protocol: a message of %d MB: want at most %d", len(text)>>20, maxText>>20)
	}
	frame := append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	n, _, err := c.socket.WriteMsgUnix(frame, rights, nil)
	if err == nil && n < len(frame) { // the descriptors went with the first byte
		_, err = c.socket.Write(frame[n:])
	}
	return err
}

// Receive waits for the next message. Its volumes are the caller's to close.
// The error is [io.EOF] when the other side has closed.
func (c *Conn) Receive() (Message, []*Blob, error) {
	var m Message
	length, rights := make([]byte, 4), make([]byte, unix.CmsgSpace(maxFiles*4))
	n, got, _, _, err := c.socket.ReadMsgUnix(length, rights)
	if errors.Is(err, io.EOF) || err == nil && n == 0 {
		return m, nil, io.EOF
	}
	if err != nil {
		return m, nil, err
	}
	files, err := filesOf(rights[:got])
	if err != nil {
		return m, nil, err
	}
	text, err := c.text(length, n)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err == nil && len(m.Volumes) != len(files) {
		err = fmt.Errorf("%d volumes and %d files", len(m.Volumes), len(files))
	}
	var blobs []*Blob
	for i, f := range files {
		if err != nil {
			_ = f.Close()
			continue
		}
		var b *Blob
		if b, err = openBlob(m.Volumes[i], f); err == nil {
			blobs = append(blobs, b)
		}
	}
	if err != nil {
		for _, b := range blobs {
			_ = b.Close()
		}
		return Message{}, nil, fmt.Errorf("protocol: a message that cannot be read: %w", err)
	}
	return m, blobs, nil
}

// text reads the text of a message of whose length n bytes have come.
func (c *Conn) text(length []byte, n int) ([]byte, error) {
	if _, err := io.ReadFull(c.socket, length[n:]); err != nil {
		return nil, unexpected(err)
	}
	size := binary.BigEndian.Uint32(length)
	if size > maxText {
		return nil, fmt.Errorf("a text of %d MB: want at most %d", size>>20, maxText>>20)
	}
	text := make([]byte, size)
	_, err := io.ReadFull(c.socket, text)
	return text, unexpected(err)
}

// unexpected is the end of a connection within a message.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// filesOf takes the descriptors out of what came beside a message.
func filesOf(rights []byte) ([]*os.File, error) {
	if len(rights) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	var files []*os.File
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue // another kind of message
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "volume"))
		}
	}
	return files, nil
}
