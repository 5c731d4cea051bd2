package detection

import (
	"errors"
	"fmt"
	"math"
)

// TileOptions configures [PlanTiles]. The zero value is invalid; start from
// [DefaultTileOptions]. Arrays are (z, y, x).
type TileOptions struct {
	// Patch is the size of a tile in voxels, what the network is given; 1
	// along z in 2D. Default {1, 256, 256}.
	Patch [3]int
	// Padding is the number of voxels cut from each side of a predicted tile,
	// less than half of Patch; the image is reflected by as much at its
	// border. 0 along z in 2D. Default {0, 32, 32}, as in the reference's
	// templates. Less, and the network's own zero padding shows at the seams;
	// more, and a larger part of each prediction is thrown away.
	Padding [3]int
	// Overlap is the least fraction of the uncut part that neighbouring tiles
	// share, 0 to below 1. 0 still gives the overlap that evenly spread tiles
	// need. Default {0, 0, 0}.
	Overlap [3]float64
}

// DefaultTileOptions tiles 2D images.
func DefaultTileOptions() TileOptions {
	return TileOptions{Patch: [3]int{1, 256, 256}, Padding: [3]int{0, 32, 32}}
}

// Validate reports every invalid field at once, each by name and value.
func (o TileOptions) Validate() error {
	const limit = math.MaxInt32
	var errs []error
	for i, name := range AxisNames {
		p, pad, overlap := o.Patch[i], o.Padding[i], o.Overlap[i]
		switch {
		case p < 1 || p > limit:
			errs = append(errs, fmt.Errorf("Patch[%s] %d: want 1 to %d", name, p, limit))
		case pad < 0 || 2*pad >= p:
			errs = append(errs, fmt.Errorf("Padding[%s] %d: want 0 or more, and less than half of Patch[%s] %d", name, pad, name, p))
		case !(overlap >= 0 && overlap < 1):
			errs = append(errs, fmt.Errorf("Overlap[%s] %v: want 0 to below 1", name, overlap))
		case o.step(i) < 1:
			errs = append(errs, fmt.Errorf("Overlap[%s] %v of %d voxels (Patch less Padding) leaves no step between tiles: want less",
				name, overlap, p-2*pad))
		}
	}
	return errors.Join(errs...)
}

// step is the largest distance between tiles along axis i that keeps Overlap.
func (o TileOptions) step(i int) int {
	return int(float64(o.Patch[i]-2*o.Padding[i]) * (1 - o.Overlap[i]))
}

// Grid is a plan of tiles that cover an image, made by [PlanTiles]. It is a
// small value that is never changed, so any number of goroutines may use one.
type Grid struct {
	axes  [3]gridAxis
	whole bool
}

// gridAxis is the plan along one axis, which the other axes do not affect.
type gridAxis struct {
	size    int // of the image
	patch   int
	padding int
	n       int // number of tiles
	step    int // from one tile to the next
	last    int // start of the last tile
	taper   int // width over which weights fall off, on either side
}

// PlanTiles plans the tiles of an image of size dims (z, y, x).
//
// An image that has exactly the size of the patch is one tile, without
// padding: the network sees it as it is. If only one or two axes agree, all
// are tiled. Otherwise, along each axis, an image of S voxels reflected by
// the padding p on both sides is covered by tiles of P voxels whose inner
// P-2p voxels cover the image. With
//
//	step = int((P-2p)·(1-overlap)), n = ceil(S/step)
//
// tiles would reach past the end by (n-1)·step + P - (S+2p) voxels; step is
// made smaller by the whole part of that over n-1, and the last tile moves
// back by what is left.
//
// Errors: invalid options, and along any axis an image below 1 voxel or
// smaller than the patch ([ErrShape]); [PadToPatch] makes it fit.
//
// Source: BiaPy's crop_data_with_overlap. Differs where what is left is a step
// or more (an overlap near 1, or hundreds of tiles along an axis), so that
// several tiles reach the end: BiaPy moves each of them, onto others or to
// before the start; here they become one tile.
func PlanTiles(dims [3]int, opts TileOptions) (Grid, error) {
	errs := []error{opts.Validate()}
	for i, size := range dims {
		if size < 1 {
			errs = append(errs, fmt.Errorf("%w: image has %d voxels along %s", ErrShape, size, AxisNames[i]))
		} else if size < opts.Patch[i] {
			errs = append(errs, fmt.Errorf("%w: image has %d voxels along %s, fewer than the patch, %d: pad it first",
				ErrShape, size, AxisNames[i], opts.Patch[i]))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Grid{}, fmt.Errorf("detection: plan tiles: %w", err)
	}
	g := Grid{whole: dims == opts.Patch}
	for i := range g.axes {
		if g.whole {
			g.axes[i] = gridAxis{size: dims[i], patch: dims[i], n: 1}
		} else {
			g.axes[i] = planAxis(dims[i], opts.Patch[i], opts.Padding[i], opts.step(i))
		}
	}
	return g, nil
}

func planAxis(size, patch, padding, step int) gridAxis {
	n := 1 + (size-1)/step
	if n > 1 {
		over := (n-1)*step + patch - (size + 2*padding)
		step -= over / (n - 1)
	}
	a := gridAxis{size: size, patch: patch, padding: padding, step: step, last: size + 2*padding - patch}
	// Tiles that would start at or after the last start are the last tile.
	a.n = 1
	if a.last > 0 {
		a.n += 1 + (a.last-1)/step
	}
	inner := patch - 2*padding
	a.taper = min(inner-step, inner/2)
	return a
}

// Len is the number of tiles, 0 for the zero Grid.
func (g Grid) Len() int { return g.axes[0].n * g.axes[1].n * g.axes[2].n }

// Whole says whether the image is predicted as it is, in one tile.
func (g Grid) Whole() bool { return g.whole }

// Dims is the size (z, y, x) of the image.
func (g Grid) Dims() [3]int { return [3]int{g.axes[0].size, g.axes[1].size, g.axes[2].size} }

// Patch is the size (z, y, x) of every tile.
func (g Grid) Patch() [3]int { return [3]int{g.axes[0].patch, g.axes[1].patch, g.axes[2].patch} }

// Padding is what is cut from each side of a tile, (z, y, x); 0 when the
// image is predicted as it is.
func (g Grid) Padding() [3]int {
	return [3]int{g.axes[0].padding, g.axes[1].padding, g.axes[2].padding}
}

// Start is the first voxel (z, y, x) of tile i in the padded image, which is
// also the first voxel of the image that the tile without its padding covers.
// Tiles are in raster order. It panics when i is not in 0 to Len-1.
func (g Grid) Start(i int) [3]int {
	at := g.split(i)
	return [3]int{g.axes[0].start(at[0]), g.axes[1].start(at[1]), g.axes[2].start(at[2])}
}

// Region is the part of the image that tile i without its padding covers, lo
// included and hi not. It panics when i is not in 0 to Len-1.
func (g Grid) Region(i int) (lo, hi [3]int) {
	lo = g.Start(i)
	for k, a := range g.axes {
		hi[k] = lo[k] + a.patch - 2*a.padding
	}
	return lo, hi
}

// split turns the number of a tile into its place along each axis.
func (g Grid) split(i int) [3]int {
	if i < 0 || i >= g.Len() {
		panic(fmt.Sprintf("detection: tile %d of a grid of %d", i, g.Len()))
	}
	ny, nx := g.axes[1].n, g.axes[2].n
	return [3]int{i / (ny * nx), i / nx % ny, i % nx}
}

// start is the first voxel of tile i in the padded image.
func (a gridAxis) start(i int) int { return min(i*a.step, a.last) }

// Extract copies tile i of v to dst; what lies outside v is reflected at its
// first and last voxel, which are not repeated (numpy's pad mode "reflect"),
// as often as it takes. dst has the size of the patch and the channels of v,
// and keeps its spacing. Several goroutines may extract from one v to
// different dst. Errors: sizes other than those of the plan ([ErrShape]) and
// i outside 0 to Len-1.
func (g Grid) Extract(dst, v *Volume, i int) error {
	if i < 0 || i >= g.Len() {
		return fmt.Errorf("detection: extract tile %d: want 0 to %d", i, g.Len()-1)
	}
	for _, x := range []struct {
		what string
		vol  *Volume
		dims [3]int
	}{{"image", v, g.Dims()}, {"dst", dst, g.Patch()}} {
		if err := x.vol.Validate(); err != nil {
			return fmt.Errorf("detection: extract tile %d: %s: %w", i, x.what, err)
		}
		if x.vol.Dims != x.dims || x.vol.Channels != v.Channels {
			return fmt.Errorf("detection: extract tile %d: %w: %s is %v with %d channels, want %v with %d",
				i, ErrShape, x.what, x.vol.Dims, x.vol.Channels, x.dims, v.Channels)
		}
	}
	start := g.Start(i)
	for k, a := range g.axes {
		start[k] -= a.padding
	}
	copyReflected(dst, v, start)
	return nil
}

// copyReflected fills dst with what is at start (z, y, x) of v continued by
// reflection.
func copyReflected(dst, v *Volume, start [3]int) {
	for z := range dst.Dims[0] {
		sz := reflectIndex(start[0]+z, v.Dims[0])
		for y := range dst.Dims[1] {
			row := v.Index(sz, reflectIndex(start[1]+y, v.Dims[1]), 0)
			to := dst.Index(z, y, 0)
			for x := 0; x < dst.Dims[2]; {
				sx := start[2] + x
				n := 1
				if sx >= 0 && sx < v.Dims[2] {
					n = min(v.Dims[2]-sx, dst.Dims[2]-x)
				} else {
					sx = reflectIndex(sx, v.Dims[2])
				}
				copy(dst.Data[to:to+n*v.Channels], v.Data[row+sx*v.Channels:])
				to += n * v.Channels
				x += n
			}
		}
	}
}

// reflectIndex is the voxel of an axis of n that shows at index i when the
// axis is continued by reflection on both sides without end.
func reflectIndex(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i %= period
	if i < 0 {
		i += period
	}
	return min(i, period-i)
}

// PadToPatch makes v at least as large as patch (z, y, x) along every axis,
// by reflection before its first voxel, so that v lies at the far end: voxel
// p of v is voxel p + max(patch-dims, 0) of the result. An axis of one voxel
// repeats it. If nothing is missing the result is v itself, not a copy.
//
// Source: BiaPy's DATA.REFLECT_TO_COMPLETE_SHAPE.
func PadToPatch(v *Volume, patch [3]int) (*Volume, error) {
	if err := v.Validate(); err != nil {
		return nil, fmt.Errorf("detection: pad to patch: %w", err)
	}
	dims, start := v.Dims, [3]int{}
	for i := range dims {
		dims[i] = max(dims[i], patch[i])
		start[i] = v.Dims[i] - dims[i]
	}
	if dims == v.Dims {
		return v, nil
	}
	if !sizeFits(dims, v.Channels) {
		return nil, fmt.Errorf("detection: pad to patch: %w: patch %v is too large", ErrShape, patch)
	}
	out := NewVolume(dims, v.Channels)
	out.Spacing, out.Unit = v.Spacing, v.Unit
	copyReflected(out, v, start)
	return out, nil
}

// CropBack undoes [PadToPatch] on a prediction: the last dims voxels of v
// along (z, y, x), with all its channels. If v has that size already the
// result is v itself, not a copy. A size below 1 or above that of v wraps
// [ErrShape].
func CropBack(v *Volume, dims [3]int) (*Volume, error) {
	if err := v.Validate(); err != nil {
		return nil, fmt.Errorf("detection: crop back: %w", err)
	}
	var start [3]int
	for i, d := range dims {
		if d < 1 || d > v.Dims[i] {
			return nil, fmt.Errorf("detection: crop back: %w: %d of %d voxels along %s", ErrShape, d, v.Dims[i], AxisNames[i])
		}
		start[i] = v.Dims[i] - d
	}
	if dims == v.Dims {
		return v, nil
	}
	out := NewVolume(dims, v.Channels)
	out.Spacing, out.Unit = v.Spacing, v.Unit
	copyReflected(out, v, start)
	return out, nil
}
