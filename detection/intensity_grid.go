package detection

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// GridMaskOptions configures [GridMask]. Start from [DefaultGridMaskOptions].
type GridMaskOptions struct {
	// Ratio is the width of the bars of the grid as a share of its period,
	// above 0 and below 1; 1-(1-Ratio)² of the image is bars. Default 0.6,
	// which keeps 84 percent of it.
	Ratio float64
	// Period is that of the grid as a share of the shorter side along y and x,
	// lower and upper, above 0 and at most 1, and in 3D the share of planes
	// that are masked as well. Default 0.4 to 1: squares that hide whole
	// objects, and at least one in an image.
	Period [2]float64
	// Rotation is the largest angle of the grid as a share of a full turn,
	// [0, 1]. Default 1.
	Rotation float64
	// Invert blanks the bars and keeps the squares between them. Default
	// false.
	Invert bool
}

// DefaultGridMaskOptions blanks 16 percent of the image, in squares of 16 to
// 40 percent of the shorter side.
func DefaultGridMaskOptions() GridMaskOptions {
	return GridMaskOptions{Ratio: 0.6, Period: [2]float64{0.4, 1}, Rotation: 1}
}

// Validate reports every invalid field, each by name and value.
func (o GridMaskOptions) Validate() error {
	var errs []error
	if !(o.Ratio > 0 && o.Ratio < 1) {
		errs = append(errs, fmt.Errorf("Ratio %v: want above 0 and below 1", o.Ratio))
	}
	return errors.Join(append(errs,
		checkDrawRange("Period", o.Period, "both above 0 and at most 1", o.Period[0] > 0 && o.Period[1] <= 1),
		checkShare("Rotation", o.Rotation))...)
}

// GridMask blanks a regular pattern of squares of v, in place and in all
// channels: those between the bars of a grid that is shifted and turned at
// random. In 3D it blanks the same squares in some consecutive planes. Blank
// is 0: black on the scale 0 to 1, the mean of an image of mean 0 and variance
// 1. The rest of the image stays.
//
// Period and width of the bars are whole voxels, the width rounded up; a
// square so small that the bars meet blanks nothing. The turned grid is read
// at the nearest voxel.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: Chen et al., arXiv:2001.04086, and BiaPy's GridMask. Differs: BiaPy
// takes the shortest period from the height and the longest from the width,
// which fails on long images, and never draws the longest.
func GridMask(v *Volume, opts GridMaskOptions, rng *rand.Rand) error {
	if err := checkIntensity("gridmask", v, opts, rng); err != nil {
		return err
	}
	period := drawSide(rng, min(v.Dims[1], v.Dims[2]), opts.Period)
	grid := pattern{
		period: period,
		bar:    int(math.Ceil(float64(period)*opts.Ratio - 1e-9)), // 0.56*25 is 14, whatever its last bit
		shift:  [2]float64{float64(rng.IntN(period)), float64(rng.IntN(period))},
	}
	grid.sin, grid.cos = math.Sincos(2 * math.Pi * opts.Rotation * rng.Float64())
	planes := drawSide(rng, v.Dims[0], opts.Period)
	first := rng.IntN(v.Dims[0] - planes + 1)
	for y := range v.Dims[1] {
		for x := range v.Dims[2] {
			// from the middle of the plane, about which the grid is turned
			dy, dx := float64(y)-float64(v.Dims[1]-1)/2, float64(x)-float64(v.Dims[2]-1)/2
			if grid.isBar(dy, dx) != opts.Invert {
				continue
			}
			for z := first; z < first+planes; z++ {
				i := v.Index(z, y, x)
				clear(v.Data[i : i+v.Channels])
			}
		}
	}
	return nil
}

// drawSide draws a whole number of voxels between two shares of n, at least 1.
func drawSide(rng *rand.Rand, n int, share [2]float64) int {
	var ends [2]int
	for i, s := range share {
		ends[i] = max(int(math.Round(s*float64(n))), 1)
	}
	return drawWhole(rng, ends)
}

// pattern is a grid of bars; sin and cos are those of its angle.
type pattern struct {
	period, bar int
	shift       [2]float64
	sin, cos    float64
}

// isBar says whether a place belongs to a bar.
func (p pattern) isBar(dy, dx float64) bool {
	return p.inBar(p.cos*dy-p.sin*dx+p.shift[0]) || p.inBar(p.sin*dy+p.cos*dx+p.shift[1])
}

// inBar looks along one axis of the grid.
func (p pattern) inBar(at float64) bool {
	n := int(math.Floor(at+0.5)) % p.period
	if n < 0 {
		n += p.period
	}
	return n < p.bar
}
