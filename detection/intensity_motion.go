package detection

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// MotionBlurOptions configures [RandomMotionBlur]. Start from
// [DefaultMotionBlurOptions].
type MotionBlurOptions struct {
	// Length of the motion in voxels, lower and upper, 1 to 99; 1 changes
	// nothing. Default 8 to 12, about a nucleus: less resembles
	// [RandomGaussianBlur], and more makes neighbours run together.
	Length [2]int
}

// DefaultMotionBlurOptions is a motion of 8 to 12 voxels.
func DefaultMotionBlurOptions() MotionBlurOptions { return MotionBlurOptions{Length: [2]int{8, 12}} }

// Validate reports a bad range.
func (o MotionBlurOptions) Validate() error {
	return checkWholeRange("Length", o.Length, 1, maxBlurKernel)
}

// RandomMotionBlur draws a length of opts.Length, an angle from 0 to 360
// degrees and a lean from -1 to 1, and does [MotionBlur] with them.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: BiaPy's motion_blur. Differs: see [MotionBlur]; an even length is
// kept, because its kernel needs no middle voxel.
func RandomMotionBlur(v *Volume, opts MotionBlurOptions, rng *rand.Rand) error {
	if err := checkIntensity("random motion blur", v, opts, rng); err != nil {
		return err
	}
	length := drawWhole(rng, opts.Length)
	angle := drawUniform(rng, [2]float64{0, 360})
	return MotionBlur(v, length, angle, drawUniform(rng, [2]float64{-1, 1}))
}

// MotionBlur smears v, in place, along a straight line in each plane, as a
// stage that moves during the exposure does. The line has length samples, a
// voxel apart; angle is its direction in degrees, 0 along x, turning
// counter-clockwise as it is seen with y pointing down. lean in [-1, 1] tells
// how the exposure is spread along the line: 0 evenly, 1 falling linearly to
// nothing at the end, -1 rising from nothing. Samples between voxels are
// spread over the four around them, linearly.
//
// The line is placed with its centre of mass on the voxel, so that the centre
// of a smeared object stays where its point is. The weights are not negative
// and sum to one: a constant image stays, no value leaves the range of its
// channel, and the scale does not matter. Beyond an edge the plane is
// mirrored, the edge voxel repeated.
//
// Errors: those of [Volume.Validate]; a length outside 1 to 99; an angle that
// is not finite; a lean outside -1 to 1. Then v is as it was.
//
// Source: imgaug's MotionBlur, which BiaPy follows. Differs: both centre the
// middle of the line, which moves objects by a sixth of its length and more
// where it leans, and BiaPy's weights become negative for half of the leans.
func MotionBlur(v *Volume, length int, angle, lean float64) error {
	errs := []error{v.Validate(), checkNumber("angle", angle, isFinite(angle), "a finite number of degrees")}
	if length < 1 || length > maxBlurKernel {
		errs = append(errs, fmt.Errorf("length is %d: want 1 to %d", length, maxBlurKernel))
	}
	errs = append(errs, checkNumber("lean", lean, lean >= -1 && lean <= 1, "-1 to 1"))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("detection: motion blur: %w", err)
	}
	taps := motionTaps(length, angle, lean)
	width := v.Dims[2] + 2*length
	sums := make([]float64, v.Dims[2])
	for z := range v.Dims[0] {
		for c := range v.Channels {
			padded := paddedPlane(v, z, c, length)
			for y := range v.Dims[1] {
				clear(sums)
				for _, tap := range taps {
					row := padded[(y+length-tap.y)*width+length-tap.x:]
					for x := range sums {
						sums[x] += tap.weight * float64(row[x])
					}
				}
				dst := v.Data[v.Index(z, y, 0)+c:]
				for x, sum := range sums {
					dst[x*v.Channels] = float32(sum)
				}
			}
		}
	}
	return nil
}

// motionTap is a voxel of the kernel, from its centre of mass.
type motionTap struct {
	y, x   int
	weight float64
}

// motionTaps is the kernel of [MotionBlur] in raster order; no tap is further
// away than length.
func motionTaps(length int, angle, lean float64) []motionTap {
	if length == 1 {
		return []motionTap{{weight: 1}}
	}
	// Along the line the weights go evenly from first to 1-first.
	first := (1 + lean) / 2
	last := float64(length - 1)
	weight := func(i int) float64 { return first + (1-2*first)*float64(i)/last }
	total := float64(length) / 2
	middle := 0.0
	for i := range length {
		middle += float64(i) * weight(i) / total
	}
	sin, cos := math.Sincos(math.Remainder(angle, 360) * math.Pi / 180)
	side := 2*length + 1
	kernel := make([]float64, side*side)
	for i := range length {
		y, fy := splitVoxel(-(float64(i) - middle) * sin)
		x, fx := splitVoxel((float64(i) - middle) * cos)
		at := (y+length)*side + x + length
		w := weight(i) / total
		kernel[at] += w * (1 - fy) * (1 - fx)
		kernel[at+1] += w * (1 - fy) * fx
		kernel[at+side] += w * fy * (1 - fx)
		kernel[at+side+1] += w * fy * fx
	}
	var taps []motionTap
	for at, w := range kernel {
		if w > 0 {
			taps = append(taps, motionTap{at/side - length, at%side - length, w})
		}
	}
	return taps
}

// splitVoxel is the voxel at or before a coordinate and the rest, which is cut
// to billionths so that the rounding of an angle makes no taps.
func splitVoxel(v float64) (voxel int, rest float64) {
	v = math.Round(v*1e9) / 1e9
	whole := math.Floor(v)
	return int(whole), v - whole
}
