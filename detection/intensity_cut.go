package detection

import (
	"errors"
	"math/rand/v2"
)

// CutoutOptions configures [Cutout]. Start from [DefaultCutoutOptions].
type CutoutOptions struct {
	// Boxes is the number of boxes, fewest and most, 0 to 100. Default 1 to 3.
	Boxes [2]int
	// Size is the side of a box as a share of the side of the image, lower and
	// upper, above 0 and at most 1; a box has the same share of every side.
	// Default 0.05 to 0.3: smaller boxes hide no object, and larger ones leave
	// too little of the image.
	Size [2]float64
	// Value is what the boxes are filled with, in the unit of the image,
	// finite. Default 0: black on the scale 0 to 1, the mean of an image of
	// mean 0 and variance 1.
	Value float32
}

// DefaultCutoutOptions blanks 1 to 3 boxes of 5 to 30 percent of the sides.
func DefaultCutoutOptions() CutoutOptions {
	return CutoutOptions{Boxes: [2]int{1, 3}, Size: [2]float64{0.05, 0.3}}
}

// Validate reports every invalid field, each by name and value.
func (o CutoutOptions) Validate() error {
	return errors.Join(
		checkWholeRange("Boxes", o.Boxes, 0, maxBoxes),
		checkBoxSize(o.Size),
		checkNumber("Value", float64(o.Value), isFinite(float64(o.Value)), "a finite number"),
	)
}

// Cutout fills boxes of v, in place and in all channels, with opts.Value, and
// returns them in the order in which they were drawn; they may overlap. A
// caller that wants nothing found where nothing is to be seen drops the points
// whose voxel a box contains. The value says what a box means on the scale of
// the image, see [CutoutOptions]; nothing outside the boxes changes.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: DeVries and Taylor, arXiv:1708.04552, and BiaPy's cutout. Differs: a
// box has the same share of all sides; BiaPy multiplies that of y and z by
// ratios of the resolution, which shares do not need.
func Cutout(v *Volume, opts CutoutOptions, rng *rand.Rand) ([]Box, error) {
	if err := checkIntensity("cutout", v, opts, rng); err != nil {
		return nil, err
	}
	boxes := make([]Box, drawWhole(rng, opts.Boxes))
	for i := range boxes {
		boxes[i] = drawBox(rng, v.Dims, opts.Size)
		boxes[i].eachRow(v, func(_ int, row []float32) {
			for j := range row {
				row[j] = opts.Value
			}
		})
	}
	return boxes, nil
}

// CutNoiseOptions configures [CutNoise]. Start from [DefaultCutNoiseOptions].
type CutNoiseOptions struct {
	// Boxes is the number of boxes, fewest and most, 0 to 100. Default 1 to 3.
	Boxes [2]int
	// Size is the side of a box as a share of the side of the image, lower and
	// upper, above 0 and at most 1; a box has the same share of every side.
	// Default 0.2 to 0.4: large enough to hold objects.
	Size [2]float64
	// Scale is the standard deviation of the noise as a share of the range of
	// values in the image, lower and upper, finite, at least 0. Default 0.05
	// to 0.1: less does not show, and more buries faint objects.
	Scale [2]float64
}

// DefaultCutNoiseOptions adds noise of 5 to 10 percent of the range of values
// to 1 to 3 boxes of 20 to 40 percent of the sides.
func DefaultCutNoiseOptions() CutNoiseOptions {
	return CutNoiseOptions{Boxes: [2]int{1, 3}, Size: [2]float64{0.2, 0.4}, Scale: [2]float64{0.05, 0.1}}
}

// Validate reports every invalid field, each by name and value.
func (o CutNoiseOptions) Validate() error {
	return errors.Join(
		checkWholeRange("Boxes", o.Boxes, 0, maxBoxes),
		checkBoxSize(o.Size),
		checkDrawRange("Scale", o.Scale, "both finite and at least 0", o.Scale[0] >= 0),
	)
}

// CutNoise adds normal noise to boxes of v, in place; where boxes overlap the
// noises add up. All channels of a voxel get the same number. The strength is
// a share of the difference between the largest and the smallest value of v
// before the change, so that it means the same on every scale; nothing is
// clipped, and values may leave the scale 0 to 1.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: BiaPy's cutnoise. Differs: that one takes a share of the largest
// value, which is the same where black is 0, and nothing sensible where values
// are negative.
func CutNoise(v *Volume, opts CutNoiseOptions, rng *rand.Rand) error {
	if err := checkIntensity("cutnoise", v, opts, rng); err != nil {
		return err
	}
	lo, hi := v.Range()
	for range drawWhole(rng, opts.Boxes) {
		box := drawBox(rng, v.Dims, opts.Size)
		sd := drawUniform(rng, opts.Scale) * (float64(hi) - float64(lo))
		box.eachRow(v, func(_ int, row []float32) {
			for i := 0; i < len(row); i += v.Channels {
				noise := sd * rng.NormFloat64()
				for c := range v.Channels {
					row[i+c] = float32(float64(row[i+c]) + noise)
				}
			}
		})
	}
	return nil
}
