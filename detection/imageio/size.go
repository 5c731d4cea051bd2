package imageio

import "math"

// satMul multiplies numbers that are not negative. A product too large for an
// int64 is math.MaxInt64, which every bound refuses.
func satMul(factors ...int64) int64 {
	product := int64(1)
	for _, f := range factors {
		switch {
		case f == 0:
			return 0
		case product > math.MaxInt64/f:
			product = math.MaxInt64
		default:
			product *= f
		}
	}
	return product
}

// satAdd adds numbers that are not negative, like satMul.
func satAdd(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
