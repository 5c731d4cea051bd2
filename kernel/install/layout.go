//go:build unix

package install

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// Installed says where the parts of a kernel are.
type Installed struct {
	// Data is the folder of the programs, Cache that of compiled packages.
	Data  string `json:"data"`
	Cache string `json:"cache"`
	// Module is the folder of the module that cells import: a checkout, or
	// <data>/src.
	Module string `json:"module"`
	// Go is the go command.
	Go string `json:"go"`
	// Spec is the folder of Jupyter's description.
	Spec string `json:"spec"`
	// Version is that of the program that installed.
	Version string `json:"version"`
}

// installedFile holds an [Installed] as JSON in its folder Data.
const installedFile = "installed.json"

// Program is the path of puncta, which is supervisor and engine.
func (i Installed) Program() string { return filepath.Join(i.Data, "bin", "puncta") }

// GoNB is the path of GoNB.
func (i Installed) GoNB() string { return filepath.Join(i.Data, "bin", "gonb") }

func (i Installed) shim() string    { return filepath.Join(i.Data, "shim", "go") }
func (i Installed) modules() string { return filepath.Join(i.Data, "modules.txt") }
func (i Installed) source() string  { return filepath.Join(i.Data, "src") }
func (i Installed) goCache() string { return filepath.Join(i.Cache, "gocache") }

// save writes the file.
func (i Installed) save() error {
	return atomicfile.Write(filepath.Join(i.Data, installedFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(i)
	})
}

// Load reads what is installed in a folder. The error wraps [os.ErrNotExist]
// when nothing is.
func Load(data string) (Installed, error) {
	var i Installed
	path := filepath.Join(data, installedFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return i, fmt.Errorf("%s: %w: run puncta kernel install", path, filesys.WithoutPath(err))
	}
	if err := json.Unmarshal(text, &i); err != nil {
		return i, fmt.Errorf("%s: %w: run puncta kernel install", path, err)
	}
	return i, nil
}

// DataOfProgram is the folder Data of the program that runs, if it is an
// installed one.
func DataOfProgram() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.Dir(filepath.Dir(program)), nil
}

// UserData is the folder Data of this user.
func UserData() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "puncta"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "puncta"), nil
	}
	return filepath.Join(home, ".local", "share", "puncta"), nil
}

// UserCache is the folder Cache of this user.
func UserCache() (string, error) {
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "puncta", "kernel"), err
}

// Uninstall removes a kernel: its description, programs, and cache. What is not
// there is no error. A checkout stays.
func Uninstall(i Installed) error {
	errs := []error{os.RemoveAll(i.Spec)}
	for _, path := range []string{i.Program(), i.GoNB(), filepath.Join(i.Data, "bin", "goimports"), i.shim(), i.modules(), i.source(), i.ECharts(), filepath.Join(i.Data, installedFile)} {
		errs = append(errs, os.RemoveAll(path))
	}
	errs = append(errs, os.RemoveAll(i.goCache()))
	for _, dir := range []string{"bin", "shim", ""} { // unless something else is in them
		_ = os.Remove(filepath.Join(i.Data, dir))
	}
	return errors.Join(errs...)
}
