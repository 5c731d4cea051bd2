package engine

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/puncta-bio/puncta/kernel/protocol"
)

// somebodyElse is a user who is neither root nor the one of the tests.
const somebodyElse = 65534

// dialAs connects to a socket as another user, which takes root: a thread of its
// own changes its identity, and ends.
func dialAs(t *testing.T, uid int, path string) *net.UnixConn {
	t.Helper()
	type result struct {
		conn *net.UnixConn
		err  error
	}
	got := make(chan result)
	go func() {
		runtime.LockOSThread() // and never unlock it: the thread ends with the goroutine
		// The system call, not syscall.Setresuid, which is for all threads.
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); e != 0 {
			got <- result{err: e}
			return
		}
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = unix.Connect(fd, &unix.SockaddrUnix{Name: path})
		}
		if err != nil {
			got <- result{err: err}
			return
		}
		file := os.NewFile(uintptr(fd), "")
		defer file.Close()
		c, err := net.FileConn(file)
		if err != nil {
			got <- result{err: err}
			return
		}
		got <- result{conn: c.(*net.UnixConn)}
	}()
	r := <-got
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() { _ = r.conn.Close() })
	return r.conn
}

// A connection of another user is closed unread, even where file modes let it
// in.
func TestRefusesOtherUsers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("becoming another user takes root")
	}
	dir, err := os.MkdirTemp("/tmp", "puncta") // t.TempDir lies in a folder that others may not enter
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "engine.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{dir: 0o755, path: 0o777} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	e, served := New(DefaultOptions()), make(chan error)
	go func() { served <- e.Serve(ctx, l) }()
	defer func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		e.Close()
	}()
	ask := func(c *net.UnixConn) (protocol.Message, error) {
		conn := protocol.NewConn(c)
		m, err := protocol.NewMessage(protocol.Request, protocol.OpCounters, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Send(m) // the other end may have closed already
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		m, _, err = conn.Receive()
		return m, err
	}
	if m, err := ask(dialAs(t, os.Getuid(), path)); err != nil || m.Kind != protocol.Result {
		t.Fatalf("this user gets %+v, %v", m, err)
	}
	m, err := ask(dialAs(t, somebodyElse, path))
	if err == nil {
		t.Errorf("another user gets %+v", m)
	} else if os.IsTimeout(err) {
		t.Errorf("another user is kept waiting: %v", err)
	}
	if n := e.calls.Load(); n != 1 {
		t.Errorf("%d calls were answered, want 1", n)
	}
}
