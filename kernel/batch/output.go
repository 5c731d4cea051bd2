package batch

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/workflow/report"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// writeAsked keeps what was asked for.
func (b *Batch) writeAsked() error {
	return atomicfile.Write(filepath.Join(b.Dir, sweep.AskedFile), func(w io.Writer) error {
		_, err := w.Write(b.asked.Text)
		return err
	})
}

// table holds the runs that the journal knows.
func (b *Batch) table() *sweep.Table {
	t := b.asked.NewTable()
	for _, r := range b.runs {
		if record, ok := b.journal.Find(r.id); ok {
			t.Rows = append(t.Rows, sweep.Row{Run: r.Run, Record: record})
		}
	}
	return t
}

// write writes the table, the page and the best parameters.
func (b *Batch) write(t *sweep.Table) error {
	best := ""
	if i, ok := t.Best(); ok {
		for _, r := range b.runs {
			if r.Number == t.Rows[i].Number {
				best = t.BestComment() + textOf(r.parameters)
			}
		}
	}
	p := report.Sweep{
		Name: filepath.Base(b.Dir), Table: t, File: report.SweepBest, Library: b.Library,
		About: fmt.Sprintf("%d runs of %s over %s.", len(b.runs), filepath.Base(b.asked.Notebook), strings.Join(t.Parameters, ", ")),
		Command: report.ShellLine([]string{"puncta", "notebook", "run", b.asked.Notebook, "-f", filepath.Join(b.Dir, report.SweepBest),
			"-o", filepath.Join(b.Dir, "best.ipynb")}),
	}
	if missing := len(b.runs) - len(t.Rows); missing > 0 {
		p.Cards = append(p.Cards, report.Entry{Name: "not done yet", Value: fmt.Sprint(missing)})
	}
	return report.WriteSweepFiles(b.Dir, p, best)
}
