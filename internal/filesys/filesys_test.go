package filesys

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestStem(t *testing.T) {
	for path, want := range map[string]string{"a/b.c.tif": "b.c", "b": "b", ".csv": "", "a/": "a"} {
		if got := Stem(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "b.CSV", ".c.csv", "d.tif"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "e.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	got, err := Tables(dir)
	if want := map[string]string{"a": filepath.Join(dir, "a.csv"), "b": filepath.Join(dir, "b.CSV")}; err != nil || !maps.Equal(got, want) {
		t.Errorf("tables %v, %v, want %v", got, err, want)
	}
	missing := filepath.Join(dir, "none")
	var path *fs.PathError
	if _, err := Tables(missing); !errors.Is(err, fs.ErrNotExist) || errors.As(err, &path) {
		t.Errorf("no folder: %v", err)
	}
	if !IsFolder(dir) || IsFolder(missing) || IsFolder(filepath.Join(dir, "a.csv")) {
		t.Error("folders are not told from files")
	}
}
