package inference

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// Views names the mirrored and turned copies of a tile that are predicted
// beside it, turned back and combined: test-time augmentation. Every view
// costs a prediction.
type Views string

// The views. Quarter turns of a tile whose sides differ go through the network
// in the other shape, which is compiled once more.
const (
	// NoViews predicts the tile as it is.
	NoViews Views = ""
	// Flips are the 4 mirror images in 2D and the 8 in 3D.
	Flips Views = "flips"
	// AllViews are the 8 flips and quarter turns of the (y, x) plane, in 3D
	// each with z as it is and flipped, 16.
	AllViews Views = "full"
)

// Combine names how the probabilities of the views become one.
type Combine string

// The ways to combine, voxel by voxel; the empty one is the mean.
const (
	Mean    Combine = "mean"
	Minimum Combine = "min"
	Maximum Combine = "max"
)

// Validate reports a name that is not one of the views.
func (v Views) Validate() error {
	switch v {
	case NoViews, Flips, AllViews:
		return nil
	}
	return fmt.Errorf("Views %q: want %q, %q or %q", string(v), NoViews, Flips, AllViews)
}

// Validate reports a name that is not one of the ways.
func (c Combine) Validate() error {
	switch c {
	case "", Mean, Minimum, Maximum:
		return nil
	}
	return fmt.Errorf("Combine %q: want %q, %q or %q", string(c), Mean, Minimum, Maximum)
}

// symmetries lists the views, the identity first.
func (v Views) symmetries(ndim int) []detection.Symmetry {
	switch v {
	case Flips:
		return detection.Flips(ndim)
	case AllViews:
		return detection.Symmetries(ndim)
	default:
		return []detection.Symmetry{detection.Identity}
	}
}

// add takes one more view into sum.
func (c Combine) add(sum, view []float32) {
	for i, v := range view {
		switch c {
		case Minimum:
			sum[i] = min(sum[i], v)
		case Maximum:
			sum[i] = max(sum[i], v)
		default:
			sum[i] += v
		}
	}
}

// finish makes the result of n views out of their sum.
func (c Combine) finish(sum []float32, n int) {
	if c == Minimum || c == Maximum {
		return
	}
	for i := range sum {
		sum[i] /= float32(n)
	}
}
