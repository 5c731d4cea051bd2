package plots

import (
	"fmt"
	"math"
)

// Numbers of a chart are 0 or, without their sign, between these two, so that no
// range, ratio or step of an axis overflows or vanishes.
const (
	smallestNumber = 1e-100
	largestNumber  = 1e100
)

// drawable refuses a finite number that no axis can show. NaN and infinities are
// left to the caller, for which they can have a meaning.
func drawable(what string, values ...float64) error {
	for _, v := range values {
		size := math.Abs(v)
		if size > largestNumber && !math.IsInf(v, 0) || size < smallestNumber && size > 0 {
			return fmt.Errorf("plots: %s is %v: want 0, or a size from %v to %v", what, v, smallestNumber, largestNumber)
		}
	}
	return nil
}
