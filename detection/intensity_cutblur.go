package detection

import (
	"errors"
	"math/rand/v2"
)

// CutBlurOptions configures [CutBlur]. Start from [DefaultCutBlurOptions].
type CutBlurOptions struct {
	// Size is the side of the box as a share of the side of the image along y
	// and x, lower and upper, above 0 and at most 1. Default 0.2 to 0.4: large
	// enough to hold objects.
	Size [2]float64
	// Factor is how many voxels along y and x become one, fewest and most, 1
	// to 100; 1 changes nothing. Default 2 to 8: from a little coarser to a
	// nucleus being a few squares.
	Factor [2]int
	// InsideOnly makes the box coarse and never the rest of the image. Without
	// it either happens with probability one half. Default true.
	InsideOnly bool
}

// DefaultCutBlurOptions makes a box of 20 to 40 percent of the sides 2 to 8
// times coarser.
func DefaultCutBlurOptions() CutBlurOptions {
	return CutBlurOptions{Size: [2]float64{0.2, 0.4}, Factor: [2]int{2, 8}, InsideOnly: true}
}

// Validate reports every invalid field, each by name and value.
func (o CutBlurOptions) Validate() error {
	return errors.Join(checkBoxSize(o.Size), checkWholeRange("Factor", o.Factor, 1, 100))
}

// CutBlur makes a box of v, or all but a box, coarser, in place: squares of
// voxels along y and x get the mean of their values, plane by plane and
// channel by channel. The box takes all planes of a volume. Squares that do
// not fit the sides evenly differ by a voxel in size, and there is always at
// least one. It works on every scale; the mean of a channel stays when the box
// is what becomes coarser, and no value leaves the range of its channel.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: Yoo, Ahn and Sohn, arXiv:2004.00448, and BiaPy's cutblur. Differs:
// means of squares, where BiaPy smooths by a Gaussian and takes a sample.
func CutBlur(v *Volume, opts CutBlurOptions, rng *rand.Rand) error {
	if err := checkIntensity("cutblur", v, opts, rng); err != nil {
		return err
	}
	box := drawBox(rng, v.Dims, opts.Size)
	box.Lo[0], box.Hi[0] = 0, v.Dims[0]
	factor := drawWhole(rng, opts.Factor)
	inside := rng.Float64() < 0.5 || opts.InsideOnly
	if inside {
		coarsen(v, box, factor)
		return nil
	}
	sharp := v.Clone()
	coarsen(v, wholeBox(v.Dims), factor)
	box.eachRow(v, func(start int, row []float32) { copy(row, sharp.Data[start:]) })
	return nil
}

// coarsen replaces squares of factor x factor voxels of a box by their mean.
func coarsen(v *Volume, box Box, factor int) {
	height, width := box.Hi[1]-box.Lo[1], box.Hi[2]-box.Lo[2]
	rows, columns := max(height/factor, 1), max(width/factor, 1)
	means := make([]float64, v.Channels)
	for z := box.Lo[0]; z < box.Hi[0]; z++ {
		for i := range rows {
			for j := range columns {
				flatten(v, Box{
					[3]int{z, box.Lo[1] + i*height/rows, box.Lo[2] + j*width/columns},
					[3]int{z + 1, box.Lo[1] + (i+1)*height/rows, box.Lo[2] + (j+1)*width/columns},
				}, means)
			}
		}
	}
}

// flatten sets each channel of a box to its mean; means is scratch.
func flatten(v *Volume, box Box, means []float64) {
	clear(means)
	voxels := 0
	box.eachRow(v, func(_ int, row []float32) {
		for i, x := range row {
			means[i%len(means)] += float64(x)
		}
		voxels += len(row) / len(means)
	})
	box.eachRow(v, func(_ int, row []float32) {
		for i := range row {
			row[i] = float32(means[i%len(means)] / float64(voxels))
		}
	})
}
