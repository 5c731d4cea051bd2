package charts

import (
	"bytes"
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/kernel/protocol"
	"github.com/puncta-bio/puncta/plots"
)

// sweepRows is the number of rows that [Sweep] shows.
const sweepRows = 10

// Sweep shows a sweep: the ten best settings as a table, F1 over each axis, and,
// with more than one axis that varies, parallel coordinates. Outside a notebook
// it prints the table.
//
// Errors: those of the charts.
func Sweep(s *protocol.Swept) error {
	display.Table(s.Table(sweepRows))
	if !display.InNotebook() {
		return nil
	}
	fragment, err := sweepHTML(s)
	if err == nil {
		display.HTML(fragment)
	}
	return err
}

// sweepHTML is the charts of a sweep.
func sweepHTML(s *protocol.Swept) (string, error) {
	runs := SweepRuns(s)
	if len(runs.Rows) < 2 {
		return "", nil
	}
	charts := []plots.Chart{plots.Effects{Title: "F1 over each setting", Runs: runs}}
	if len(runs.Parameters) > 1 {
		charts = append(charts, plots.Parallel{Title: fmt.Sprintf("%d settings", len(runs.Rows)), Runs: runs})
	}
	var b bytes.Buffer
	for _, c := range charts {
		if err := c.WriteHTML(&b, plots.DefaultInteractiveOptions()); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// SweepRuns are the settings of a sweep as runs, for charts such as
// [plots.Pareto]: F1, and about the time that finding the points takes in all
// images. Settings that failed are left out.
func SweepRuns(s *protocol.Swept) plots.Runs {
	var rows []plots.WordsRun
	for _, r := range s.Rows {
		if r.Error != "" {
			continue
		}
		row := plots.WordsRun{Name: fmt.Sprintf("run %d", r.Number), Values: r.Values, Objective: r.Metrics.F1, Seconds: r.Seconds}
		if r.Seconds <= 0 {
			row.Seconds = math.NaN()
		}
		rows = append(rows, row)
	}
	return plots.NewRuns("F1", false, s.Axes, rows)
}
