package detection

import (
	"fmt"
	"strings"
)

// Symmetry is one of the 16 rearrangements that map a voxel grid onto a grid
// without interpolation and keep z apart from y and x: the 8 flips and
// quarter turns of the (y, x) plane, each with z as it is or flipped. It
// first swaps y and x when it contains [Transpose], then flips the axes named
// by [FlipY], [FlipX] and [FlipZ]. Other values are not symmetries.
type Symmetry uint8

// The flips and turns of one axis or plane; others are made by
// [Symmetry.Then] or listed by [Symmetries].
const (
	Identity  Symmetry = 0
	FlipX     Symmetry = 1
	FlipY     Symmetry = 2
	Transpose Symmetry = 4 // swaps y and x
	FlipZ     Symmetry = 8
	// Rotate90 turns the image a quarter turn counter-clockwise as it is seen
	// with y pointing down, like numpy.rot90 over (y, x).
	Rotate90  = Transpose | FlipY
	Rotate180 = FlipY | FlipX
	Rotate270 = Transpose | FlipX
)

// allSymmetries has every bit of a symmetry.
const allSymmetries = FlipX | FlipY | Transpose | FlipZ

// Symmetries lists the 8 symmetries of the plane for ndim 2 and all 16 for
// ndim 3, the identity first. For training and for averaged predictions.
func Symmetries(ndim int) []Symmetry {
	n := Symmetry(8)
	if ndim == 3 {
		n = 16
	}
	list := make([]Symmetry, n)
	for i := range list {
		list[i] = Symmetry(i)
	}
	return list
}

// Flips lists the symmetries that swap no axes, 4 for ndim 2 and 8 for ndim
// 3, the identity first; they keep the shape of any image.
func Flips(ndim int) []Symmetry {
	var list []Symmetry
	for _, s := range Symmetries(ndim) {
		if s&Transpose == 0 {
			list = append(list, s)
		}
	}
	return list
}

// String names the steps, such as "transpose, flip y".
func (s Symmetry) String() string {
	switch {
	case s == Identity:
		return "identity"
	case s > allSymmetries:
		return fmt.Sprintf("Symmetry(%d)", uint8(s))
	}
	var steps []string
	for _, step := range []struct {
		bit  Symmetry
		name string
	}{{Transpose, "transpose"}, {FlipZ, "flip z"}, {FlipY, "flip y"}, {FlipX, "flip x"}} {
		if s&step.bit != 0 {
			steps = append(steps, step.name)
		}
	}
	return strings.Join(steps, ", ")
}

// swapFlips exchanges the flips of y and x: what they become on the other
// side of a transposition.
func (s Symmetry) swapFlips() Symmetry {
	return s&^Rotate180 | s&FlipX<<1 | s&FlipY>>1
}

// Then is the symmetry that does s first and next second.
func (s Symmetry) Then(next Symmetry) Symmetry {
	if next&Transpose != 0 {
		s = s.swapFlips()
	}
	return s ^ next
}

// Inverse undoes s.
func (s Symmetry) Inverse() Symmetry {
	if s&Transpose != 0 {
		return s.swapFlips()
	}
	return s
}

// Dims is the size (z, y, x) that an image of size dims has after s: y and x
// are exchanged by a transposition.
func (s Symmetry) Dims(dims [3]int) [3]int {
	if s&Transpose != 0 {
		dims[1], dims[2] = dims[2], dims[1]
	}
	return dims
}

// Matrix is s as the linear part of a [Warp] whose result has the size
// s.Dims: the place in the source, from its middle, for a place in the result,
// from its middle.
func (s Symmetry) Matrix() [3][3]float64 {
	back := s.Inverse()
	var m [3][3]float64
	for axis := range 3 {
		var unit [3]float64
		unit[axis] = 1
		to := back.Pos(unit, [3]int{1, 1, 1}) // about a middle at 0
		for r := range 3 {
			m[r][axis] = to[r]
		}
	}
	return m
}

// Pos is where s moves the position pos (z, y, x), in voxels with centres at
// whole numbers, of an image of size dims before s.
func (s Symmetry) Pos(pos [3]float64, dims [3]int) [3]float64 {
	if s&Transpose != 0 {
		pos[1], pos[2] = pos[2], pos[1]
	}
	dims = s.Dims(dims)
	for axis, flip := range [3]Symmetry{FlipZ, FlipY, FlipX} {
		if s&flip != 0 {
			pos[axis] = float64(dims[axis]-1) - pos[axis]
		}
	}
	return pos
}

// Points returns points moved by s along with an image that has size dims
// (z, y, x) before s; everything but the position is kept. The argument is
// not changed.
func (s Symmetry) Points(points []Point, dims [3]int) []Point {
	moved := make([]Point, len(points))
	for i, p := range points {
		p.Pos = s.Pos(p.Pos, dims)
		moved[i] = p
	}
	return moved
}

// Apply writes src, rearranged by s, to dst, with its spacing and unit; all
// channels of a voxel move together. dst has the size s.Dims(src.Dims) and
// the channels of src, and shares no data with it. Other sizes wrap
// [ErrShape].
func (s Symmetry) Apply(dst, src *Volume) error {
	if s > allSymmetries {
		return fmt.Errorf("detection: apply symmetry: %v: want 0 to %d", s, uint8(allSymmetries))
	}
	for _, v := range []*Volume{src, dst} {
		if err := v.Validate(); err != nil {
			return fmt.Errorf("detection: apply symmetry: %w", err)
		}
	}
	if dst.Dims != s.Dims(src.Dims) || dst.Channels != src.Channels {
		return fmt.Errorf("detection: apply symmetry: %w: dst is %v with %d channels, want %v with %d",
			ErrShape, dst.Dims, dst.Channels, s.Dims(src.Dims), src.Channels)
	}
	if &dst.Data[0] == &src.Data[0] {
		return fmt.Errorf("detection: apply symmetry: dst is src: want a volume of its own")
	}
	dst.Spacing, dst.Unit = src.Spacing, src.Unit
	// A step along an axis of dst is a step along one axis of src, forwards
	// or backwards.
	step := [3]int{src.Dims[1] * src.Dims[2], src.Dims[2], 1}
	if s&Transpose != 0 {
		step[1], step[2] = step[2], step[1]
		dst.Spacing[1], dst.Spacing[2] = dst.Spacing[2], dst.Spacing[1]
	}
	origin := 0
	for axis, flip := range [3]Symmetry{FlipZ, FlipY, FlipX} {
		if s&flip != 0 {
			origin += step[axis] * (dst.Dims[axis] - 1)
			step[axis] = -step[axis]
		}
	}
	to := 0
	for z := range dst.Dims[0] {
		for y := range dst.Dims[1] {
			from := origin + z*step[0] + y*step[1]
			for range dst.Dims[2] {
				copy(dst.Data[to:to+dst.Channels], src.Data[from*src.Channels:])
				to += dst.Channels
				from += step[2]
			}
		}
	}
	return nil
}
