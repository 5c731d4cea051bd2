//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/parser"
	"go/token"
	"hash"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// flags are the GOFLAGS of the kernel: with others goshim does not know how to
// build.
const flags = "-buildvcs=false '-ldflags=-s -w'"

// cell is a program that GoNB wants to be built.
type cell struct {
	files    []string // the Go files, by name
	planFile string   // where the plan for its imports lies
	text     hash.Hash
}

// cellOf looks at the program in a folder. ok is false for one that takes more
// than compiling Go files: cgo, assembly, embedded files, directives; and where
// the environment asks for another build.
func cellOf(dir string) (c cell, ok bool) {
	if runtime.GOOS != "linux" || os.Getenv("GOFLAGS") != flags || os.Getenv("GOCACHE") == "" {
		return c, false
	}
	for _, name := range []string{"GOOS", "GOARCH", "GOEXPERIMENT", "GODEBUG", "CGO_ENABLED", "GOAMD64"} {
		if os.Getenv(name) != "" {
			return c, false
		}
	}
	goCommand, err := os.Stat(os.Getenv(goVariable))
	if err != nil {
		return c, false
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return c, false
	}
	var imports []string
	key := sha256.New()
	c.text = sha256.New()
	fmt.Fprintln(key, "1", os.Getenv(goVariable), goCommand.Size(), goCommand.ModTime().UnixNano(), os.Getenv("GOWORK"), os.Getenv("GOPATH"), os.Getenv("GOMODCACHE"))
	for _, e := range entries {
		switch name := e.Name(); filepath.Ext(name) {
		case ".go":
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || strings.HasSuffix(name, "_test.go") || bytes.Contains(text, []byte("//go:")) {
				return c, false
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
			if err != nil || f.Name.Name != "main" {
				return c, false
			}
			c.files = append(c.files, name)
			fmt.Fprintf(c.text, "%s %d\n%s", name, len(text), text)
			for _, spec := range f.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil || path == "C" || path == "embed" {
					return c, false
				}
				imports = append(imports, path)
			}
		case ".c", ".cc", ".cpp", ".h", ".s", ".S", ".syso", ".m", ".swig":
			return c, false
		case ".mod", ".work", ".sum":
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return c, false
			}
			// The module of a cell has a random name, which nothing depends on.
			for line := range strings.Lines(string(text)) {
				if !strings.HasPrefix(line, "module ") {
					fmt.Fprintf(key, "%s: %s", name, line)
				}
			}
		}
	}
	slices.Sort(imports)
	for _, path := range slices.Compact(imports) {
		fmt.Fprintln(key, path)
	}
	c.planFile = filepath.Join(os.Getenv("GOCACHE"), "puncta-cells", fmt.Sprintf("%x.json", key.Sum(nil)))
	return c, len(c.files) > 0
}

// unplanned reports whether there is no plan that holds for such a build.
func (c cell) unplanned() bool {
	p := readPlan(c.planFile)
	return !p.Unfit && !p.current()
}

// quick builds the program into the file out as [makePlan] has found that the go
// command does, unless a package that it links has changed since. Whatever goes
// wrong, a mistake in the cell included, is left to the go command: it is false
// then, and nothing has been written.
func (c cell) quick(out string) bool {
	p := readPlan(c.planFile)
	if p.Unfit || !p.current() {
		return false
	}
	made := c.made(p, out)
	if last, err := os.ReadFile(out + madeSuffix); err == nil && made != "" && string(last) == made {
		return true // the cell is run again
	}
	dir, err := os.MkdirTemp("", "puncta-build-")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	config, archive, fresh := filepath.Join(dir, "importcfg"), filepath.Join(dir, "main.a"), out+".new"
	if os.WriteFile(config, p.importConfig(), 0o600) != nil {
		return false
	}
	compile := []string{"-o", archive, "-p", "main", "-lang=" + p.Language, "-complete", "-nolocalimports", "-c=" + strconv.Itoa(min(runtime.GOMAXPROCS(0), 4)), "-importcfg", config, "-pack"}
	for _, name := range c.files {
		compile = append(compile, "./"+name)
	}
	link := []string{"-o", fresh, "-importcfg", config, "-buildmode=exe", "-buildid=puncta-cell", "-s", "-w", "-extld=gcc", archive}
	if run(p, "compile", compile) != nil || run(p, "link", link) != nil || os.Rename(fresh, out) != nil {
		_ = os.Remove(fresh)
		return false
	}
	_ = os.WriteFile(out+madeSuffix, []byte(c.made(p, out)), 0o600) // without it the next one is built, too
	return true
}

// run runs a tool. It collects less garbage than usual: it is done in a moment.
func run(p plan, tool string, args []string) error {
	c := exec.Command(filepath.Join(p.Tools, tool), args...)
	c.Env = append(os.Environ(), "GOGC=400")
	return c.Run()
}

// madeSuffix ends the name of a file beside a program that says of what it was
// made.
const madeSuffix = ".made"

// made says of what the program out was made, and which file that is; "" where
// there is none.
func (c cell) made(p plan, out string) string {
	s, err := stat(out)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%x %s %v %v", c.text.Sum(nil), c.planFile, p.Sources, s)))
}
