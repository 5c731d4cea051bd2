package jupyter

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-zeromq/zmq4"
)

// protocolVersion is the one that our requests name.
const protocolVersion = "5.3"

// ErrSignature says that a message was not signed with the key of the
// connection.
var ErrSignature = errors.New("wrong signature")

// Message is a message of a kernel.
type Message struct {
	// Type is the message's type, such as stream or execute_reply.
	Type string
	// Parent is the id of the request that it belongs to, "" for none.
	Parent string
	// Content is the JSON object of the type's content.
	Content json.RawMessage
	// Buffers are the binary frames after the content.
	Buffers [][]byte
}

type header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// delimiter stands between the routing frames and the signature.
var delimiter = []byte("<IDS|MSG>")

// codec signs requests and checks what comes back.
type codec struct {
	key     []byte
	session string
}

// request returns the frames of a new request, and its id.
func (c codec) request(kind string, content any) (string, zmq4.Msg, error) {
	h := header{ID: randomHex(16), Session: c.session, Username: "puncta", Date: time.Now().UTC().Format(time.RFC3339Nano), Type: kind, Version: protocolVersion}
	head, err := json.Marshal(h)
	if err != nil {
		return "", zmq4.Msg{}, err
	}
	body, err := json.Marshal(content)
	if err != nil {
		return "", zmq4.Msg{}, err
	}
	empty := []byte("{}")
	parts := [][]byte{head, empty, empty, body}
	return h.ID, zmq4.NewMsgFrom(append([][]byte{delimiter, c.sign(parts)}, parts...)...), nil
}

// sign returns the signature of the four JSON frames in hexadecimal digits.
func (c codec) sign(parts [][]byte) []byte {
	mac := hmac.New(sha256.New, c.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}

// parse checks the signature and reads the frames.
func (c codec) parse(frames [][]byte) (Message, error) {
	for len(frames) > 0 && !bytes.Equal(frames[0], delimiter) {
		frames = frames[1:]
	}
	const signed = 4 // header, parent header, metadata, content
	if len(frames) < 2+signed {
		return Message{}, errors.New("a message of the kernel lacks frames")
	}
	parts := frames[2 : 2+signed]
	if !hmac.Equal(c.sign(parts), frames[1]) {
		return Message{}, ErrSignature
	}
	var head, parent header
	if err := json.Unmarshal(parts[0], &head); err != nil {
		return Message{}, fmt.Errorf("header of a message: %w", err)
	}
	if err := json.Unmarshal(parts[1], &parent); err != nil {
		return Message{}, fmt.Errorf("parent header of a message: %w", err)
	}
	return Message{Type: head.Type, Parent: parent.ID, Content: parts[3], Buffers: frames[2+signed:]}, nil
}
