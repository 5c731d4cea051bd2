package sweep

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// Search says how runs are taken from the space.
type Search string

// The searches.
const (
	// Grid takes every combination of the values.
	Grid Search = "grid"
	// Random draws combinations.
	Random Search = "random"
)

// Parameter is what is varied: a key of a configuration, or a parameter of a
// notebook.
type Parameter struct {
	Name string
	// Values are those that it takes; nil with Range.
	Values []Value
	// Range is what numbers are drawn from, in a random search; nil with Values.
	Range *Range
	// Line is where it stands in its file, from 1; 0 without a file.
	Line int
}

// Space is the space that a sweep takes its runs from.
type Space struct {
	// Parameters in their order; at least one, no name twice.
	Parameters []Parameter
	Search     Search
	// Count is the number of runs of a random search, from 1.
	Count int
	// Seed is that of a random search.
	Seed uint64
}

// Run is one point of the space.
type Run struct {
	// Number counts the runs of a sweep from 1.
	Number int
	// Values are those of the parameters, in their order.
	Values []Value
}

// MostRuns bounds the runs of a sweep.
const MostRuns = 100000

// combinations is the number of different runs; false when there is no end to
// them, or more than there may be.
func (s Space) combinations() (int, bool) {
	n := 1
	for _, p := range s.Parameters {
		values := len(p.Values)
		if r := p.Range; r != nil {
			wide := math.Floor(r.To) - math.Ceil(r.From) + 1
			if !r.Whole || wide > MostRuns {
				return 0, false
			}
			values = int(wide)
		}
		if n *= values; n > MostRuns {
			return 0, false
		}
	}
	return n, true
}

// Runs lists the runs of a valid space.
func (s Space) Runs() []Run {
	if s.Search == Random {
		return s.random()
	}
	sizes := make([]int, len(s.Parameters))
	for k, p := range s.Parameters {
		sizes[k] = len(p.Values)
	}
	var runs []Run
	for i, indices := range detection.Combinations(sizes...) {
		r := Run{i + 1, make([]Value, len(sizes))}
		for k, v := range indices {
			r.Values[k] = s.Parameters[k].Values[v]
		}
		runs = append(runs, r)
	}
	return runs
}

// mostRepeats is how many draws in a row may be known ones: with the last of a
// million combinations to be found there is hardly a chance to meet it.
const mostRepeats = 10 * MostRuns

// random draws different runs.
func (s Space) random() []Run {
	draws := make([]*rand.Rand, len(s.Parameters))
	for k, p := range s.Parameters {
		h := fnv.New64a()
		h.Write([]byte(p.Name))
		draws[k] = rand.New(rand.NewPCG(s.Seed, h.Sum64()))
	}
	var runs []Run
	seen := map[string]bool{}
	for repeats := 0; len(runs) < s.Count && repeats < mostRepeats; {
		values := make([]Value, len(s.Parameters))
		for k, p := range s.Parameters {
			if p.Range != nil {
				values[k] = p.Range.draw(draws[k])
			} else {
				values[k] = p.Values[draws[k].IntN(len(p.Values))]
			}
		}
		key := keyOf(values)
		if seen[key] {
			repeats++
			continue
		}
		seen[key], repeats = true, 0
		runs = append(runs, Run{len(runs) + 1, values})
	}
	return runs
}

func keyOf(values []Value) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "%d:%s", len(v.Text), v.Text)
	}
	return b.String()
}

// Settings are the values of a run as KEY=VALUE.
func (s Space) Settings(r Run) []string {
	out := make([]string, len(r.Values))
	for k, v := range r.Values {
		out[k] = s.Parameters[k].Name + "=" + v.Text
	}
	return out
}

// Describe are the settings of a run in a line.
func (s Space) Describe(r Run) string { return strings.Join(s.Settings(r), ", ") }
