package workflow

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/workflow/report"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Names of the files of a sweep's folder.
const (
	sweepAsked    = "sweep.yaml"
	sweepCSV      = "table.csv"
	sweepMarkdown = "table.md"
	sweepBest     = "best.yaml"
	sweepHTML     = "sweep.html"
)

// mostRows is the number of rows of the table in Markdown: more are for programs,
// which read the CSV.
const mostRows = 1000

// writeAsked keeps what was asked for.
func (s *Sweep) writeAsked() error {
	return atomicfile.Write(filepath.Join(s.Dir, sweepAsked), writeText(string(s.asked.Text)))
}

// table holds the runs that the journal knows.
func (s *Sweep) table() *sweep.Table {
	t := s.asked.NewTable()
	for _, r := range s.runs {
		if record, ok := s.journal.Find(r.id); ok {
			t.Rows = append(t.Rows, sweep.Row{Run: r.Run, Record: record})
		}
	}
	return t
}

// write writes the table and the best configuration.
func (s *Sweep) write(t *sweep.Table) error {
	markdown := func(w io.Writer) error { return t.WriteMarkdown(w, mostRows) }
	for name, write := range map[string]func(io.Writer) error{sweepCSV: t.WriteCSV, sweepMarkdown: markdown} {
		if err := atomicfile.Write(filepath.Join(s.Dir, name), write); err != nil {
			return err
		}
	}
	page := s.page(t)
	if err := atomicfile.Write(filepath.Join(s.Dir, sweepHTML), func(w io.Writer) error { return report.WriteSweep(w, page) }); err != nil {
		return err
	}
	path := filepath.Join(s.Dir, sweepBest)
	best, ok := t.Best()
	if !ok { // that of an earlier sweep would be taken for this one's
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return atomicfile.Write(path, writeText(s.bestYAML(t, best)))
}

// page is what the page says.
func (s *Sweep) page(t *sweep.Table) report.Sweep {
	dir, name := filepath.Split(s.Dir)
	p := report.Sweep{
		Name: name, Table: t, File: sweepBest, Library: s.Charts,
		About:   fmt.Sprintf("%d runs of %s over %s.", len(s.runs), filepath.Base(s.asked.Config), strings.Join(t.Parameters, ", ")),
		Command: shellLine([]string{"puncta", "run", "--config", filepath.Join(s.Dir, sweepBest), "--result_dir", filepath.Clean(dir), "--name", name + "-best"}),
	}
	if missing := len(s.runs) - len(t.Rows); missing > 0 {
		p.Cards = append(p.Cards, report.Entry{Name: "not done yet", Value: fmt.Sprint(missing)})
	}
	return p
}

// bestYAML is the configuration of a run, with what it is.
func (s *Sweep) bestYAML(t *sweep.Table, best int) string {
	row := t.Rows[best]
	var b strings.Builder
	value, _ := row.Value(t.Objective.Measure)
	fmt.Fprintf(&b, "# The best of %d runs by %s, %g: run %d.\n", len(t.Rows), t.Objective.Measure, value, row.Number)
	for _, setting := range s.asked.Settings(row.Run) {
		fmt.Fprintf(&b, "#   %s\n", setting)
	}
	for _, r := range s.runs {
		if r.Number == row.Number {
			b.WriteString(r.config.YAML())
		}
	}
	return b.String()
}
