package house

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mostLines bounds a hand-written file: one idea fits into it.
const mostLines = 450

func TestFileSizes(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		limit := mostLines
		if strings.HasSuffix(path, "_test.go") {
			limit *= 2
		}
		if n := bytes.Count(text, []byte("\n")); n > limit {
			t.Errorf("%s has %d lines, more than %d: does it hold one idea?", strings.TrimPrefix(path, root+"/"), n, limit)
		}
		return nil
	})
	if err != nil || seen < 10 {
		t.Fatalf("walked %d files: %v", seen, err)
	}
}
