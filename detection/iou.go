package detection

import (
	"errors"
	"fmt"
)

// IoU is the intersection over union of the voxels whose probability exceeds
// threshold (strictly, compared in float32) with the voxels of mask that are
// not zero: how well a map fits its painted target, from 0 to 1. Nothing
// predicted where nothing is painted is 1. Training reports it at 0.5.
//
// prob and mask have the same dimensions and channels; with several, one per
// class, the voxels of all are counted together, as in training. A NaN in prob
// does not exceed the threshold.
//
// Errors: unsound volumes, or dimensions or channels that differ (all
// [ErrShape]); a threshold that is NaN.
func IoU(prob, mask *Volume, threshold float64) (float64, error) {
	if err := errors.Join(prob.Validate(), mask.Validate()); err != nil {
		return 0, fmt.Errorf("detection: IoU: %w", err)
	}
	if prob.Dims != mask.Dims || prob.Channels != mask.Channels {
		return 0, fmt.Errorf("detection: IoU: %w: map %v with %d channels, mask %v with %d", ErrShape,
			prob.Dims, prob.Channels, mask.Dims, mask.Channels)
	}
	if threshold != threshold {
		return 0, errors.New("detection: IoU: threshold is NaN: want a number")
	}
	t := float32(threshold)
	both, either := 0, 0
	for i, p := range prob.Data {
		predicted, painted := p > t, mask.Data[i] != 0
		if predicted && painted {
			both++
		}
		if predicted || painted {
			either++
		}
	}
	if either == 0 {
		return 1, nil
	}
	return float64(both) / float64(either), nil
}
