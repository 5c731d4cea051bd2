package plots

import (
	"math"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot"
)

// runAxis is the axis of a parameter, or of the objective, in charts of runs.
type runAxis struct {
	name   string // short
	scale  Scale
	lo, hi float64
	ticks  []plot.Tick // of a Category all of its values
}

// Ticks are those of the axis, as plot.Ticker.
func (a runAxis) Ticks(float64, float64) []plot.Tick { return a.ticks }

// Normalize is the scale of the axis, as plot.Normalizer.
func (a runAxis) Normalize(lo, hi, v float64) float64 {
	if a.scale == Log {
		return plot.LogScale{}.Normalize(lo, hi, v)
	}
	return plot.LinearScale{}.Normalize(lo, hi, v)
}

// at is where a value lies, 0 to 1.
func (a runAxis) at(v float64) float64 { return a.Normalize(a.lo, a.hi, v) }

// axis is one of numbers, without its ticks.
func (a runAxis) axis() axis { return axis{lo: a.lo, hi: a.hi} }

// kept are the indices of the runs with an objective, the worst first, so that
// the best are drawn above the others.
func (r Runs) kept() []int {
	var out []int
	for i, run := range r.Rows {
		if !math.IsNaN(run.Objective) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, r.compare)
	return out
}

// best is the run with the best objective; the first of several.
func (r Runs) best() int {
	best := -1
	for i, run := range r.Rows {
		if !math.IsNaN(run.Objective) && (best < 0 || r.compare(i, best) > 0) {
			best = i
		}
	}
	return best
}

// objectives is the axis of the objective.
func (r Runs) objectives() runAxis {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, i := range r.kept() {
		lo, hi = min(lo, r.Rows[i].Objective), max(hi, r.Rows[i].Objective)
	}
	a := newAxis(lo, hi, [2]float64{}, false)
	if lo >= 0 && hi <= 1 { // F1 and the like end at 1
		a.hi = min(a.hi, 1)
	}
	a = a.outwards()
	return runAxis{name: r.Objective, lo: a.lo, hi: a.hi, ticks: niceTicks{}.Ticks(a.lo, a.hi)}
}

// fewTicks is up to how many values of a parameter are named one by one, where
// they are far enough from each other.
const fewTicks = 7

// axis is that of parameter k, with no more than so many ticks; room is what it
// has beyond the values on either side, as a part of their range.
func (r Runs) axis(k, most int, room float64) runAxis {
	p := r.Parameters[k]
	a := runAxis{name: r.shortNames()[k], scale: p.Scale}
	if p.Scale == Category {
		a.lo, a.hi = -0.5, float64(len(p.Categories))-0.5
		if room == 0 && len(p.Categories) > 1 {
			a.lo, a.hi = 0, float64(len(p.Categories)-1)
		}
		for i, c := range p.Categories {
			a.ticks = append(a.ticks, plot.Tick{Value: float64(i), Label: c})
		}
		return a
	}
	values := r.distinct(k)
	a.lo, a.hi = values[0], values[len(values)-1]
	if a.lo == a.hi {
		one := newAxis(a.lo, a.hi, [2]float64{}, false)
		a.lo, a.hi, a.scale = one.lo, one.hi, Linear
	}
	far := true
	for i := 1; i < len(values); i++ {
		far = far && a.at(values[i])-a.at(values[i-1]) >= 1.0/9
	}
	switch {
	case len(values) <= fewTicks && far:
		for _, v := range values {
			a.ticks = append(a.ticks, plot.Tick{Value: v, Label: logLabel(v)})
		}
	case a.scale == Log:
		a.ticks = logTicks(most).Ticks(a.lo, a.hi)
	default:
		wide := axis{lo: a.lo, hi: a.hi}.outwards()
		a.lo, a.hi, a.ticks = wide.lo, wide.hi, niceTicks{}.Ticks(wide.lo, wide.hi)
		return a
	}
	if a.scale == Log {
		beyond := math.Pow(a.hi/a.lo, room)
		a.lo, a.hi = a.lo/beyond, a.hi*beyond
	} else {
		beyond := (a.hi - a.lo) * room
		a.lo, a.hi = a.lo-beyond, a.hi+beyond
	}
	return a
}

// distinct are the values of parameter k of runs with an objective, ascending,
// each once.
func (r Runs) distinct(k int) []float64 {
	var values []float64
	for _, i := range r.kept() {
		values = append(values, r.Rows[i].Values[k])
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// shortNames are the parameters' names without the sections of a configuration
// before the last point, where they still differ without them.
func (r Runs) shortNames() []string {
	short, long := make([]string, len(r.Parameters)), make([]string, len(r.Parameters))
	for i, p := range r.Parameters {
		short[i], long[i] = p.Name[strings.LastIndex(p.Name, ".")+1:], p.Name
	}
	if slices.Contains(short, "") || distinct("name", short) != nil {
		return long
	}
	return short
}

// echartsType is what echarts calls the scale.
func (a runAxis) echartsType() string {
	return [...]string{Linear: "value", Log: "log", Category: "category"}[a.scale]
}

// labels are the names of a Category, for echarts; nil for numbers.
func (a runAxis) labels() []string {
	if a.scale != Category {
		return nil
	}
	names := make([]string, len(a.ticks))
	for i, t := range a.ticks {
		names[i] = t.Label
	}
	return names
}

// tickValues are the places of the ticks, for echarts, which puts those of a
// Category itself.
func (a runAxis) tickValues() []float64 {
	if a.scale == Category {
		return nil
	}
	values := make([]float64, len(a.ticks))
	for i, t := range a.ticks {
		values[i] = t.Value
	}
	return values
}

// customAxisLabel adds to the labels of go-echarts what echarts has known since
// 5.5.1: their places.
type customAxisLabel struct {
	opts.AxisLabel
	CustomValues []float64 `json:"customValues,omitempty"`
}

// customTicks are ticks at given places.
type customTicks struct {
	CustomValues []float64 `json:"customValues,omitempty"`
}
