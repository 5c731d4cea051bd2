package detection

import (
	"errors"
	"fmt"
	"math"
)

// relativeSlack widens a limit on distances by a few roundings, so that three
// voxels of 0.1 um (0.30000000000000004 in float64) are within 0.3 um and a
// change of unit changes nothing.
const relativeSlack = 1e-12

// neighbour is a point near a place.
type neighbour struct {
	point    int32
	distance float64
}

// neighbourIndex finds the points within a fixed distance of a place. It is a
// grid of cubes as wide as that distance, hashed, so that neither far
// outliers nor anisotropic voxels cost memory. Building it takes O(n), a
// query the number of points in 3x3x3 cubes.
type neighbourIndex struct {
	points  []Point
	spacing Spacing
	limit   float64 // inclusive, slack included
	cube    float64 // width of a cube
	// first holds the first point of a cube, next the point after each in the
	// same cube; -1 ends the list.
	first  map[[3]int64]int32
	next   []int32
	lo, hi [3]int64 // the range of cubes in use
}

// newNeighbourIndex indexes points for queries within reach, inclusive, in
// the physical units of spacing.
func newNeighbourIndex(points []Point, spacing Spacing, reach float64) *neighbourIndex {
	limit := reach * (1 + relativeSlack)
	n := &neighbourIndex{
		points: points, spacing: spacing, limit: limit,
		// Wider than the limit by more than the rounding of a cube's number.
		cube:  limit * (1 + 1e-9),
		first: make(map[[3]int64]int32, len(points)),
		next:  make([]int32, len(points)),
	}
	if n.cube == 0 { // only points at one place are near: any small cube will do
		n.cube = 1e-3 * min(spacing[0], spacing[1], spacing[2])
	}
	for i := len(points) - 1; i >= 0; i-- { // backwards: lists ascend
		c := n.cubeOf(points[i])
		head, ok := n.first[c]
		if !ok {
			head = -1
		}
		n.next[i], n.first[c] = head, int32(i)
		for a := range c {
			if i == len(points)-1 {
				n.lo[a], n.hi[a] = c[a], c[a]
			}
			n.lo[a], n.hi[a] = min(n.lo[a], c[a]), max(n.hi[a], c[a])
		}
	}
	return n
}

// cubeOf is the cube that holds p. Points beyond 2^60 cubes share the last.
func (n *neighbourIndex) cubeOf(p Point) (c [3]int64) {
	for a, v := range p.Pos {
		c[a] = int64(min(max(math.Floor(v*n.spacing[a]/n.cube), -1<<60), 1<<60))
	}
	return c
}

// near appends the points within the limit of p to dst, in no particular
// order, p itself included where it is one of them.
func (n *neighbourIndex) near(p Point, dst []neighbour) []neighbour {
	c := n.cubeOf(p)
	for z := max(c[0]-1, n.lo[0]); z <= min(c[0]+1, n.hi[0]); z++ {
		for y := max(c[1]-1, n.lo[1]); y <= min(c[1]+1, n.hi[1]); y++ {
			for x := max(c[2]-1, n.lo[2]); x <= min(c[2]+1, n.hi[2]); x++ {
				i, ok := n.first[[3]int64{z, y, x}]
				if !ok {
					continue
				}
				for ; i >= 0; i = n.next[i] {
					if d := Distance(p, n.points[i], n.spacing); d <= n.limit {
						dst = append(dst, neighbour{i, d})
					}
				}
			}
		}
	}
	return dst
}

// checkFinite reports the points whose position or probability is not a
// finite number, the first few of them.
func checkFinite(points []Point, what string) error {
	var errs []error
	for i, p := range points {
		switch {
		case !isFinite(p.Pos[0]) || !isFinite(p.Pos[1]) || !isFinite(p.Pos[2]):
			errs = append(errs, fmt.Errorf("%s point %d lies at (z, y, x) = %v: want finite numbers", what, i, p.Pos))
		case !isFinite(p.Prob):
			errs = append(errs, fmt.Errorf("%s point %d has probability %v: want a finite number", what, i, p.Prob))
		}
		if len(errs) == 5 {
			break
		}
	}
	return errors.Join(errs...)
}
