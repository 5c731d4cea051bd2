package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/plots"
)

//go:embed sweep.html
var sweepText string

var sweepPage = template.Must(template.New("sweep").Parse(sweepText))

// Sweep is the page of a sweep.
type Sweep struct {
	// Name is that of the sweep, About says in a sentence what was varied.
	Name, About string
	// Table holds the runs.
	Table *sweep.Table
	// Cards are counts worth showing beside the result.
	Cards []Entry
	// File is the name of the best run's configuration and Command a line that runs
	// it; "" without one.
	File, Command string
	// Library gives the text of echarts, by which charts can be pointed at; nil
	// leaves them still pictures.
	Library func() ([]byte, error)
}

// What keeps the page quick.
const (
	mostCharted   = 1000 // runs in charts
	mostSweepRows = 500  // rows of the table
)

// sweepView is what the template sees.
type sweepView struct {
	Sweep
	Style              template.CSS
	Runs, Failed       int
	Best               *bestRun
	Charts             []sweepChart
	Charted, Uncharted int
	Header             []string
	Rows               []sweepRow
	Left               int
}

// bestRun is what is said of the best run.
type bestRun struct {
	Run            int
	Measure, Value string
	Settings       []Entry
	Tied           string
	File, Command  string
}

type sweepChart struct {
	Title, Doc string
	HTML       template.HTML
}

type sweepRow struct {
	Best  bool
	Cells []sweepCell
}

type sweepCell struct {
	Value string
	Text  bool
}

// measureNames are the measures that have a name for people.
var measureNames = map[string]string{
	sweep.MeasureF1: "F1", sweep.MeasureMeanF1: "mean F1", sweep.MeasureValF1: "validation F1", sweep.MeasureValLoss: "validation loss",
}

// measureName is a measure for people.
func measureName(measure string) string {
	if name, ok := measureNames[measure]; ok {
		return name
	}
	return strings.ReplaceAll(measure, "_", " ")
}

// WriteSweep writes the page of a sweep as HTML: the best run, charts of what the
// parameters do (parallel coordinates, the objective over each parameter, the
// objective against time) and the table of the runs, best first. It loads
// nothing; its scripts are those of the charts. The same sweep and library give
// the same bytes.
//
// Of many runs the charts hold the best 1000 and the table the best 500. Errors:
// those of the charts, of the library and of w.
func WriteSweep(w io.Writer, s Sweep) error {
	v := sweepView{Sweep: s, Style: template.CSS(styleText), Runs: len(s.Table.Rows), Failed: s.Table.Failures()}
	v.fillBest()
	v.fillTable()
	if err := v.drawCharts(); err != nil {
		return fmt.Errorf("report: sweep: %w", err)
	}
	return sweepPage.Execute(w, v)
}

func (v *sweepView) fillBest() {
	t := v.Table
	i, ok := t.Best()
	if !ok {
		return
	}
	row := t.Rows[i]
	value, _ := row.Value(t.Objective.Measure)
	v.Best = &bestRun{Run: row.Number, Measure: measureName(t.Objective.Measure), Value: strconv.FormatFloat(value, 'g', 4, 64), File: v.File, Command: v.Command}
	for k, p := range t.Parameters {
		v.Best.Settings = append(v.Best.Settings, Entry{p, row.Values[k].Text})
	}
	var tied []string
	for k, other := range t.Rows {
		if same, ok := other.Value(t.Objective.Measure); ok && k != i && !other.Failed() && same == value {
			tied = append(tied, strconv.Itoa(other.Number))
		}
	}
	switch n := len(tied); {
	case n == 1:
		v.Best.Tied = "Run " + tied[0] + " is as good; the first one is taken."
	case n > 1 && n <= 12:
		v.Best.Tied = fmt.Sprintf("Runs %s and %s are as good; the first one is taken.", strings.Join(tied[:n-1], ", "), tied[n-1])
	case n > 12:
		v.Best.Tied = fmt.Sprintf("%d more runs are as good; the first one is taken.", n)
	}
}

func (v *sweepView) fillTable() {
	t := v.Table
	measures := t.Measures()
	v.Header = slices.Concat([]string{"run"}, t.Parameters)
	for _, m := range measures {
		v.Header = append(v.Header, measureName(m))
	}
	if v.Failed > 0 {
		v.Header = append(v.Header, "what went wrong")
	}
	best, found := t.Best()
	order := t.Order()
	if len(order) > mostSweepRows {
		order, v.Left = order[:mostSweepRows], len(order)-mostSweepRows
	}
	for _, i := range order {
		r := t.Rows[i]
		row := sweepRow{Best: found && i == best, Cells: []sweepCell{{Value: strconv.Itoa(r.Number)}}}
		for _, value := range r.Values {
			row.Cells = append(row.Cells, sweepCell{value.Text, true})
		}
		for _, m := range measures {
			cell := ""
			if x, ok := r.Value(m); ok {
				cell = sweep.Digits(x, 4)
			}
			row.Cells = append(row.Cells, sweepCell{Value: cell})
		}
		if v.Failed > 0 {
			row.Cells = append(row.Cells, sweepCell{r.Error, true})
		}
		v.Rows = append(v.Rows, row)
	}
}

// SweepRuns are the best runs of a table, at most so many, for charts; those
// that failed or have no value of the objective are left out.
func SweepRuns(t *sweep.Table, most int) plots.Runs {
	var rows []plots.WordsRun
	for _, i := range t.Order() {
		r := t.Rows[i]
		value, ok := r.Value(t.Objective.Measure)
		if len(rows) == most || !ok || r.Failed() || value-value != 0 {
			break // behind these are the ones without
		}
		row := plots.WordsRun{Name: fmt.Sprintf("run %d", r.Number), Objective: value, Seconds: math.NaN()}
		for _, v := range r.Values {
			row.Values = append(row.Values, v.Text)
		}
		if s, ok := r.Value("seconds"); ok && s-s == 0 {
			row.Seconds = s
		}
		rows = append(rows, row)
	}
	return plots.NewRuns(measureName(t.Objective.Measure), t.Objective.Goal == sweep.Minimise, t.Parameters, rows)
}

func (v *sweepView) drawCharts() error {
	runs := SweepRuns(v.Table, mostCharted)
	if len(runs.Rows) < 2 {
		return nil
	}
	v.Charted, v.Uncharted = len(runs.Rows), v.Runs-v.Failed-len(runs.Rows)
	timed := slices.ContainsFunc(runs.Rows, func(r plots.Run) bool { return !math.IsNaN(r.Seconds) })
	o := plots.DefaultInteractiveOptions()
	o.Library = v.Library // with the first one only
	for _, c := range []struct {
		title, doc string
		chart      plots.Chart
		shown      bool
	}{
		{runs.Objective + " over each parameter", "A dot is a run. One line goes through the best at each value, another through the mean.", plots.Effects{Runs: runs}, true},
		{"Parallel coordinates", "A line is a run; its colour is the " + runs.Objective + ". Draw along an axis to choose runs.", plots.Parallel{Runs: runs}, len(runs.Parameters) > 1},
		{runs.Objective + " against time", "The time of a run is that of its training, if there is one, of the prediction and of finding the points. No run beats those on the steps.", plots.Pareto{Runs: runs}, timed},
	} {
		if !c.shown {
			continue
		}
		var b bytes.Buffer
		if err := c.chart.WriteHTML(&b, o); err != nil {
			return err
		}
		o.Library = nil
		v.Charts = append(v.Charts, sweepChart{c.title, c.doc, template.HTML(b.String())})
	}
	return nil
}
