package plots

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/puncta-bio/puncta/detection"
)

func TestLearningRateAndTolerance(t *testing.T) {
	c, err := LearningRate("epoch", []float64{1, 2}, []float64{1e-3, 5e-4})
	if err != nil {
		t.Fatal(err)
	}
	p := parseOption(t, c)
	wantValues(t, p.Series[0], list(1.0, 1e-3), list(2.0, 5e-4))
	if p.XAxis[0].Name != "epoch" {
		t.Errorf("x is called %q", p.XAxis[0].Name)
	}
	at := func(tolerance float64, tp int) detection.Metrics {
		return detection.Score{TP: tp, FP: 10 - tp, FN: 10 - tp}.At(tolerance)
	}
	c, err = F1OverTolerance([]Tolerances{{"a", []detection.Metrics{at(4, 8), at(1, 3)}}, {"b", []detection.Metrics{at(2, 5)}}}, "µm", 4)
	if err != nil {
		t.Fatal(err)
	}
	p = parseOption(t, c)
	wantValues(t, p.Series[0], list(1.0, 0.3), list(4.0, 0.8)) // ascending
	wantValues(t, p.Series[1], list(2.0, 0.5))
	if p.XAxis[0].Name != "tolerance in µm" || p.XAxis[0].Max != 4.0 || p.Series[0].MarkLine.Data[0].XAxis != 4 || p.Series[0].Data[0].Name != "precision 0.300, recall 0.300" {
		t.Errorf("option %+v", p)
	}
}

func TestBars(t *testing.T) {
	b, err := ClassBars([]detection.ClassMetrics{
		{Class: 0, Metrics: detection.Score{TP: 1, FP: 3}.At(2)}, {Class: 2, Metrics: detection.Score{TP: 4, FN: 1}.At(2)}, {Class: 3}}, []string{"x", "nucleus"})
	if err != nil {
		t.Fatal(err)
	}
	b.Series[1].Values[2] = math.NaN()
	p := parseOption(t, b)
	if want := []string{"no class", "nucleus", "class 3"}; !reflect.DeepEqual(p.XAxis[0].Data, want) || p.YAxis[0].Max != 1.0 {
		t.Errorf("groups %q, want %q", p.XAxis[0].Data, want)
	}
	wantValues(t, p.Series[0], 0.4, 8.0/9, 0.0)
	wantValues(t, p.Series[1], 0.25, 1.0, "-")
	wantValues(t, p.Series[2], 1.0, 0.8, 0.0)
	if d := p.Series[0].Data[1]; d.Name != "nucleus\nF1 0.8889\n4 of 5 true found, 0 false, tolerance 2" || d.Label.Formatter != "0.89" {
		t.Errorf("datum %+v", d)
	}
	counts := Bars{Groups: []string{"a", "b"}, Series: []BarSeries{{Name: "n", Values: []float64{7, 1234}}}}
	if p := parseOption(t, counts); p.YAxis[0].Max != 1400.0 || p.Series[0].Data[0].Label.Formatter != "7" || p.Series[0].Data[1].Label.Formatter != "1234" {
		t.Errorf("counts: %+v", p)
	}
	counts.Series[0].Values[0] = 7.5
	if p := parseOption(t, counts); p.Series[0].Data[0].Label.Formatter != "7.50" || p.Series[0].Data[1].Label.Formatter != "1234" {
		t.Errorf("no counts: %+v", p)
	}
}

// The expected R² is that of scikit-learn 1.9.1: r2_score([10, 40, 0, 7], [11, 36, 0, 9]).
func TestAgreement(t *testing.T) {
	c := Scatter{Title: "t", XLabel: "x", YLabel: "y", Dots: []Dot{{10, 11, "a"}, {40, 36, ""}, {0, 0, ""}, {7, 9, ""}}}
	bias, r2 := c.Agreement()
	if bias != -0.25 || math.Abs(r2-0.977582065652522) > 1e-14 {
		t.Errorf("bias %v, R² %v", bias, r2)
	}
	var x, y []float64
	for i := range 500 {
		x, y = append(x, math.Abs(math.Sin(float64(i)))*300), append(y, math.Abs(math.Sin(float64(i)))*280+5*math.Abs(math.Cos(float64(7*i))))
		c.Dots = append(c.Dots, Dot{X: x[i], Y: y[i]})
	}
	c.Dots = c.Dots[4:]
	if _, r2 = c.Agreement(); math.Abs(r2-stat.RSquaredFrom(y, x, nil)) > 1e-12 {
		t.Errorf("R² %v, gonum has %v", r2, stat.RSquaredFrom(y, x, nil))
	}
	for name, dots := range map[string][]Dot{"none": nil, "one x": {{3, 4, ""}, {3, 9, ""}}} {
		if _, r2 := (Scatter{Dots: dots}).Agreement(); !math.IsNaN(r2) {
			t.Errorf("%s: R² %v, want NaN", name, r2)
		}
	}
}

func TestScatterOption(t *testing.T) {
	p := parseOption(t, Scatter{Title: "t", XLabel: "true", YLabel: "counted", Dots: []Dot{{10, 11, "a.tif"}, {40, 36, ""}}})
	wantValues(t, p.Series[0], list(10.0, 11.0), list(40.0, 36.0))
	wantValues(t, p.Series[1], list(0.0, 0.0), list(50.0, 50.0)) // where both are the same, to the end of the axes
	if p.XAxis[0].Max != 50.0 || p.YAxis[0].Max != 50.0 || p.Series[0].Data[0].Name != "a.tif\ntrue 10\ncounted 11" || p.Title.Subtext != "n = 2, bias -1.5, R² of the line y = x 0.962" {
		t.Errorf("option %+v", p)
	}
}

// A pair in every cell, by hand.
func TestNewConfusion(t *testing.T) {
	truth := [][]detection.Point{{{Class: 1}, {Class: 2}, {Class: 2}}, {{Class: 1}}}
	pred := [][]detection.Point{{{Class: 2}, {Class: 2}, {Class: 1}}, {{Class: 1}, {Class: 2}}}
	matchings := []detection.Matching{
		{Pairs: []detection.Pair{{Truth: 0, Pred: 1}, {Truth: 2, Pred: 0}}, UnmatchedTruth: []int{1}, UnmatchedPred: []int{2}},
		{Pairs: []detection.Pair{{Truth: 0, Pred: 0}}, UnmatchedPred: []int{1}},
	}
	c, err := NewConfusion(truth, pred, matchings, nil)
	if want := [][]int{{1, 1, 0}, {0, 1, 1}, {1, 1, 0}}; err != nil || !reflect.DeepEqual(c.Counts, want) || !reflect.DeepEqual(c.Classes, []string{"class 1", "class 2"}) {
		t.Fatalf("%+v, %v, want %v", c, err, want)
	}
	c.Counts[0][1] = 3
	p := parseOption(t, c)
	wantValues(t, p.Series[0],
		list(0.0, 0.0, 1.0, 0.25, "25 %"), list(1.0, 0.0, 3.0, 0.75, "75 %"), list(2.0, 0.0, 0.0, 0.0, "0 %"),
		list(0.0, 1.0, 0.0, 0.0, "0 %"), list(1.0, 1.0, 1.0, 0.5, "50 %"), list(2.0, 1.0, 1.0, 0.5, "50 %"),
		list(0.0, 2.0, 1.0, 0.5, "50 %"), list(1.0, 2.0, 1.0, 0.5, "50 %"))
	for i, want := range map[int]string{
		0: "1 of class 1 were right\n25 % of the true objects of the class", 1: "3 of class 1 were called class 2\n75 % of the true objects of the class",
		5: "1 of class 2 were missed\n50 % of the true objects of the class", 6: "1 false points were called class 1\n50 % of the false points",
	} {
		if got := p.Series[0].Data[i].Name; got != want {
			t.Errorf("cell %d says %q, want %q", i, got, want)
		}
	}
	if !reflect.DeepEqual(p.XAxis[0].Data, []string{"class 1", "class 2", "missed"}) || !reflect.DeepEqual(p.YAxis[0].Data, []string{"class 1", "class 2", "false"}) {
		t.Errorf("columns %q, rows %q", p.XAxis[0].Data, p.YAxis[0].Data)
	}
	for _, points := range [][][]detection.Point{truth, pred} { // without classes
		for _, list := range points {
			for i := range list {
				list[i].Class = 0
			}
		}
	}
	if c, err = NewConfusion(truth, pred, matchings, nil); err != nil || !reflect.DeepEqual(c.Counts, [][]int{{3, 1}, {2, 0}}) || c.Classes[0] != "object" {
		t.Errorf("without classes: %+v, %v", c, err)
	}
	if got := percent(0.004); got != "<1 %" {
		t.Errorf("a small share is %s", got)
	}
}

func TestTimingOption(t *testing.T) {
	one := Timing{Title: "t", Steps: []string{"read", "predict", "tune"}, Jobs: []JobTiming{{"j", []float64{0.5, 90, math.NaN()}}}}
	p := parseOption(t, one)
	wantValues(t, p.Series[0], 0.5, 90.0, "-")
	if p.Title.Subtext != "in all 1 min 31 s" || p.Series[0].Data[1].Label.Formatter != "1 min 30 s" || p.Series[0].Data[1].Name != "j\npredict\n1 min 30 s, 99 % of 1 min 31 s" || !reflect.DeepEqual(p.YAxis[0].Data, one.Steps) {
		t.Errorf("one job: %+v", p)
	}
	two := one
	two.Jobs = append([]JobTiming{}, one.Jobs[0], JobTiming{"k", []float64{1, 2, 3}})
	p = parseOption(t, two)
	wantValues(t, p.Series[0], 0.5, 1.0)
	wantValues(t, p.Series[1], 90.0, 2.0)
	wantValues(t, p.Series[2], "-", 3.0)
	if p.Series[3].Data[1].Label.Formatter != "6 s" || p.Series[0].Stack == "" || p.Series[0].Stack != p.Series[3].Stack || !reflect.DeepEqual(p.YAxis[0].Data, []string{"j", "k"}) {
		t.Errorf("two jobs: %+v", p)
	}
}

func TestLengthOf(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 s", 0.0314: "31.4 ms", 0.9996: "1 s", 1.234: "1.23 s", 59.94: "59.9 s", 59.96: "1 min 00 s", 431: "7 min 11 s", 3599.6: "1 h 00 min", 8190: "2 h 17 min",
	} {
		if got := lengthOf(seconds); got != want {
			t.Errorf("%v s is %q, want %q", seconds, got, want)
		}
	}
}
