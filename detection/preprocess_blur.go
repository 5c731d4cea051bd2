package detection

import (
	"errors"
	"fmt"
	"slices"
)

// Border is what a filter finds beyond a face of a volume, by scipy's names.
type Border string

const (
	// BorderNearest repeats the last voxel: a a a | a b c d | d d d.
	BorderNearest Border = "nearest"
	// BorderReflect mirrors and repeats the last voxel: c b a | a b c d | d c b.
	BorderReflect Border = "reflect"
	// BorderMirror mirrors and does not: d c b | a b c d | c b a.
	BorderMirror Border = "mirror"
	// BorderConstant is 0.
	BorderConstant Border = "constant"
	// BorderWrap goes on at the other face: b c d | a b c d | a b c.
	BorderWrap Border = "wrap"
)

// edge maps an index beyond 0..n-1 to the one whose value stands there, -1 for
// 0. It reports false for an unknown border.
func (b Border) edge() (func(i, n int) int, bool) {
	switch b {
	case BorderNearest, "":
		return func(i, n int) int { return min(max(i, 0), n-1) }, true
	case BorderReflect:
		return mirror, true
	case BorderMirror:
		return reflectIndex, true
	case BorderConstant:
		return func(i, n int) int {
			if i < 0 || i >= n {
				return -1
			}
			return i
		}, true
	case BorderWrap:
		return func(i, n int) int { return (i%n + n) % n }, true
	}
	return nil, false
}

// GaussianBlur is [GaussianFilter] with another border; "" is [BorderNearest].
// The errors are those of GaussianFilter, and an unknown border.
//
// Source: scikit-image's filters.gaussian, whose border is nearest by default.
func GaussianBlur(v *Volume, sigma [3]float64, border Border) (*Volume, error) {
	edge, ok := border.edge()
	if !ok {
		return nil, fmt.Errorf("detection: Gaussian blur: unknown border %q", border)
	}
	return gaussianFilter(v, sigma, edge, nil)
}

// maxBoxVoxels bounds the window of [MedianBox].
const maxBoxVoxels = 1 << 15

// checkBox reports a box that has no middle voxel or is too large.
func checkBox(sides [3]int) error {
	voxels := 1
	for a, n := range sides {
		if n < 1 || n%2 == 0 || n > maxBoxVoxels {
			return fmt.Errorf("Median along %s is %d: want an odd number of 1 or more", AxisNames[a], n)
		}
		voxels = min(voxels*n, 2*maxBoxVoxels)
	}
	if voxels > maxBoxVoxels {
		return fmt.Errorf("Median %v: want a box of at most %d voxels", sides, maxBoxVoxels)
	}
	return nil
}

// MedianBox replaces every value by the median of the box of the given sides,
// (z, y, x) in voxels, around it, in its own channel. Beyond a face the last
// voxel is repeated. v is not modified.
//
// Errors: those of [Volume.Validate]; a side that is not odd, and a box of more
// than 32768 voxels; a value that is NaN, which has no place in an order.
//
// Source: scikit-image's filters.median with its defaults.
func MedianBox(v *Volume, sides [3]int) (*Volume, error) {
	err := errors.Join(v.Validate(), checkBox(sides))
	if err == nil {
		if i := slices.IndexFunc(v.Data, func(x float32) bool { return x != x }); i >= 0 {
			err = nanError(v.Dims, i/v.Channels)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("detection: median: %w", err)
	}
	out := NewLike(v, v.Channels)
	nearest, _ := BorderNearest.edge()
	inParallel(v.Dims[0]*v.Dims[1], func(_, lo, hi int) {
		window := make([]float32, 0, sides[0]*sides[1]*sides[2])
		for row := lo; row < hi; row++ {
			z, y := row/v.Dims[1], row%v.Dims[1]
			for x := range v.Dims[2] {
				for c := range v.Channels {
					window = window[:0]
					for dz := -(sides[0] / 2); dz <= sides[0]/2; dz++ {
						for dy := -(sides[1] / 2); dy <= sides[1]/2; dy++ {
							line := v.Index(nearest(z+dz, v.Dims[0]), nearest(y+dy, v.Dims[1]), 0)
							for dx := -(sides[2] / 2); dx <= sides[2]/2; dx++ {
								window = append(window, v.Data[line+nearest(x+dx, v.Dims[2])*v.Channels+c])
							}
						}
					}
					slices.Sort(window)
					out.Set(z, y, x, c, window[len(window)/2])
				}
			}
		}
	})
	return out, nil
}
