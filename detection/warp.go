package detection

import (
	"errors"
	"fmt"
	"math"
)

// Warp moves an image and its points by one and the same geometry: rotation,
// zoom, shear, shift, flips and an elastic field. It says for every voxel of
// the result from where in the source it comes,
//
//	source = Linear·(result - middle) + Centre + Field(result)
//
// in voxels of (z, y, x), middle being that of the result, (Dims-1)/2. Beyond
// its faces the source is mirrored without repeating the last voxel (d c b | a
// b c d | c b a), so that a warp never invents a flat border; its points are
// mirrored with it. Start from [NewWarp].
type Warp struct {
	// Dims is the size (z, y, x) of the result.
	Dims [3]int
	// Linear holds the rows z, y, x of the matrix; invertible. The identity
	// keeps size and direction, and half of it enlarges objects twofold.
	Linear [3][3]float64
	// Centre is the position in the source, in voxels, that comes to lie in the
	// middle of the result.
	Centre [3]float64
	// Field adds to the source position of every voxel of the result, in voxels:
	// three channels, z, y, x, and the size Dims; see [ElasticField]. nil for
	// none. It has to vary by clearly less than one voxel per voxel, or it
	// folds the image and points have no one place.
	Field *Volume
}

// NewWarp is the warp that cuts a piece of size dims out of a source, its
// middle at centre: for whole offsets (centre - (dims-1)/2) a plain copy.
func NewWarp(dims [3]int, centre [3]float64) Warp {
	return Warp{Dims: dims, Centre: centre, Linear: [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}
}

// Then adds a linear change m, in the result's own axes, to a warp: objects
// are changed by the inverse of m, as with Linear.
func (w Warp) Then(m [3][3]float64) Warp {
	w.Linear = multiply(w.Linear, m)
	return w
}

// Validate reports every invalid field at once, each by name.
func (w Warp) Validate() error {
	var errs []error
	if !sizeFits(w.Dims, 1) {
		errs = append(errs, fmt.Errorf("%w: Dims %v: want at least 1 along every axis", ErrShape, w.Dims))
	}
	for _, c := range w.Centre {
		if !(math.Abs(c) <= maxCoordinate) {
			errs = append(errs, fmt.Errorf("Centre %v: want finite numbers of at most %d", w.Centre, maxCoordinate))
			break
		}
	}
	if d := math.Abs(determinant(w.Linear)); !(d > 1e-9 && d < 1e9) {
		errs = append(errs, fmt.Errorf("Linear %v: want an invertible matrix, its determinant is %v", w.Linear, determinant(w.Linear)))
	}
	if f := w.Field; f != nil {
		if err := f.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("Field: %w", err))
		} else if f.Dims != w.Dims || f.Channels != 3 {
			errs = append(errs, fmt.Errorf("%w: Field is %v with %d channels: want %v with 3", ErrShape, f.Dims, f.Channels, w.Dims))
		}
	}
	return errors.Join(errs...)
}

// Image returns the warped image: size Dims, the channels of src, and linear
// interpolation between voxels. Spacing and unit are those of src, although
// zoom changes what a voxel means.
// Errors: an invalid warp or src.
func (w Warp) Image(src *Volume) (*Volume, error) {
	if err := errors.Join(src.Validate(), w.Validate()); err != nil {
		return nil, fmt.Errorf("detection: warp image: %w", err)
	}
	out := NewVolume(w.Dims, src.Channels)
	out.Spacing, out.Unit = src.Spacing, src.Unit
	inParallel(w.Dims[0]*w.Dims[1], func(_, lo, hi int) {
		for row := lo; row < hi; row++ {
			at := [3]int{row / w.Dims[1], row % w.Dims[1], 0}
			to := out.Index(at[0], at[1], 0)
			for ; at[2] < w.Dims[2]; at[2]++ {
				sample(out.Data[to:to+src.Channels], src, w.source(at))
				to += src.Channels
			}
		}
	})
	return out, nil
}

// source is where the voxel at comes from.
func (w Warp) source(at [3]int) [3]float64 {
	pos := w.affine([3]float64{float64(at[0]), float64(at[1]), float64(at[2])})
	if w.Field != nil {
		i := w.Field.Index(at[0], at[1], at[2])
		for a := range pos {
			pos[a] += float64(w.Field.Data[i+a])
		}
	}
	return pos
}

// affine is the source position of a place in the result, without the field.
func (w Warp) affine(out [3]float64) [3]float64 {
	for a, n := range w.Dims {
		out[a] -= float64(n-1) / 2
	}
	pos := apply(w.Linear, out)
	for a := range pos {
		pos[a] += w.Centre[a]
	}
	return pos
}

// sample writes the channels of v at a position between voxels to dst.
func sample(dst []float32, v *Volume, pos [3]float64) {
	var near, far [3]int
	var weight [3]float64
	for a, n := range v.Dims {
		p := reflectPosition(pos[a], n)
		near[a] = int(p)
		far[a] = min(near[a]+1, n-1)
		weight[a] = p - float64(near[a])
	}
	for c := range dst {
		dst[c] = 0
	}
	for corner := range 8 {
		at, share := near, 1.0
		for a := range at {
			if corner>>a&1 == 1 {
				at[a] = far[a]
				share *= weight[a]
			} else {
				share *= 1 - weight[a]
			}
		}
		if share == 0 {
			continue
		}
		i := v.Index(at[0], at[1], at[2])
		for c := range dst {
			dst[c] += float32(share) * v.Data[i+c]
		}
	}
}

// reflectPosition folds a position back into 0..n-1, the last voxel not
// repeated.
func reflectPosition(p float64, n int) float64 {
	if n == 1 {
		return 0
	}
	last := float64(n - 1)
	if p >= 0 && p <= last {
		return p
	}
	p = math.Mod(math.Abs(p), 2*last)
	return min(p, 2*last-p)
}

func apply(m [3][3]float64, v [3]float64) [3]float64 {
	var out [3]float64
	for r, row := range m {
		out[r] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return out
}

func multiply(a, b [3][3]float64) [3][3]float64 {
	var out [3][3]float64
	for r := range out {
		for c := range out[r] {
			for k := range 3 {
				out[r][c] += a[r][k] * b[k][c]
			}
		}
	}
	return out
}

func determinant(m [3][3]float64) float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) -
		m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) +
		m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}

func inverse(m [3][3]float64) [3][3]float64 {
	d := determinant(m)
	var out [3][3]float64
	for r := range out {
		for c := range out[r] {
			// the cofactor of (c, r), by cyclic indices
			a, b := (c+1)%3, (c+2)%3
			p, q := (r+1)%3, (r+2)%3
			out[r][c] = (m[a][p]*m[b][q] - m[a][q]*m[b][p]) / d
		}
	}
	return out
}
