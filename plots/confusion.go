package plots

import (
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/detection"
)

// Confusion is the confusion matrix of classes, with what was missed and what
// was false. With k classes Counts has k+1 rows of k+1 numbers: Counts[t][p] are
// true objects of class t that were predicted as class p, Counts[t][k] those
// that were missed, Counts[k][p] false points predicted as class p. Counts[k][k]
// would be what neither has, and is 0.
type Confusion struct {
	Title   string
	Classes []string // at least 1, each once
	Counts  [][]int
}

// NewConfusion counts the pairs of matchings by the classes of their points.
// truth[i], pred[i] and matchings[i] belong to image i; the matching is that of
// [detection.Match] without ClassAware, which pairs points of different classes,
// too: with it there would be no confusion to see. names[c-1] is the name of
// class c; nil for "class 1" and so on, up to the highest class that occurs.
// Points without classes are all of one class, called "object".
//
// Errors: lists of different lengths; a matching of other points; a class
// without a name; points with and without a class.
func NewConfusion(truth, pred [][]detection.Point, matchings []detection.Matching, names []string) (Confusion, error) {
	if len(truth) != len(pred) || len(truth) != len(matchings) {
		return Confusion{}, fmt.Errorf("plots: true points of %d images, predicted points of %d, matchings of %d: want as many", len(truth), len(pred), len(matchings))
	}
	most, without := 0, 0
	for i := range truth {
		for _, list := range [][]detection.Point{truth[i], pred[i]} {
			for _, p := range list {
				most = max(most, p.Class)
				if p.Class == 0 {
					without++
				}
				if names != nil && (p.Class < 1 || p.Class > len(names)) {
					return Confusion{}, fmt.Errorf("plots: image %d has a point of class %d: want 1 to %d, the classes with a name", i, p.Class, len(names))
				}
				if p.Class < 0 {
					return Confusion{}, fmt.Errorf("plots: image %d has a point of class %d: want at least 0", i, p.Class)
				}
			}
		}
	}
	first := 1 // the class of index 0
	switch {
	case names != nil:
	case most == 0:
		names, first = []string{"object"}, 0
	case without > 0:
		return Confusion{}, fmt.Errorf("plots: %d points have no class and others have: want a class for each, or for none", without)
	default:
		for c := range most {
			names = append(names, className(c+1, nil))
		}
	}
	k := len(names)
	c := Confusion{Title: "Confusion of classes", Classes: names, Counts: make([][]int, k+1)}
	for t := range c.Counts {
		c.Counts[t] = make([]int, k+1)
	}
	for i, m := range matchings {
		if err := checkMatched(i, m, len(truth[i]), len(pred[i])); err != nil {
			return Confusion{}, err
		}
		for _, p := range m.Pairs {
			c.Counts[truth[i][p.Truth].Class-first][pred[i][p.Pred].Class-first]++
		}
		for _, t := range m.UnmatchedTruth {
			c.Counts[truth[i][t].Class-first][k]++
		}
		for _, p := range m.UnmatchedPred {
			c.Counts[k][pred[i][p].Class-first]++
		}
	}
	return c, c.check()
}

// check says what is wrong with the data.
func (c Confusion) check() error {
	k := len(c.Classes)
	if k == 0 {
		return fmt.Errorf("plots: a confusion matrix needs at least one class")
	}
	if err := distinct("class", c.Classes); err != nil {
		return err
	}
	if len(c.Counts) != k+1 {
		return fmt.Errorf("plots: a confusion matrix of %d classes has %d rows: want one more than classes", k, len(c.Counts))
	}
	for t, row := range c.Counts {
		if len(row) != k+1 {
			return fmt.Errorf("plots: row %d of a confusion matrix of %d classes has %d counts: want one more than classes", t, k, len(row))
		}
		for p, n := range row {
			if n < 0 || t == k && p == k && n != 0 {
				return fmt.Errorf("plots: Counts[%d][%d] of a confusion matrix is %d: want at least 0, and 0 in the last corner", t, p, n)
			}
		}
	}
	return nil
}

// rowNames and columnNames are the classes and what is beside them.
func (c Confusion) rowNames() []string { return append(append([]string(nil), c.Classes...), "false") }

func (c Confusion) columnNames() []string {
	return append(append([]string(nil), c.Classes...), "missed")
}

// share is the part of its row that a count is: of the true objects of the
// class, or of the false points. 0 for an empty row.
func (c Confusion) share(t, p int) float64 {
	sum := 0
	for _, n := range c.Counts[t] {
		sum += n
	}
	if sum == 0 {
		return 0
	}
	return float64(c.Counts[t][p]) / float64(sum)
}

// WritePNG draws the chart, whose size grows with the classes: a cell for each
// count, with its share of the row, which gives the colour. The same data gives
// the same bytes.
//
// Errors: no class, two of one name, counts that are negative or do not fit the
// classes; those of w.
func (c Confusion) WritePNG(w io.Writer) error { return writePNG(w, c) }

// WriteHTML writes the chart as [Chart] says.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (c Confusion) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, c, o) }

func (c Confusion) words() string {
	right, all := 0, 0
	for t, row := range c.Counts {
		for p, n := range row {
			all += n
			if t == p {
				right += n
			}
		}
	}
	return fmt.Sprintf("%s: %d of %d right", c.Title, right, all)
}
