package plots

import (
	"fmt"
	"io"
)

// Parallel shows runs as parallel coordinates: an axis for each parameter, one
// for the objective at the right, and a line for each run, coloured by its
// objective and the best above the others.
type Parallel struct {
	Title string
	Runs  Runs
}

// axes are those of the parameters and of the objective.
func (c Parallel) axes() []runAxis {
	var out []runAxis
	for k := range c.Runs.Parameters {
		out = append(out, c.Runs.axis(k, mostTicks, 0))
	}
	return append(out, c.Runs.objectives())
}

// WritePNG draws the chart, 800 x 500 pixels. The same data gives the same
// bytes.
//
// Errors: those of [Runs.Validate] and of w.
func (c Parallel) WritePNG(w io.Writer) error { return writePNG(w, c) }

// WriteHTML writes the chart as [Chart] says. A reader can choose runs by a
// range of an axis, or of the objective by the bar below.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (c Parallel) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, c, o) }

func (c Parallel) words() string {
	r := c.Runs
	best := r.best()
	return fmt.Sprintf("%s: %d runs over %d parameters, best %s %.4g", c.Title, len(r.kept()), len(r.Parameters), r.Objective, r.Rows[best].Objective)
}
