//go:build unix

package local

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/session"
)

// A points file is read, saved and read again, from no file at all to one with
// classes, of which the middle one has no point yet.
func TestPointsFile(t *testing.T) {
	s, dir := connect(t), t.TempDir()
	t.Chdir(dir)
	f, err := s.Points(ctx, "new.csv", 3)
	if err != nil || f.Hash != "" || len(f.Points) != 0 || f.Path != filepath.Join(dir, "new.csv") {
		t.Fatalf("no file: %+v, %v", f, err)
	}
	for _, csv := range []string{
		"index,axis-0,axis-1,class\n0,1.5,2.25,1\n1,7,9,3\n",
		"index,axis-0,axis-1,class\n",
		"index,axis-0,axis-1,axis-2,class\n0,2,1.5,2.25,2\n1,2,1.5,2.25,2\n", // twice the same voxel
	} {
		before := f.Hash
		if err := s.SavePoints(ctx, f, csv, 3); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(f.Path)
		if err != nil || string(text) != csv || f.Hash == before {
			t.Errorf("saved %q (%v), want %q; hash %s", text, err, csv, f.Hash)
		}
		again, err := s.Points(ctx, f.Path, 3)
		if err != nil || again.Hash != f.Hash || !slices.Equal(again.Points, f.Points) || len(f.Points) != strings.Count(csv, "\n")-1 {
			t.Errorf("read again: %+v, %v; saved %+v", again, err, f)
		}
	}
	if err := os.WriteFile(f.Path, []byte("index,axis-0,axis-1\n0,1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if plain := s.MustPoints(f.Path, 3); len(plain.Points) != 1 || plain.Points[0].Class != 0 {
		t.Errorf("without classes: %+v", plain)
	}
	if want := (detection.Point{ID: 1, Pos: [3]float64{2, 1.5, 2.25}, Prob: 1, Class: 2}); f.Points[0] != want {
		t.Errorf("%+v, want %+v", f.Points[0], want)
	}
}

// Whoever saves what is not there any more is told, and the file stays.
func TestPointsFileChanged(t *testing.T) {
	s, dir := connect(t), t.TempDir()
	path := filepath.Join(dir, "points.csv")
	const mine, yours = "index,axis-0,axis-1\n0,1,1\n", "index,axis-0,axis-1\n0,2,2\n"
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	points := func() *session.PointsFile {
		t.Helper()
		f, err := s.Points(ctx, path, 0)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	refused := func(f *session.PointsFile, word, kept string) string {
		t.Helper()
		err := s.SavePoints(ctx, f, mine, 0)
		hash, changed := session.IsChanged(err)
		if !changed || session.IsInput(err) || !strings.Contains(err.Error(), path+" has been "+word+" by somebody else") {
			t.Errorf("%s: %v", word, err)
		}
		if text, _ := os.ReadFile(path); string(text) != kept {
			t.Errorf("%s: the file holds %q", word, text)
		}
		return hash
	}
	none := points()
	write(yours)
	refused(none, "made", yours)
	read := points()
	write(mine + "1,3,3\n")
	hash := refused(read, "changed", mine+"1,3,3\n")
	read.Hash = hash // whoever wants to write over it all the same
	if err := s.SavePoints(ctx, read, yours, 0); err != nil {
		t.Error(err)
	}
	if err := s.SavePoints(ctx, none, yours, 0); err != nil || none.Hash != read.Hash {
		t.Errorf("what is there already: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's permissions are %v, %v", info, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if hash := refused(read, "removed", ""); hash != "" {
		t.Errorf("no file, and the hash %s", hash)
	}

	// Of many who save at once what they have read, one does.
	write(yours)
	var wins atomic.Int64
	var wg sync.WaitGroup
	var files []*session.PointsFile
	for range 20 {
		files = append(files, points())
	}
	for k, f := range files {
		wg.Go(func() {
			err := s.SavePoints(ctx, f, mine+fmt.Sprintf("1,%d,5\n", 10+k), 0)
			if _, changed := session.IsChanged(err); err == nil {
				wins.Add(1)
			} else if !changed {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		t.Errorf("%d of 20 have saved over the same contents", wins.Load())
	}
}

func TestPointsFileErrors(t *testing.T) {
	s, dir := connect(t), t.TempDir()
	path := filepath.Join(dir, "points.csv")
	if err := os.WriteFile(path, []byte("index,axis-0,axis-1,class\n0,1,x,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Points(ctx, path, 0); !session.IsInput(err) || err.Error() != path+`:2: axis-1 is "x": want a number` {
		t.Errorf("a bad file: %v", err)
	}
	if _, err := s.Points(ctx, dir, 0); !session.IsInput(err) || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a folder: %v", err)
	}
	f := &session.PointsFile{Path: filepath.Join(dir, "new.csv")}
	for csv, want := range map[string]string{
		"":                                     "new.csv: file is empty",
		"index,axis-0,axis-1,class\n0,1,2,4\n": "new.csv:2: class is 4: want 1 to 3",
	} {
		if err := s.SavePoints(ctx, f, csv, 3); !session.IsInput(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", csv, err, want)
		}
	}
	good := "index,axis-0,axis-1\n0,1,2\n"
	for path, want := range map[string]string{
		filepath.Join(dir, "none", "new.csv"): "no such file",
		"new.csv":                             "want an absolute path",
	} {
		if err := s.SavePoints(ctx, &session.PointsFile{Path: path}, good, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if _, err := os.Stat(f.Path); !os.IsNotExist(err) {
		t.Errorf("what was refused was written: %v", err)
	}

	// A link stays a link.
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(f.Path, link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	linked := s.MustPoints(link, 0)
	if err := s.SavePoints(ctx, linked, good+"1,4,4\n", 0); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(f.Path); string(text) != good+"1,4,4\n" {
		t.Errorf("through the link: %q", text)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
}
