package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Scale says how the values of a parameter lie along an axis.
type Scale int

// The scales. Equal steps along an axis are equal differences (Linear) or
// equal ratios (Log); those of Category are names in their order.
const (
	Linear Scale = iota
	Log
	Category
)

// Parameter is what differs between runs that are compared, such as a key of
// the configuration.
type Parameter struct {
	// Name is shown; those of one [Runs] differ.
	Name  string
	Scale Scale
	// Categories are the names of the values where Scale is Category, each once;
	// nil for numbers.
	Categories []string
}

// Run is one run of a comparison.
type Run struct {
	// Name is shown where a reader points at the run; "" for none.
	Name string
	// Values has one entry for each parameter, in their order: its number,
	// finite, above 0 on a Log scale; for a Category its index in Categories.
	Values []float64
	// Objective is what the runs are compared by. NaN for a run without one,
	// such as one that failed: it is in no chart.
	Objective float64
	// Seconds is how long the run took, at least 0; NaN where that is not known.
	Seconds float64
}

// Runs are the runs of a sweep, for [Parallel], [Effects] and [Pareto].
type Runs struct {
	// Objective names what the runs are compared by, such as "F1". The more of
	// it the better, unless LowerIsBetter, as for a loss.
	Objective     string
	LowerIsBetter bool
	Parameters    []Parameter // at least 1
	Rows          []Run       // at least 1 with an Objective
}

// NewParameter makes a parameter of what its values are called, one for each
// run, and returns what goes into Run.Values, in the same order.
//
// Where all are finite numbers, as strconv.ParseFloat reads them, they are
// numbers: on a Log scale if all are above 0 and the widest gap between
// neighbouring ones then takes a smaller part of the axis than on a Linear one.
// So 0.1, 0.2, 0.3 are Linear, and 0.001, 0.01, 0.1 are Log; two numbers are
// Linear. Otherwise they are categories in the order in which they come first.
func NewParameter(name string, values []string) (Parameter, []float64) {
	numbers, numeric := make([]float64, len(values)), true
	for i, text := range values {
		v, err := strconv.ParseFloat(text, 64)
		numeric = numeric && err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
		numbers[i] = v
	}
	if numeric {
		return Parameter{Name: name, Scale: scaleOf(numbers)}, numbers
	}
	p := Parameter{Name: name, Scale: Category}
	for i, text := range values {
		k := slices.Index(p.Categories, text)
		if k < 0 {
			k, p.Categories = len(p.Categories), append(p.Categories, text)
		}
		numbers[i] = float64(k)
	}
	return p, numbers
}

// valueName is a value in words.
func (p Parameter) valueName(v float64) string {
	if p.Scale == Category {
		return p.Categories[int(v)]
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// scaleOf is the scale of numbers that [NewParameter] describes.
func scaleOf(numbers []float64) Scale {
	sorted := slices.Clone(numbers)
	slices.Sort(sorted)
	if sorted = slices.Compact(sorted); len(sorted) < 3 || sorted[0] <= 0 {
		return Linear
	}
	plain, ratio := 0.0, 0.0 // the widest gaps
	for i, v := range sorted[1:] {
		plain, ratio = max(plain, v-sorted[i]), max(ratio, math.Log(v/sorted[i]))
	}
	lo, hi := sorted[0], sorted[len(sorted)-1]
	if ratio/math.Log(hi/lo) < plain/(hi-lo) {
		return Log
	}
	return Linear
}

// Validate says what is wrong, all of it in one error: no parameter, one
// without a name or with that of another; names of values where there should
// be none, none, or twice the same; no run with an objective; a run with
// another number of values than there are parameters, or with a value, an
// objective or a time that it cannot have.
func (r Runs) Validate() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf("plots: "+format, args...)) }
	if len(r.Parameters) == 0 {
		fail("runs have no parameter: want at least one")
	}
	for i, p := range r.Parameters {
		if p.Name == "" || slices.ContainsFunc(r.Parameters[:i], func(o Parameter) bool { return o.Name == p.Name }) {
			fail("Parameters[%d] is called %q: want a name of its own", i, p.Name)
		}
		if p.Scale < Linear || p.Scale > Category {
			fail("parameter %q has the scale %d: want Linear, Log or Category", p.Name, p.Scale)
		}
		if (p.Scale == Category) != (len(p.Categories) > 0) {
			fail("parameter %q has %d Categories: want names for a Category, none for numbers", p.Name, len(p.Categories))
		}
		for k, c := range p.Categories {
			if slices.Contains(p.Categories[:k], c) {
				fail("parameter %q has the category %q twice", p.Name, c)
			}
		}
	}
	some := false
	for i, run := range r.Rows {
		some = some || !math.IsNaN(run.Objective)
		if err := r.check(i, run); err != nil {
			errs = append(errs, err)
		}
	}
	if !some {
		fail("no run of %d has an objective: want at least one", len(r.Rows))
	}
	return errors.Join(errs...)
}

// check says what is wrong with a run.
func (r Runs) check(i int, run Run) error {
	name := fmt.Sprintf("Rows[%d]", i)
	if run.Name != "" {
		name += fmt.Sprintf(" (%q)", run.Name)
	}
	if len(run.Values) != len(r.Parameters) {
		return fmt.Errorf("plots: %s has %d values: want %d, one for each parameter", name, len(run.Values), len(r.Parameters))
	}
	if math.IsInf(run.Objective, 0) {
		return fmt.Errorf("plots: %s has the objective %v: want a finite number, or NaN for none", name, run.Objective)
	}
	if run.Seconds < 0 || math.IsInf(run.Seconds, 0) {
		return fmt.Errorf("plots: %s took %v seconds: want a finite number of at least 0, or NaN", name, run.Seconds)
	}
	if err := drawable("a number of "+name, append([]float64{run.Objective, run.Seconds}, run.Values...)...); err != nil {
		return err
	}
	for k, p := range r.Parameters {
		v := run.Values[k]
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0):
			return fmt.Errorf("plots: %s has %s %v: want a finite number", name, p.Name, v)
		case p.Scale == Log && v <= 0:
			return fmt.Errorf("plots: %s has %s %v: want a number above 0, for its scale is Log", name, p.Name, v)
		case p.Scale == Category && (v != math.Trunc(v) || v < 0 || int(v) >= len(p.Categories)):
			return fmt.Errorf("plots: %s has %s %v: want the index of one of its %d categories", name, p.Name, v, len(p.Categories))
		}
	}
	return nil
}
