package detection

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// checkIntensity holds the checks of all random changes of intensity; what
// names the change.
func checkIntensity(what string, v *Volume, opts interface{ Validate() error }, rng *rand.Rand) error {
	errs := []error{opts.Validate(), v.Validate()}
	if rng == nil {
		errs = append(errs, errors.New("rng is nil: want a generator"))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("detection: %s: %w", what, err)
	}
	return nil
}

// checkDrawRange accepts a range of finite numbers in ascending order; inside
// says that they lie in the bounds of the option, which bounds puts in words.
func checkDrawRange(name string, r [2]float64, bounds string, inside bool) error {
	if isFinite(r[0]) && isFinite(r[1]) && r[0] <= r[1] && inside {
		return nil
	}
	return fmt.Errorf("%s %v to %v: want lower <= upper, %s", name, r[0], r[1], bounds)
}

// checkWholeRange accepts a range of whole numbers in ascending order from lo
// to hi.
func checkWholeRange(name string, r [2]int, lo, hi int) error {
	if lo <= r[0] && r[0] <= r[1] && r[1] <= hi {
		return nil
	}
	return fmt.Errorf("%s %d to %d: want lower <= upper, from %d to %d", name, r[0], r[1], lo, hi)
}

// checkShare accepts numbers from 0 to 1.
func checkShare(name string, v float64) error {
	if v >= 0 && v <= 1 {
		return nil
	}
	return fmt.Errorf("%s %v: want 0 to 1", name, v)
}

// drawUniform draws a number of the range, the upper end left out unless both
// ends are the same.
func drawUniform(rng *rand.Rand, r [2]float64) float64 { return r[0] + rng.Float64()*(r[1]-r[0]) }

// drawWhole draws a whole number of the range, both ends included.
func drawWhole(rng *rand.Rand, r [2]int) int { return r[0] + rng.IntN(r[1]-r[0]+1) }

// checkLight accepts finite values of at least 0.
func checkLight(v *Volume) error {
	for i, x := range v.Data {
		if x >= 0 && isFinite(float64(x)) {
			continue
		}
		at := unravel(v.Dims, i/v.Channels)
		return fmt.Errorf("value at (z, y, x) (%d, %d, %d), channel %d is %v: want finite values, 0 or more. "+
			"On the scale 0 to 1 use ClampIntensity first; an image of mean 0 and variance 1 has no black to start from",
			at[0], at[1], at[2], i%v.Channels, x)
	}
	return nil
}
