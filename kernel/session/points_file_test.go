//go:build unix

package session

import (
	"path/filepath"
	"testing"
)

// A page that is shown to others does not name folders above the notebook's.
func TestSaveTargetFromTheWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for path, want := range map[string]string{
		filepath.Join(dir, "cells.csv"):         "cells.csv",
		filepath.Join(dir, "labels", "a b.csv"): filepath.Join("labels", "a b.csv"),
		filepath.Join(filepath.Dir(dir), "x"):   filepath.Join(filepath.Dir(dir), "x"),
		"/cells.csv":                            "/cells.csv",
	} {
		f := &PointsFile{Path: path, Hash: "h", Kernel: "k"}
		if kernel, got, hash := f.SaveTarget(); got != want || kernel != "k" || hash != "h" {
			t.Errorf("%s: %q, %q, %q, want %q", path, kernel, got, hash, want)
		}
	}
}
