package plots

import (
	"encoding/json"
	"io"
	"math"
	"testing"
)

// Any numbers that are let in give a chart, soon, and with numbers that JSON
// knows.
func FuzzChartNumbers(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0)
	f.Add(1e-3, 1e5, 0.0, 0.0)
	f.Add(-1e308, 1e308, 1e-320, 1e308)
	f.Add(5e-324, 1e-310, math.Inf(1), math.NaN())
	f.Add(1e15, 1e15+0.125, math.Copysign(0, -1), 7.0)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		runs := Runs{Objective: "F1", Parameters: []Parameter{{Name: "p"}, {Name: "q", Scale: Log}}, Rows: []Run{
			{Values: []float64{a, b}, Objective: c, Seconds: d}, {Values: []float64{b, math.Abs(a)}, Objective: d, Seconds: c}, {Values: []float64{c, math.Abs(d)}, Objective: a, Seconds: b},
		}}
		lines := Curves{Mark: d, Lines: []Curve{{Name: "l", X: []float64{a, b}, Y: []float64{c, d}}}}
		for _, chart := range []builder{
			Parallel{Runs: runs}, Effects{Runs: runs}, Pareto{Runs: runs}, lines, Scatter{Dots: []Dot{{a, b, ""}, {c, d, ""}}},
			Bars{Groups: []string{"g", "h"}, Series: []BarSeries{{Name: "s", Values: []float64{a, b}}}, Top: c},
			Histogram{Edges: []float64{a, b}, Layers: []HistogramLayer{{"l", []int{3}}}, Mark: c},
			Timing{Steps: []string{"s", "t"}, Jobs: []JobTiming{{"j", []float64{a, b}}, {"k", []float64{c, d}}}},
		} {
			s, err := chart.sheet()
			if err != nil {
				continue
			}
			if _, err := json.Marshal(chart.option().chart.JSON()); err != nil {
				t.Errorf("%T: %v", chart, err)
			}
			if s.height > 1000 {
				t.Errorf("%T: %d pixels high", chart, s.height)
			}
		}
		_, refused := lines.sheet()
		if err := lines.WriteSVG(io.Discard); (err == nil) != (refused == nil) {
			t.Errorf("as SVG: %v, as a picture: %v", err, refused)
		}
	})
}
