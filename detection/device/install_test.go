package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/gomlx/go-xla/installer"

	"github.com/puncta-bio/puncta/internal/download"
)

func TestFreshInstall(t *testing.T) {
	w := newWorld(t)
	w.mustInstall(t)
	if got := w.requests(); len(got) != 1 {
		t.Errorf("%d requests, want 1", len(got))
	}
	if n := len(w.progress); n == 0 || w.progress[n-1] != int64(len(w.wheel)) {
		t.Errorf("progress ended at %v, want %d", w.progress, len(w.wheel))
	}
	if len(w.notes) != 1 || !strings.Contains(w.notes[0], "fake-pjrt 1.2") {
		t.Errorf("notes %q, want one that names fake-pjrt 1.2", w.notes)
	}
	w.mustInstall(t)
	if got := w.requests(); len(got) != 1 {
		t.Errorf("%d requests after the second Find, want 1", len(got))
	}
}

// A file of another size in the plug-in's place is what a hand or a full disk
// left; it is replaced.
func TestReplacesDamagedPlugin(t *testing.T) {
	w := newWorld(t)
	writeFile(t, w.pluginPath(), w.lib[:1000])
	w.mustInstall(t)
}

func TestResume(t *testing.T) {
	half := 150_000
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, w *world)
		ranges  []string
	}{
		{"cut connection", func(t *testing.T, w *world) {
			w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
				if n == 0 {
					w.cut(rw, half)
				}
				return false
			}
		}, []string{"", "bytes=150000-"}},
		{"left by another run", func(t *testing.T, w *world) { w.writePart(t, w.wheel[:half]) }, []string{"bytes=150000-"}},
		{"left complete", func(t *testing.T, w *world) { w.writePart(t, w.wheel) }, []string{}},
		{"left too long", func(t *testing.T, w *world) { w.writePart(t, append(bytes.Clone(w.wheel), 1)) }, []string{""}},
		{"server ignores Range", func(t *testing.T, w *world) {
			w.writePart(t, w.wheel[:half])
			w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
				_, _ = rw.Write(w.wheel)
				return true
			}
		}, []string{"bytes=150000-"}},
		{"server refuses Range", func(t *testing.T, w *world) {
			w.writePart(t, w.wheel[:half])
			w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
				if n == 0 {
					rw.WriteHeader(http.StatusForbidden)
				}
				return n == 0
			}
		}, []string{"bytes=150000-", ""}},
		{"silent server", func(t *testing.T, w *world) {
			w.client.Stall = 50 * time.Millisecond
			w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
				if n == 0 {
					rw.Header().Set("Content-Length", fmt.Sprint(len(w.wheel)))
					_, _ = rw.Write(w.wheel[:half])
					rw.(*counter).ResponseWriter.(http.Flusher).Flush()
					<-r.Context().Done()
				}
				return n == 0
			}
		}, []string{"", "bytes=150000-"}},
		{"short answer", func(t *testing.T, w *world) {
			w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
				if n == 0 { // ends in good order, without having told the length
					_, _ = rw.Write(w.wheel[:half])
					rw.(*counter).ResponseWriter.(http.Flusher).Flush()
				}
				return n == 0
			}
		}, []string{"", "bytes=150000-"}},
		{"server trouble", func(t *testing.T, w *world) {
			w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
				if n < 2 {
					rw.WriteHeader(http.StatusServiceUnavailable)
				}
				return n < 2
			}
		}, []string{"", "", ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.prepare(t, w)
			w.mustInstall(t)
			if got := w.requests(); fmt.Sprint(got) != fmt.Sprint(test.ranges) {
				t.Errorf("requests with Range %q, want %q", got, test.ranges)
			}
			if test.name == "cut connection" && w.served != len(w.wheel) {
				t.Errorf("%d bytes served, want the %d of the wheel once", w.served, len(w.wheel))
			}
		})
	}
}

func TestGivesUp(t *testing.T) {
	w := newWorld(t)
	w.serve = func(rw http.ResponseWriter, _ *http.Request, _ int) bool {
		rw.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	_, err := Find(t.Context(), w.opts)
	oneSentence(t, err, "fake_pjrt-1.2.whl", "503", EnvPlugin)
	if got := w.requests(); len(got) != w.client.Attempts {
		t.Errorf("%d requests, want %d", len(got), w.client.Attempts)
	}
}

func TestWrongHash(t *testing.T) {
	for name, prepare := range map[string]func(w *world){
		"wheel": func(w *world) { w.wheel[len(w.wheel)/2] ^= 1 },
		"library": func(w *world) {
			w.cpu.libSHA256 = strings.Repeat("0", 64)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			prepare(w)
			w.release = func(string, string) (string, error) {
				t.Error("a wrong hash led on to another source")
				return "", errors.New("no")
			}
			_, err := Find(t.Context(), w.opts)
			if !errors.Is(err, download.ErrContent) {
				t.Errorf("error %v, want one about the hash", err)
			}
			oneSentence(t, err, "SHA-256", "expected")
			if exists(w.pluginPath()) {
				t.Error("a plug-in was installed")
			}
			if name == "wheel" {
				w.checkClean(t)
			}
		})
	}
}

// A left-over part with wrong bytes heals itself: the file is fetched once more,
// from its start.
func TestWrongPartHeals(t *testing.T) {
	w := newWorld(t)
	w.writePart(t, noise(1000, 7))
	w.mustInstall(t)
	if got := w.requests(); fmt.Sprint(got) != "[bytes=1000- ]" {
		t.Errorf("requests with Range %q, want one that goes on and one from the start", got)
	}
}

func TestManyAtOnceDownloadOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := Find(t.Context(), w.opts); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := w.requests(); len(got) != 1 {
		t.Errorf("%d downloads, want 1", len(got))
	}
	w.mustInstall(t)
}

// TestInstallHelper is not a test of its own: it is the second process of
// TestTwoProcesses.
func TestInstallHelper(t *testing.T) {
	url := os.Getenv("PUNCTA_TEST_URL")
	if url == "" {
		t.Skip("skipped: only runs as a child of TestTwoProcesses")
	}
	w := newWorld(t) // for its wheel, which is the same in each process
	pinned := w.cpu
	o := w.opts
	o.host = testHost(url, pinned)
	o.Cache = os.Getenv("PUNCTA_TEST_CACHE")
	p, err := Find(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("installed", p.Path)
}

func TestTwoProcesses(t *testing.T) {
	w := newWorld(t)
	w.mu.Lock() // the race detector does not see that the children come later
	w.serve = func(http.ResponseWriter, *http.Request, int) bool {
		time.Sleep(200 * time.Millisecond) // so that the others come while one is at it
		return false
	}
	w.mu.Unlock()
	info, _ := w.pipInfo("")
	url := strings.TrimSuffix(info.Releases["1.2"][1].URL, "/wheel")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestInstallHelper$", "-test.v")
			cmd.Env = append(os.Environ(), "PUNCTA_TEST_URL="+url, "PUNCTA_TEST_CACHE="+w.opts.Cache)
			out, err := cmd.CombinedOutput()
			if err != nil || !bytes.Contains(out, []byte("installed "+w.pluginPath())) {
				t.Errorf("child: %v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	if got := w.requests(); len(got) != 1 {
		t.Errorf("%d downloads by 3 processes, want 1", len(got))
	}
	w.mustInstall(t)
}

func TestCacheNotWritable(t *testing.T) {
	w := newWorld(t)
	blocked := filepath.Join(w.opts.Cache, "a file")
	writeFile(t, blocked, nil)
	w.opts.Cache = filepath.Join(blocked, "cache")
	_, err := Find(t.Context(), w.opts)
	oneSentence(t, err, "cache folder", blocked, EnvPlugin)

	w = newWorld(t)
	w.mustInstall(t)
	if err := os.Chmod(filepath.Join(w.opts.Cache, "pjrt"), 0o555); err != nil {
		t.Fatal(err)
	}
	w.mustInstall(t) // nothing needs to be written once it is there
	if os.Getuid() != 0 {
		w.cpu.version = "1.3"
		_, err := Find(t.Context(), w.opts)
		oneSentence(t, err, "cannot write to the cache folder")
	}
	_ = os.Chmod(filepath.Join(w.opts.Cache, "pjrt"), 0o755)
}

func TestCancelDownload(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	report := w.opts.Progress
	w.opts.Progress = func(done, total int64) {
		report(done, total)
		cancel()
	}
	w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
		if n == 0 {
			rw.Header().Set("Content-Length", fmt.Sprint(len(w.wheel)))
			_, _ = rw.Write(w.wheel[:1000])
			rw.(*counter).ResponseWriter.(http.Flusher).Flush()
			<-r.Context().Done()
		}
		return n == 0
	}
	_, err := Find(ctx, w.opts)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	oneSentence(t, err, "stopped")
	if exists(w.pluginPath()) {
		t.Error("a cancelled installation left a plug-in")
	}
	w.opts.Progress = report
	w.mustInstall(t)
	if got := w.requests(); len(got) != 2 || got[1] != "bytes=1000-" {
		t.Errorf("requests %q, want the second to resume at byte 1000", got)
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(w.opts.Cache, "pjrt")
	writeFile(t, filepath.Join(dir, "x"), nil)
	lock := flock.New(filepath.Join(dir, "fake-pjrt-1.2.lock"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Find(ctx, w.opts)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want context.DeadlineExceeded", err)
	}
	if len(w.requests()) != 0 || len(w.notes) != 1 || !strings.Contains(w.notes[0], "waiting") {
		t.Errorf("%d requests and notes %q, want none and one about waiting", len(w.requests()), w.notes)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	w.mustInstall(t)
}

func TestFileURL(t *testing.T) {
	for _, test := range []struct{ page, url, want string }{
		{"", "http://files.invalid/a/b.whl", "http://files.invalid/a/b.whl"},
		{"http://index.invalid/project/pkg/", "../../packages/a/b.whl", "http://index.invalid/packages/a/b.whl"},
		{"", "../../b.whl", ""},
		{"http://index.invalid/", "::", ""},
	} {
		info := &pipInfo{}
		info.Info.ProjectURL = test.page
		got, err := fileURL(info, &installer.PipReleaseInfo{URL: test.url, Filename: "b.whl"})
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("page %q, address %q: %q, %v; want %q", test.page, test.url, got, err, test.want)
		}
	}
}
