package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestNewParameter(t *testing.T) {
	for _, tt := range []struct {
		values string
		scale  Scale
		want   []float64
	}{
		{"0.1 0.2 0.3 0.2", Linear, []float64{0.1, 0.2, 0.3, 0.2}},
		{"1e-3 0.01 0.1", Log, []float64{1e-3, 0.01, 0.1}},
		{"1 2 4 8", Log, []float64{1, 2, 4, 8}},
		{"1 10", Linear, []float64{1, 10}},
		{"0 0.001 0.01", Linear, []float64{0, 0.001, 0.01}},
		{"-1 1 100", Linear, []float64{-1, 1, 100}},
		{"3 3 3", Linear, []float64{3, 3, 3}},
		{"b a b 1", Category, []float64{0, 1, 0, 2}},
		{"1 2 NaN", Category, []float64{0, 1, 2}},
		{"true false", Category, []float64{0, 1}},
	} {
		p, got := NewParameter("p", strings.Fields(tt.values))
		if p.Scale != tt.scale || !reflect.DeepEqual(got, tt.want) || p.Name != "p" {
			t.Errorf("%s: %+v, %v; want scale %d, %v", tt.values, p, got, tt.scale, tt.want)
		}
		if p.Scale == Category && p.Categories[int(got[1])] != strings.Fields(tt.values)[1] {
			t.Errorf("%s: categories %q", tt.values, p.Categories)
		}
	}
}

func TestRunsValidate(t *testing.T) {
	nan := math.NaN()
	r := Runs{
		Parameters: []Parameter{{}, {Name: "a", Scale: 7}, {Name: "a"}, {Name: "b", Scale: Category}, {Name: "c", Categories: []string{"x", "x"}}},
		Rows: []Run{
			{Name: "short", Objective: nan},
			{Values: make([]float64, 5), Objective: math.Inf(1)},
			{Values: make([]float64, 5), Objective: nan, Seconds: -1},
			{Values: []float64{nan, 0, 0, 0, 0}, Objective: nan},
		},
	}
	want := `plots: Parameters[0] is called "": want a name of its own
plots: parameter "a" has the scale 7: want Linear, Log or Category
plots: Parameters[2] is called "a": want a name of its own
plots: parameter "b" has 0 Categories: want names for a Category, none for numbers
plots: parameter "c" has 2 Categories: want names for a Category, none for numbers
plots: parameter "c" has the category "x" twice
plots: Rows[0] ("short") has 0 values: want 5, one for each parameter
plots: Rows[1] has the objective +Inf: want a finite number, or NaN for none
plots: Rows[2] took -1 seconds: want a finite number of at least 0, or NaN
plots: Rows[3] has  NaN: want a finite number`
	if err := r.Validate(); err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
	r = Runs{Parameters: []Parameter{{Name: "a", Scale: Log}, {Name: "b", Scale: Category, Categories: []string{"x"}}},
		Rows: []Run{{Values: []float64{0, 0}}, {Values: []float64{1, 1}}, {Values: []float64{1, 0.5}}}}
	want = `plots: Rows[0] has a 0: want a number above 0, for its scale is Log
plots: Rows[1] has b 1: want the index of one of its 1 categories
plots: Rows[2] has b 0.5: want the index of one of its 1 categories`
	if err := r.Validate(); err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

// slowFront looks at every pair.
func slowFront(r Runs) []int {
	var front []int
	for i, a := range r.Rows {
		beaten := math.IsNaN(a.Objective) || math.IsNaN(a.Seconds)
		for _, b := range r.Rows {
			better, equal := b.Objective > a.Objective, b.Objective == a.Objective
			if r.LowerIsBetter {
				better = b.Objective < a.Objective
			}
			beaten = beaten || b.Seconds <= a.Seconds && (better || equal) && (better || b.Seconds < a.Seconds)
		}
		if !beaten {
			front = append(front, i)
		}
	}
	slices.SortStableFunc(front, func(i, j int) int {
		switch a, b := r.Rows[i].Seconds, r.Rows[j].Seconds; {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	})
	return front
}

// The front equals that of the slow twin, with many ties and missing numbers.
func TestFront(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for trial := range 4000 {
		r := Runs{LowerIsBetter: trial%2 == 1}
		for range random.IntN(12) {
			run := Run{Objective: float64(random.IntN(5)), Seconds: float64(random.IntN(5))}
			if random.IntN(8) == 0 {
				run.Objective = math.NaN()
			}
			if random.IntN(8) == 0 {
				run.Seconds = math.NaN()
			}
			r.Rows = append(r.Rows, run)
		}
		if got, want := r.Front(), slowFront(r); !slices.Equal(got, want) {
			t.Fatalf("%+v: front %v, want %v", r.Rows, got, want)
		}
	}
	same := Runs{Rows: []Run{{Objective: 1, Seconds: 2}, {Objective: 1, Seconds: 3}, {Objective: 1, Seconds: 2}}}
	if got := same.Front(); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("runs that are the same: %v, want both", got)
	}
}

// fiveRuns are runs over a number, a logarithm and a category; one failed.
func fiveRuns() Runs {
	return Runs{
		Objective:  "F1",
		Parameters: []Parameter{{Name: "A.radius"}, {Name: "A.rate", Scale: Log}, {Name: "net", Scale: Category, Categories: []string{"unet", "resunet"}}},
		Rows: []Run{
			{Name: "one", Values: []float64{2, 0.01, 0}, Objective: 0.8, Seconds: 10},
			{Name: "two", Values: []float64{2, 0.001, 1}, Objective: 0.6, Seconds: 5},
			{Name: "failed", Values: []float64{9, 0.1, 1}, Objective: math.NaN(), Seconds: 1},
			{Name: "four", Values: []float64{4, 0.01, 0}, Objective: 0.7, Seconds: 20},
			{Name: "five", Values: []float64{4, 0.001, 0}, Objective: 0.5, Seconds: math.NaN()},
		},
	}
}

func TestParallelOption(t *testing.T) {
	p := parseOption(t, Parallel{Title: "t", Runs: fiveRuns()})
	wantValues(t, p.Series[0], list(4.0, 0.001, 0.0, 0.5), list(2.0, 0.001, 1.0, 0.6), list(4.0, 0.01, 0.0, 0.7), list(2.0, 0.01, 0.0, 0.8)) // the best last
	want := []parsedAxis{
		{Type: "value", Name: "radius", Dim: 0, Min: 2.0, Max: 4.0}, {Type: "log", Name: "rate", Dim: 1, Min: 0.001, Max: 0.01},
		{Type: "category", Name: "net", Dim: 2, Data: []string{"unet", "resunet"}}, {Type: "value", Name: "F1", Dim: 3, Min: 0.45, Max: 0.85},
	}
	for i, labels := range [][]float64{{2, 4}, {0.001, 0.01}, nil, {0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85}} {
		want[i].AxisLabel.CustomValues = labels
	}
	want[3].Min, want[3].Max, want[3].AxisLabel.CustomValues = 0.4, 0.9, []float64{0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
	if !reflect.DeepEqual(p.ParallelAxis, want) {
		t.Errorf("axes %+v\nwant %+v", p.ParallelAxis, want)
	}
	if want := "two\nA.radius 2\nA.rate 0.001\nnet resunet\nF1 0.6\n5 s"; p.Series[0].Data[1].Name != want {
		t.Errorf("a run says %q, want %q", p.Series[0].Data[1].Name, want)
	}
	visual := p.VisualMap.(map[string]any)
	if visual["min"].(float64) > 0.5 || visual["min"].(float64) < 0.4999 || visual["max"].(float64) < 0.8 || visual["dimension"] != "3" {
		t.Errorf("colours %v", visual)
	}
	colours := func(r Runs) any {
		return parseOption(t, Parallel{Runs: r}).VisualMap.(map[string]any)["inRange"].(map[string]any)["color"]
	}
	loss := fiveRuns()
	loss.LowerIsBetter = true
	if up, down := colours(fiveRuns()), colours(loss); !reflect.DeepEqual(up, list("@lines")) || !reflect.DeepEqual(down, list("@lines-down")) {
		t.Errorf("colours %v, and where lower is better %v", up, down)
	}
}

func TestEffectsOption(t *testing.T) {
	p := parseOption(t, Effects{Title: "t", Runs: fiveRuns()})
	series := func(name string, k int) parsedSeries {
		for _, s := range p.Series {
			if s.Name == name && s.XAxisIndex == k {
				return s
			}
		}
		return parsedSeries{Name: "no " + name}
	}
	wantValues(t, series("run", 0), list(4.0, 0.5), list(2.0, 0.6), list(4.0, 0.7), list(2.0, 0.8))
	wantValues(t, series("best at a value", 0), list(2.0, 0.8), list(4.0, 0.7))
	wantValues(t, series("mean at a value", 0), list(2.0, 0.7), list(4.0, 0.6))
	wantValues(t, series("best at a value", 2), list(0.0, 0.8), list(1.0, 0.6))
	wantValues(t, series("best run", 1), list(0.01, 0.8))
	if got, want := series("mean at a value", 2).Data[1].Name, "net resunet\nmean at a value F1 0.6"; got != want {
		t.Errorf("a mean says %q, want %q", got, want)
	}
	var axes []string
	for _, a := range p.XAxis {
		axes = append(axes, fmt.Sprint(a.Type, " ", a.Name, " ", a.Data))
	}
	if want := []string{"value radius []", "log rate []", "category net [unet resunet]"}; !slices.Equal(axes, want) {
		t.Errorf("axes %q, want %q", axes, want)
	}
}

// A random search has no two runs of one value: dots alone, unless there is one
// parameter.
func TestEffectsLines(t *testing.T) {
	r := Runs{Objective: "F1", Parameters: []Parameter{{Name: "a"}, {Name: "b"}}}
	for i := range 5 {
		r.Rows = append(r.Rows, Run{Values: []float64{float64(i), float64(i % 2)}, Objective: float64(i)})
	}
	for k, want := range [][2]bool{{false, false}, {true, true}} {
		if best, mean := r.lines(r.effect(k)); best != want[0] || mean != want[1] {
			t.Errorf("parameter %d: lines %v %v, want %v", k, best, mean, want)
		}
	}
	r.Rows = append(r.Rows[:1:1], Run{Values: []float64{0, 0}, Objective: 7}, r.Rows[1], r.Rows[2], r.Rows[3]) // 4 values of 5 runs
	r.Rows[4].Values = []float64{2, 0}                                                                         // 3 of 5
	if best, mean := r.lines(r.effect(0)); best || mean {
		t.Errorf("3 values of 5 runs: lines %v %v, want none", best, mean)
	}
	r.Rows = r.Rows[1:]
	r.Rows[0].Values[0] = 9 // 3 of 4, of one parameter
	r.Parameters = r.Parameters[:1]
	if best, mean := r.lines(r.effect(0)); !best || mean {
		t.Errorf("one parameter: lines %v %v", best, mean)
	}
}

func TestParetoOption(t *testing.T) {
	p := parseOption(t, Pareto{Title: "t", Runs: fiveRuns()})
	wantValues(t, p.Series[0], list(20.0, 0.7))                                                             // beaten
	wantValues(t, p.Series[1], list(5.0, 0.6), list(10.0, 0.6), list(10.0, 0.8), list(p.XAxis[0].Max, 0.8)) // steps
	wantValues(t, p.Series[2], list(5.0, 0.6), list(10.0, 0.8))                                             // front
	if p.XAxis[0].Type != "value" {
		t.Errorf("times are on an axis of type %s", p.XAxis[0].Type)
	}
	wide := fiveRuns()
	wide.Rows[0].Seconds = 5 * wideTimes
	if p = parseOption(t, Pareto{Runs: wide}); p.XAxis[0].Type != "log" {
		t.Errorf("times %d times as long are on an axis of type %s", wideTimes, p.XAxis[0].Type)
	}
}

func TestShortNames(t *testing.T) {
	for _, tt := range []struct{ names, want string }{
		{"TRAIN.LR MODEL.NET x", "LR NET x"}, {"TRAIN.LR TEST.LR x", "TRAIN.LR TEST.LR x"}, {"a. b", "a. b"},
	} {
		var r Runs
		for _, n := range strings.Fields(tt.names) {
			r.Parameters = append(r.Parameters, Parameter{Name: n})
		}
		if got := strings.Join(r.shortNames(), " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.names, got, tt.want)
		}
	}
}

// The axis of a share ends at 1, of others where its numbers do.
func TestObjectiveAxis(t *testing.T) {
	for _, tt := range []struct{ worst, best, lo, hi float64 }{{0.8, 0.99, 0.75, 1}, {0.2, 0.98, 0, 1}, {0.9, 3, 0.5, 3.5}, {0, 0.3, 0, 0.35}} {
		r := Runs{Rows: []Run{{Objective: tt.best}, {Objective: tt.worst}}}
		if a := r.objectives(); a.lo != tt.lo || a.hi != tt.hi {
			t.Errorf("%v to %v: axis %v to %v, want %v to %v", tt.worst, tt.best, a.lo, a.hi, tt.lo, tt.hi)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, tt := range []struct {
		lo, hi float64
		most   logTicks
		want   string
	}{
		{1e-4, 1e-2, 8, "0.0001 0.001 0.01"}, {2, 30, 8, "2 5 10 20"}, {0.6, 1e5, 8, "1 10 100 1000 10000 100000"},
		{1e-7, 0.1, 4, "1e-07 1e-05 0.001 0.1"}, {1, 1e12, 8, "1 100 10000 1e+06 1e+08 1e+10 1e+12"},
	} {
		var labels []string
		for _, k := range tt.most.Ticks(tt.lo, tt.hi) {
			labels = append(labels, k.Label)
		}
		if got := strings.Join(labels, " "); got != tt.want {
			t.Errorf("%v to %v: %s, want %s", tt.lo, tt.hi, got, tt.want)
		}
	}
}
