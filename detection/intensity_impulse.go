package detection

import (
	"errors"
	"math/rand/v2"
)

// SaltAndPepperOptions configures [SaltAndPepper]. Start from
// [DefaultSaltAndPepperOptions].
type SaltAndPepperOptions struct {
	// Amount is the probability of each value to be replaced, [0, 1]. Default
	// 0.05: a hundredth is what [RandomMedianBlur] takes away without a trace,
	// and a fifth leaves little of small spots.
	Amount float64
	// SaltShare is the part of the replaced values that becomes white, [0, 1]:
	// 1 is salt alone, 0 pepper alone. Default 0.5.
	SaltShare float64
}

// DefaultSaltAndPepperOptions replaces a value in twenty, by white as often as
// by black.
func DefaultSaltAndPepperOptions() SaltAndPepperOptions {
	return SaltAndPepperOptions{Amount: 0.05, SaltShare: 0.5}
}

// Validate reports every invalid field, each by name and value.
func (o SaltAndPepperOptions) Validate() error {
	return errors.Join(checkShare("Amount", o.Amount), checkShare("SaltShare", o.SaltShare))
}

// SaltAndPepper replaces single values of v, in place, by white or black, each
// channel of a voxel by itself, as hot and dead pixels of a camera are. White
// is the largest value of the channel in v and black its smallest, so that the
// change means the same on every scale: after normalisation to mean 0 and
// variance 1 a value of 1 is ordinary foreground, and nothing is known of the
// white of the camera but the brightest value seen. No value leaves the range
// of its channel, and a constant channel stays.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: scikit-image, util.random_noise. Differs: its white is 1 and its
// black 0, or -1 in images with negative values, all of which it then clips to
// -1 to 1.
func SaltAndPepper(v *Volume, opts SaltAndPepperOptions, rng *rand.Rand) error {
	if err := checkIntensity("salt and pepper", v, opts, rng); err != nil {
		return err
	}
	black, white := make([]float32, v.Channels), make([]float32, v.Channels)
	for c := range v.Channels {
		black[c], white[c] = v.Channel(c).Range()
	}
	salt := opts.Amount * opts.SaltShare
	for i := range v.Data {
		switch u := rng.Float64(); {
		case u < salt:
			v.Data[i] = white[i%v.Channels]
		case u < opts.Amount:
			v.Data[i] = black[i%v.Channels]
		}
	}
	return nil
}

// DropoutOptions configures [Dropout]. Start from [DefaultDropoutOptions].
type DropoutOptions struct {
	// Range is the probability of each voxel to be dropped, lower and upper,
	// in [0, 1]. Default 0 to 0.2: every fifth voxel is far more than a camera
	// loses, and beyond that small spots go.
	Range [2]float64
}

// DefaultDropoutOptions drops up to a fifth of the voxels.
func DefaultDropoutOptions() DropoutOptions { return DropoutOptions{Range: [2]float64{0, 0.2}} }

// Validate reports a bad range.
func (o DropoutOptions) Validate() error {
	return checkDrawRange("Range", o.Range, "both from 0 to 1", o.Range[0] >= 0 && o.Range[1] <= 1)
}

// Dropout draws one probability of opts.Range for the whole image and sets
// voxels of v, in place, to 0 with it, all channels of a voxel together. 0 is
// black on the scale 0 to 1 and the mean of an image of mean 0 and variance 1,
// which is what says least on either.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: BiaPy's dropout.
func Dropout(v *Volume, opts DropoutOptions, rng *rand.Rand) error {
	if err := checkIntensity("dropout", v, opts, rng); err != nil {
		return err
	}
	p := drawUniform(rng, opts.Range)
	for i := 0; i < len(v.Data); i += v.Channels {
		if rng.Float64() < p {
			clear(v.Data[i : i+v.Channels])
		}
	}
	return nil
}
