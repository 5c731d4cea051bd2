package detection

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// MaskOptions configures [PointMask] and [CheckPoints]. The zero value paints
// single voxels of one class, unchecked; start from [DefaultMaskOptions].
type MaskOptions struct {
	// Radii are the semi-axes (z, y, x) of the ellipsoid painted for a point,
	// in voxels, 0 to 1000; 0 keeps to the point's own voxel along that axis.
	// In 2D the first has no effect. Default {2, 2, 2}, the reference's: 13
	// pixels in 2D, 33 voxels in 3D. Smaller, and the few voxels of an object
	// are a rare class that trains slowly and a click one pixel off misses;
	// larger, and neighbours touch and are learnt as one object.
	Radii [3]int
	// Classes is the number of classes, 1 or more, and of the mask's
	// channels; with 1 the class of a point is ignored. Default 1.
	Classes int
	// Check refuses points with a fault (see [PointProblemKind.Fault]).
	// Without it all points are painted, those outside the volume as far as
	// their ellipsoids reach in, as the crop of a larger image needs it. It is
	// the workflow's PROBLEM.DETECTION.CHECK_POINTS_CREATED. Default true.
	Check bool
}

// DefaultMaskOptions paints disks of 13 pixels, or balls of 33 voxels, of one
// class, and refuses faulty points.
func DefaultMaskOptions() MaskOptions {
	return MaskOptions{Radii: [3]int{2, 2, 2}, Classes: 1, Check: true}
}

// maxRadius keeps the products of squared radii in [ellipsoid] within int64.
const maxRadius = 1000

// Validate reports every invalid field at once, each by name and value.
func (o MaskOptions) Validate() error {
	var errs []error
	for i, r := range o.Radii {
		if r < 0 || r > maxRadius {
			errs = append(errs, fmt.Errorf("Radii[%s] %d: want 0 to %d", AxisNames[i], r, maxRadius))
		}
	}
	if o.Classes < 1 {
		errs = append(errs, fmt.Errorf("Classes %d: want 1 or more", o.Classes))
	}
	return errors.Join(errs...)
}

// PointMask paints points as a training target: a volume of the given size
// (z, y, x) with one channel per class, class c in channel c-1, 1 where an
// object is and 0 elsewhere. A point sets the voxels at offsets (oz, oy, ox)
// from its own voxel (coordinates rounded half away from zero) with
// (oz/rz)² + (oy/ry)² + (ox/rx)² <= 1, decided in whole numbers, cut at the
// border. Where objects of different classes overlap, the first point of the
// slice keeps the voxel, so that the channels exclude one another.
//
// With opts.Check, faulty points give one error that lists them and no mask.
// Other errors: a size below 1 or that no slice can hold ([ErrShape]), invalid
// options, and with more than one class a class outside 1 to opts.Classes.
//
// Source: the point masks of BiaPy's detection workflow. Differs: coordinates
// are rounded, not truncated, and problems are reported.
func PointMask(dims [3]int, points []Point, opts MaskOptions) (*Volume, error) {
	if err := checkPainting(dims, points, opts.Classes, opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: point mask: %w", err)
	}
	if opts.Check {
		if err := refuse(faultsOf(dims, points)); err != nil {
			return nil, fmt.Errorf("detection: point mask: %w", err)
		}
	}
	mask := NewVolume(dims, opts.Classes)
	rows := ellipsoid(opts.Radii)
	for _, p := range points {
		channel := 0
		if opts.Classes > 1 {
			channel = p.Class - 1
		}
		mask.paint(p.Voxel(), rows, channel)
	}
	return mask, nil
}

// checkPainting holds the checks that masks and heat maps share.
func checkPainting(dims [3]int, points []Point, classes int, invalid error) error {
	if invalid != nil {
		return invalid
	}
	if !sizeFits(dims, classes) {
		return fmt.Errorf("%w: %v (z, y, x) with %d channels: want at least 1 along every axis, and fewer than 2^40 values",
			ErrShape, dims, classes)
	}
	for i, p := range points {
		for axis, v := range p.Pos {
			if !(v >= -maxCoordinate && v <= maxCoordinate) {
				return fmt.Errorf("point %d: %s is %v: want a finite number of at most %d", p.id(i), AxisNames[axis], v, maxCoordinate)
			}
		}
		if classes > 1 && (p.Class < 1 || p.Class > classes) {
			return fmt.Errorf("point %d: class is %d: want 1 to %d", p.id(i), p.Class, classes)
		}
	}
	return nil
}

// sizeFits says whether a volume of this size can be made.
func sizeFits(dims [3]int, channels int) bool {
	limit := min(int64(1<<40), math.MaxInt)
	n := int64(channels)
	if n < 1 || n > limit {
		return false
	}
	for _, d := range dims {
		if d < 1 || int64(d) > limit/n {
			return false
		}
		n *= int64(d)
	}
	return true
}

// rowOfBall is the part of an ellipsoid at one (oz, oy): x offsets -half to
// half.
type rowOfBall struct{ oz, oy, half int }

// ellipsoid lists the rows of the digital ellipsoid with semi-axes r.
func ellipsoid(r [3]int) []rowOfBall {
	// A semi-axis of 0 allows the offset 0 alone, for which any divisor does.
	rz, ry, rx := int64(max(r[0], 1)), int64(max(r[1], 1)), int64(max(r[2], 1))
	a, b, c := ry*ry*rx*rx, rz*rz*rx*rx, rz*rz*ry*ry
	var rows []rowOfBall
	for oz := -r[0]; oz <= r[0]; oz++ {
		for oy := -r[1]; oy <= r[1]; oy++ {
			left := a*rz*rz - a*int64(oz)*int64(oz) - b*int64(oy)*int64(oy)
			if left < 0 {
				continue
			}
			half := r[2]
			for c*int64(half)*int64(half) > left {
				half--
			}
			rows = append(rows, rowOfBall{oz, oy, half})
		}
	}
	return rows
}

// paint sets the ellipsoid around centre in channel where no channel is set.
func (v *Volume) paint(centre [3]int, rows []rowOfBall, channel int) {
	for _, r := range rows {
		z, y := centre[0]+r.oz, centre[1]+r.oy
		if z < 0 || z >= v.Dims[0] || y < 0 || y >= v.Dims[1] {
			continue
		}
		for x := max(centre[2]-r.half, 0); x <= min(centre[2]+r.half, v.Dims[2]-1); x++ {
			at := v.Index(z, y, x)
			taken := false
			for _, value := range v.Data[at : at+v.Channels] {
				taken = taken || value != 0
			}
			if !taken {
				v.Data[at+channel] = 1
			}
		}
	}
}

// id is the number by which a message names the point at index i.
func (p Point) id(i int) int {
	if p.ID != 0 {
		return p.ID
	}
	return i + 1
}

// PointProblemKind says what is wrong with a point.
type PointProblemKind int

const (
	// RepeatedPoint is a point in the voxel of an earlier one. A fault.
	RepeatedPoint PointProblemKind = iota
	// OutsidePoint is a point whose voxel is not in the image. A fault.
	OutsidePoint
	// TouchingPoints are two points whose ellipsoids share a voxel or have
	// voxels next to each other, corners included, so that the mask shows one
	// object for two. A warning: dense cells do that, and smaller radii help.
	TouchingPoints
)

// Fault says whether points with this problem make no mask; otherwise it is a
// warning.
func (k PointProblemKind) Fault() bool { return k != TouchingPoints }

// String is the kind in words.
func (k PointProblemKind) String() string {
	switch k {
	case RepeatedPoint:
		return "repeated point"
	case OutsidePoint:
		return "point outside"
	case TouchingPoints:
		return "touching points"
	}
	return fmt.Sprintf("PointProblemKind(%d)", int(k))
}

// PointProblem is one finding of [CheckPoints].
type PointProblem struct {
	Kind PointProblemKind
	// IDs are the points concerned, by Point.ID or, where that is 0, by
	// place in the slice from 1; the second is 0 for [OutsidePoint].
	IDs [2]int
	// Msg is the finding as a sentence with ids and voxels.
	Msg string
}

// CheckPoints looks for what would spoil the mask of points in an image of
// size dims (z, y, x): repeated points, points outside, and points that
// touch, in this order, each by place in the slice. Two points of one voxel
// are repeated, not touching; points of different classes touch too, for a
// network learns where objects are without regard to their class. Ellipsoids
// are compared before they are cut at the border. No problem gives nil. The
// errors are those of [PointMask] for its arguments, opts.Check aside.
//
// Source: the check PROBLEM.DETECTION.CHECK_POINTS_CREATED of BiaPy's
// detection workflow, which labelled the painted mask; here the coordinates
// decide, exactly.
func CheckPoints(dims [3]int, points []Point, opts MaskOptions) ([]PointProblem, error) {
	if err := checkPainting(dims, points, opts.Classes, opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: check points: %w", err)
	}
	return append(faultsOf(dims, points), touchingPoints(dims, points, opts.Radii)...), nil
}

// faultsOf finds repeated points and points outside.
func faultsOf(dims [3]int, points []Point) []PointProblem {
	var problems []PointProblem
	ndim := (&Volume{Dims: dims}).NDim()
	for _, r := range repeatedPoints(points) {
		a, b := points[r[0]], points[r[1]]
		ids := [2]int{a.id(r[0]), b.id(r[1])}
		problems = append(problems, PointProblem{Kind: RepeatedPoint, IDs: ids,
			Msg: fmt.Sprintf("points %d and %d lie in one voxel %s", ids[0], ids[1], voxelText(a.Voxel(), ndim))})
	}
	for i, p := range points {
		if !(&Volume{Dims: dims}).Contains(p.Voxel()) {
			problems = append(problems, PointProblem{Kind: OutsidePoint, IDs: [2]int{p.id(i)},
				Msg: fmt.Sprintf("point %d at voxel %s lies outside the image of %s",
					p.id(i), voxelText(p.Voxel(), 3), voxelText(dims, 3))})
		}
	}
	return problems
}

// touchingPoints finds the pairs of points that a mask shows as one object.
// Points are sorted into cells as wide as a contact reaches, 2r+1 voxels, so
// that only neighbouring cells need comparing.
func touchingPoints(dims [3]int, points []Point, radii [3]int) []PointProblem {
	widths := make(map[[2]int]int) // (oz, oy) -> half width
	for _, r := range ellipsoid(radii) {
		widths[[2]int{r.oz, r.oy}] = r.half
	}
	cells := make(map[[3]int][]int)
	taken := make(map[[3]int]bool)
	var pairs [][2]int
	for i, p := range points {
		v := p.Voxel()
		if taken[v] || !(&Volume{Dims: dims}).Contains(v) {
			continue
		}
		taken[v] = true
		cell := [3]int{v[0] / (2*radii[0] + 1), v[1] / (2*radii[1] + 1), v[2] / (2*radii[2] + 1)}
		for n := range 27 {
			near := [3]int{cell[0] + n/9 - 1, cell[1] + n/3%3 - 1, cell[2] + n%3 - 1}
			for _, j := range cells[near] {
				u := points[j].Voxel()
				if touch(widths, [3]int{v[0] - u[0], v[1] - u[1], v[2] - u[2]}) {
					pairs = append(pairs, [2]int{j, i})
				}
			}
		}
		cells[cell] = append(cells[cell], i)
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	var problems []PointProblem
	ndim := (&Volume{Dims: dims}).NDim()
	for _, at := range pairs {
		a, b := points[at[0]], points[at[1]]
		ids := [2]int{a.id(at[0]), b.id(at[1])}
		problems = append(problems, PointProblem{Kind: TouchingPoints, IDs: ids,
			Msg: fmt.Sprintf("points %d and %d at voxels %s and %s are painted as one object",
				ids[0], ids[1], voxelText(a.Voxel(), ndim), voxelText(b.Voxel(), ndim))})
	}
	return problems
}

// touch says whether an ellipsoid, given by the half widths of its rows, and
// its copy at offset d share a voxel or have neighbouring ones.
func touch(widths map[[2]int]int, d [3]int) bool {
	for at, half := range widths {
		for n := range 9 {
			other, ok := widths[[2]int{at[0] - d[0] + n/3 - 1, at[1] - d[1] + n%3 - 1}]
			if ok && max(d[2], -d[2]) <= half+other+1 {
				return true
			}
		}
	}
	return false
}

// refuse is one error with the first problems in words, nil without any.
func refuse(problems []PointProblem) error {
	if len(problems) == 0 {
		return nil
	}
	var b strings.Builder
	for i, p := range problems {
		if i == maxListed {
			fmt.Fprintf(&b, "; and %d more", len(problems)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Msg)
	}
	return errors.New(b.String())
}

// MaskKey names a mask by all that it is made from, the bytes of the points
// file, the size of the image and the options, as 64 hexadecimal digits
// (SHA-256). A mask kept under its key is never stale: an edited file has
// another key. The key changes with a new version of the painting too.
func MaskKey(csv []byte, dims [3]int, opts MaskOptions) string {
	h := sha256.New()
	fmt.Fprintf(h, "puncta point mask 1\ndims %v radii %v classes %d check %v\ncsv %d\n",
		dims, opts.Radii, opts.Classes, opts.Check, len(csv))
	h.Write(csv)
	return fmt.Sprintf("%x", h.Sum(nil))
}
