package plots

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// Tolerances are the scores of a model or a set of images at several tolerances.
type Tolerances struct {
	// Name is that of the line.
	Name string
	// Metrics in any order, each with the tolerance that it belongs to.
	Metrics []detection.Metrics
}

// F1OverTolerance is the chart of F1 over the tolerance of the matching, a line
// for each of sets. unit is that of the tolerances, such as "pixels". used is
// marked; NaN for none.
//
// Errors: no set, or one without metrics.
func F1OverTolerance(sets []Tolerances, unit string, used float64) (Curves, error) {
	if len(sets) == 0 {
		return Curves{}, errors.New("plots: no scores over the tolerance: want at least one set")
	}
	c := Curves{
		Title: "F1 over the tolerance", XLabel: "tolerance in " + unit, YLabel: "F1", YRange: unitRange, Mark: used, MarkLabel: "reported",
	}
	for _, s := range sets {
		if len(s.Metrics) == 0 {
			return Curves{}, fmt.Errorf("plots: %q has no scores over the tolerance: want at least one", s.Name)
		}
		rows := slices.SortedStableFunc(slices.Values(s.Metrics), func(a, b detection.Metrics) int { return cmp.Compare(a.Tolerance, b.Tolerance) })
		line := Curve{Name: s.Name}
		for _, m := range rows {
			line.X, line.Y = append(line.X, m.Tolerance), append(line.Y, m.F1)
			line.Notes = append(line.Notes, fmt.Sprintf("precision %.3f, recall %.3f", m.Precision, m.Recall))
			c.XRange[1] = max(c.XRange[1], m.Tolerance)
		}
		c.Lines = append(c.Lines, line)
	}
	return c, nil
}
