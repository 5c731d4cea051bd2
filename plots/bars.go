package plots

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// BarSeries is one bar in each group of [Bars].
type BarSeries struct {
	Name string
	// Values has one entry for each group: a finite number of at least 0, or NaN
	// for no bar.
	Values []float64
	// Notes, one for each group or none, are shown where a reader points at a bar.
	Notes []string
}

// Bars are groups of upright bars side by side, such as the scores of classes.
type Bars struct {
	Title, XLabel, YLabel string
	Groups                []string // at least 1, each once
	Series                []BarSeries
	// Top is the upper end of the y axis; 0 fits the data.
	Top float64
}

// ClassBars are F1, precision and recall of each class, as
// [detection.Evaluation] holds them. names[c-1] is the name of class c; classes
// beyond its end are called "class 3", and class 0 "no class".
//
// Errors: no class; a class that occurs twice, or that shares its name with
// another.
func ClassBars(classes []detection.ClassMetrics, names []string) (Bars, error) {
	b := Bars{Title: "Scores of classes", YLabel: "F1, precision, recall", Top: 1, Series: []BarSeries{{Name: "F1"}, {Name: "precision"}, {Name: "recall"}}}
	for _, c := range classes {
		b.Groups = append(b.Groups, className(c.Class, names))
		note := fmt.Sprintf("%d of %d true found, %d false, tolerance %g", c.TP, c.TP+c.FN, c.FP, c.Tolerance)
		for k, v := range []float64{c.F1, c.Precision, c.Recall} {
			b.Series[k].Values, b.Series[k].Notes = append(b.Series[k].Values, v), append(b.Series[k].Notes, note)
		}
	}
	return b, b.check()
}

// className is what class c is called.
func className(c int, names []string) string {
	switch {
	case c == 0:
		return "no class"
	case c > 0 && c <= len(names):
		return names[c-1]
	}
	return fmt.Sprintf("class %d", c)
}

// check says what is wrong with the data.
func (b Bars) check() error {
	if len(b.Groups) == 0 || len(b.Series) == 0 {
		return fmt.Errorf("plots: bars of %d groups and %d series: want at least one of each", len(b.Groups), len(b.Series))
	}
	if err := distinct("group", b.Groups); err != nil {
		return err
	}
	if !(b.Top >= 0) || math.IsInf(b.Top, 0) {
		return fmt.Errorf("plots: Top is %v: want a finite number of at least 0", b.Top)
	}
	if err := drawable("Top", b.Top); err != nil {
		return err
	}
	for _, s := range b.Series {
		if err := drawable(fmt.Sprintf("bar %q", s.Name), s.Values...); err != nil {
			return err
		}
		if len(s.Values) != len(b.Groups) || len(s.Notes) > 0 && len(s.Notes) != len(b.Groups) {
			return fmt.Errorf("plots: bars %q have %d values and %d notes for %d groups: want one value each, and as many notes or none", s.Name, len(s.Values), len(s.Notes), len(b.Groups))
		}
		for i, v := range s.Values {
			if v < 0 || math.IsInf(v, 0) {
				return fmt.Errorf("plots: bar %q of %q is %v: want a finite number of at least 0, or NaN", s.Name, b.Groups[i], v)
			}
		}
	}
	return nil
}

// distinct says which name occurs twice.
func distinct(what string, names []string) error {
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			return fmt.Errorf("plots: two are called %q: want each %s once", n, what)
		}
		seen[n] = true
	}
	return nil
}

// axis is that of the values, from 0.
func (b Bars) axis() (axis, error) {
	if err := b.check(); err != nil {
		return axis{}, err
	}
	if b.Top > 0 {
		return axis{lo: 0, hi: b.Top}, nil
	}
	hi := 0.0
	for _, s := range b.Series {
		for _, v := range s.Values {
			if v > hi {
				hi = v
			}
		}
	}
	if hi == 0 {
		return axis{lo: 0, hi: 1}, nil
	}
	return axis{lo: 0, hi: hi * 1.05}.outwards(), nil
}

// WritePNG draws the chart, 800 x 500 pixels, or higher where the legend has more
// than one row. The same data gives the same bytes.
//
// Errors: no group or no series, two groups of one name, a series that does not
// fit the groups, a value or Top that is negative or infinite; those of w.
func (b Bars) WritePNG(w io.Writer) error { return writePNG(w, b) }

// WriteHTML writes the chart as [Chart] says.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (b Bars) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, b, o) }

func (b Bars) words() string {
	names := make([]string, len(b.Series))
	for i, s := range b.Series {
		names[i] = s.Name
	}
	return fmt.Sprintf("%s: %s of %s", b.Title, strings.Join(names, ", "), strings.Join(b.Groups, ", "))
}

// number writes a value on a bar: counts as they are, others with two digits
// after the point, or four in all where they are large.
func (b Bars) number(v float64) string {
	whole := true
	for _, s := range b.Series {
		for _, other := range s.Values {
			whole = whole && (math.IsNaN(other) || other == math.Trunc(other))
		}
	}
	switch {
	case whole && v < 1e6 && b.Top != 1:
		return fmt.Sprintf("%.0f", v)
	case v < 100:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.4g", v)
}
