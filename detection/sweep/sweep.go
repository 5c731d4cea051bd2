package sweep

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection/config"
)

// Sweep is what a file sweep.yaml asks for. Start from [Load] or [Parse].
type Sweep struct {
	Space
	// File is the name of the file, for messages, and Text what it holds.
	File string
	Text []byte
	// Config is the configuration whose keys are varied, Notebook the notebook
	// whose parameters are; one of the two is "".
	Config, Notebook string
	// Kernel is the name of the notebook's kernel; "" for the one that the
	// notebook names.
	Kernel string
	// Set are values for all runs, KEY=VALUE.
	Set []string
	// Objective is the measure by which the best run is chosen.
	Objective Objective
	// Parallel is the number of trainings or notebooks at a time; 0 where the
	// file does not say.
	Parallel int
	// Points keeps the points that each run of a configuration found.
	Points bool
}

// Load reads the file at path. Relative paths of the configuration and of the
// notebook start at the file's folder. Errors: [config.Faults] with everything
// that is wrong, each with its line; that of the file system, wrapped.
func Load(path string) (*Sweep, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return Parse(text, path)
}

// Parse is [Load] for the contents of a file; name is used in messages, and its
// folder for relative paths.
func Parse(text []byte, name string) (*Sweep, error) {
	r := &reader{sweep: &Sweep{File: name, Text: text, Space: Space{Search: Grid}}, lines: map[string]int{}}
	r.read(text)
	r.check()
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b *config.Fault) int { return a.Line - b.Line })
		return nil, r.faults
	}
	for _, path := range []*string{&r.sweep.Config, &r.sweep.Notebook} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(filepath.Dir(name), *path)
		}
	}
	return r.sweep, nil
}

// AtParameters gives faults of values that the sweep has set, as
// [config.Load] reports them, the places of the sweep's file where the values
// stand. Other faults stay as they are.
func (s *Sweep) AtParameters(err error) error {
	var faults config.Faults
	if !errors.As(err, &faults) {
		return err
	}
	out := make(config.Faults, len(faults))
	for i, f := range faults {
		out[i] = f
		for _, p := range s.Parameters {
			if p.Name == f.Key && f.Line == 0 {
				at := *f
				at.File, at.Line = s.File, p.Line
				out[i] = &at
			}
		}
	}
	return out
}
