package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
)

const (
	// triesPerNucleus is how often a place is drawn for a nucleus before the
	// image counts as full.
	triesPerNucleus = 2000
	// clusterReach is how far apart, at most, neighbours in a cluster are put,
	// counted in the smallest distance that is allowed.
	clusterReach = 1.15
)

// vector is a place or a direction, (z, y, x), in physical units.
type vector [3]float64

func (a vector) minus(b vector) vector { return vector{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func (a vector) dot(b vector) float64  { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a vector) length() float64       { return math.Sqrt(a.dot(a)) }

// plus is a + k*b.
func (a vector) plus(k float64, b vector) vector {
	return vector{a[0] + k*b[0], a[1] + k*b[1], a[2] + k*b[2]}
}

// direction draws a unit vector, all directions alike; in 2D z is 0.
func direction(rng *rand.Rand, ndim int) vector {
	for {
		v := vector{0, rng.NormFloat64(), rng.NormFloat64()}
		if ndim == 3 {
			v[0] = rng.NormFloat64()
		}
		if l := v.length(); l > 0 {
			return vector{}.plus(1/l, v)
		}
	}
}

// ellipsoid is the outline of a nucleus: in 2D an ellipse, in 3D an ellipsoid
// that is round about its long axis.
type ellipsoid struct {
	centre      vector
	axis        vector // direction of the long semi-axis
	long, short float64
}

// newEllipsoid has the area (volume) of the circle (ball) of radius.
func newEllipsoid(radius, elongation float64, axis vector, ndim int) ellipsoid {
	short := radius * math.Pow(elongation, -1/float64(ndim))
	return ellipsoid{axis: axis, long: short * elongation, short: short}
}

// depth is 0 at the centre of e, 1 on its surface, and grows with the square
// of the distance in between and beyond.
func (e ellipsoid) depth(at vector) float64 {
	d := at.minus(e.centre)
	along := d.dot(e.axis)
	across := max(d.dot(d)-along*along, 0)
	return along*along/(e.long*e.long) + across/(e.short*e.short)
}

// reach is the distance from the centre to the surface in a unit direction.
func (e ellipsoid) reach(v vector) float64 {
	return 1 / math.Sqrt(e.depth(e.centre.plus(1, v)))
}

// place draws the outlines of all nuclei.
func place(opts NucleiOptions, ndim int) ([]ellipsoid, error) {
	rng := opts.stream(streamPlaces)
	lo, hi := vector{}, vector{}
	for a, n := range opts.Dims {
		hi[a] = float64(n-1) * opts.Spacing[a]
		if a > 0 {
			lo[a] += opts.Margin
			hi[a] -= opts.Margin
		}
	}
	n := between(rng, opts.Count)
	var placed []ellipsoid
	for len(placed) < n {
		e := newEllipsoid(uniform(rng, opts.Radius), uniform(rng, opts.Elongation), direction(rng, ndim), ndim)
		for try := 0; ; try++ {
			if try == triesPerNucleus {
				return nil, fmt.Errorf("no place for nucleus %d of %d in an image of %v voxels: want fewer or smaller ones, or a lower MinSeparation",
					len(placed)+1, n, opts.Dims)
			}
			if len(placed) > 0 && rng.Float64() < opts.Clustering {
				e.centre = beside(rng, placed[rng.IntN(len(placed))], e, opts.MinSeparation, ndim)
			} else {
				for a := range e.centre {
					e.centre[a] = lo[a] + rng.Float64()*(hi[a]-lo[a])
				}
			}
			if e.inside(lo, hi) && e.apart(placed, opts.MinSeparation) {
				break
			}
		}
		placed = append(placed, e)
	}
	return placed, nil
}

// beside draws a centre for e close to a neighbour.
func beside(rng *rand.Rand, neighbour, e ellipsoid, separation float64, ndim int) vector {
	v := direction(rng, ndim)
	distance := separation * (e.reach(v) + neighbour.reach(v))
	return neighbour.centre.plus(distance*uniform(rng, [2]float64{1, clusterReach}), v)
}

func (e ellipsoid) inside(lo, hi vector) bool {
	for a, p := range e.centre {
		if p < lo[a] || p > hi[a] {
			return false
		}
	}
	return true
}

// apart says that e keeps its distance from all others.
func (e ellipsoid) apart(others []ellipsoid, separation float64) bool {
	for _, o := range others {
		d := e.centre.minus(o.centre)
		l := d.length()
		if l == 0 {
			return false
		}
		v := vector{}.plus(1/l, d)
		if l < separation*(e.reach(v)+o.reach(v)) {
			return false
		}
	}
	return true
}
