//go:build unix

package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// ModulePath is the module that cells import.
const ModulePath = "github.com/puncta-bio/puncta"

// Checkout finds the checkout of the module that holds dir: the folder of the
// nearest go.mod, when it is this module's. "" without one.
func Checkout(dir string) string {
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			if modfile.ModulePath(text) == ModulePath {
				return dir
			}
			return ""
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// extract writes the module's source, which the program carries, into a folder
// in place of what is there.
func extract(source fs.FS, dir string) error {
	if source == nil {
		return errors.New("this program carries no source: run it in a checkout of the module")
	}
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.CopyFS(fresh, source); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}

// modulesOf lists the module in a folder and all that it requires.
func modulesOf(dir string) ([]string, error) {
	path := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := modfile.Parse(path, text, nil)
	if err != nil {
		return nil, err
	}
	if f.Module == nil || f.Module.Mod.Path != ModulePath {
		return nil, fmt.Errorf("%s: not the module %s", path, ModulePath)
	}
	list := []string{ModulePath}
	for _, r := range f.Require {
		list = append(list, r.Mod.Path)
	}
	return list, nil
}

// lines joins a list to a text.
func lines(list []string) []byte { return []byte(strings.Join(list, "\n") + "\n") }
