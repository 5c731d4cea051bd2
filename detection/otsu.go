package detection

import (
	"fmt"
)

// otsuBins is the number of histogram bins, that of scikit-image.
const otsuBins = 256

// OtsuThreshold returns the value that best parts the values of a one-channel
// volume into two classes: with w1, w2 the numbers of values at or below and
// above a threshold and m1, m2 their means, it maximises w1·w2·(m1-m2)². The
// values above the threshold are foreground.
//
// The values are counted in 256 bins of equal width from the smallest to the
// largest, and the threshold is the centre of a bin, in the units of the
// volume; of equally good bins the lowest. A volume of one single value
// returns that value, so that nothing lies above it.
//
// Errors: those of [Volume.Validate]; more than one channel; NaN or infinite
// values.
//
// Source: N. Otsu, IEEE Transactions on Systems, Man, and Cybernetics 9 (1979)
// 62-66, with the bins of threshold_otsu in scikit-image. That sums in single
// precision, so on images of many million voxels it may end one bin off.
func OtsuThreshold(v *Volume) (float32, error) {
	if err := checkMap(v); err != nil {
		return 0, fmt.Errorf("detection: Otsu threshold: %w", err)
	}
	lo, hi := v.Data[0], v.Data[0]
	for i, x := range v.Data {
		if x-x != 0 {
			if x == x {
				return 0, fmt.Errorf("detection: Otsu threshold: voxel (z, y, x) = %v is %v: want finite numbers", unravel(v.Dims, i), x)
			}
			return 0, fmt.Errorf("detection: Otsu threshold: %w", nanError(v.Dims, i))
		}
		lo, hi = min(lo, x), max(hi, x)
	}
	if lo == hi {
		return lo, nil
	}
	counts := histogram(v.Data, float64(lo), float64(hi))
	width := (float64(hi) - float64(lo)) / otsuBins
	centre := func(bin int) float64 { return float64(lo) + (float64(bin)+0.5)*width }
	return float32(centre(otsuBin(counts, centre))), nil
}

// histogram counts values in otsuBins bins of equal width over [lo, hi]; a
// value on an edge belongs to the bin above, hi itself to the last.
func histogram(values []float32, lo, hi float64) [otsuBins]int {
	var counts [otsuBins]int
	scale := otsuBins / (hi - lo)
	for _, v := range values {
		counts[min(int((float64(v)-lo)*scale), otsuBins-1)]++
	}
	return counts
}

// otsuBin is the last bin of the lower class of the best split.
func otsuBin(counts [otsuBins]int, centre func(bin int) float64) int {
	var n, total float64
	for bin, c := range counts {
		n += float64(c)
		total += float64(c) * centre(bin)
	}
	best, bestSpread := 0, -1.0
	var below, sum float64
	for bin := range otsuBins - 1 {
		below += float64(counts[bin])
		sum += float64(counts[bin]) * centre(bin)
		above := n - below
		d := sum/below - (total-sum)/above
		if spread := below * above * d * d; spread > bestSpread {
			best, bestSpread = bin, spread
		}
	}
	return best
}
