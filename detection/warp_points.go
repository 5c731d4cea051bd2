package detection

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Points returns where the points of a source of size dims (z, y, x) come to
// lie in the result, and with them those of its mirror images that the result
// shows; everything but the position is kept. Points farther than margin
// voxels outside the result are left out; a target painted from the others is
// complete when margin is the largest reach of what is painted. The order is
// that of points, and of each the mirror images from low to high coordinates.
// The argument is not changed.
//
// With a field the place is found by fixed-point iteration, to a thousandth of
// a voxel for every field that does not fold.
//
// Errors: an invalid warp, a size below 1, a negative margin.
func (w Warp) Points(points []Point, dims [3]int, margin float64) ([]Point, error) {
	errs := []error{w.Validate(), checkLength("margin", margin)}
	if !sizeFits(dims, 1) {
		errs = append(errs, fmt.Errorf("%w: source of %v: want at least 1 along every axis", ErrShape, dims))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("detection: warp points: %w", err)
	}
	back := inverse(w.Linear)
	lo, hi := w.sourceBox(margin)
	var moved []Point
	for _, p := range points {
		var places [3][]float64
		for a := range places {
			places[a] = mirrored(p.Pos[a], dims[a], lo[a], hi[a])
		}
		for _, z := range places[0] {
			for _, y := range places[1] {
				for _, x := range places[2] {
					q := p
					q.Pos = w.result([3]float64{z, y, x}, back)
					if w.shows(q.Pos, margin) {
						moved = append(moved, q)
					}
				}
			}
		}
	}
	return moved, nil
}

// sourceBox bounds what the result and margin voxels around it show of the
// source.
func (w Warp) sourceBox(margin float64) (lo, hi [3]float64) {
	reach := 0.0
	if w.Field != nil {
		for _, v := range w.Field.Data {
			reach = max(reach, math.Abs(float64(v)))
		}
	}
	for a := range lo {
		lo[a], hi[a] = math.Inf(1), math.Inf(-1)
	}
	for corner := range 8 {
		var out [3]float64
		for a, n := range w.Dims {
			out[a] = -margin
			if corner>>a&1 == 1 {
				out[a] = float64(n-1) + margin
			}
		}
		for a, v := range w.affine(out) {
			lo[a], hi[a] = min(lo[a], v-reach), max(hi[a], v+reach)
		}
	}
	return lo, hi
}

// mirrored lists the mirror images of p, itself included, in lo..hi, in
// ascending order, for an axis of n voxels mirrored at its first and last.
func mirrored(p float64, n int, lo, hi float64) []float64 {
	if n == 1 {
		return []float64{p}
	}
	period := 2 * float64(n-1)
	var list []float64
	for _, start := range [2]float64{p, -p} {
		for k := math.Ceil((lo - start) / period); start+k*period <= hi; k++ {
			list = append(list, start+k*period)
		}
	}
	slices.Sort(list)
	return slices.Compact(list) // a point on the mirror is its own image
}

// result is where a source position comes to lie.
func (w Warp) result(source [3]float64, back [3][3]float64) [3]float64 {
	const rounds, enough = 50, 1e-3
	var shift [3]float64
	out := w.unshifted(source, shift, back)
	if w.Field == nil {
		return out
	}
	for range rounds {
		var field [3]float32
		inside := out
		for a, n := range w.Dims { // beyond its border the field goes on as it ends
			inside[a] = min(max(out[a], 0), float64(n-1))
		}
		sample(field[:], w.Field, inside)
		for a := range shift {
			shift[a] = float64(field[a])
		}
		next := w.unshifted(source, shift, back)
		moved := 0.0
		for a := range next {
			moved = max(moved, math.Abs(next[a]-out[a]))
		}
		out = next
		if moved < enough/2 {
			break
		}
	}
	return out
}

// unshifted is where a source position less a shift comes to lie without a
// field.
func (w Warp) unshifted(source, shift [3]float64, back [3][3]float64) [3]float64 {
	for a := range source {
		source[a] -= w.Centre[a] + shift[a]
	}
	out := apply(back, source)
	for a, n := range w.Dims {
		out[a] += float64(n-1) / 2
	}
	return out
}

// shows says whether a place is in the result or at most margin outside.
func (w Warp) shows(pos [3]float64, margin float64) bool {
	for a, n := range w.Dims {
		if pos[a] < -0.5-margin || pos[a] >= float64(n)-0.5+margin {
			return false
		}
	}
	return true
}
