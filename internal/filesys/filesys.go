// Package filesys holds what several packages ask of paths and folders.
package filesys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Stem is the file name without folder and extension.
func Stem(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}

// WithoutPath takes the path out of an error of the file system, for a message
// that has named it.
func WithoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// IsFolder says whether path is a folder, or a link to one.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Tables finds the CSV files of a folder by their stem; hidden files are passed
// over. The error does not name the folder.
func Tables(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, WithoutPath(err)
	}
	tables := map[string]string{}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && !strings.HasPrefix(name, ".") && strings.EqualFold(filepath.Ext(name), ".csv") {
			tables[Stem(name)] = filepath.Join(dir, name)
		}
	}
	return tables, nil
}
