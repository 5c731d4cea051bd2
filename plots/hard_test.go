package plots_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/plots"
)

// hard are charts at the ends of what they may hold: many parts, long names,
// constants, single values, numbers far apart.
func hard() map[string]plots.Chart {
	nan := math.NaN()
	long := "a title that goes on and on, longer than any page of a notebook is wide, to its end, which nobody sees: " + strings.Repeat("long ", 30)
	lines := plots.Curves{Title: long, XLabel: "epoch", YLabel: "loss", Mark: 1, MarkLabel: "the first epoch of them all"}
	for i := range 13 {
		lines.Lines = append(lines.Lines, plots.Curve{Name: fmt.Sprintf("fold %d of a job with a long name", i+1), X: []float64{1, 2, 3}, Y: []float64{float64(i), nan, float64(13 - i)}})
	}
	bars := plots.Bars{Title: "Many groups", XLabel: "class", YLabel: "objects", Series: []plots.BarSeries{{Name: "true"}, {Name: "counted"}}}
	confusion := plots.Confusion{Title: "Many classes"}
	for i := range 14 {
		name := fmt.Sprintf("a class with a long name %d", i+1)
		bars.Groups, confusion.Classes = append(bars.Groups, name), append(confusion.Classes, name)
		bars.Series[0].Values, bars.Series[1].Values = append(bars.Series[0].Values, float64(1500*i)), append(bars.Series[1].Values, nan)
	}
	for i := range 15 {
		row := make([]int, 15)
		for k := range row {
			if i < 14 || k < 14 {
				row[k] = i * k * k % 17 * 1000
			}
		}
		confusion.Counts = append(confusion.Counts, row)
	}
	timing := plots.Timing{Title: "Many steps", Jobs: []plots.JobTiming{{Name: "a job with a name that is longer than the place for it"}, {Name: "b"}}}
	for i := range 14 {
		timing.Steps = append(timing.Steps, fmt.Sprintf("step number %d", i+1))
		for k := range timing.Jobs {
			timing.Jobs[k].Seconds = append(timing.Jobs[k].Seconds, float64(i*i)*math.Pow(10, float64(3*k-2)))
		}
	}
	random := plots.Runs{Objective: "validation loss of the last epoch", LowerIsBetter: true}
	for k := range 8 {
		random.Parameters = append(random.Parameters, plots.Parameter{Name: fmt.Sprintf("TEST.POST_PROCESSING.A_LONG_KEY_%d", k+1), Scale: plots.Scale(k % 2)})
	}
	names := []string{"a category with a long name", "another", "short", "the fourth of them all", "5", "-", "7"}
	random.Parameters[7] = plots.Parameter{Name: "a category", Scale: plots.Category, Categories: names}
	for i := range 300 {
		run := plots.Run{Name: fmt.Sprintf("run %d", i+1), Seconds: math.Pow(10, 4*math.Abs(math.Sin(float64(i))))}
		for k := range random.Parameters {
			t := math.Abs(math.Sin(float64(i*(k+2)) + 0.3))
			run.Values = append(run.Values, []float64{t * 16, math.Pow(10, -6*t-1)}[k%2])
		}
		run.Values[7] = float64(i % 7)
		run.Objective = 0.3 + 0.5*math.Abs(math.Cos(float64(i)))/math.Log10(run.Seconds+10)
		random.Rows = append(random.Rows, run)
	}
	one := plots.Runs{Objective: "F1", Parameters: []plots.Parameter{{Name: "radius"}}, Rows: []plots.Run{{Values: []float64{4}, Objective: 0.8, Seconds: 3}}}
	threshold := plots.Runs{Objective: "F1", Parameters: []plots.Parameter{{Name: "threshold"}}}
	for i := range 40 {
		t := float64(i+1) / 41
		threshold.Rows = append(threshold.Rows, plots.Run{Values: []float64{t}, Objective: 1.4 * t * (1.2 - t), Seconds: nan})
	}
	same := plots.Scatter{Title: "One image", XLabel: "true", YLabel: "counted", Dots: []plots.Dot{{X: 123456, Y: 123000}}}
	return map[string]plots.Chart{
		"lines": lines, "bars": bars, "confusion": confusion, "timing": timing, "one dot": same,
		"random parallel": plots.Parallel{Title: "300 runs of a random search", Runs: random}, "random effects": plots.Effects{Title: "8 parameters", Runs: random},
		"random pareto": plots.Pareto{Title: "Loss against time", Runs: random}, "one parallel": plots.Parallel{Title: "One run", Runs: one},
		"one effects": plots.Effects{Title: "One run", Runs: one}, "one pareto": plots.Pareto{Title: "One run", Runs: one},
		"curve effects": plots.Effects{Title: "One parameter", Runs: threshold},
		"one class":     plots.Confusion{Title: "One class", Classes: []string{"object"}, Counts: [][]int{{0, 0}, {0, 0}}},
		"one bar":       plots.Bars{Title: "Nothing", Groups: []string{"a"}, Series: []plots.BarSeries{{Name: "b", Values: []float64{0}}}},
		"unequal bins": plots.Histogram{Title: "Unequal bins", XLabel: "value", YLabel: "count", Edges: []float64{-5, -1, 0, 0.1, 20}, Mark: 30, MarkLabel: "far away",
			Layers: []plots.HistogramLayer{{Name: "a", Counts: []int{1, 2, 0, 40000}}, {Name: "b", Counts: []int{3, 2, 9, 100}}, {Name: "none", Counts: []int{0, 0, 0, 0}}}, LogY: true},
		"no time": plots.Timing{Title: "No time", Steps: []string{"a"}, Jobs: []plots.JobTiming{{Name: "b", Seconds: []float64{0}}}},
	}
}

// Charts at the ends of what they may hold are drawn, and the same again.
func TestHardCharts(t *testing.T) {
	for name, c := range hard() {
		var first, second bytes.Buffer
		for _, w := range []*bytes.Buffer{&first, &second} {
			if err := c.WriteHTML(w, plots.DefaultInteractiveOptions()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if first.String() != second.String() {
			t.Errorf("%s: two drawings of the same data differ", name)
		}
		if strings.Contains(first.String(), "NaN\"") || strings.Contains(first.String(), "Inf\"") {
			t.Errorf("%s: a number is none", name)
		}
	}
}
