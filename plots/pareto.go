package plots

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
)

// Pareto shows the objective over the time of each run. The runs of the front,
// which no other run beats (see [Runs.Front]), are highlighted and joined by
// steps, the others grey. Runs without a time or an objective are left out.
type Pareto struct {
	Title string
	Runs  Runs
}

// Front returns the indices of the runs that no other run beats, the fastest
// first. A run beats another when it is as fast or faster, and as good or
// better by the objective, and not the same in both. So runs that are the same
// in both stand on the front together, in the order of their indices, and of
// runs that are as fast only the best can. Runs without an objective or a time
// neither beat nor stand there.
func (r Runs) Front() []int {
	var order []int
	for i, run := range r.Rows {
		if !math.IsNaN(run.Objective) && !math.IsNaN(run.Seconds) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(r.Rows[a].Seconds, r.Rows[b].Seconds), -r.compare(a, b))
	})
	var front []int
	for _, i := range order {
		if len(front) > 0 {
			last := front[len(front)-1]
			better := r.compare(i, last)
			if better < 0 || better == 0 && r.Rows[i].Seconds > r.Rows[last].Seconds {
				continue
			}
		}
		front = append(front, i)
	}
	return front
}

// compare is positive where run a is better than b by the objective.
func (r Runs) compare(a, b int) int {
	c := cmp.Compare(r.Rows[a].Objective, r.Rows[b].Objective)
	if r.LowerIsBetter {
		return -c
	}
	return c
}

// note says what a run is: its name, its parameters, its objective and time.
func (r Runs) note(i int) string {
	run := r.Rows[i]
	text := run.Name + "\n"
	for k, p := range r.Parameters {
		text += fmt.Sprintf("%s %s\n", p.Name, p.valueName(run.Values[k]))
	}
	text += fmt.Sprintf("%s %.4g", r.Objective, run.Objective)
	if !math.IsNaN(run.Seconds) {
		text += "\n" + lengthOf(run.Seconds)
	}
	return text
}

// check says what is wrong with the data.
func (c Pareto) check() error {
	if err := c.Runs.Validate(); err != nil {
		return err
	}
	if len(c.Runs.Front()) == 0 {
		return fmt.Errorf("plots: no run of %d has both an objective and a time: want at least one", len(c.Runs.Rows))
	}
	return nil
}

// WritePNG draws the chart, 800 x 500 pixels, or higher where the legend has more
// than one row. The same data gives the same bytes.
//
// Errors: those of [Runs.Validate]; no run with both an objective and a time;
// those of w.
func (c Pareto) WritePNG(w io.Writer) error { return writePNG(w, c) }

// WriteHTML writes the chart as [Chart] says; it can be zoomed.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (c Pareto) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, c, o) }

func (c Pareto) words() string {
	front := c.Runs.Front()
	return fmt.Sprintf("%s: %s over time, %d runs on the front", c.Title, c.Runs.Objective, len(front))
}
