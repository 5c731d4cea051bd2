// Package atomicfile writes a file so that its readers see either all of it
// or none of it.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// bufferSize is large enough that small writes of the caller cost no system
// call each.
const bufferSize = 1 << 16

// Write calls write with a buffered writer and puts what it wrote at path:
// into a hidden temporary file in the same folder first, then to the disk
// (fsync), then under its name (rename). An existing file keeps its contents
// until the rename and its permissions after it; a new one gets 0666 less the
// umask. A symbolic link at path is replaced, not followed.
//
// When write returns an error or panics, or the disk fails, path is as it was
// before and no temporary file is left. Errors name path; the error of write
// can be found with errors.Is and errors.As.
func Write(path string, write func(io.Writer) error) (err error) {
	mode := fs.FileMode(0)
	switch info, statErr := os.Lstat(path); {
	case statErr == nil && info.IsDir():
		return fmt.Errorf("%s: is a folder, cannot be written as a file", path)
	case statErr == nil && info.Mode().IsRegular():
		mode = info.Mode().Perm()
	}
	tmp, err := create(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	renamed := false
	defer func() {
		if !renamed {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()

	buf := bufio.NewWriterSize(tmp, bufferSize)
	if err := write(buf); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := finish(tmp, buf, mode); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	renamed = true
	syncFolder(filepath.Dir(path))
	return nil
}

// finish brings everything to the disk and closes tmp. A mode of 0 leaves the
// permissions alone.
func finish(tmp *os.File, buf *bufio.Writer, mode fs.FileMode) error {
	if err := buf.Flush(); err != nil {
		return err
	}
	if mode != 0 {
		if err := tmp.Chmod(mode); err != nil {
			return err
		}
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	return tmp.Close()
}

// create opens a new temporary file. os.CreateTemp is not used because it
// fixes the permissions at 0600, whatever the umask.
func create(dir string) (*os.File, error) {
	const tries = 100
	for range tries {
		name := filepath.Join(dir, fmt.Sprintf(".tmp-%016x", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return f, err
	}
	return nil, fmt.Errorf("no free name for a temporary file in %s", dir)
}

// syncFolder makes the rename itself survive a power cut. Not every file
// system can do it, and the file is complete either way, so a failure is not
// an error.
func syncFolder(dir string) {
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = f.Sync()
	_ = f.Close()
}
