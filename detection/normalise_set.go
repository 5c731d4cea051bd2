package detection

import (
	"errors"
	"fmt"
	"iter"
	"math"
)

// MeasureSet returns the mean and the standard deviation (over n) of each
// channel over all voxels of a set of images, as [NormaliseCustom] takes them:
// a large image counts for more than a small one. Each image is first clipped
// by itself as opts says, because that is how it will be clipped in use; the
// rest of opts is not looked at. A channel that is constant gets the smallest
// deviation that [Normalise] divides by, 1e-6. images is run through once, one
// image being in use at a time.
//
// Errors: no image; an error that images gives, which ends the measurement;
// images with different numbers of channels ([ErrShape]); those of
// [MeasureIntensity].
//
// Source: the merging of means and squared deviations is that of Chan, Golub
// and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
// variances", 1979.
func MeasureSet(images iter.Seq2[*Volume, error], opts NormaliseOptions) (mean, std []float64, err error) {
	opts.Kind, opts.Mean, opts.Std = NormaliseZeroMean, nil, nil
	var squares []float64 // sums of squared deviations from mean
	var voxels float64
	for v, err := range images {
		if err != nil {
			return nil, nil, err
		}
		stats, err := MeasureIntensity(v, opts)
		if err != nil {
			return nil, nil, err
		}
		if mean == nil {
			mean, squares = make([]float64, len(stats)), make([]float64, len(stats))
		}
		if len(stats) != len(mean) {
			return nil, nil, fmt.Errorf("detection: measure set: %w: one image has %d channels and another %d", ErrShape, len(mean), len(stats))
		}
		n := float64(v.Voxels())
		for c, s := range stats {
			d := s.Mean - mean[c]
			mean[c] += d * n / (voxels + n)
			squares[c] += n*s.Std*s.Std + d*d*voxels*n/(voxels+n)
		}
		voxels += n
	}
	if mean == nil {
		return nil, nil, errors.New("detection: measure set: no image to measure")
	}
	for _, s := range squares {
		std = append(std, max(math.Sqrt(s/voxels), minSpread))
	}
	return mean, std, nil
}
