package jupyter

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/internal/filesys"
)

// ErrNoSpec is the error of [FindSpec] for a name that no kernel has.
var ErrNoSpec = errors.New("no such kernel")

// InterruptMode says how a kernel wants to be interrupted.
type InterruptMode string

const (
	// InterruptSignal sends SIGINT to the kernel's process group.
	InterruptSignal InterruptMode = "signal"
	// InterruptMessage sends an interrupt_request on the control channel.
	InterruptMessage InterruptMode = "message"
)

// Spec is a kernelspec: how to start a kernel.
type Spec struct {
	// Name is the name of the spec's folder, in lower case.
	Name string `json:"-"`
	// Dir is the spec's folder, which holds kernel.json and logos.
	Dir string `json:"-"`
	// Argv is the command line. {connection_file} stands for the path of the
	// connection file, {resource_dir} for Dir.
	Argv []string `json:"argv"`
	// DisplayName is the kernel's name for people.
	DisplayName string `json:"display_name"`
	// Language is that of the cells, such as go.
	Language string `json:"language"`
	// Env is added to the environment of the kernel. ${NAME} stands for the
	// variable of ours.
	Env map[string]string `json:"env,omitempty"`
	// InterruptMode is InterruptSignal when kernel.json has none.
	InterruptMode InterruptMode `json:"interrupt_mode"`
}

// FindSpec returns the kernelspec of that name, upper and lower case alike,
// from the first of the [DataPaths] that has one.
//
// Errors: [ErrNoSpec], with the names of those that there are; a kernel.json
// that cannot be read, has no argv or an unknown interrupt mode.
func FindSpec(name string) (Spec, error) {
	var known []string
	for _, dir := range specDirs() {
		own := strings.ToLower(filepath.Base(dir))
		if own == strings.ToLower(name) {
			return ReadSpec(dir)
		}
		if !slices.Contains(known, own) {
			known = append(known, own)
		}
	}
	slices.Sort(known)
	if len(known) == 0 {
		return Spec{}, fmt.Errorf("kernel %q: %w: there is none in %s", name, ErrNoSpec, strings.Join(DataPaths(), ", "))
	}
	return Spec{}, fmt.Errorf("kernel %q: %w: there are %s", name, ErrNoSpec, strings.Join(known, ", "))
}

// specDirs lists the folders of all kernelspecs, the preferred ones first.
func specDirs() []string {
	var dirs []string
	for _, data := range DataPaths() {
		entries, err := os.ReadDir(filepath.Join(data, "kernels"))
		if err != nil {
			continue // most of the folders are not there
		}
		for _, e := range entries {
			dir := filepath.Join(data, "kernels", e.Name())
			if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err == nil {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// ReadSpec reads the kernelspec in a folder.
func ReadSpec(dir string) (Spec, error) {
	file := filepath.Join(dir, "kernel.json")
	text, err := os.ReadFile(file)
	if err != nil {
		return Spec{}, fmt.Errorf("%s: %w", file, filesys.WithoutPath(err))
	}
	s := Spec{InterruptMode: InterruptSignal}
	if err := json.Unmarshal(text, &s); err != nil {
		return Spec{}, fmt.Errorf("%s: %w", file, err)
	}
	s.Name, s.Dir = strings.ToLower(filepath.Base(dir)), dir
	switch {
	case len(s.Argv) == 0:
		return Spec{}, fmt.Errorf("%s: argv is empty: want the command that starts the kernel", file)
	case s.InterruptMode == "":
		s.InterruptMode = InterruptSignal
	case s.InterruptMode != InterruptSignal && s.InterruptMode != InterruptMessage:
		return Spec{}, fmt.Errorf("%s: interrupt_mode is %q: want %q or %q", file, s.InterruptMode, InterruptSignal, InterruptMessage)
	}
	return s, nil
}

// command fills the placeholders of argv. A python without a folder is that of
// the environment that the spec belongs to, whatever is on the PATH: Jupyter
// takes its own, which is the same one.
func (s Spec) command(connectionFile string) []string {
	r := strings.NewReplacer("{connection_file}", connectionFile, "{resource_dir}", s.Dir)
	argv := make([]string, len(s.Argv))
	for i, a := range s.Argv {
		argv[i] = r.Replace(a)
	}
	if strings.HasPrefix(argv[0], "python") && filepath.Base(argv[0]) == argv[0] {
		prefix := filepath.Join(s.Dir, "..", "..", "..", "..") // of share/jupyter/kernels/NAME
		for _, own := range []string{filepath.Join(prefix, "bin", argv[0]), filepath.Join(prefix, "Scripts", argv[0]+".exe")} {
			if info, err := os.Stat(own); err == nil && !info.IsDir() {
				argv[0] = own
				break
			}
		}
	}
	return argv
}

// environment is ours with the spec's variables and extra ones, in this
// order, so that the last one wins.
func (s Spec) environment(extra []string) []string {
	env := os.Environ()
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		value := os.Expand(s.Env[name], func(v string) string {
			if own, ok := os.LookupEnv(v); ok {
				return own
			}
			return "${" + v + "}"
		})
		env = append(env, name+"="+value)
	}
	return append(env, extra...)
}
