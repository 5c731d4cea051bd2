package detection

import (
	"errors"
	"fmt"
	"math"
)

// gaussianTruncate is where the kernel of [GaussianFilter] ends, in standard
// deviations; scipy's default.
const gaussianTruncate = 4

// GaussianFilter smooths v by a Gaussian of the given standard deviations,
// (z, y, x) in voxels, each finite and at least 0; 0 leaves an axis as it is,
// and so does an axis of one voxel. The channels are smoothed one by one. The
// kernel ends at round(4 sigma) voxels and sums to one; beyond a face the
// volume is mirrored, the last voxel repeated (d c b a | a b c d | d c b a).
// The result has the shape of v, which is not modified.
//
// Errors: those of [Volume.Validate], and a sigma that is out of range.
//
// Source: scipy.ndimage.gaussian_filter with its defaults.
func GaussianFilter(v *Volume, sigma [3]float64) (*Volume, error) {
	return gaussianFilter(v, sigma, mirror, func(n int) int { return 2 * n })
}

// gaussianFilter is [GaussianFilter] with another rule for what lies beyond a
// face: edge maps an index to the one inside whose value stands there, or to
// -1 for 0, and period says after how many indices that repeats; nil where it
// does not.
func gaussianFilter(v *Volume, sigma [3]float64, edge func(i, n int) int, period func(n int) int) (*Volume, error) {
	errs := []error{v.Validate()}
	for a, s := range sigma {
		errs = append(errs, checkLength("sigma along "+AxisNames[a], s))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("detection: Gaussian filter: %w", err)
	}
	out := v.Clone()
	stride := len(out.Data)
	for a, n := range v.Dims {
		stride /= n
		if !(sigma[a] > 0 && n > 1) {
			continue
		}
		if half := gaussianKernel(sigma[a]); len(half) > wideKernel*n && n <= mostFolded {
			mixLines(out.Data, n, stride, foldKernel(half, n, edge, period))
		} else {
			smoothLines(out.Data, n, stride, half, edge)
		}
	}
	return out, nil
}

// gaussianKernel is the kernel from its centre outwards.
func gaussianKernel(sigma float64) []float64 {
	radius := int(min(gaussianTruncate*sigma+0.5, 1e6))
	half := make([]float64, radius+1)
	sum := 0.0
	for k := range half {
		half[k] = math.Exp(-0.5 * float64(k) * float64(k) / (sigma * sigma))
		sum += half[k]
		if k > 0 {
			sum += half[k]
		}
	}
	for k := range half {
		half[k] /= sum
	}
	return half
}

// A kernel whose half is wideKernel times as long as a line meets every voxel
// many times, mirrored: it is folded to a weight for each pair of voxels, for
// lines of at most mostFolded voxels, which takes 134 MB.
const (
	wideKernel = 2
	mostFolded = 4096
)

// foldKernel returns the weights by which each of n voxels is made of all of
// them, n to a voxel: those of a symmetric kernel, with what lies beyond a face
// where edge puts it. Where that repeats, the kernel is first folded to one
// period.
func foldKernel(half []float64, n int, edge func(i, n int) int, period func(n int) int) []float64 {
	first, kernel := 1-len(half), make([]float64, 2*len(half)-1)
	for k := range kernel {
		kernel[k] = half[max(first+k, -first-k)]
	}
	if period != nil {
		folded := make([]float64, period(n))
		for k, w := range kernel {
			folded[((first+k)%len(folded)+len(folded))%len(folded)] += w
		}
		first, kernel = 0, folded
	}
	weights := make([]float64, n*n)
	for i := range n {
		for k, w := range kernel {
			if at := edge(i+first+k, n); at >= 0 {
				weights[i*n+at] += w
			}
		}
	}
	return weights
}

// mixLines replaces all lines of n values that lie stride apart by the sums of
// their values with weights, as [foldKernel] gives them.
func mixLines(data []float32, n, stride int, weights []float64) {
	inParallel(len(data)/n, func(_, lo, hi int) {
		line := make([]float64, n)
		for l := lo; l < hi; l++ {
			block := data[l/stride*n*stride+l%stride:]
			for i := range line {
				line[i] = float64(block[i*stride])
			}
			for i := range line {
				var sum float64
				for j, w := range weights[i*n : (i+1)*n] {
					sum += w * line[j]
				}
				block[i*stride] = float32(sum)
			}
		}
	})
}

// smoothLines convolves all lines of n values that lie stride apart with a
// symmetric kernel. Neighbouring lines are treated together (see lanes).
func smoothLines(data []float32, n, stride int, half []float64, edge func(i, n int) int) {
	groups := (stride + lanes - 1) / lanes
	inParallel(len(data)/n/stride*groups, func(_, lo, hi int) {
		radius := len(half) - 1
		padded := make([][lanes]float64, n+2*radius)
		for g := lo; g < hi; g++ {
			first := g % groups * lanes
			block := data[g/groups*n*stride+first:]
			width := min(lanes, stride-first)
			for k := range padded {
				at := edge(k-radius, n)
				for j := range width {
					padded[k][j] = 0
					if at >= 0 {
						padded[k][j] = float64(block[at*stride+j])
					}
				}
			}
			for i := range n {
				var sums [lanes]float64
				for j := range width {
					sums[j] = half[0] * padded[i+radius][j]
				}
				for k := 1; k <= radius; k++ {
					left, right := &padded[i+radius-k], &padded[i+radius+k]
					for j := range width {
						sums[j] += half[k] * (left[j] + right[j])
					}
				}
				for j := range width {
					block[i*stride+j] = float32(sums[j])
				}
			}
		}
	})
}

// mirror maps an index beyond 0..n-1 back inside, the edge voxels repeated.
func mirror(i, n int) int {
	i %= 2 * n
	if i < 0 {
		i += 2 * n
	}
	return min(i, 2*n-1-i)
}
