package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// setFile is the File of what the command line set.
const setFile = "--set"

// position says where a value was written.
type position struct {
	file string // "" without a file, setFile for the command line
	line int    // from 1; 0 where there are no lines
	old  string // the older spelling that was used; "" if none
	was  string // the value that stood there, when migration replaced it
}

// Fault is one thing wrong with a configuration.
type Fault struct {
	// File is the name of the file, "--set" for the command line, "" for a
	// configuration made in Go.
	File string `json:"file"`
	// Line counts from 1; 0 when the fault is with a default, with the command
	// line or with the file as a whole.
	Line int `json:"line,omitempty"`
	// Key is the dotted key; "" when the fault is with the file as a whole.
	Key string `json:"key,omitempty"`
	// Msg is one sentence that names the key, what it is and what is expected.
	Msg string `json:"message"`
}

// Error is "file:line: message". Without a line it is "--set: message",
// "file (default): message" or, for the file as a whole, "file: message".
func (f *Fault) Error() string {
	switch {
	case f.Line > 0:
		return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Msg)
	case f.Key == "" || f.File == setFile:
		return f.File + ": " + f.Msg
	case f.File == "":
		return "default: " + f.Msg
	}
	return f.File + " (default): " + f.Msg
}

// Faults is everything that is wrong: by line, then the command line, then
// defaults.
type Faults []*Fault

// Error is one fault per line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes errors.As find a [*Fault].
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, fault := range f {
		errs[i] = fault
	}
	return errs
}

// err sorts f and returns it, or nil when there are none.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, (*Fault).compare)
	return f
}

func (f *Fault) compare(g *Fault) int {
	return cmp.Or(cmp.Compare(f.rank(), g.rank()), cmp.Compare(f.Line, g.Line), cmp.Compare(f.Key, g.Key))
}

func (f *Fault) rank() int {
	switch {
	case f.Line > 0 || f.Key == "":
		return 0
	case f.File == setFile:
		return 1
	}
	return 2
}

// Warning tells of something that was read and that its writer should know.
type Warning struct {
	File string `json:"file"` // as in [Fault]
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty"`
	Msg  string `json:"message"`
}

// String has the form of [Fault.Error].
func (w Warning) String() string { return (*Fault)(&w).Error() }

func (p position) fault(key, format string, args ...any) *Fault {
	return &Fault{File: p.file, Line: p.line, Key: key, Msg: fmt.Sprintf(format, args...)}
}

func (p position) warning(key, format string, args ...any) Warning {
	return Warning(*p.fault(key, format, args...))
}
