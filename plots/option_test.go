package plots

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// parsedOption is what the tests look at in a chart for echarts.
type parsedOption struct {
	Title                      struct{ Text, Subtext string }
	Legend                     struct{ Show bool }
	XAxis, YAxis, ParallelAxis []parsedAxis
	Series                     []parsedSeries
	VisualMap                  any
}

type parsedAxis struct {
	Type, Name string
	Dim        int
	Min, Max   any
	Data       []string
	AxisLabel  struct{ CustomValues []float64 }
}

type parsedSeries struct {
	Name, Type, Stack string
	XAxisIndex        int
	Data              []parsedDatum
	MarkLine          struct {
		Data []struct {
			Name  string
			XAxis float64
		}
	}
}

type parsedDatum struct {
	Name  string
	Value any
	Label struct{ Formatter string }
}

// parseOption is the option of a chart as a browser reads it.
func parseOption(t *testing.T, b builder) parsedOption {
	t.Helper()
	if _, err := b.sheet(); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(b.option().chart.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("__f__")) {
		t.Error("go-echarts left a function as text")
	}
	var p parsedOption
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return p
}

// values are those of a series.
func (s parsedSeries) values() []any {
	var out []any
	for _, d := range s.Data {
		out = append(out, d.Value)
	}
	return out
}

// wantValues compares the values of a series.
func wantValues(t *testing.T, s parsedSeries, want ...any) {
	t.Helper()
	if !reflect.DeepEqual(s.values(), want) {
		t.Errorf("series %q: %v, want %v", s.Name, s.values(), want)
	}
}

// list is an array as JSON gives it.
func list(values ...any) []any { return values }

// tag is a text that would be an element where it is not escaped.
const tag = `<b id="own">&"'</b></script>`

// tagged is every kind of chart with that text in every place for text.
func tagged() map[string]Chart {
	runs := Runs{Objective: tag, Parameters: []Parameter{{Name: tag}, {Name: tag + "2", Scale: Category, Categories: []string{tag, "b"}}},
		Rows: []Run{{Name: tag, Values: []float64{1, 0}, Objective: 0.5, Seconds: 3}, {Name: tag, Values: []float64{2, 1}, Objective: 0.4, Seconds: 5}}}
	return map[string]Chart{
		"curves":    Curves{Title: tag, XLabel: tag, YLabel: tag, Mark: 1, MarkLabel: tag, Lines: []Curve{{Name: tag, X: []float64{1, 2}, Y: []float64{3, 4}, Notes: []string{tag, tag}}}},
		"scatter":   Scatter{Title: tag, XLabel: tag, YLabel: tag, Dots: []Dot{{1, 2, tag}}},
		"bars":      Bars{Title: tag, XLabel: tag, YLabel: tag, Groups: []string{tag}, Series: []BarSeries{{Name: tag, Values: []float64{1}, Notes: []string{tag}}}},
		"histogram": Histogram{Title: tag, XLabel: tag, YLabel: tag, Edges: []float64{0, 1}, Layers: []HistogramLayer{{tag, []int{2}}, {tag + "2", []int{1}}}, Mark: 0.5, MarkLabel: tag},
		"confusion": Confusion{Title: tag, Classes: []string{tag}, Counts: [][]int{{1, 2}, {3, 0}}},
		"timing":    Timing{Title: tag, Steps: []string{tag}, Jobs: []JobTiming{{tag, []float64{1}}, {"b", []float64{2}}}},
		"parallel":  Parallel{tag, runs}, "effects": Effects{tag, runs}, "pareto": Pareto{tag, runs},
	}
}

// Tagged is for the tests outside of the package.
var Tagged = tagged

func TestChartsEscape(t *testing.T) {
	for name, c := range tagged() {
		var b bytes.Buffer
		if err := c.WriteHTML(&b, DefaultInteractiveOptions()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text := b.String()
		if strings.Count(text, "</script>") != 1 || strings.Contains(text, "<b ") {
			t.Errorf("%s: a text reaches into the page", name)
		}
		if found := regexp.MustCompile(`(src|href)\s*=\s*["']?(https?:)?//|https?://|import\(|fetch\(`).FindString(text); found != "" {
			t.Errorf("%s may load something: %s", name, found)
		}
		for _, write := range []func(io.Writer) error{c.WritePNG, func(w io.Writer) error { return c.WriteHTML(w, DefaultInteractiveOptions()) }} {
			if err := write(failingWriter{}); !errors.Is(err, errDisk) {
				t.Errorf("%s: a full disk: %v", name, err)
			}
		}
	}
}

// A chart says its own height, unless it is told one.
func TestChartHeight(t *testing.T) {
	at := func(n int) string {
		var b bytes.Buffer
		if err := (Curves{Mark: math.NaN(), Lines: []Curve{{Name: "a", X: []float64{1}, Y: []float64{2}}}}).WriteHTML(&b, InteractiveOptions{Height: n}); err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`"height":(\d+),"named"`).FindStringSubmatch(b.String())[1]
	}
	if own, told := at(0), at(500); own != "380" || told != "500" {
		t.Errorf("heights %s and %s, want 380 and 500", own, told)
	}
}

func TestCrowded(t *testing.T) {
	for _, tt := range []struct {
		names string
		want  bool
	}{{"a", false}, {"unet resunet attention_unet", false}, {"unet resunet attention_unet unet resunet attention_unet", false},
		{"attention_unet attention_unet attention_unet attention_unet attention_unet attention_unet", true}} {
		if got := crowded(strings.Fields(tt.names)); got != tt.want {
			t.Errorf("%s: crowded %v, want %v", tt.names, got, tt.want)
		}
	}
}

// Data that cannot be drawn is refused in the same words by both writers.
func TestChartErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	bars := func(change func(*Bars)) Bars {
		b := Bars{Groups: []string{"a", "b"}, Series: []BarSeries{{Name: "s", Values: []float64{1, nan}}}}
		change(&b)
		return b
	}
	histogram := func(change func(*Histogram)) Histogram {
		h := Histogram{Edges: []float64{0, 1, 2}, Layers: []HistogramLayer{{"a", []int{1, 2}}}, Mark: nan}
		change(&h)
		return h
	}
	confusion := func(change func(*Confusion)) Confusion {
		c := Confusion{Classes: []string{"a"}, Counts: [][]int{{1, 2}, {3, 0}}}
		change(&c)
		return c
	}
	timing := func(change func(*Timing)) Timing {
		x := Timing{Steps: []string{"a", "b"}, Jobs: []JobTiming{{"j", []float64{1, nan}}}}
		change(&x)
		return x
	}
	for _, tt := range []struct {
		chart Chart
		want  string
	}{
		{Scatter{}, "plots: a scatter chart needs at least one dot"},
		{Scatter{Dots: []Dot{{Y: inf}}}, `plots: dot "" at (0, +Inf): want finite numbers of at least 0`},
		{Bars{}, "plots: bars of 0 groups and 0 series: want at least one of each"},
		{bars(func(b *Bars) { b.Groups[1] = "a" }), `plots: two are called "a": want each group once`},
		{bars(func(b *Bars) { b.Top = -1 }), "plots: Top is -1: want a finite number of at least 0"},
		{bars(func(b *Bars) { b.Series[0].Values = nil }), `plots: bars "s" have 0 values and 0 notes for 2 groups: want one value each, and as many notes or none`},
		{bars(func(b *Bars) { b.Series[0].Notes = []string{""} }), `plots: bars "s" have 2 values and 1 notes for 2 groups: want one value each, and as many notes or none`},
		{bars(func(b *Bars) { b.Series[0].Values[1] = -2 }), `plots: bar "s" of "b" is -2: want a finite number of at least 0, or NaN`},
		{Histogram{}, "plots: a histogram needs at least one layer"},
		{histogram(func(h *Histogram) { h.Edges = h.Edges[:1] }), "plots: a histogram with 1 edges: want at least two"},
		{histogram(func(h *Histogram) { h.Edges[2] = 1 }), "plots: Edges[2] of a histogram is 1: want finite numbers, ascending"},
		{histogram(func(h *Histogram) { h.Edges[0] = nan }), "plots: Edges[0] of a histogram is NaN: want finite numbers, ascending"},
		{histogram(func(h *Histogram) { h.Mark = inf }), "plots: Mark of a histogram is +Inf: want a finite number, or NaN for none"},
		{histogram(func(h *Histogram) { h.Layers[0].Counts = nil }), `plots: layer "a" has 0 counts for 2 bins: want one each`},
		{histogram(func(h *Histogram) { h.Layers[0].Counts[1] = -1 }), `plots: count 1 of layer "a" is -1: want at least 0`},
		{Confusion{}, "plots: a confusion matrix needs at least one class"},
		{confusion(func(c *Confusion) { c.Classes = []string{"a", "a"} }), `plots: two are called "a": want each class once`},
		{confusion(func(c *Confusion) { c.Counts = c.Counts[:1] }), "plots: a confusion matrix of 1 classes has 1 rows: want one more than classes"},
		{confusion(func(c *Confusion) { c.Counts[1] = nil }), "plots: row 1 of a confusion matrix of 1 classes has 0 counts: want one more than classes"},
		{confusion(func(c *Confusion) { c.Counts[0][0] = -1 }), "plots: Counts[0][0] of a confusion matrix is -1: want at least 0, and 0 in the last corner"},
		{confusion(func(c *Confusion) { c.Counts[1][1] = 1 }), "plots: Counts[1][1] of a confusion matrix is 1: want at least 0, and 0 in the last corner"},
		{Timing{}, "plots: times of 0 steps and 0 jobs: want at least one of each"},
		{timing(func(x *Timing) { x.Steps[1] = "a" }), `plots: two are called "a": want each step once`},
		{timing(func(x *Timing) { x.Jobs = append(x.Jobs, x.Jobs[0]) }), `plots: two are called "j": want each job once`},
		{timing(func(x *Timing) { x.Jobs[0].Seconds = nil }), `plots: job "j" has 0 times for 2 steps: want one each`},
		{timing(func(x *Timing) { x.Jobs[0].Seconds[1] = -3 }), `plots: step "b" of job "j" took -3 seconds: want a finite number of at least 0, or NaN`},
		{Scatter{Dots: []Dot{{1e200, 1, "a"}}}, `plots: dot "a" is 1e+200: want 0, or a size from 1e-100 to 1e+100`},
		{bars(func(b *Bars) { b.Top = 1e101 }), "plots: Top is 1e+101: want 0, or a size from 1e-100 to 1e+100"},
		{bars(func(b *Bars) { b.Series[0].Values[0] = 1e-101 }), `plots: bar "s" is 1e-101: want 0, or a size from 1e-100 to 1e+100`},
		{histogram(func(h *Histogram) { h.Edges[2] = 1e101 }), "plots: an edge of a histogram is 1e+101: want 0, or a size from 1e-100 to 1e+100"},
		{timing(func(x *Timing) { x.Jobs[0].Seconds[0] = 1e101 }), `plots: a time of job "j" is 1e+101: want 0, or a size from 1e-100 to 1e+100`},
		{Effects{Runs: Runs{Parameters: []Parameter{{Name: "a"}}, Rows: []Run{{Values: []float64{1}, Objective: 1e101}}}}, "plots: a number of Rows[0] is 1e+101: want 0, or a size from 1e-100 to 1e+100"},
		{Parallel{}, "plots: runs have no parameter: want at least one\nplots: no run of 0 has an objective: want at least one"},
		{Effects{}, "plots: runs have no parameter: want at least one\nplots: no run of 0 has an objective: want at least one"},
		{Pareto{Runs: Runs{Parameters: []Parameter{{Name: "a"}}, Rows: []Run{{Values: []float64{1}, Seconds: nan}}}}, "plots: no run of 1 has both an objective and a time: want at least one"},
	} {
		for _, err := range []error{tt.chart.WritePNG(io.Discard), tt.chart.WriteHTML(io.Discard, DefaultInteractiveOptions())} {
			if err == nil || err.Error() != tt.want {
				t.Errorf("%T: error %v, want %s", tt.chart, err, tt.want)
			}
		}
	}
}

// Builders say what is wrong with what they are given.
func TestBuilderErrors(t *testing.T) {
	nan := math.NaN()
	point, pair := []detection.Point{{Prob: 0.5, Class: 1}}, detection.Matching{Pairs: []detection.Pair{{}}}
	points := [][]detection.Point{point}
	left := detection.Matching{UnmatchedTruth: []int{0}, UnmatchedPred: []int{0}}
	fails := func(want string, err error) {
		t.Helper()
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	_, err := LearningRate("step", []float64{1, 2}, []float64{1, -1})
	fails("plots: rates[1] is -1: want a finite number of at least 0", err)
	_, err = LearningRate("step", []float64{1, 2}, []float64{1})
	fails(`plots: line "learning rate" has 2 x and 1 y: want the same number, at least one`, err)
	_, err = F1OverTolerance(nil, "pixels", nan)
	fails("plots: no scores over the tolerance: want at least one set", err)
	_, err = F1OverTolerance([]Tolerances{{Name: "a"}}, "pixels", nan)
	fails(`plots: "a" has no scores over the tolerance: want at least one`, err)
	_, err = ClassBars(nil, nil)
	fails("plots: bars of 0 groups and 3 series: want at least one of each", err)
	_, err = ClassBars([]detection.ClassMetrics{{Class: 1}, {Class: 1}}, nil)
	fails(`plots: two are called "class 1": want each group once`, err)
	_, err = BinEdges(nil)
	fails("plots: no values for a histogram: want at least one", err)
	_, err = BinEdges([]float64{1, nan})
	fails("plots: value 1 for a histogram is NaN: want a finite number", err)
	_, err = NewHistogram(nil, []float64{0, 1})
	fails("plots: a histogram needs at least one layer", err)
	_, err = NewHistogram([]Sample{{"a", []float64{0.5, 1.5}}}, []float64{0, 1})
	fails("plots: a: value 1 is 1.5: want one from 0 to 1", err)
	_, err = PointProbabilities(points, nil, nan)
	fails("plots: points of 1 images and matchings of 0: want as many", err)
	_, err = PointProbabilities(points, []detection.Matching{{}}, nan)
	fails("plots: image 0: want a matching that names each of its 1 predicted points once", err)
	_, err = PointProbabilities(points, []detection.Matching{{Pairs: []detection.Pair{{Pred: 4}}}}, nan)
	fails("plots: image 0: want a matching that names each of its 1 predicted points once", err)
	_, err = PointProbabilities(points, []detection.Matching{{UnmatchedPred: []int{-1}}}, nan)
	fails("plots: image 0: want a matching that names each of its 1 predicted points once", err)
	_, err = PointProbabilities([][]detection.Point{nil}, []detection.Matching{{}}, nan)
	fails("plots: no values for a histogram: want at least one", err)
	_, err = MatchDistances([]detection.Matching{pair}, 0, "pixels")
	fails("plots: the tolerance is 0: want a finite number above 0", err)
	_, err = MatchDistances([]detection.Matching{{}}, 1, "pixels")
	fails("plots: no pair in 1 matchings: want at least one", err)
	_, err = MatchDistances([]detection.Matching{{Pairs: []detection.Pair{{Distance: -1}}}}, 1, "pixels")
	fails("plots: image 0 has a pair at the distance -1: want a finite number of at least 0", err)
	prob := detection.NewVolume([3]int{1, 1, 2}, 1)
	prob.Data[1] = 1.5
	_, err = MapProbabilities(prob, nan)
	fails("plots: value 1 of the map is 1.5: want a probability from 0 to 1", err)
	_, err = NewConfusion(points, points, nil, nil)
	fails("plots: true points of 1 images, predicted points of 1, matchings of 0: want as many", err)
	_, err = NewConfusion(points, points, []detection.Matching{{}}, nil)
	fails("plots: image 0: want a matching that names each of its 1 predicted points once", err)
	_, err = NewConfusion(points, points, []detection.Matching{{UnmatchedPred: []int{0}}}, nil)
	fails("plots: image 0: want a matching that names each of its 1 true points once", err)
	_, err = NewConfusion(points, points, []detection.Matching{{Pairs: []detection.Pair{{}}, UnmatchedTruth: []int{0}}}, nil)
	fails("plots: image 0: want a matching that names each of its 1 true points once", err)
	_, err = NewConfusion(points, points, []detection.Matching{left}, []string{})
	fails("plots: image 0 has a point of class 1: want 1 to 0, the classes with a name", err)
	_, err = NewConfusion(points, [][]detection.Point{{{}}}, []detection.Matching{left}, []string{"a"})
	fails("plots: image 0 has a point of class 0: want 1 to 1, the classes with a name", err)
	_, err = NewConfusion(points, [][]detection.Point{{{Class: -1}}}, []detection.Matching{left}, nil)
	fails("plots: image 0 has a point of class -1: want at least 0", err)
	twice := detection.Matching{Pairs: []detection.Pair{{}}, UnmatchedPred: []int{0}, UnmatchedTruth: []int{1}}
	_, err = NewConfusion([][]detection.Point{{{}, {}}}, [][]detection.Point{{{}, {}}}, []detection.Matching{twice}, nil)
	fails("plots: image 0: want a matching that names each of its 2 predicted points once", err)
	_, err = NewConfusion(points, [][]detection.Point{{{}}}, []detection.Matching{left}, nil)
	fails("plots: 1 points have no class and others have: want a class for each, or for none", err)
	_, err = NewConfusion(points, points, []detection.Matching{left}, []string{"a", "a"})
	fails(`plots: two are called "a": want each class once`, err)
	_, err = NewConfusion(points, points, []detection.Matching{{Pairs: []detection.Pair{{Pred: 7}}}}, nil)
	fails("plots: image 0: want a matching that names each of its 1 predicted points once", err)
}
