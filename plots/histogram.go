package plots

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"strings"
)

// Histogram says how many values lie in each of a row of bins, for one or more
// samples, which are drawn over each other and shine through.
type Histogram struct {
	Title, XLabel, YLabel string
	// Edges are the ends of the bins, ascending, one more than there are bins. A
	// value at an edge belongs to the bin that begins there, one at the last edge
	// to the last bin.
	Edges []float64
	// Layers are the samples; at least 1.
	Layers []HistogramLayer
	// LogY gives counts a logarithmic axis. A bin without values has no bar.
	LogY bool
	// Mark draws a vertical line, such as a threshold; NaN for none. The axis
	// reaches at least as far. MarkLabel names it.
	Mark      float64
	MarkLabel string
}

// HistogramLayer are the counts of one sample.
type HistogramLayer struct {
	Name   string
	Counts []int // of each bin, at least 0
}

// Sample is a list of numbers with a name.
type Sample struct {
	Name   string
	Values []float64
}

// NewHistogram counts samples. edges are those of the bins; nil for [BinEdges]
// of all samples together. The names of axes and marks are left to the caller.
//
// Errors: no sample; edges that are not at least two finite ascending numbers;
// a value that is not finite or outside of the edges; those of BinEdges.
func NewHistogram(samples []Sample, edges []float64) (Histogram, error) {
	if edges == nil {
		var all []float64
		for _, s := range samples {
			all = append(all, s.Values...)
		}
		var err error
		if edges, err = BinEdges(all); err != nil {
			return Histogram{}, err
		}
	}
	h := Histogram{Edges: edges, Mark: math.NaN(), YLabel: "count"}
	for _, s := range samples {
		h.Layers = append(h.Layers, HistogramLayer{Name: s.Name, Counts: make([]int, max(len(edges)-1, 0))})
	}
	if err := h.check(); err != nil {
		return Histogram{}, err
	}
	for i, s := range samples {
		for k, v := range s.Values {
			bin := h.bin(v)
			if bin < 0 {
				return Histogram{}, fmt.Errorf("plots: %s: value %d is %v: want one from %v to %v", s.Name, k, v, edges[0], edges[len(edges)-1])
			}
			h.Layers[i].Counts[bin]++
		}
	}
	return h, nil
}

// bin is that of a value; -1 for none.
func (h Histogram) bin(v float64) int {
	last := len(h.Edges) - 1
	switch {
	case !(v >= h.Edges[0] && v <= h.Edges[last]):
		return -1
	case v == h.Edges[last]:
		return last - 1
	}
	return sort.Search(last, func(i int) bool { return h.Edges[i+1] > v })
}

// check says what is wrong with the data.
func (h Histogram) check() error {
	if len(h.Layers) == 0 {
		return errors.New("plots: a histogram needs at least one layer")
	}
	if len(h.Edges) < 2 {
		return fmt.Errorf("plots: a histogram with %d edges: want at least two", len(h.Edges))
	}
	for i, e := range h.Edges {
		if math.IsNaN(e) || math.IsInf(e, 0) || i > 0 && e <= h.Edges[i-1] {
			return fmt.Errorf("plots: Edges[%d] of a histogram is %v: want finite numbers, ascending", i, e)
		}
	}
	if math.IsInf(h.Mark, 0) {
		return fmt.Errorf("plots: Mark of a histogram is %v: want a finite number, or NaN for none", h.Mark)
	}
	if err := errors.Join(drawable("an edge of a histogram", h.Edges...), drawable("Mark of a histogram", h.Mark)); err != nil {
		return err
	}
	for _, l := range h.Layers {
		if len(l.Counts) != len(h.Edges)-1 {
			return fmt.Errorf("plots: layer %q has %d counts for %d bins: want one each", l.Name, len(l.Counts), len(h.Edges)-1)
		}
		for i, n := range l.Counts {
			if n < 0 {
				return fmt.Errorf("plots: count %d of layer %q is %d: want at least 0", i, l.Name, n)
			}
		}
	}
	return nil
}

// top is the largest count, at least 1.
func (h Histogram) top() int {
	top := 1
	for _, l := range h.Layers {
		for _, n := range l.Counts {
			top = max(top, n)
		}
	}
	return top
}

// span is the range of x.
func (h Histogram) span() (lo, hi float64) {
	lo, hi = h.Edges[0], h.Edges[len(h.Edges)-1]
	if !math.IsNaN(h.Mark) {
		lo, hi = min(lo, h.Mark), max(hi, h.Mark)
	}
	return lo, hi
}

// WritePNG draws the chart, 800 x 500 pixels, or higher where the legend has more
// than one row. The same data gives the same bytes.
//
// Errors: no layer; edges that are not at least two finite ascending numbers; a
// layer with another number of counts than there are bins, or a negative one; an
// infinite mark; those of w.
func (h Histogram) WritePNG(w io.Writer) error { return writePNG(w, h) }

// WriteHTML writes the chart as [Chart] says.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (h Histogram) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, h, o) }

func (h Histogram) words() string {
	names := make([]string, len(h.Layers))
	for i, l := range h.Layers {
		names[i] = l.Name
	}
	return fmt.Sprintf("%s: histogram of %s over %s", h.Title, strings.Join(names, ", "), h.XLabel)
}
