package workflow

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/workflow/report"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// writeAsked keeps what was asked for.
func (s *Sweep) writeAsked() error {
	return atomicfile.Write(filepath.Join(s.Dir, sweep.AskedFile), writeText(string(s.asked.Text)))
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

// write writes the table, the page and the best configuration.
func (s *Sweep) write(t *sweep.Table) error {
	dir, name := filepath.Split(s.Dir)
	p := report.Sweep{
		Name: name, Table: t, File: report.SweepBest, Library: s.Charts,
		About: fmt.Sprintf("%d runs of %s over %s.", len(s.runs), filepath.Base(s.asked.Config), strings.Join(t.Parameters, ", ")),
		Command: report.ShellLine([]string{"puncta", "run", "--config", filepath.Join(s.Dir, report.SweepBest), "--result_dir", filepath.Clean(dir),
			"--name", name + "-best"}),
	}
	if missing := len(s.runs) - len(t.Rows); missing > 0 {
		p.Cards = append(p.Cards, report.Entry{Name: "not done yet", Value: fmt.Sprint(missing)})
	}
	return report.WriteSweepFiles(s.Dir, p, s.bestYAML(t))
}

// bestYAML is the configuration of the best run, with what it is; "" without one.
func (s *Sweep) bestYAML(t *sweep.Table) string {
	i, ok := t.Best()
	if !ok {
		return ""
	}
	row := t.Rows[i]
	for _, r := range s.runs {
		if r.Number == row.Number {
			return t.BestComment() + r.config.YAML()
		}
	}
	return ""
}
