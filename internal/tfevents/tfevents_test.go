package tfevents

import (
	"bytes"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The CRC-32C of 32 zeros is 0x8a9136aa (RFC 3720, B.4); turned right by 15
// bits and added to 0xa282ead8 it is the masked one.
func TestMasked(t *testing.T) {
	const sum = 0x8a9136aa
	var turned uint32 = sum>>15 | sum<<17&0xffffffff
	if got, want := masked(make([]byte, 32)), turned+0xa282ead8; got != want {
		t.Errorf("%#x, want %#x", got, want)
	}
}

// The first event by hand, from the numbers in event.proto: a double of zeros,
// a varint of 0, 13 bytes of text.
func TestFirstEvent(t *testing.T) {
	version := append([]byte{0x1a, 13}, fileVersion...)
	got := hex.EncodeToString(event(time.Unix(0, 0), 0, version))
	if want := "09" + strings.Repeat("00", 8) + "1000" + "1a0d" + hex.EncodeToString([]byte("brain.Event:2")); got != want {
		t.Errorf("event %s, want %s", got, want)
	}
}

// write makes a file of the steps 1 to n.
func write(t *testing.T, path string, n int64) {
	t.Helper()
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, 1, n)
}

func add(t *testing.T, w *Writer, first, last int64) {
	t.Helper()
	for step := first; step <= last; step++ {
		if err := w.Write(time.Unix(1000+step, 0), step, Scalar{"loss/train", 1 / float64(step)}, Scalar{"lr", 1e-3}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// steps lists the steps of a file, the version's 0 first, and checks that it
// is sound to its end.
func steps(t *testing.T, path string) []int64 {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []int64
	for at := 0; at < len(content); {
		data, size := unframe(content[at:])
		if size == 0 {
			t.Fatalf("%s: damaged at byte %d of %d", path, at, len(content))
		}
		step, _ := read(data)
		list = append(list, step)
		at += size
	}
	return list
}

func TestOpenGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	write(t, path, 5)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	four := len(whole) - (len(whole)-sizeOfFirst(t, whole))/5
	tests := []struct {
		name    string
		content []byte
		after   int64
		last    int64 // of what is kept
	}{
		{"to its end", whole, 5, 5},
		{"after an earlier step", whole, 2, 2},
		{"after a later step", whole, 9, 5},
		{"a record cut short", whole[:len(whole)-1], 5, 4},
		{"only a length left", whole[:four+8], 5, 4},
		{"a changed value", changed(whole, len(whole)-6), 5, 4},
		{"a changed length", changed(whole, four+1), 5, 4},
		{"from the beginning", whole, 0, 0},
		{"no file of this kind", []byte("some other file, longer than a record's head"), 5, 0},
		{"empty", nil, 5, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "events")
			if err := os.WriteFile(path, tt.content, 0o600); err != nil {
				t.Fatal(err)
			}
			w, err := Open(path, tt.after)
			if err != nil {
				t.Fatal(err)
			}
			if w.Last() != tt.last {
				t.Errorf("last step %d, want %d", w.Last(), tt.last)
			}
			if got := steps(t, path); int64(len(got)) != tt.last+1 { // sound, with nothing behind
				t.Errorf("steps %v, want those up to %d", got, tt.last)
			}
			add(t, w, tt.last+1, 7)
			if got, want := steps(t, path), []int64{0, 1, 2, 3, 4, 5, 6, 7}; !slices.Equal(got, want) {
				t.Errorf("steps %v, want %v", got, want)
			}
		})
	}
	w, err := Open(filepath.Join(t.TempDir(), "new"), 3)
	if err != nil || w.Last() != 0 {
		t.Errorf("without a file: %v", err)
	}
	_ = w.Close()
	if _, err := Open(filepath.Join(t.TempDir(), "no", "folder"), 3); err == nil {
		t.Error("no folder: no error")
	}
}

func sizeOfFirst(t *testing.T, content []byte) int {
	t.Helper()
	_, size := unframe(content)
	if size == 0 {
		t.Fatal("no first record")
	}
	return size
}

func changed(content []byte, i int) []byte {
	out := bytes.Clone(content)
	out[i] ^= 1
	return out
}

func TestWriteRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Write(time.Unix(1, 0), 1, Scalar{"a", 1}, Scalar{"b", math.NaN()}, Scalar{"c", math.Inf(1)}); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(time.Unix(1, 0), 1, Scalar{"a", 1}); err == nil || !strings.Contains(err.Error(), "step 1 after step 1") {
		t.Errorf("a step twice: %v", err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte("\x0a\x01a\x15")) || bytes.Contains(content, []byte("\x0a\x01b\x15")) || bytes.Contains(content, []byte("\x0a\x01c\x15")) {
		t.Error("want the finite value and no other")
	}
}
