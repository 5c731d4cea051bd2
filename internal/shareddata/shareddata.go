// Package shareddata finds the real images that some tests read when they are
// there.
package shareddata

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a folder or file of the data set that is
// kept beside the repository, or skips the test where there is none.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	path, ok := Find(t, elem...)
	if !ok {
		t.Skip("skipped: no shared data")
	}
	return path
}

// Find is Path for tests that do without.
func Find(t testing.TB, elem ...string) (path string, ok bool) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
	path = filepath.Join(append([]string{dir, "..", "shared", "data"}, elem...)...)
	_, err = os.Stat(path)
	return path, err == nil
}
