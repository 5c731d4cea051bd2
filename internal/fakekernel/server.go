package fakekernel

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// server is the kernel's side of the connection.
type server struct {
	key                   []byte
	shell, control, iopub zmq4.Socket
	fault                 string
	publish               sync.Mutex
	interrupts            chan struct{}
	cells                 int
	variables             map[string]string
}

type request struct {
	routing [][]byte
	header  json.RawMessage
	kind    string
	content json.RawMessage
}

func serve(connectionFile, fault string) error {
	if fault == "exit" {
		return errors.New("no licence for this kernel")
	}
	text, err := os.ReadFile(connectionFile)
	if err != nil {
		return err
	}
	if info, err := os.Stat(connectionFile); err != nil || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("others may read the connection file: %v, %v", info.Mode(), err)
	}
	var c struct {
		IP      string `json:"ip"`
		Key     string `json:"key"`
		Shell   int    `json:"shell_port"`
		IOPub   int    `json:"iopub_port"`
		Control int    `json:"control_port"`
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	if fault == "deaf" {
		time.Sleep(time.Hour)
	}
	s := &server{key: []byte(c.Key), fault: fault, interrupts: make(chan struct{}, 1), variables: map[string]string{}}
	ctx := context.Background()
	silent := zmq4.WithLogger(log.New(io.Discard, "", 0))
	s.shell, s.control, s.iopub = zmq4.NewRouter(ctx, silent), zmq4.NewRouter(ctx, silent), zmq4.NewPub(ctx, silent)
	for socket, port := range map[zmq4.Socket]int{s.shell: c.Shell, s.control: c.Control, s.iopub: c.IOPub} {
		if err := socket.Listen(fmt.Sprintf("tcp://%s:%d", c.IP, port)); err != nil {
			return err
		}
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	go func() {
		for range interrupted {
			s.interrupt()
		}
	}()
	go func() {
		for {
			r, err := s.receive(s.control)
			if err != nil {
				return
			}
			s.onControl(r)
		}
	}()
	for {
		r, err := s.receive(s.shell)
		if err != nil {
			return err
		}
		s.onShell(r)
	}
}

func (s *server) interrupt() {
	select {
	case s.interrupts <- struct{}{}:
	default:
	}
}

func (s *server) onControl(r request) {
	switch r.kind {
	case "interrupt_request":
		s.interrupt()
		s.reply(s.control, r, "interrupt_reply", map[string]any{"status": "ok"})
	case "shutdown_request":
		if s.fault == "stubborn" {
			return
		}
		s.reply(s.control, r, "shutdown_reply", map[string]any{"status": "ok", "restart": false})
		time.Sleep(20 * time.Millisecond) // lets the reply leave
		os.Exit(0)
	}
}

func (s *server) onShell(r request) {
	s.say(r, "status", map[string]any{"execution_state": "busy"})
	switch r.kind {
	case "kernel_info_request":
		s.reply(s.shell, r, "kernel_info_reply", map[string]any{
			"status": "ok", "protocol_version": "5.3", "implementation": "fake", "implementation_version": "1",
			"language_info": map[string]any{"name": "fake", "file_extension": ".fake"},
		})
	case "execute_request":
		s.execute(r)
	}
	s.say(r, "status", map[string]any{"execution_state": "idle"})
}

// say publishes on iopub.
func (s *server) say(r request, kind string, content any) {
	s.publish.Lock()
	defer s.publish.Unlock()
	_ = s.iopub.Send(zmq4.NewMsgFrom(append([][]byte{[]byte("topic." + kind)}, s.frames(r, kind, content)...)...))
}

func (s *server) reply(socket zmq4.Socket, r request, kind string, content any) {
	_ = socket.Send(zmq4.NewMsgFrom(append(append([][]byte{}, r.routing...), s.frames(r, kind, content)...)...))
}

func (s *server) frames(r request, kind string, content any) [][]byte {
	head, _ := json.Marshal(map[string]any{"msg_id": fmt.Sprint(time.Now().UnixNano()), "msg_type": kind, "session": "s", "username": "u", "date": "", "version": "5.3"})
	body, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	parts := [][]byte{head, r.header, []byte("{}"), body}
	key := s.key
	if s.fault == "unsigned" {
		key = []byte("another")
	}
	return append([][]byte{[]byte("<IDS|MSG>"), signature(key, parts)}, parts...)
}

func signature(key []byte, parts [][]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return []byte(hex.EncodeToString(mac.Sum(nil)))
}

// receive waits for a request; one that is not signed ends the kernel.
func (s *server) receive(socket zmq4.Socket) (request, error) {
	m, err := socket.Recv()
	if err != nil {
		return request{}, err
	}
	for i, frame := range m.Frames {
		if string(frame) != "<IDS|MSG>" {
			continue
		}
		parts := m.Frames[i+2:]
		if string(signature(s.key, parts[:4])) != string(m.Frames[i+1]) {
			fmt.Fprintln(os.Stderr, "fake kernel: a request with a wrong signature")
			os.Exit(4)
		}
		var h struct {
			Kind string `json:"msg_type"`
		}
		if err := json.Unmarshal(parts[0], &h); err != nil {
			return request{}, err
		}
		return request{routing: m.Frames[:i], header: parts[0], kind: h.Kind, content: parts[3]}, nil
	}
	return request{}, errors.New("a message without delimiter")
}
