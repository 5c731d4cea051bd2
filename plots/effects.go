package plots

import (
	"fmt"
	"io"
	"strings"
)

// Effects shows the objective over each parameter, a small chart for each, all
// with one range: a dot for each run, the best run marked, and a line through the
// best and a line through the mean at each value of the parameter. The lines are
// left out where more than half of the runs have a value of their own, as in a
// random search, and that of the mean where it would be that of the best. Of a
// single parameter the line of the best is always drawn.
type Effects struct {
	Title string
	Runs  Runs
}

// effect is what is seen of one parameter: at each of its values, ascending, the
// best objective and the mean.
type effect struct{ values, best, mean []float64 }

// effect sums up parameter k.
func (r Runs) effect(k int) effect {
	best, sum, n := map[float64]float64{}, map[float64]float64{}, map[float64]int{}
	for _, i := range r.kept() { // the best comes last
		v, o := r.Rows[i].Values[k], r.Rows[i].Objective
		best[v], sum[v] = o, sum[v]+o
		n[v]++
	}
	e := effect{values: r.distinct(k)}
	for _, v := range e.values {
		e.best, e.mean = append(e.best, best[v]), append(e.mean, sum[v]/float64(n[v]))
	}
	return e
}

// lines says which lines of an effect are drawn.
func (r Runs) lines(e effect) (best, mean bool) {
	n := len(r.kept())
	mean = 2*len(e.values) <= n
	return mean || len(r.Parameters) == 1, mean
}

// columns and rows of the small charts.
func (c Effects) columns() int {
	switch n := len(c.Runs.Parameters); n {
	case 1, 2, 4:
		return min(n, 2)
	}
	return 3
}

func (c Effects) rows() int {
	return (len(c.Runs.Parameters) + c.columns() - 1) / c.columns()
}

// WritePNG draws the chart, 800 pixels wide and as high as its rows need. The
// same data gives the same bytes.
//
// Errors: those of [Runs.Validate] and of w.
func (c Effects) WritePNG(w io.Writer) error { return writePNG(w, c) }

// WriteHTML writes the chart as [Chart] says.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (c Effects) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, c, o) }

func (c Effects) words() string {
	names := make([]string, len(c.Runs.Parameters))
	for i, p := range c.Runs.Parameters {
		names[i] = p.Name
	}
	return fmt.Sprintf("%s: %s over %s", c.Title, c.Runs.Objective, strings.Join(names, ", "))
}
