package detection

import (
	"fmt"
	"math"
)

// DistanceTransform gives each voxel of mask that is not zero its Euclidean
// distance to the nearest voxel that is zero, centre to centre, in the
// physical units of spacing; voxels that are zero get 0. The distances are
// exact: computed in float64, stored in the float32 of the result, which has
// the dimensions of mask. What lies outside the volume is not background. A
// mask without any zero has no distances: they are all +Inf.
//
// mask has one channel and is not modified.
//
// Errors: those of [Volume.Validate] and [Spacing.Validate]; more than one
// channel.
//
// Source: P. Felzenszwalb and D. Huttenlocher, Theory of Computing 8 (2012)
// 415-428: one pass per axis, each along the lower envelope of parabolas.
func DistanceTransform(mask *Volume, spacing Spacing) (*Volume, error) {
	if err := checkMap(mask); err != nil {
		return nil, fmt.Errorf("detection: distance transform: %w", err)
	}
	if err := spacing.Validate(); err != nil {
		return nil, fmt.Errorf("detection: distance transform: %w", err)
	}
	squares := make([]float64, len(mask.Data))
	for i, v := range mask.Data {
		if v != 0 {
			squares[i] = math.Inf(1)
		}
	}
	stride := 1
	for a := 2; a >= 0; a-- {
		if n := mask.Dims[a]; n > 1 {
			inParallel(len(squares)/n, func(_, lo, hi int) {
				e := newEnvelope(n, spacing[a])
				for line := lo; line < hi; line++ {
					e.lower(squares[line/stride*stride*n+line%stride:], stride)
				}
			})
		}
		stride *= mask.Dims[a]
	}
	out := NewLike(mask, 1)
	for i, s := range squares {
		out.Data[i] = float32(math.Sqrt(s))
	}
	return out, nil
}

// envelope is the lower envelope of parabolas that stand on a line of n
// voxels: the parabola at voxel p with value f is f + (spacing·(q-p))².
type envelope struct {
	n       int
	spacing float64
	value   []float64 // of the line
	at      []int     // the voxels whose parabolas are part of the envelope
	from    []float64 // where, in voxels, each of them begins
}

func newEnvelope(n int, spacing float64) *envelope {
	return &envelope{
		n: n, spacing: spacing,
		value: make([]float64, n), at: make([]int, 0, n), from: make([]float64, 0, n),
	}
}

// lower replaces the n values of line, which lie stride apart, by those of
// the envelope.
func (e *envelope) lower(line []float64, stride int) {
	e.at, e.from = e.at[:0], e.from[:0]
	for q := range e.n {
		e.value[q] = line[q*stride]
		if !math.IsInf(e.value[q], 1) {
			e.add(q)
		}
	}
	if len(e.at) == 0 {
		return
	}
	k := 0
	for q := range e.n {
		for k+1 < len(e.at) && e.from[k+1] <= float64(q) {
			k++
		}
		d := e.spacing * float64(q-e.at[k])
		line[q*stride] = e.value[e.at[k]] + d*d
	}
}

// add extends the envelope by the parabola at q, which lies right of all
// others.
func (e *envelope) add(q int) {
	from := math.Inf(-1)
	for len(e.at) > 0 {
		last := len(e.at) - 1
		from = e.crossing(e.at[last], q)
		if from > e.from[last] {
			break
		}
		e.at, e.from = e.at[:last], e.from[:last]
		from = math.Inf(-1)
	}
	e.at, e.from = append(e.at, q), append(e.from, from)
}

// crossing is where the parabola at q > p gets below the one at p.
func (e *envelope) crossing(p, q int) float64 {
	step := float64(q-p) * e.spacing
	return float64(p+q)/2 + (e.value[q]-e.value[p])/(2*step*e.spacing)
}
