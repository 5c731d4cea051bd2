package simulate

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// The widest limits of a pair or a number; narrower ones stand at the fields.
const (
	mostObjects = 1_000_000
	mostGrey    = 1e6
	leastVoxels = 0.1 // of a length that is not 0, in voxels along x
	mostVoxels  = 1e6
	mostInImage = 1 << 31 // voxels
)

// checkGrid looks at the size of an image and of its voxels.
func checkGrid(dims [3]int, spacing detection.Spacing) (errs []error) {
	size := 1.0
	for a, n := range dims {
		if n < 1 {
			errs = append(errs, fmt.Errorf("Dims along %s is %d: want at least 1", detection.AxisNames[a], n))
		}
		size *= float64(n)
	}
	if size > mostInImage {
		errs = append(errs, fmt.Errorf("Dims %v are %.3g voxels: want at most %d", dims, size, mostInImage))
	}
	if err := spacing.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Spacing: %w", err))
	}
	return errs
}

// largestMargin is the margin that leaves one place for a centre.
func largestMargin(dims [3]int, spacing detection.Spacing) float64 {
	return min(float64(dims[1]-1)*spacing[1], float64(dims[2]-1)*spacing[2]) / 2
}

// checkCounts looks at a pair of numbers of objects.
func checkCounts(name string, v [2]int) error {
	if 0 <= v[0] && v[0] <= v[1] && v[1] <= mostObjects {
		return nil
	}
	return fmt.Errorf("%s is %v: want the lowest and the highest, from 0 to %d", name, v, mostObjects)
}

// checkPair looks at a pair of numbers; NaN fails.
func checkPair(name string, v [2]float64, from, to float64) error {
	if from <= v[0] && v[0] <= v[1] && v[1] <= to {
		return nil
	}
	return fmt.Errorf("%s is %v: want the lowest and the highest, from %v to %v", name, v, from, to)
}

// checkNumber looks at a number; NaN fails.
func checkNumber(name string, v, from, to float64) error {
	if from <= v && v <= to {
		return nil
	}
	return fmt.Errorf("%s is %v: want %v to %v", name, v, from, to)
}
