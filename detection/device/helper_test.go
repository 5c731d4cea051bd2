package device

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomlx/go-xla/installer"

	"github.com/puncta-bio/puncta/internal/download"
)

// A world is a host without a network but for one local server, which serves
// one tiny wheel, and with an empty cache folder.
type world struct {
	*host
	opts  Options
	wheel []byte // what the server serves
	lib   []byte // what is to be installed

	mu       sync.Mutex
	ranges   []string // the Range header of each request, "" without
	served   int      // bytes of bodies sent
	progress []int64
	notes    []string
	// serve, if not nil, answers request number n, from 0, in the server's
	// place; it returns false to let the server answer.
	serve func(w http.ResponseWriter, r *http.Request, n int) bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{lib: noise(300_000, 1)}
	member := "pkg/pjrt_c_api_cpu_plugin.so"
	w.wheel = zipOf(t, map[string][]byte{"pkg/__init__.py": []byte("# nothing\n"), member: w.lib})
	server := httptest.NewServer(http.HandlerFunc(w.handle))
	t.Cleanup(server.Close)
	pinned := wheel{
		pkg: "fake-pjrt", version: "1.2", file: "fake_pjrt-1.2.whl",
		size: int64(len(w.wheel)), sha256: hashOf(w.wheel),
		member: member, libSize: int64(len(w.lib)), libSHA256: hashOf(w.lib),
	}
	w.host = testHost(server.URL, pinned)
	w.opts = DefaultOptions()
	w.opts.Cache = t.TempDir()
	w.opts.host = w.host
	w.opts.Progress = func(done, total int64) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.progress = append(w.progress, done)
	}
	w.opts.Note = func(s string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.notes = append(w.notes, s)
	}
	return w
}

func testHost(url string, pinned wheel) *host {
	return &host{
		goos: "linux", goarch: "amd64", cpu: pinned,
		getenv:       func(string) string { return "" },
		cacheDir:     func() (string, error) { return "", errors.New("no home") },
		glibc:        func() bool { return true },
		goxlaDirs:    func() []string { return nil },
		sitePackages: func(context.Context) []string { return nil },
		driver:       func(context.Context, bool) *Driver { return nil },
		pipInfo: func(string) (*pipInfo, error) {
			return &pipInfo{Releases: map[string][]installer.PipReleaseInfo{
				pinned.version: {{Filename: "other.whl", URL: url + "/other"}, {Filename: pinned.file, URL: url + "/wheel"}},
			}}, nil
		},
		release: func(string, string) (string, error) { return "", errors.New("no release here") },
		client:  download.Client{HTTP: http.DefaultClient, Attempts: 4, Pause: time.Millisecond, Stall: 5 * time.Second},
		lookup:  5 * time.Second,
	}
}

func (w *world) handle(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	n := len(w.ranges)
	w.ranges = append(w.ranges, r.Header.Get("Range"))
	serve := w.serve
	w.mu.Unlock()
	counted := &counter{ResponseWriter: rw, w: w}
	if serve != nil && serve(counted, r, n) {
		return
	}
	http.ServeContent(counted, r, "", time.Time{}, bytes.NewReader(w.wheel))
}

func (w *world) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.ranges...)
}

type counter struct {
	http.ResponseWriter
	w *world
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.w.mu.Lock()
	c.w.served += n
	c.w.mu.Unlock()
	return n, err
}

// cut sends the first n bytes of the wheel and breaks the connection.
func (w *world) cut(rw http.ResponseWriter, n int) {
	rw.Header().Set("Content-Length", fmt.Sprint(len(w.wheel)))
	_, _ = rw.Write(w.wheel[:n])
	rw.(*counter).ResponseWriter.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func (w *world) pluginPath() string {
	return filepath.Join(w.opts.Cache, "pjrt", "fake-pjrt-1.2", "pjrt_c_api_cpu_plugin.so")
}

func (w *world) partPath() string {
	return filepath.Join(w.opts.Cache, "pjrt", "fake_pjrt-1.2.whl.part")
}

// writePart leaves an unfinished download behind.
func (w *world) writePart(t *testing.T, content []byte) {
	t.Helper()
	writeFile(t, w.partPath(), content)
}

func (w *world) mustInstall(t *testing.T) {
	t.Helper()
	p, err := Find(t.Context(), w.opts)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Plugin{Path: w.pluginPath(), Platform: CPU, Source: FromCache, Pinned: true}); p != want {
		t.Errorf("found %+v, want %+v", p, want)
	}
	got, err := os.ReadFile(p.Path)
	if err != nil || !bytes.Equal(got, w.lib) {
		t.Errorf("the installed file has %d bytes (%v), want the %d of the wheel's member", len(got), err, len(w.lib))
	}
	w.checkClean(t)
}

// checkClean looks for leftovers: nothing but locks and finished folders.
func (w *world) checkClean(t *testing.T) {
	t.Helper()
	_ = filepath.WalkDir(w.opts.Cache, func(path string, e os.DirEntry, err error) error {
		if name := e.Name(); strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".part") {
			t.Errorf("leftover %s", path)
		}
		return nil
	})
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

func zipOf(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) { // the same bytes in every process
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// noise returns n bytes that do not compress.
func noise(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// library compiles a shared library that exports the given functions.
func library(t *testing.T, functions ...string) []byte {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("skipped: no C compiler")
	}
	dir := t.TempDir()
	var source strings.Builder
	for _, f := range functions {
		fmt.Fprintf(&source, "void *%s(void) { return 0; }\n", f)
	}
	writeFile(t, filepath.Join(dir, "a.c"), []byte(source.String()))
	cmd := exec.Command(cc, "-shared", "-fPIC", "-o", filepath.Join(dir, "a.so"), filepath.Join(dir, "a.c"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lib, err := os.ReadFile(filepath.Join(dir, "a.so"))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// oneSentence checks an error that users read.
func oneSentence(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error %q lacks %q", err, word)
		}
	}
}
