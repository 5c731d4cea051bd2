package dataset

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/download"
)

// server serves files from memory, with ranges, and lets a test spoil answers.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	files    map[string][]byte
	asked    []string // "path range"
	spoil    func(n int, path string, w http.ResponseWriter) bool
	busy     int
	mostBusy int
	pause    time.Duration
}

func newServer(t *testing.T) *server {
	s := &server{files: map[string][]byte{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/")
		s.mu.Lock()
		s.asked = append(s.asked, strings.TrimSpace(path+" "+r.Header.Get("Range")))
		n := len(s.asked)
		s.busy++
		s.mostBusy = max(s.mostBusy, s.busy)
		text, ok := s.files[path]
		spoil := s.spoil
		s.mu.Unlock()
		time.Sleep(s.pause)
		defer func() { s.mu.Lock(); s.busy--; s.mu.Unlock() }()
		switch {
		case spoil != nil && spoil(n, path, w):
		case !ok:
			http.NotFound(w, r)
		default:
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// cutAfter answers with the first n bytes and then breaks the connection.
func (s *server) cutAfter(w http.ResponseWriter, path string, n int) bool {
	w.Header().Set("Content-Length", fmt.Sprint(len(s.files[path])))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(s.files[path][:n]) // the client goes away
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func pngOf(seed, w, h int) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(i * (seed + 3))
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// tableSet puts n images with tables on the server and describes them.
func (s *server) tableSet(n int) *Manifest {
	m := &Manifest{Name: "small", What: "squares", Licence: "CC0-1.0", Repository: "https://example.org/r", Commit: "abc",
		Notes: []string{"made up"}, Files: s.URL, MB: 1, Image: "copy", Points: PointsRule{Format: "table", Y: "row", X: "col", Offset: [2]float64{-2, -1}}}
	for i := range n {
		f := Field{Split: splitNames()[i%3], Name: fmt.Sprintf("im%d", i)}
		f.Image = s.put(fmt.Sprintf("in/im %d.png", i), pngOf(i, 60, 50))
		f.Points = s.put(fmt.Sprintf("in/%d.csv", i), []byte("col,row\n10.5,20\n30,40.25\n30.1,40\n100,10\n"))
		m.Fields = append(m.Fields, f)
	}
	m.Also = []File{s.put("LICENSE.txt", []byte("free\n"))}
	return m
}

func (s *server) put(path string, text []byte) File {
	s.files[path] = text
	return File{Path: path, Bytes: int64(len(text)), SHA256: sumOf(text)}
}

// try calls get without long pauses.
func try(ctx context.Context, m *Manifest, dir string, progress detection.Progress) (*Got, error) {
	g := &getter{manifest: m, client: download.Client{HTTP: http.DefaultClient, Attempts: 4, Pause: time.Millisecond, Stall: time.Second}, told: map[string]bool{}}
	return g.get(ctx, dir, 4, progress)
}

// sourceOf makes dir the folder of a call that was interrupted early, and
// returns the folder of its downloads.
func sourceOf(t *testing.T, m *Manifest, dir string) string {
	t.Helper()
	if err := write(filepath.Join(dir, workFolder, provenanceFile), []byte((&getter{manifest: m}).heading())); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, sourceFolder)
}

func TestGet(t *testing.T) {
	s := newServer(t)
	s.pause = 5 * time.Millisecond
	m := s.tableSet(9)
	dir := filepath.Join(t.TempDir(), "set")
	var last detection.ProgressEvent
	got, err := try(context.Background(), m, dir, detection.ProgressFunc(func(e detection.ProgressEvent) {
		if e.Task == "download" {
			last = e
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	// Of four points one repeats a pixel and one lies outside.
	if want := (Got{Images: 9, Points: 18, Dropped: 18}); *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	text, err := os.ReadFile(filepath.Join(dir, "val", "y", "im1.csv"))
	if want := "index,axis-0,axis-1\n0,18,9.5\n1,38.25,29\n"; err != nil || string(text) != want {
		t.Errorf("points: %q %v, want %q", text, err, want)
	}
	img, err := os.ReadFile(filepath.Join(dir, "val", "x", "im1.png"))
	if err != nil || !bytes.Equal(img, s.files["in/im 1.png"]) {
		t.Errorf("the image is not the file of the server: %v", err)
	}
	wantEntries(t, dir, "LICENSE.txt", "PROVENANCE.txt", "test", "train", "val")
	if last.Done != last.Total || last.Total == 0 || last.Unit != "kB" {
		t.Errorf("last news of the download: %+v", last)
	}
	if s.mostBusy < 2 || s.mostBusy > 4 {
		t.Errorf("%d requests at a time, want several and at most 4", s.mostBusy)
	}
	// Again: nothing is asked for.
	asked := len(s.asked)
	got, err = try(context.Background(), m, dir, nil)
	if want := (Got{Images: 9, Points: 18, Already: true}); err != nil || *got != want || len(s.asked) != asked {
		t.Errorf("again: %+v %v and %d requests", got, err, len(s.asked)-asked)
	}
	// The set is sound, but for the pictures, which are stripes.
	r, err := Check(context.Background(), dir, DefaultCheckOptions(), nil)
	if err != nil || r.Errors > 0 {
		t.Errorf("check: %v %v", err, r)
	}
}

func TestGetResumesAfterACut(t *testing.T) {
	s := newServer(t)
	m := s.tableSet(1)
	const path = "in/im 0.png"
	cut := len(s.files[path]) / 2
	cuts := 0
	s.spoil = func(_ int, p string, w http.ResponseWriter) bool {
		if p == path && cuts == 0 {
			cuts++
			return s.cutAfter(w, p, cut)
		}
		return false
	}
	if _, err := try(context.Background(), m, t.TempDir(), nil); err != nil {
		t.Fatal(err)
	}
	resumed := slices.IndexFunc(s.asked, func(a string) bool { return strings.HasPrefix(a, path+" bytes=") })
	if resumed < 0 || s.asked[resumed] == path+" bytes=0-" {
		t.Errorf("requests %q: none goes on from the middle of %s", s.asked, path)
	}
}

func TestGetContinuesAnEarlierCall(t *testing.T) {
	s := newServer(t)
	m := s.tableSet(1)
	dir := t.TempDir()
	for path, text := range s.files {
		part := local(sourceOf(t, m, dir), path)
		if strings.HasSuffix(path, ".png") {
			text, part = text[:10], part+partSuffix
		}
		if err := place(part, text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := try(context.Background(), m, dir, nil); err != nil {
		t.Fatal(err)
	}
	if want := []string{"in/im 0.png bytes=10-"}; !slices.Equal(s.asked, want) {
		t.Errorf("requests %q, want %q", s.asked, want)
	}
}

// Each case makes the server misbehave for one file.
func TestGetFaults(t *testing.T) {
	const path = "in/im 0.png"
	tests := []struct {
		name     string
		spoil    func(s *server, n int, w http.ResponseWriter) bool
		part     string // left by an earlier call
		want     string // "" when it works out
		requests int
	}{
		{name: "wrong bytes", spoil: func(s *server, _ int, w http.ResponseWriter) bool {
			text := bytes.Clone(s.files[path])
			text[20]++
			_, _ = w.Write(text)
			return true
		}, want: "it is not the file that was expected: its SHA-256 is", requests: 1},
		{name: "longer", spoil: func(s *server, _ int, w http.ResponseWriter) bool {
			_, _ = w.Write(append(bytes.Clone(s.files[path]), 1))
			return true
		}, want: "it is longer than", requests: 1},
		{name: "shorter", spoil: func(s *server, _ int, w http.ResponseWriter) bool {
			_, _ = w.Write(s.files[path][:30])
			return true
		}, want: "the connection ended after 30 of", requests: 4},
		{name: "not found", spoil: func(_ *server, _ int, w http.ResponseWriter) bool {
			w.WriteHeader(http.StatusNotFound)
			return true
		}, want: "the server answered 404 Not Found", requests: 1},
		{name: "busy at first", spoil: func(_ *server, n int, w http.ResponseWriter) bool {
			if n < 3 {
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return n < 3
		}, requests: 3},
		{name: "failing always", spoil: func(_ *server, _ int, w http.ResponseWriter) bool {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}, want: "502", requests: 4},
		{name: "stalling", spoil: func(s *server, n int, w http.ResponseWriter) bool {
			if n > 1 {
				return false
			}
			w.Header().Set("Content-Length", fmt.Sprint(len(s.files[path])))
			_, _ = w.Write(s.files[path][:30])
			w.(http.Flusher).Flush()
			time.Sleep(1500 * time.Millisecond)
			panic(http.ErrAbortHandler)
		}, requests: 2},
		{name: "no ranges", part: "half of something", spoil: func(s *server, _ int, w http.ResponseWriter) bool {
			_, _ = w.Write(s.files[path])
			return true
		}, requests: 1},
		{name: "other range", part: "half of something", spoil: func(s *server, _ int, w http.ResponseWriter) bool {
			w.Header().Set("Content-Range", "bytes 3-9/10")
			w.WriteHeader(http.StatusPartialContent)
			return true
		}, want: "another part of the file", requests: 1},
		{name: "a part of another file", part: "half of something", requests: 2},
		{name: "a part that is too long", part: strings.Repeat("long", 10000), requests: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			m := s.tableSet(1)
			requests := 0
			s.spoil = func(_ int, p string, w http.ResponseWriter) bool {
				if p != path {
					return false
				}
				s.mu.Lock()
				requests++
				n := requests
				s.mu.Unlock()
				return tt.spoil != nil && tt.spoil(s, n, w)
			}
			dir := t.TempDir()
			if tt.part != "" {
				if err := place(local(sourceOf(t, m, dir), path)+partSuffix, []byte(tt.part)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := try(context.Background(), m, dir, nil)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("error %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "im%200.png")):
				t.Errorf("error %v, want %q and the address", err, tt.want)
			}
			s.mu.Lock()
			if requests != tt.requests {
				t.Errorf("%d requests, want %d", requests, tt.requests)
			}
			s.mu.Unlock()
			_, statErr := os.Stat(local(filepath.Join(dir, sourceFolder), path))
			if err != nil && !errors.Is(statErr, os.ErrNotExist) {
				t.Error("a faulty file has its final name")
			}
			// With a sound server the next call goes through.
			s.mu.Lock()
			s.spoil = nil
			s.mu.Unlock()
			if _, err := try(context.Background(), m, dir, nil); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestGetStops(t *testing.T) {
	s := newServer(t)
	m := s.tableSet(3)
	ctx, cancel := context.WithCancel(context.Background())
	s.spoil = func(n int, p string, w http.ResponseWriter) bool {
		cancel()
		time.Sleep(20 * time.Millisecond)
		return false
	}
	dir := t.TempDir()
	if _, err := try(ctx, m, dir, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	wantEntries(t, dir, workFolder)
}

func wantEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, want) {
		t.Errorf("%s holds %v, want %v", dir, names, want)
	}
}

// Until the set is whole, nothing of it is to be seen.
func TestGetIsWholeOrNothing(t *testing.T) {
	s := newServer(t)
	m := s.tableSet(3)
	last := &m.Fields[2]
	sound := *last
	last.Points = s.put("in/bad.csv", []byte("col,row\n1,x\n"))
	dir := t.TempDir()
	if _, err := try(context.Background(), m, dir, nil); err == nil || !strings.Contains(err.Error(), "in/bad.csv") {
		t.Errorf("a table with text: error %v", err)
	}
	wantEntries(t, dir, workFolder)
	*last = sound
	// A stop between the last file and the move, and one amid the move.
	g := &getter{manifest: m, client: download.Client{HTTP: http.DefaultClient, Attempts: 4, Pause: time.Millisecond, Stall: time.Second}, told: map[string]bool{}}
	if _, err := g.stage(context.Background(), dir, 4, nil); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, dir, workFolder)
	if err := os.Rename(filepath.Join(dir, stageFolder, "train"), filepath.Join(dir, "train")); err != nil {
		t.Fatal(err)
	}
	asked := len(s.asked)
	got, err := try(context.Background(), m, dir, nil)
	if want := (Got{Images: 3, Points: 6}); err != nil || *got != want || len(s.asked) != asked {
		t.Errorf("got %+v, %v after %d requests, want %+v without one", got, err, len(s.asked)-asked, want)
	}
	wantEntries(t, dir, "LICENSE.txt", "PROVENANCE.txt", "test", "train", "val")
}

// What is in the folder is neither replaced nor mixed with another set.
func TestGetReplacesNothing(t *testing.T) {
	s := newServer(t)
	m := s.tableSet(1)
	dir := t.TempDir()
	sourceOf(t, m, dir)
	if err := place(filepath.Join(dir, "train", "mine.txt"), []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if _, err := try(context.Background(), m, dir, nil); !errors.Is(err, ErrOccupied) || !strings.Contains(err.Error(), "train") {
		t.Errorf("a folder in the way: error %v", err)
	}
	wantEntries(t, filepath.Join(dir, "train"), "mine.txt")
	begun := t.TempDir()
	sourceOf(t, m, begun)
	other := *m
	other.Commit = "def"
	if _, err := try(context.Background(), &other, begun, nil); !errors.Is(err, ErrOccupied) {
		t.Errorf("the downloads of another commit: error %v", err)
	}
}

func TestGetRefuses(t *testing.T) {
	s := newServer(t)
	m := s.tableSet(1)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := try(context.Background(), m, dir, nil); !errors.Is(err, ErrOccupied) {
		t.Errorf("a folder with something else: error %v", err)
	}
	done := t.TempDir()
	if _, err := try(context.Background(), m, done, nil); err != nil {
		t.Fatal(err)
	}
	m.Commit = "def"
	if _, err := try(context.Background(), m, done, nil); !errors.Is(err, ErrOccupied) {
		t.Errorf("a set of another commit: error %v", err)
	}
	m.Fields[0].Image.Path = "../../evil.png"
	if _, err := Get(context.Background(), m, dir, GetOptions{}, nil); err == nil || !strings.Contains(err.Error(), "within the set") || !strings.Contains(err.Error(), "Parallel") {
		t.Errorf("a path to elsewhere: error %v", err)
	}
}

// tarOf packs files into a tar.gz below a folder, as an archive of a commit is.
func tarOf(names []string, files map[string][]byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	add := func(name string, text []byte) {
		h := &tar.Header{Name: "repo-abc/" + name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		if _, err := w.Write(text); err != nil {
			panic(err)
		}
	}
	add("../../evil.txt", []byte("evil"))
	add("masks/a/../../../evil.png", []byte("evil"))
	add("masks/a/..", []byte("evil"))
	for _, n := range names {
		add(n, files[n])
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// maskSet is a set of one grey image, stored in colours, with two masks.
func (s *server) maskSet() (*Manifest, []string, map[string][]byte) {
	picture := image.NewRGBA(image.Rect(0, 0, 30, 20))
	for i := range picture.Pix {
		picture.Pix[i] = 200
		if i%4 == 3 {
			picture.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		panic(err)
	}
	files := map[string][]byte{"img/a.png": b.Bytes()}
	var lines string
	for i, r := range []image.Rectangle{image.Rect(2, 3, 5, 6), image.Rect(10, 10, 14, 11)} {
		mask := image.NewGray(image.Rect(0, 0, 30, 20))
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				mask.SetGray(x, y, color.Gray{255})
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, mask); err != nil {
			panic(err)
		}
		name := fmt.Sprintf("m%d.png", i)
		files["masks/a/"+name] = b.Bytes()
		lines += sumOf(b.Bytes()) + "  " + name + "\n"
	}
	m := &Manifest{Name: "masks", What: "squares", Licence: "CC0-1.0", Repository: "https://example.org/r", Commit: "abc",
		Archive: s.URL + "/a.tar.gz", MB: 1, Image: "grey", Points: PointsRule{Format: "masks"}}
	m.Fields = []Field{{Split: "test", Name: "a", Image: File{"img/a.png", int64(len(files["img/a.png"])), sumOf(files["img/a.png"])},
		Masks: Folder{"masks/a", 2, sumOf([]byte(lines))}}}
	return m, []string{"masks/a/m1.png", "other.txt", "img/a.png", "masks/a/m0.png"}, files
}

func TestGetFromAnArchive(t *testing.T) {
	s := newServer(t)
	m, names, files := s.maskSet()
	s.files["a.tar.gz"] = tarOf(names, files)
	cut := true
	s.spoil = func(_ int, p string, w http.ResponseWriter) bool {
		if cut {
			cut = false
			return s.cutAfter(w, p, len(s.files[p])-200)
		}
		return false
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "b", "set")
	var last detection.ProgressEvent
	got, err := try(context.Background(), m, dir, detection.ProgressFunc(func(e detection.ProgressEvent) {
		if e.Task == "download" {
			last = e
		}
	}))
	if err != nil || got.Images != 1 || got.Points != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "test", "y", "a.csv"))
	if want := "index,axis-0,axis-1\n0,4,3\n1,10,11.5\n"; err != nil || string(text) != want {
		t.Errorf("points %q %v, want %q", text, err, want)
	}
	if last.Done != 2 || last.Total != 2 || last.Unit != "files" {
		t.Errorf("last news: %+v", last)
	}
	if len(s.asked) != 2 {
		t.Errorf("requests %q, want one that is cut and one", s.asked)
	}
	err = filepath.WalkDir(parent, func(path string, _ os.DirEntry, err error) error {
		if strings.Contains(path, "evil") {
			t.Errorf("%s was unpacked", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestArchiveFaults(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(names []string, files map[string][]byte) []string
		want  string
	}{
		{"another image", func(n []string, f map[string][]byte) []string { f["img/a.png"][9]++; return n }, "img/a.png: it is not the file"},
		{"a longer image", func(n []string, f map[string][]byte) []string {
			f["img/a.png"] = append(f["img/a.png"], 0)
			return n
		}, "img/a.png: it is not the file"},
		{"another mask", func(n []string, f map[string][]byte) []string { f["masks/a/m1.png"][9]++; return n }, "masks/a: it is not the file"},
		{"a mask is missing", func(n []string, _ map[string][]byte) []string { return n[1:] }, "it lacks masks/a"},
		{"the image is missing", func(n []string, _ map[string][]byte) []string { return []string{n[0], n[3]} }, "it lacks img/a.png"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			m, names, files := s.maskSet()
			names = tt.spoil(names, files)
			s.files["a.tar.gz"] = tarOf(names, files)
			if _, err := try(context.Background(), m, t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if len(s.asked) != 1 {
				t.Errorf("%d requests for a file that will not change", len(s.asked))
			}
		})
	}
	s := newServer(t)
	m, _, _ := s.maskSet()
	s.files["a.tar.gz"] = []byte("<html>")
	if _, err := try(context.Background(), m, t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "no tar.gz") {
		t.Errorf("a page: error %v", err)
	}
}

// A picture that does not belong there would be taken for an object.
func TestArchiveAfterAnother(t *testing.T) {
	s := newServer(t)
	m, names, files := s.maskSet()
	s.files["a.tar.gz"] = tarOf(names, files)
	dir := t.TempDir()
	stranger := filepath.Join(sourceOf(t, m, dir), "masks", "a", "m9.png")
	if err := place(stranger, files["masks/a/m0.png"]); err != nil {
		t.Fatal(err)
	}
	want := Got{Images: 1, Points: 2} // none dropped either
	if got, err := try(context.Background(), m, dir, nil); err != nil || *got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestArchiveIsBounded(t *testing.T) {
	noise := make([]byte, 5_000_000)
	rng := rand.NewChaCha8([32]byte{1})
	_, _ = rng.Read(noise) // cannot fail
	for _, tt := range []struct {
		name string
		text []byte
		want string
	}{
		{"long", noise, "it is longer than 4 MB"},
		{"a bomb", make([]byte, 70_000_000), "more than 64 MB are packed in it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			m, names, files := s.maskSet()
			files["first"] = tt.text
			s.files["a.tar.gz"] = tarOf(append([]string{"first"}, names...), files)
			if _, err := try(context.Background(), m, t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), tt.want) || len(s.asked) != 1 {
				t.Errorf("error %v after %d requests, want %q after one", err, len(s.asked), tt.want)
			}
		})
	}
}
