//go:build unix

// Command goshim stands before the go command in the kernel's PATH. GoNB runs
// "go get" before every cell, which asks the network about what the workspace
// has; goshim answers that by itself when every import of the cell is there, and
// hands everything else on. It saves a third of a second a cell.
package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
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

func main() {
	if len(os.Args) == 2 && os.Args[1] == "get" && allThere(".", os.Getenv(modulesVariable)) {
		return
	}
	program := os.Getenv(goVariable)
	err := syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ())
	fmt.Fprintf(os.Stderr, "goshim: %s is %q: want the path of the go command: %v\n", goVariable, program, err)
	os.Exit(1)
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
