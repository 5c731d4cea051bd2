package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// names lists everything in dir, hidden files too.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	for _, want := range []string{strings.Repeat("long ", 50_000), "short"} {
		if err := Write(path, text(want)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("read %d bytes, want %d", len(got), len(want))
		}
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("the folder holds %v, want a.csv alone", got)
	}
}

func TestWriteLeavesNothingBehind(t *testing.T) {
	errDisk := errors.New("disk on fire")
	for _, tt := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"error at once", func(io.Writer) error { return errDisk }},
		{"error after a flushed part", func(w io.Writer) error {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return err
			}
			return errDisk
		}},
		{"panic", func(io.Writer) error { panic(errDisk) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.csv")
			if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						err = p.(error)
					}
				}()
				err = Write(path, tt.write)
				if err != nil && !strings.Contains(err.Error(), path) {
					t.Errorf("error %q does not name %s", err, path)
				}
				return err
			}()
			if !errors.Is(err, errDisk) {
				t.Fatalf("error %v, want %v", err, errDisk)
			}
			if got := names(t, dir); len(got) != 1 {
				t.Errorf("the folder holds %v, want a.csv alone", got)
			}
			if got, _ := os.ReadFile(path); string(got) != "old" {
				t.Errorf("the file holds %q, want what it held before", got)
			}
		})
	}
}

func TestWriteKeepsPermissions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, text("x")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %o, want 640", info.Mode().Perm())
	}
}

// TestWriteNewFilePermissions compares with a file made in the ordinary way,
// so that it holds under any umask.
func TestWriteNewFilePermissions(t *testing.T) {
	dir := t.TempDir()
	ordinary, ours := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.WriteFile(ordinary, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(ours, text("x")); err != nil {
		t.Fatal(err)
	}
	a, err := os.Stat(ordinary)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.Stat(ours)
	if err != nil {
		t.Fatal(err)
	}
	if a.Mode() != b.Mode() {
		t.Errorf("mode %v, want %v", b.Mode(), a.Mode())
	}
}

func TestWriteBadPlaces(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "absent", "a.csv")} {
		called := false
		err := Write(path, func(io.Writer) error { called = true; return nil })
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("Write(%s) = %v, want an error that names it", path, err)
		}
		if called {
			t.Errorf("Write(%s) called write although there is no place for the file", path)
		}
	}
}
