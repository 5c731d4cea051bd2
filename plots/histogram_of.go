package plots

import (
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// PointProbabilities is the histogram of the probabilities of predicted points,
// those that were right and those that were false apart. matchings[i] belongs to
// pred[i], as in [detection.Evaluation]. threshold is marked; NaN for none.
// Probabilities from 0 to 1 have 20 bins, so that charts can be compared; others
// have [BinEdges].
//
// Errors: lists of different lengths, no point at all, a matching of other
// points, a probability that is not finite.
func PointProbabilities(pred [][]detection.Point, matchings []detection.Matching, threshold float64) (Histogram, error) {
	if len(pred) != len(matchings) {
		return Histogram{}, fmt.Errorf("plots: points of %d images and matchings of %d: want as many", len(pred), len(matchings))
	}
	right, wrong := Sample{Name: "right"}, Sample{Name: "false"}
	for i, m := range matchings {
		if err := checkMatched(i, m, -1, len(pred[i])); err != nil {
			return Histogram{}, err
		}
		for _, p := range m.Pairs {
			right.Values = append(right.Values, pred[i][p.Pred].Prob)
		}
		for _, k := range m.UnmatchedPred {
			wrong.Values = append(wrong.Values, pred[i][k].Prob)
		}
	}
	unit := len(right.Values)+len(wrong.Values) > 0
	for _, s := range []Sample{right, wrong} {
		for _, v := range s.Values {
			unit = unit && v >= 0 && v <= 1
		}
	}
	var edges []float64
	if unit {
		edges = unitEdges(20)
	}
	h, err := NewHistogram([]Sample{right, wrong}, edges)
	h.Title, h.XLabel, h.YLabel = "Probabilities of points", "probability of a point", "points"
	h.Mark, h.MarkLabel = threshold, "threshold"
	return h, err
}

// unitEdges are those of n bins from 0 to 1.
func unitEdges(n int) []float64 {
	edges := make([]float64, n+1)
	for i := range edges {
		edges[i] = float64(i) / float64(n)
	}
	return edges
}

// MapProbabilities is the histogram of the values of a probability map, a layer
// for each channel, in 50 bins from 0 to 1, with a logarithmic axis, because
// nearly all voxels are background. threshold is marked; NaN for none.
//
// Errors: those of [detection.Volume.Validate]; a value outside of 0 to 1.
func MapProbabilities(prob *detection.Volume, threshold float64) (Histogram, error) {
	if err := prob.Validate(); err != nil {
		return Histogram{}, fmt.Errorf("plots: %w", err)
	}
	h := Histogram{
		Title: "Probabilities of the map", XLabel: "probability of a voxel", YLabel: "voxels",
		Edges: unitEdges(50), LogY: true, Mark: threshold, MarkLabel: "threshold",
	}
	for c := range prob.Channels {
		name := "voxels"
		if prob.Channels > 1 {
			name = className(c+1, nil)
		}
		h.Layers = append(h.Layers, HistogramLayer{Name: name, Counts: make([]int, len(h.Edges)-1)})
	}
	for i, v := range prob.Data {
		bin := h.bin(float64(v))
		if bin < 0 {
			return Histogram{}, fmt.Errorf("plots: value %d of the map is %v: want a probability from 0 to 1", i, v)
		}
		h.Layers[i%prob.Channels].Counts[bin]++
	}
	return h, nil
}

// MatchDistances is the histogram of the distances of matched pairs, over all
// images, in bins of the width of [BinEdges] from 0 to the tolerance, which is
// marked. unit is that of distance and
// tolerance, such as "pixels".
//
// Errors: no pair; a tolerance that is not a finite number above 0; a distance
// that is negative or not finite.
func MatchDistances(matchings []detection.Matching, tolerance float64, unit string) (Histogram, error) {
	if !(tolerance > 0) || math.IsInf(tolerance, 0) {
		return Histogram{}, fmt.Errorf("plots: the tolerance is %v: want a finite number above 0", tolerance)
	}
	s := Sample{Name: "pairs"}
	for i, m := range matchings {
		for _, p := range m.Pairs {
			if !(p.Distance >= 0) || math.IsInf(p.Distance, 0) {
				return Histogram{}, fmt.Errorf("plots: image %d has a pair at the distance %v: want a finite number of at least 0", i, p.Distance)
			}
			if p.Distance <= tolerance*(1+1e-9) { // Match lets a pair pass by a last digit
				p.Distance = min(p.Distance, tolerance)
			}
			s.Values = append(s.Values, p.Distance)
		}
	}
	if len(s.Values) == 0 {
		return Histogram{}, fmt.Errorf("plots: no pair in %d matchings: want at least one", len(matchings))
	}
	edges, err := binEdges(s.Values, 0, tolerance)
	if err != nil {
		return Histogram{}, err
	}
	h, err := NewHistogram([]Sample{s}, edges)
	h.Title, h.XLabel, h.YLabel = "Distances of pairs", "distance in "+unit, "pairs"
	h.Mark, h.MarkLabel = tolerance, "tolerance"
	return h, err
}
