//go:build unix

package protocol

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/puncta-bio/puncta/detection"
)

// pair connects two ends.
func pair(t *testing.T) (*Conn, *Conn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*Conn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "")
		c, err := net.FileConn(f)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		ends[i] = NewConn(c.(*net.UnixConn))
		t.Cleanup(func() { _ = ends[i].Close() })
	}
	return ends[0], ends[1]
}

func random(r *rand.Rand, dims [3]int, channels int) *detection.Volume {
	v := detection.NewVolume(dims, channels)
	v.Spacing, v.Unit = detection.Spacing{2, 0.5, 0.25}, "um"
	for i := range v.Data {
		v.Data[i] = r.Float32()
	}
	return v
}

// Messages of all sizes arrive whole, in order, with their own volumes.
func TestConn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	a, b := pair(t)
	volumes := []*detection.Volume{random(r, [3]int{1, 5, 7}, 1), random(r, [3]int{3, 4, 5}, 2), random(r, [3]int{1, 600, 700}, 3)}
	texts := []string{"", "small", strings.Repeat("a large one ", 400_000)}
	go func() {
		for i, text := range texts {
			m, err := NewMessage(Notice, "op", text)
			if err != nil {
				panic(err)
			}
			var blobs []*Blob
			for _, v := range volumes[:i+1] {
				blob, err := NewBlob(v)
				if err != nil {
					panic(err)
				}
				defer blob.Close()
				blobs = append(blobs, blob)
			}
			if err := a.Send(m, blobs...); err != nil {
				panic(err)
			}
		}
		_ = a.Close()
	}()
	for i, text := range texts {
		m, blobs, err := b.Receive()
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := m.Decode(&got); err != nil || got != text || m.Kind != Notice || m.Op != "op" || m.Check() != nil || len(blobs) != i+1 {
			t.Fatalf("message %d: kind %q, op %q, %d characters, %d volumes, %v", i, m.Kind, m.Op, len(got), len(blobs), err)
		}
		for k, blob := range blobs {
			v, err := blob.Volume()
			if err != nil {
				t.Fatal(err)
			}
			if want := volumes[k]; v.Dims != want.Dims || v.Channels != want.Channels || v.Spacing != want.Spacing || v.Unit != want.Unit || !slices.Equal(v.Data, want.Data) {
				t.Errorf("message %d: volume %d differs", i, k)
			}
			if blob.Bytes() != int64(len(v.Data))*4 {
				t.Errorf("%d bytes for %d values", blob.Bytes(), len(v.Data))
			}
			if err := blob.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if _, _, err := b.Receive(); err != io.EOF {
		t.Errorf("after the end: %v, want EOF", err)
	}
}

// A volume that has been sent cannot be changed by who got it.
func TestBlobIsSealed(t *testing.T) {
	b, err := NewBlob(random(rand.New(rand.NewPCG(1, 2)), [3]int{1, 3, 3}, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.file.WriteAt([]byte{1}, 0); err == nil {
		t.Error("written to")
	}
	if err := b.file.Truncate(4); err == nil {
		t.Error("cut")
	}
}

func TestUnnamed(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f, err := writeUnnamed([]byte("abc"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, []byte("abc")) {
		t.Errorf("%q, %v", got, err)
	}
	if left, _ := filepath.Glob(os.Getenv("TMPDIR") + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What comes from outside is refused with a reason and without a crash.
func TestReceiveBad(t *testing.T) {
	frame := func(text string) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
	}
	small, err := NewBlob(random(rand.New(rand.NewPCG(1, 3)), [3]int{1, 2, 2}, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	tests := []struct {
		name  string
		frame []byte
		files []int
		want  string
	}{
		{"cut length", []byte{0, 0}, nil, "unexpected EOF"},
		{"cut text", frame(`{"kind":"result"}`)[:10], nil, "unexpected EOF"},
		{"too long", []byte{0xff, 0xff, 0xff, 0xff}, nil, "4095 MB"},
		{"no JSON", frame("hello"), nil, "invalid character"},
		{"volumes without files", frame(`{"volumes":[{"dims":[1,1,1],"channels":1,"spacing":[1,1,1]}]}`), nil, "1 volumes and 0 files"},
		{"files without volumes", frame(`{}`), []int{int(small.file.Fd())}, "0 volumes and 1 files"},
		{"short file", frame(`{"volumes":[{"dims":[1,3,2],"channels":1,"spacing":[1,1,1]}]}`), []int{int(small.file.Fd())}, "6 values in a file of 16 bytes"},
		{"no shape", frame(`{"volumes":[{"dims":[1,0,2],"channels":1,"spacing":[1,1,1]}]}`), []int{int(small.file.Fd())}, "[1 0 2]"},
		{"overflow", frame(`{"volumes":[{"dims":[4294967296,4294967296,4294967296],"channels":1,"spacing":[1,1,1]}]}`), []int{int(small.file.Fd())}, "shapes do not fit"},
		{"spacing", frame(`{"volumes":[{"dims":[1,2,2],"channels":1,"spacing":[1,-1,1]}]}`), []int{int(small.file.Fd())}, "spacing along y"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := pair(t)
			var rights []byte
			if tt.files != nil {
				rights = unix.UnixRights(tt.files...)
			}
			if _, _, err := a.socket.WriteMsgUnix(tt.frame, rights, nil); err != nil {
				t.Fatal(err)
			}
			_ = a.Close()
			before := openFiles(t)
			_, blobs, err := b.Receive()
			if err == nil || !strings.Contains(err.Error(), tt.want) || blobs != nil {
				t.Errorf("got %v and %d volumes, want an error with %q", err, len(blobs), tt.want)
			}
			if after := openFiles(t); after > before {
				t.Errorf("%d files open, %d before", after, before)
			}
		})
	}
}

// openFiles counts this process's descriptors.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

func TestMessageVersion(t *testing.T) {
	m, err := NewMessage(Result, "", 1)
	if err != nil || m.Check() != nil {
		t.Errorf("%v, %v", err, m.Check())
	}
	m.Version++
	if err := m.Check(); err == nil || !strings.Contains(err.Error(), "restart the kernel") {
		t.Error(err)
	}
	if _, err := NewMessage(Result, "", func() {}); err == nil {
		t.Error("a function as JSON")
	}
	wrapped := errors.Join(errors.New("x"), &Error{Code: Unknown, Text: "no such key"})
	if !HasCode(wrapped, Unknown) || HasCode(wrapped, Input) || HasCode(nil, Unknown) {
		t.Error("HasCode")
	}
}
