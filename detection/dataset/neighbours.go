package dataset

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/kdtree"

	"github.com/puncta-bio/puncta/detection"
)

// Neighbours describes the distances of points to the nearest other point of
// their image, in physical units of [CheckOptions.Spacing].
type Neighbours struct {
	// Points is the number of points that have a neighbour.
	Points int `json:"points"`
	// Quantiles of the distance: 0 is the smallest, 0.5 the middle one.
	Quantiles []Quantile `json:"quantiles"`
	// Radius is a suggestion for the radius of close points: the distance that
	// 99 of 100 points exceed, so that next to no pair of true points is
	// thinned out. Rounded down to two digits.
	Radius float64 `json:"suggested_radius"`
	// Tolerance is a suggestion for the tolerance of a score: half the distance
	// that 95 of 100 points exceed, so that a detection is hardly ever within
	// the tolerance of two objects. Rounded down to two digits.
	Tolerance float64 `json:"suggested_tolerance"`
}

// Quantile is a distance that a share of the points does not exceed.
type Quantile struct {
	Share    float64 `json:"share"`
	Distance float64 `json:"distance"`
}

// NearestDistances returns, for each point of an image, the distance to the
// nearest other one in the physical units of spacing; points in the same place,
// which [Check] reports as a fault, count once. nil for fewer than two places.
func NearestDistances(points []detection.Point, spacing detection.Spacing) []float64 {
	seen := map[[3]float64]bool{}
	var places kdtree.Points
	for _, p := range points {
		if !seen[p.Pos] {
			seen[p.Pos] = true
			places = append(places, kdtree.Point{p.Pos[0] * spacing[0], p.Pos[1] * spacing[1], p.Pos[2] * spacing[2]})
		}
	}
	if len(places) < 2 {
		return nil
	}
	tree := kdtree.New(slices.Clone(places), false)
	distances := make([]float64, len(places))
	for i, p := range places {
		keep := kdtree.NewNKeeper(2) // the point itself and its neighbour
		tree.NearestSet(keep, p)
		distances[i] = math.Sqrt(max(keep.Heap[0].Dist, keep.Heap[1].Dist))
	}
	return distances
}

// neighbours measures the sets that settings may be chosen on: all splits but
// test, unless there is no other. nil without two points in one image.
func neighbours(images []*examined, spacing detection.Spacing) *Neighbours {
	var all, test []float64
	for _, it := range images {
		d := NearestDistances(it.table.points, spacing)
		if it.split.name == "test" {
			test = append(test, d...)
		} else {
			all = append(all, d...)
		}
	}
	if len(all) == 0 {
		all = test
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	n := &Neighbours{Points: len(all)}
	for _, share := range []float64{0, 0.01, 0.05, 0.25, 0.5} {
		n.Quantiles = append(n.Quantiles, Quantile{share, quantile(all, share)})
	}
	n.Radius = roundDown(quantile(all, 0.01))
	n.Tolerance = roundDown(quantile(all, 0.05) / 2)
	return n
}

// roundDown keeps two significant digits of a positive number.
func roundDown(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	// Dividing by a power of ten is exact where multiplying by 0.1 is not.
	digits := 1 - int(math.Floor(math.Log10(v)))
	if digits < 0 {
		unit := math.Pow10(-digits)
		return math.Floor(v/unit) * unit
	}
	unit := math.Pow10(digits)
	return math.Floor(v*unit*(1+1e-12)) / unit
}
