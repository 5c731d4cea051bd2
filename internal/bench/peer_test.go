package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test binary a fake peer, or a fake program for EndToEnd,
// where the variable says so.
func TestMain(m *testing.M) {
	switch os.Getenv("PUNCTA_FAKE") {
	case "peer":
		fakePeer()
	case "program":
		fakeProgram(os.Args[1:])
	default:
		os.Exit(m.Run())
	}
}

// fakePeer answers orders: "hello" is what it says before any, "die" ends it.
func fakePeer() {
	fmt.Println("loading, please wait")
	fmt.Println(`{"parameters": 1944241}`)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "train", "infer":
			fmt.Println("a word of warning\nnull\n17\n{broken")
			fmt.Println(`{"op": "train", "seconds": 0.25, "loss": null}`)
		case "die":
			fmt.Fprintln(os.Stderr, strings.Repeat("x", 2*mostTail)+"\nno memory left")
			os.Exit(3)
		default:
			fmt.Printf("{\"error\": \"unknown order %s\"}\n", lines.Text())
		}
	}
}

func startFake(t *testing.T) *Peer {
	t.Helper()
	t.Setenv("PUNCTA_FAKE", "peer")
	p, err := StartPeer(t.Context(), os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPeer(t *testing.T) {
	p := startFake(t)
	var hello struct{ Parameters int }
	if err := p.Answer(&hello); err != nil || hello.Parameters != 1944241 {
		t.Fatalf("got %+v, %v", hello, err)
	}
	for range 2 {
		if s, err := p.Timed("train")(t.Context()); err != nil || s != 0.25 {
			t.Fatalf("got %v, %v, want 0.25", s, err)
		}
	}
	if _, err := p.Timed("dance")(t.Context()); err == nil || err.Error() != "unknown order dance" {
		t.Fatalf("error %v, want the peer's", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestPeerDies(t *testing.T) {
	p := startFake(t)
	var answer struct{}
	if err := p.Answer(&answer); err != nil {
		t.Fatal(err)
	}
	err := p.Order("die", &answer)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.HasSuffix(err.Error(), "\nno memory left") {
		t.Fatalf("error %v, want the exit status and the last words", err)
	}
	if n := len(err.Error()); n > 2*mostTail {
		t.Errorf("error of %d bytes", n)
	}
	if err := p.Close(); err != nil {
		t.Errorf("second end: %v", err)
	}
}

func TestPeerIsKilled(t *testing.T) {
	t.Setenv("PUNCTA_FAKE", "peer")
	ctx, cancel := context.WithCancel(t.Context())
	p, err := StartPeer(ctx, os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, cancel)
	var answer struct{}
	for err == nil { // until the pipe breaks
		err = p.Answer(&answer)
	}
	if ctx.Err() == nil {
		t.Errorf("the peer ended by itself: %v", err)
	}
}

func TestStartPeerMissing(t *testing.T) {
	if _, err := StartPeer(t.Context(), filepath.Join(t.TempDir(), "python3")); err == nil {
		t.Error("a program that is not there was started")
	}
}
