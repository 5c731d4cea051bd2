package sweep

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Row is a run of a table.
type Row struct {
	Run
	Record
}

// Failed says whether the run came to nothing.
func (r Row) Failed() bool { return r.Error != "" }

// Table are the runs of a sweep with what they came to, in their order.
type Table struct {
	// Parameters are the names of what was varied.
	Parameters []string
	Objective  Objective
	Rows       []Row
}

// NewTable makes an empty table for a sweep.
func (s *Sweep) NewTable() *Table {
	t := &Table{Objective: s.Objective}
	for _, p := range s.Parameters {
		t.Parameters = append(t.Parameters, p.Name)
	}
	return t
}

// Best is the index of the best row by the objective: of equally good ones the
// first. false when no run has a value of it that is a number.
func (t *Table) Best() (int, bool) {
	best, found := -1, false
	var top float64
	for i, r := range t.Rows {
		v, ok := r.Value(t.Objective.Measure)
		if r.Failed() || !ok || v != v {
			continue
		}
		if !found || t.Objective.Better(v, top) {
			best, top, found = i, v, true
		}
	}
	return best, found
}

// BestComment says in lines of a YAML comment what the best run is; "" without
// one.
func (t *Table) BestComment() string {
	i, ok := t.Best()
	if !ok {
		return ""
	}
	var b strings.Builder
	value, _ := t.Rows[i].Value(t.Objective.Measure)
	fmt.Fprintf(&b, "# The best of %d runs by %s, %g: run %d.\n", len(t.Rows), t.Objective.Measure, value, t.Rows[i].Number)
	for k, v := range t.Rows[i].Values {
		fmt.Fprintf(&b, "#   %s=%s\n", t.Parameters[k], v.Text)
	}
	return b.String()
}

// Failures is the number of runs that failed.
func (t *Table) Failures() int {
	n := 0
	for _, r := range t.Rows {
		if r.Failed() {
			n++
		}
	}
	return n
}

// Measures are the names of all that was measured, in the order in which runs
// have them.
func (t *Table) Measures() []string {
	var names []string
	for _, r := range t.Rows {
		after := 0
		for _, m := range r.Results {
			i := slices.Index(names, m.Measure)
			if i < 0 {
				names = slices.Insert(names, after, m.Measure)
				i = after
			}
			after = i + 1
		}
	}
	return names
}

// cells are the header and the rows as text; what was not measured is empty.
func (t *Table) cells(format func(float64) string) (header []string, rows [][]string) {
	measures := t.Measures()
	header = slices.Concat([]string{"run"}, t.Parameters, measures, []string{"error", "id"})
	for _, r := range t.Rows {
		row := []string{strconv.Itoa(r.Number)}
		for _, v := range r.Values {
			row = append(row, v.Text)
		}
		for _, m := range measures {
			cell := ""
			if v, ok := r.Value(m); ok {
				cell = format(v)
			}
			row = append(row, cell)
		}
		rows = append(rows, append(row, r.Error, r.ID))
	}
	return header, rows
}

// WriteCSV writes one row per run: its number, the parameters, what was measured
// with all digits, the sentence of a run that failed, and the ID.
func (t *Table) WriteCSV(w io.Writer) error {
	header, rows := t.cells(func(v float64) string { return Digits(v, -1) })
	out := csv.NewWriter(w)
	if err := out.WriteAll(append([][]string{header}, rows...)); err != nil {
		return err
	}
	return out.Error()
}

// WriteMarkdown writes the runs as a table, best first, failed ones last, with
// four digits, and the best one in bold. Of many runs it holds the first most.
func (t *Table) WriteMarkdown(w io.Writer, most int) error {
	header, rows := t.cells(func(v float64) string { return Digits(v, 4) })
	header = header[:len(header)-1] // the ID says nothing to a reader
	if t.Failures() == 0 {
		header = header[:len(header)-1]
	}
	order := t.Order()
	best, found := t.Best()
	var b strings.Builder
	line := func(cells []string) {
		b.WriteString("|")
		for _, c := range cells {
			fmt.Fprintf(&b, " %s |", strings.NewReplacer("|", `\|`, "\n", " ").Replace(c))
		}
		b.WriteString("\n")
	}
	line(header)
	line(slices.Repeat([]string{"---"}, len(header)))
	for k, i := range order {
		if k == most {
			break
		}
		row := rows[i][:len(header)]
		if found && i == best {
			for c, cell := range row {
				if cell != "" {
					row[c] = "**" + cell + "**"
				}
			}
		}
		line(row)
	}
	if more := len(order) - most; more > 0 {
		fmt.Fprintf(&b, "\nand %d more.\n", more)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Order lists the indices of the rows, best first, equally good ones in their
// order, and last those without a value of the objective.
func (t *Table) Order() []int {
	order := make([]int, len(t.Rows))
	for i := range order {
		order[i] = i
	}
	value := func(i int) (float64, bool) {
		v, ok := t.Rows[i].Value(t.Objective.Measure)
		return v, ok && v == v && !t.Rows[i].Failed()
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, hasA := value(i)
		b, hasB := value(j)
		switch {
		case hasA != hasB && hasA, hasA && hasB && t.Objective.Better(a, b):
			return -1
		case hasA != hasB, hasA && hasB && t.Objective.Better(b, a):
			return 1
		}
		return 0
	})
	return order
}

// Digits is a number with so many significant digits, -1 for all; a whole one has
// all.
func Digits(v float64, n int) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', n, 64)
}
