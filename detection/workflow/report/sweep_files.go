package report

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Names of the files that [WriteSweepFiles] writes.
const (
	SweepCSV      = "table.csv"
	SweepMarkdown = "table.md"
	SweepPage     = "sweep.html"
	SweepBest     = "best.yaml"
)

// markdownRows is the number of rows of the table in Markdown: more are for
// programs, which read the CSV.
const markdownRows = 1000

// WriteSweepFiles writes what a sweep came to into its folder, each file whole or
// not at all: the table as CSV and as Markdown, the page, and as best.yaml the
// text best. "" removes that file: that of an earlier sweep would be taken for
// this one's.
func WriteSweepFiles(dir string, s Sweep, best string) error {
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{SweepCSV, s.Table.WriteCSV},
		{SweepMarkdown, func(w io.Writer) error { return s.Table.WriteMarkdown(w, markdownRows) }},
		{SweepPage, func(w io.Writer) error { return WriteSweep(w, s) }},
	} {
		if err := atomicfile.Write(filepath.Join(dir, file.name), file.write); err != nil {
			return err
		}
	}
	path := filepath.Join(dir, SweepBest)
	if best == "" {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, best)
		return err
	})
}
