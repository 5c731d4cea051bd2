//go:build unix

// Command goshim stands before the go command in the kernel's PATH, for the two
// calls by which GoNB makes a program of every cell.
//
// "go get" asks the network about what the workspace has; goshim answers that
// by itself when every import of the cell is there.
//
// "go build" looks at every package that a cell needs, although nearly always
// only the cell has changed; for a cell with the imports of an earlier one goshim
// calls compiler and linker directly.
//
// Everything else it hands on.
package main

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Variables that the kernel sets: the real go command, and a file with the path
// of a module of the workspace in each line.
const (
	goVariable      = "PUNCTA_GO"
	modulesVariable = "PUNCTA_MODULES"
)

// planCommand is the argument by which goshim calls itself, to plan builds like
// the one that it has just handed on.
const planCommand = "puncta-plan"

func main() {
	args := os.Args[1:]
	switch {
	case len(args) == 1 && args[0] == "get" && allThere(".", os.Getenv(modulesVariable)):
		return
	case len(args) == 2 && args[0] == planCommand:
		_ = makePlan(".", args[1]) // nobody is there to be told: the next build is a slow one, too
		return
	case len(args) == 3 && args[0] == "build" && args[1] == "-o":
		b, ok := cellOf(".")
		if !ok {
			break
		}
		if b.quick(args[2]) {
			return
		}
		status := handOn(args)
		if status == 0 && b.unplanned() {
			planLater(b.planFile)
		}
		os.Exit(status)
	}
	program := os.Getenv(goVariable)
	err := syscall.Exec(program, append([]string{program}, args...), os.Environ())
	fmt.Fprintf(os.Stderr, "goshim: %s is %q: want the path of the go command: %v\n", goVariable, program, err)
	os.Exit(1)
}

// handOn runs the go command and returns its exit status.
func handOn(args []string) int {
	c := exec.Command(os.Getenv(goVariable), args...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := c.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode()
	}
	fmt.Fprintf(os.Stderr, "goshim: %s is %q: want the path of the go command: %v\n", goVariable, os.Getenv(goVariable), err)
	return 1
}

// planLater plans in a process of its own, while the cell runs.
func planLater(file string) {
	self, err := os.Executable()
	if err != nil {
		return
	}
	c := exec.Command(self, planCommand, file)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for the cell
	if c.Start() == nil {
		_ = c.Process.Release()
	}
}

// allThere reports whether every import of the package in dir is of the
// standard library or of a module that the file lists. In doubt it is not.
func allThere(dir, list string) bool {
	text, err := os.ReadFile(list)
	if err != nil {
		return false
	}
	modules := strings.Fields(string(text))
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return false
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return false
		}
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil || !standard(path) && !within(path, modules) {
				return false
			}
		}
	}
	return true
}

// standard reports whether a path is of the standard library: those have no dot
// in their first element.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// within reports whether a path is of a module.
func within(path string, modules []string) bool {
	for _, m := range modules {
		if rest, ok := strings.CutPrefix(path, m); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}
