//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// plan is how a cell with certain imports is built: the archives of all the
// packages that it links, in the go command's cache, and the files of which those
// were made, as far as they can change.
type plan struct {
	// Unfit marks imports that goshim leaves to the go command.
	Unfit    bool              `json:",omitempty"`
	Language string            // of the compiler, such as go1.26
	Tools    string            // folder of compiler and linker
	Archives map[string]string // by import path
	Sources  []source
}

// source is a file or folder of the workspace. The standard library and the
// module cache do not change.
type source struct {
	Path     string
	Size     int64
	Modified int64 // nanoseconds since 1970
}

func stat(path string) (source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return source{}, err
	}
	return source{path, info.Size(), info.ModTime().UnixNano()}, nil
}

// readPlan returns an empty plan, which is not current, where there is none.
func readPlan(file string) (p plan) {
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &p) != nil {
		return plan{}
	}
	return p
}

// current reports whether the archives are there, and are still those of their
// sources.
func (p plan) current() bool {
	for _, s := range p.Sources {
		if now, err := stat(s.Path); err != nil || now != s {
			return false
		}
	}
	for _, file := range p.Archives {
		if _, err := os.Stat(file); err != nil {
			return false
		}
	}
	return len(p.Archives) > 0
}

// importConfig is the list of archives as compiler and linker read it.
func (p plan) importConfig() []byte {
	var b bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(p.Archives)) {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, p.Archives[path])
	}
	return b.Bytes()
}

// listed is what "go list" says about a package.
type listed struct {
	ImportPath, Dir, Export, DefaultGODEBUG       string
	Standard, DepOnly                             bool
	GoFiles, CgoFiles, SFiles, HFiles, EmbedFiles []string
	IgnoredGoFiles, CFiles, SysoFiles             []string
	Module                                        *module
}

type module struct {
	Version, Dir, GoMod, GoVersion string
	Replace                        *module
}

// workspace reports whether a module's files may change.
func (m *module) workspace() bool {
	if m.Replace != nil {
		m = m.Replace
	}
	return m.Version == ""
}

// errUnfit is a program that goshim does not build.
var errUnfit = errors.New("left to the go command")

// makePlan finds out how the program in a folder is built, and writes the plan.
func makePlan(dir, file string) error {
	p, err := planOf(dir)
	if errors.Is(err, errUnfit) {
		p, err = plan{Unfit: true}, nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(file, func(w io.Writer) error { return json.NewEncoder(w).Encode(p) })
}

func planOf(dir string) (p plan, err error) {
	begun := time.Now()
	program := os.Getenv(goVariable)
	tools, err := output(dir, program, "env", "GOTOOLDIR")
	if err != nil {
		return p, err
	}
	list, err := output(dir, program, "list", "-export", "-deps", "-json", ".")
	if err != nil {
		return p, err
	}
	p = plan{Tools: string(bytes.TrimSpace(tools)), Archives: map[string]string{}}
	seen := map[string]bool{}
	watch := func(path string) error {
		if seen[path] {
			return nil
		}
		seen[path] = true
		s, err := stat(path)
		if err == nil && s.Modified > begun.UnixNano() {
			err = fmt.Errorf("%s has changed meanwhile", path)
		}
		p.Sources = append(p.Sources, s)
		return err
	}
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return p, nil
		} else if err != nil {
			return p, err
		}
		switch {
		case !l.DepOnly:
			if l.DefaultGODEBUG != "" || len(l.CgoFiles)+len(l.SFiles)+len(l.EmbedFiles) > 0 || l.Module == nil || strings.Count(l.Module.GoVersion, ".") == 0 {
				return p, errUnfit
			}
			p.Language = "go" + strings.Join(strings.SplitN(l.Module.GoVersion, ".", 3)[:2], ".")
			continue
		case l.Export != "":
			p.Archives[l.ImportPath] = l.Export
		case l.ImportPath != "unsafe":
			return p, errUnfit
		}
		if l.Standard {
			continue
		}
		if len(l.CgoFiles) > 0 || l.Module == nil { // linked by the C compiler
			return p, errUnfit
		}
		if !l.Module.workspace() {
			continue
		}
		paths := []string{l.Dir, l.Module.GoMod}
		for _, name := range slices.Concat(l.GoFiles, l.SFiles, l.HFiles, l.EmbedFiles, l.IgnoredGoFiles, l.CFiles, l.SysoFiles) {
			path := filepath.Join(l.Dir, name)
			paths = append(paths, path, filepath.Dir(path))
		}
		for _, path := range paths {
			if err := watch(path); err != nil {
				return p, err
			}
		}
	}
}

func output(dir, program string, args ...string) ([]byte, error) {
	c := exec.Command(program, args...)
	c.Dir = dir
	return c.Output()
}
