//go:build unix

// Package rundir keeps the folders of running kernels: private, locked while
// their owner lives, and swept by the next one when it has died.
package rundir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// Variable is the environment variable that holds the name of its folder in
// every process of a kernel. It says which processes to end when the folder is
// swept.
const Variable = "PUNCTA_KERNEL_ID"

// SharedVariable is the environment variable with the socket of an engine that
// several kernels use: a kernel that finds it starts none of its own. It lies in
// the folder of the engine's owner, with whom all processes end that carry it.
const SharedVariable = "PUNCTA_SHARED_ENGINE"

// belongs says whether a variable of a process, NAME=value, makes it one of those
// that end with the folder id.
func belongs(variable, id string) bool {
	name, value, _ := strings.Cut(variable, "=")
	switch name {
	case Variable:
		return value == id
	case SharedVariable:
		return filepath.Base(filepath.Dir(value)) == id
	}
	return false
}

// Dir is the folder of one kernel, or of one program with an engine.
type Dir struct {
	// Path is the folder; only its owner may enter it.
	Path string
	// ID is its name.
	ID   string
	lock *flock.Flock
}

// lockFile in a folder is locked by its owner.
const lockFile = "lock"

// Base is the folder of this user's folders: in XDG_RUNTIME_DIR, which is
// emptied at logout, or else among the temporary files.
func Base() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "puncta")
	}
	return filepath.Join(os.TempDir(), "puncta-"+strconv.Itoa(os.Getuid()))
}

// Create makes a folder in base, which is made with mode 0700 when it is not
// there, and sweeps what owners that died have left in it; swept says which.
//
// Errors: a base that belongs to somebody else or that others may enter; no
// room.
func Create(base string) (d *Dir, swept []string, err error) {
	if err := private(base); err != nil {
		return nil, nil, err
	}
	all := flock.New(filepath.Join(base, ".lock"))
	if err := all.Lock(); err != nil { // a folder is not swept before it is locked
		return nil, nil, err
	}
	defer all.Unlock()
	if swept, err = sweep(base); err != nil {
		return nil, swept, err
	}
	random := make([]byte, 6)
	if _, err := rand.Read(random); err != nil {
		return nil, swept, err
	}
	d = &Dir{ID: fmt.Sprintf("%d-%s", os.Getpid(), hex.EncodeToString(random))}
	d.Path = filepath.Join(base, d.ID)
	if err := os.Mkdir(d.Path, 0o700); err != nil {
		return nil, swept, err
	}
	d.lock = flock.New(filepath.Join(d.Path, lockFile))
	if err := d.lock.Lock(); err != nil {
		return nil, swept, errors.Join(err, os.RemoveAll(d.Path))
	}
	return d, swept, nil
}

// private makes the folder, or checks that it is the user's alone: the
// temporary files are everybody's.
func private(base string) error {
	if err := os.MkdirAll(filepath.Dir(base), 0o700); err != nil {
		return err
	}
	if err := os.Mkdir(base, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(base)
	if err != nil {
		return err
	}
	if !info.IsDir() || !ours(info) || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s: want a folder that belongs to you and that nobody else may enter (mode 0700)", base)
	}
	return nil
}

// Remove ends the processes that still carry the folder's ID, and deletes it.
func (d *Dir) Remove() error {
	EndProcesses(d.ID)
	return errors.Join(os.RemoveAll(d.Path), d.lock.Close())
}

// sweep removes the folders whose owners have died.
func sweep(base string) (swept []string, err error) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir := filepath.Join(base, e.Name())
		lock := flock.New(filepath.Join(dir, lockFile))
		free, err := lock.TryLock()
		if err != nil || !free {
			continue // in use, or gone by now
		}
		EndProcesses(e.Name())
		err = os.RemoveAll(dir)
		_ = lock.Close()
		if err != nil {
			return swept, err
		}
		swept = append(swept, e.Name())
	}
	return swept, nil
}
