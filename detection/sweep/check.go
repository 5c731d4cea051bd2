package sweep

import (
	"errors"
	"go/token"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/config"
)

// check looks at what the parts of the file have to do with each other.
func (r *reader) check() {
	s := r.sweep
	line := func(key string) int { return r.lines[key] }
	has := func(key string) bool { return line(key) > 0 }
	unread := len(r.faults) > 0
	switch {
	case has("config") && has("notebook"):
		r.fault(line("notebook"), "notebook", "config and notebook are both there: want one of them")
	case !has("config") && !has("notebook") && !unread:
		r.fault(0, "", "neither config nor notebook: want the one that is to be run")
	case has("notebook"):
		for _, key := range []string{"points"} {
			if has(key) {
				r.fault(line(key), key, "%s is for sweeps of a configuration: a notebook writes what it wants itself", key)
			}
		}
		r.checkNames()
	case has("config"):
		if has("kernel") {
			r.fault(line("kernel"), "kernel", "kernel is for sweeps of a notebook: a configuration has none")
		}
		r.checkKeys()
	}
	if len(s.Parameters) == 0 && !unread {
		r.fault(line("parameters"), "parameters", "no parameters: want at least one to vary")
	}
	r.checkSearch()
	if s.Objective.Measure == "" {
		s.Objective.Measure = MeasureF1
	}
	if s.Objective.Goal == "" {
		s.Objective.Goal = defaultGoal(s.Objective.Measure)
	}
	if has("config") && !slices.Contains(objectives, s.Objective.Measure) {
		r.fault(line("objective"), "objective", "objective is %s: want %s", s.Objective.Measure, choice(objectives))
	}
	for _, setting := range s.Set {
		key, _, _ := strings.Cut(setting, "=")
		if slices.ContainsFunc(s.Parameters, func(p Parameter) bool { return p.Name == key }) {
			r.fault(line("set"), key, "%s is in set and in parameters: want one of them", key)
		}
	}
}

// checkSearch looks at the number of runs.
func (r *reader) checkSearch() {
	s := r.sweep
	if s.Search == Random {
		n, known := s.combinations()
		switch {
		case r.lines["runs"] == 0:
			r.fault(r.lines["search"], "search", "search is random without runs: want the number of them")
		case known && s.Count > n && len(s.Parameters) > 0:
			r.fault(r.lines["runs"], "runs", "runs is %d, and there are %d combinations: want at most as many, or search: grid", s.Count, n)
		}
		return
	}
	for _, key := range []string{"runs", "seed"} {
		if r.lines[key] > 0 {
			r.fault(r.lines[key], key, "%s is for search: random, and a grid takes every combination", key)
		}
	}
	ranges := false
	for _, p := range s.Parameters {
		if p.Range != nil {
			ranges = true
			r.fault(p.Line, p.Name, "%s: a range without step and count is for search: random: want one of them", p.Name)
		}
	}
	if _, ok := s.combinations(); !ok && !ranges {
		r.fault(r.lines["parameters"], "parameters", "more than %d combinations: want fewer values, or search: random", MostRuns)
	}
}

// ofProcess are keys that are settled before any run.
var ofProcess = map[string]string{
	"SYSTEM.NUM_CPUS": "all runs share the processors of the command: give it in set",
	"SYSTEM.DEVICE":   "all runs share the device of the command: give --gpu",
}

// mostChecked is how many values of a key are all looked at; of more the first, the
// last and the middle one, and the rest when the runs are made.
const mostChecked = 50

// checkKeys looks at the keys of a configuration and at each value by itself;
// whether they fit together is seen when the configuration is read.
func (r *reader) checkKeys() {
	for _, p := range r.sweep.Parameters {
		key, known := config.Explain(p.Name)
		switch reason := ofProcess[p.Name]; {
		case !known || key.Name != p.Name:
			hint := "see puncta config explain"
			if near := config.Nearest(p.Name); near != "" && near != p.Name {
				hint = "did you mean " + near + "?"
			}
			r.fault(p.Line, p.Name, "unknown key %s: %s", p.Name, hint)
			continue
		case reason != "":
			r.fault(p.Line, p.Name, "%s cannot be varied: %s", p.Name, reason)
			continue
		case key.Status == config.Supported && key.Stage == config.StageNone:
			r.fault(p.Line, p.Name, "%s changes no result: there is nothing to compare", p.Name)
			continue
		case key.Status != config.Supported && key.Status != config.Renamed:
			r.fault(p.Line, p.Name, "%s cannot be varied: %s", p.Name, key.Standing())
			continue
		}
		values := p.Values
		if p.Range != nil {
			values = []Value{number(p.Range.From), number(p.Range.To)}
			if strings.Contains(key.Type, "whole number") && !p.Range.Whole {
				r.fault(p.Line, p.Name, "%s takes whole numbers: want whole: True", p.Name)
				continue
			}
		}
		for i, v := range values {
			if len(values) > mostChecked && i > 0 && i != len(values)/2 && i < len(values)-1 {
				continue // the numbers of a range: they are all alike
			}
			_, err := config.Default().Set(p.Name + "=" + v.Text)
			var faults config.Faults
			if errors.As(err, &faults) {
				r.fault(p.Line, p.Name, "%s", faults[0].Msg)
				break
			}
		}
	}
}

// checkNames looks at the names of a notebook's parameters.
func (r *reader) checkNames() {
	for _, p := range r.sweep.Parameters {
		if !token.IsIdentifier(p.Name) || p.Name == "_" {
			r.fault(p.Line, p.Name, "parameter %q: want a name that Go allows for a variable", p.Name)
		}
	}
}
