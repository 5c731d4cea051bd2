package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// mostBins bounds the bins of [BinEdges]: more are thinner than a reader can
// point at.
const mostBins = 100

// BinEdges chooses the bins of a histogram of values: the width of Freedman and
// Diaconis, twice the distance between the quartiles over the cube root of the
// number of values, rounded down to 1, 2 or 5 times a power of ten, and edges
// at its multiples, so that they are easy to read. Where the quartiles are the
// same, Sturges's number of bins, 1 + log2 n, takes the place of that width.
// With more than 100 bins the width is the next larger one of these that
// gives no more. Values that are all the same get one bin. values keep their
// order.
//
// Errors: no value, or one that is not finite.
//
// Source: D. Freedman, P. Diaconis, "On the histogram as a density estimator",
// 1981; H. A. Sturges, "The choice of a class interval", 1926. Quartiles are
// those of R's type 7, as in numpy.
func BinEdges(values []float64) ([]float64, error) { return binEdges(values) }

// binEdges is [BinEdges] with bins that reach to the places in reach, too.
func binEdges(values []float64, reach ...float64) ([]float64, error) {
	if len(values) == 0 {
		return nil, errors.New("plots: no values for a histogram: want at least one")
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("plots: value %d for a histogram is %v: want a finite number", i, v)
		}
	}
	if err := drawable("a value for a histogram", values...); err != nil {
		return nil, err
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	lo, hi := slices.Min(append(reach, sorted[0])), slices.Max(append(reach, sorted[len(sorted)-1]))
	if lo == hi {
		half := max(math.Abs(lo)/2, 0.5)
		return []float64{lo - half, lo + half}, nil
	}
	width := freedmanDiaconis(sorted)
	if width == 0 {
		width = (hi - lo) / (1 + math.Log2(float64(len(sorted))))
	}
	for exponent := math.Floor(math.Log10(max(width, (hi-lo)/mostBins/10))); ; exponent++ {
		best := 0.0
		for _, mantissa := range []float64{1, 2, 5} {
			step := mantissa * math.Pow(10, exponent)
			fits := math.Floor(hi/step)-math.Floor(lo/step)+1 <= mostBins
			if fits && (step <= width || best == 0) {
				best = step
			}
		}
		if best > 0 {
			return multiples(lo, hi, best)
		}
	}
}

// freedmanDiaconis is the width of bins for sorted values.
func freedmanDiaconis(sorted []float64) float64 {
	return 2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / math.Cbrt(float64(len(sorted)))
}

// quantile is that of sorted values, between the nearest two.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 1 {
		return sorted[0]
	}
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-2)
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// multiples are the edges at multiples of step from at most lo to at least hi.
func multiples(lo, hi, step float64) ([]float64, error) {
	var edges []float64
	for k := math.Floor(lo / step); ; k++ {
		e := tidy(k * step)
		if len(edges) > 0 && e <= edges[len(edges)-1] { // the values differ by their last digits
			return []float64{lo, hi}, nil
		}
		edges = append(edges, e)
		if e >= hi && len(edges) > 1 {
			break
		}
	}
	edges[0] = min(edges[0], lo)
	return edges, nil
}
