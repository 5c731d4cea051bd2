package detection

import (
	"errors"
	"fmt"
	"math"
)

// HeatmapOptions configures [Heatmap]. The zero value is invalid; start from
// [DefaultHeatmapOptions].
type HeatmapOptions struct {
	// Sigma is the standard deviation of a peak along (z, y, x), in voxels,
	// above 0. In 2D the first has no effect. Default {1.5, 1.5, 1.5}: half
	// the height is reached 1.8 voxels from the point, about the radius of
	// the default mask. Smaller, and almost all of the map is 0, which trains
	// slowly; larger, and the valleys between neighbours fill up.
	Sigma [3]float64
	// Truncate ends a peak at this distance from its point, counted in
	// sigmas, above 0. Default 4, where the peak is 0.0003 high: smaller
	// leaves a visible step, larger only takes time.
	Truncate float64
	// Classes is the number of classes, 1 or more, and of the map's channels;
	// with 1 the class of a point is ignored. Default 1.
	Classes int
}

// DefaultHeatmapOptions gives peaks about as wide as the default masks.
func DefaultHeatmapOptions() HeatmapOptions {
	return HeatmapOptions{Sigma: [3]float64{1.5, 1.5, 1.5}, Truncate: 4, Classes: 1}
}

// Validate reports every invalid field at once, each by name and value.
func (o HeatmapOptions) Validate() error {
	var errs []error
	for i, s := range o.Sigma {
		if !(s > 0 && s <= maxRadius) {
			errs = append(errs, fmt.Errorf("Sigma[%s] %v: want above 0, at most %d", AxisNames[i], s, maxRadius))
		}
	}
	if !(o.Truncate > 0 && o.Truncate <= 100) {
		errs = append(errs, fmt.Errorf("Truncate %v: want above 0, at most 100", o.Truncate))
	}
	if o.Classes < 1 {
		errs = append(errs, fmt.Errorf("Classes %d: want 1 or more", o.Classes))
	}
	return errors.Join(errs...)
}

// Heatmap draws a Gaussian peak of height 1 at every point, at its exact
// position between voxels, as a training target for regression. The result
// has the given size (z, y, x) and one channel per class, class c in channel
// c-1. A voxel at offset (dz, dy, dx) from a point has
//
//	exp(-q/2), q = (dz/sz)² + (dy/sy)² + (dx/sx)²
//
// where q <= Truncate², and 0 beyond; where peaks of one channel overlap, the
// highest counts, so that values stay in [0, 1] and close points keep a peak
// each. A point outside the volume adds the part of its peak that reaches in,
// as the crop of a larger image needs it; [CheckPoints] finds such points.
//
// Errors: a size below 1 or that no slice can hold ([ErrShape]), invalid
// options, a position that is not finite, and with more than one class a
// class outside 1 to opts.Classes.
//
// Source: the target of Spotiflow (Dominguez Mantes et al., Nature Methods
// 2025), which takes the maximum of Gaussians in the same way.
func Heatmap(dims [3]int, points []Point, opts HeatmapOptions) (*Volume, error) {
	if err := checkPainting(dims, points, opts.Classes, opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: heat map: %w", err)
	}
	out := NewVolume(dims, opts.Classes)
	// Along each axis a peak is a row of squared distances, made once a point.
	var rows [3][]float64
	for _, p := range points {
		channel := 0
		if opts.Classes > 1 {
			channel = p.Class - 1
		}
		var lo [3]int
		for axis := range lo {
			lo[axis], rows[axis] = squares(rows[axis][:0], p.Pos[axis], opts.Sigma[axis], opts.Truncate, dims[axis])
		}
		limit := opts.Truncate * opts.Truncate
		for i, qz := range rows[0] {
			for j, qy := range rows[1] {
				if qz+qy > limit {
					continue
				}
				at := out.Index(lo[0]+i, lo[1]+j, lo[2]) + channel
				for _, qx := range rows[2] {
					if q := qz + qy + qx; q <= limit {
						out.Data[at] = max(out.Data[at], float32(math.Exp(-q/2)))
					}
					at += out.Channels
				}
			}
		}
	}
	return out, nil
}

// squares appends ((i-pos)/sigma)² for the voxels i of an axis of n that are
// within truncate sigmas of pos, and returns the first of them.
func squares(dst []float64, pos, sigma, truncate float64, n int) (first int, row []float64) {
	lo := max(math.Ceil(pos-truncate*sigma), 0)
	hi := min(math.Floor(pos+truncate*sigma), float64(n-1))
	for i := lo; i <= hi; i++ {
		d := (i - pos) / sigma
		dst = append(dst, d*d)
	}
	return int(lo), dst
}
