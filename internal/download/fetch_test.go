package download

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The packages that fetch have their own tests for what a server may do to a
// download of known length and hash. These are for files about which less is
// known, and for what stays behind.

// serve is a server of one file that answers the n-th request, from 0, by
// answer, or as servers do when answer returns false. It returns its address and
// the Range of each request.
func serve(t *testing.T, content []byte, answer func(w http.ResponseWriter, r *http.Request, n int) bool) (string, *[]string) {
	var ranges []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		if answer == nil || !answer(w, r, len(ranges)-1) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, &ranges
}

func client() Client {
	return Client{HTTP: http.DefaultClient, Attempts: 3, Pause: time.Millisecond, Stall: 5 * time.Second}
}

func bytesOf(n int) []byte {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestFetch(t *testing.T) {
	content := bytesOf(300_000)
	for name, c := range map[string]struct {
		part   []byte // left by an earlier call
		file   File
		answer func(w http.ResponseWriter, r *http.Request, n int) bool
		ranges []string
	}{
		"all known":             {nil, File{SHA256: sumOf(content), Bytes: 300_000}, nil, []string{""}},
		"length not known":      {content[:100], File{SHA256: sumOf(content)}, nil, []string{"bytes=100-"}},
		"complete, not known":   {content, File{SHA256: sumOf(content)}, nil, []string{"bytes=300000-"}},
		"complete, known":       {content, File{SHA256: sumOf(content), Bytes: 300_000}, nil, nil},
		"no hash: from scratch": {content[:100], File{Bytes: 300_000}, nil, []string{""}},
		"another file's part":   {bytesOf(50), File{SHA256: sumOf(content), Bytes: 300_000}, nil, []string{"bytes=50-", ""}},
		"part too long":         {append(bytes.Clone(content), 1), File{SHA256: sumOf(content), Bytes: 300_000}, nil, []string{""}},
		"refuses the middle": {content[:100], File{SHA256: sumOf(content)}, func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 {
				w.WriteHeader(http.StatusForbidden)
			}
			return n == 0
		}, []string{"bytes=100-", ""}},
		"busy twice": {nil, File{SHA256: sumOf(content)}, func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 2 {
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return n < 2
		}, []string{"", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			address, ranges := serve(t, content, c.answer)
			path := filepath.Join(t.TempDir(), "file.part")
			if c.part != nil {
				if err := os.WriteFile(path, c.part, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c.file.URL = address
			last := int64(-1)
			if err := client().Fetch(t.Context(), c.file, path, func(have, _ int64) { last = have }); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes arrived, %v", len(got), err)
			}
			if !slices.Equal(*ranges, c.ranges) || last != 300_000 {
				t.Errorf("Range of the requests %q, want %q; %d bytes told", *ranges, c.ranges, last)
			}
			if sum, n, err := Sum(path); err != nil || sum != sumOf(content) || n != 300_000 {
				t.Errorf("Sum is %s of %d bytes, %v", sum, n, err)
			}
		})
	}
}

func TestFetchFails(t *testing.T) {
	content := bytesOf(1000)
	for name, c := range map[string]struct {
		file     File
		answer   func(w http.ResponseWriter, r *http.Request, n int) bool
		requests int
		content  bool // the error is ErrContent, and nothing is left
	}{
		"another hash": {File{SHA256: sumOf(content[1:])}, nil, 1, true},
		"too long":     {File{Bytes: 999}, nil, 1, true},
		"too short":    {File{Bytes: 1001}, nil, 3, false},
		"not there": {File{}, func(w http.ResponseWriter, r *http.Request, n int) bool {
			http.NotFound(w, r)
			return true
		}, 1, false},
		"out of order": {File{}, func(w http.ResponseWriter, r *http.Request, n int) bool {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			address, ranges := serve(t, content, c.answer)
			path := filepath.Join(t.TempDir(), "file.part")
			c.file.URL = address
			err := client().Fetch(t.Context(), c.file, path, nil)
			if err == nil || errors.Is(err, ErrContent) != c.content || len(*ranges) != c.requests {
				t.Errorf("error %v after %d requests, want %d", err, len(*ranges), c.requests)
			}
			if _, err := os.Stat(path); c.content != errors.Is(err, os.ErrNotExist) {
				t.Errorf("what is left: %v", err)
			}
		})
	}
}

// A download that is stopped keeps what has arrived.
func TestFetchStops(t *testing.T) {
	content := bytesOf(200_000)
	ctx, cancel := context.WithCancel(t.Context())
	address, _ := serve(t, content, func(w http.ResponseWriter, r *http.Request, n int) bool {
		w.Header().Set("Content-Length", "200000")
		_, _ = w.Write(content[:100_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	})
	path := filepath.Join(t.TempDir(), "file.part")
	err := client().Fetch(ctx, File{URL: address, SHA256: sumOf(content)}, path, func(have, _ int64) {
		if have == 100_000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content[:100_000]) {
		t.Errorf("%d bytes are left, %v", len(got), err)
	}
}
