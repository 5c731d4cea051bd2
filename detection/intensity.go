package detection

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// AdjustBrightness adds a number to all values of v, in place. It works on
// every scale, and does not clip: on the scale 0 to 1 values may leave it (see
// [ClampIntensity]); on an image of mean 0 and variance 1 the number counts
// standard deviations of the image.
//
// Errors: those of [Volume.Validate], and a number that is not finite; then v
// is as it was.
func AdjustBrightness(v *Volume, add float64) error {
	return adjust("adjust brightness", v, checkNumber("add", add, isFinite(add), "a finite number"),
		func(x float64) float64 { return x + add })
}

// AdjustContrast multiplies all values of v by gain, in place. The value that
// stays is 0: black on the scale 0 to 1, where an image becomes brighter as
// well, and the mean of an image of mean 0 and variance 1. Nothing is clipped.
//
// Errors: those of [Volume.Validate], and a gain that is not a finite number
// above 0; then v is as it was.
func AdjustContrast(v *Volume, gain float64) error {
	return adjust("adjust contrast", v, checkNumber("gain", gain, gain > 0 && isFinite(gain), "a finite number above 0"),
		func(x float64) float64 { return x * gain })
}

// AdjustGamma raises all values of v to the power of gamma, in place. It is
// made for the scale 0 to 1, whose ends stay; a gamma above 1 darkens what is
// between. Values above 1 are raised as well and not clipped.
//
// Errors: those of [Volume.Validate]; a gamma that is not a finite number
// above 0; a value that is below 0, NaN or infinite, with its place. A power
// of a negative number has no meaning, and shifting the image by an unmeasured
// black would make the effect depend on noise: images of mean 0 and variance 1
// are refused here, as BiaPy refuses to combine that normalisation with gamma.
// On any error v is as it was. Differs from BiaPy: values outside 0 to 1 are
// not clipped silently; that is [ClampIntensity].
func AdjustGamma(v *Volume, gamma float64) error {
	err := checkNumber("gamma", gamma, gamma > 0 && isFinite(gamma), "a finite number above 0")
	if err == nil && v.Validate() == nil {
		err = checkLight(v)
	}
	return adjust("adjust gamma", v, err, func(x float64) float64 { return math.Pow(x, gamma) })
}

// ClampIntensity sets values of v below lo to lo and above hi to hi, in place;
// NaN stays. On the scale 0 to 1, with lo 0 and hi 1, it belongs after changes
// that leave the scale ([AdjustBrightness], [AdjustContrast], [GaussianNoise])
// and before those that need it ([AdjustGamma], [PoissonNoise]). An image of
// mean 0 and variance 1 has no limits and is better left alone; BiaPy cuts it
// to -1 to 1 after adding noise, which loses the bright objects.
//
// Errors: those of [Volume.Validate], and bounds that are not finite with lo <
// hi.
func ClampIntensity(v *Volume, lo, hi float64) error {
	var err error
	if !(lo < hi) || !isFinite(hi-lo) {
		err = fmt.Errorf("lo %v, hi %v: want finite numbers, lo < hi", lo, hi)
	}
	return adjust("clamp intensity", v, err, func(x float64) float64 { return min(max(x, lo), hi) })
}

func checkNumber(name string, v float64, good bool, want string) error {
	if good {
		return nil
	}
	return fmt.Errorf("%s is %v: want %s", name, v, want)
}

// adjust replaces every value by a function of it, unless there is an error.
func adjust(what string, v *Volume, err error, f func(float64) float64) error {
	if err := errors.Join(err, v.Validate()); err != nil {
		return fmt.Errorf("detection: %s: %w", what, err)
	}
	for i, x := range v.Data {
		v.Data[i] = float32(f(float64(x)))
	}
	return nil
}

// BrightnessOptions configures [RandomBrightness]. Start from
// [DefaultBrightnessOptions].
type BrightnessOptions struct {
	// Range is what is added, lower and upper, in the unit of the image.
	// Default -0.1 to 0.1: less hardly differs from noise, and on the scale 0
	// to 1 much more drives dark or bright images out of it.
	Range [2]float64
}

// DefaultBrightnessOptions adds up to 0.1 either way.
func DefaultBrightnessOptions() BrightnessOptions {
	return BrightnessOptions{Range: [2]float64{-0.1, 0.1}}
}

// Validate reports a bad range.
func (o BrightnessOptions) Validate() error {
	return checkDrawRange("Range", o.Range, "both finite", true)
}

// RandomBrightness draws one number of opts.Range for the whole image and does
// [AdjustBrightness] with it. Source: BiaPy's brightness.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
func RandomBrightness(v *Volume, opts BrightnessOptions, rng *rand.Rand) error {
	if err := checkIntensity("random brightness", v, opts, rng); err != nil {
		return err
	}
	return AdjustBrightness(v, drawUniform(rng, opts.Range))
}

// ContrastOptions configures [RandomContrast]. Start from
// [DefaultContrastOptions].
type ContrastOptions struct {
	// Range is the change of the gain, lower and upper, above -1: the image is
	// multiplied by 1 plus a number of it. Default -0.1 to 0.1: less does not
	// show, and much more makes faint objects vanish or saturates bright ones.
	Range [2]float64
}

// DefaultContrastOptions changes the gain by up to a tenth either way.
func DefaultContrastOptions() ContrastOptions { return ContrastOptions{Range: [2]float64{-0.1, 0.1}} }

// Validate reports a bad range.
func (o ContrastOptions) Validate() error {
	return checkDrawRange("Range", o.Range, "both finite and above -1", o.Range[0] > -1)
}

// RandomContrast draws one number of opts.Range for the whole image and does
// [AdjustContrast] with a gain of 1 plus that number. Source: BiaPy's
// contrast.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
func RandomContrast(v *Volume, opts ContrastOptions, rng *rand.Rand) error {
	if err := checkIntensity("random contrast", v, opts, rng); err != nil {
		return err
	}
	return AdjustContrast(v, 1+drawUniform(rng, opts.Range))
}

// GammaOptions configures [RandomGamma]. Start from [DefaultGammaOptions].
type GammaOptions struct {
	// Range is the exponent, lower and upper, above 0; 1 changes nothing.
	// Default 1.25 to 1.75, which darkens: a smaller exponent lifts the noise
	// of the background, a larger one turns faint objects black.
	Range [2]float64
}

// DefaultGammaOptions darkens by an exponent of 1.25 to 1.75.
func DefaultGammaOptions() GammaOptions { return GammaOptions{Range: [2]float64{1.25, 1.75}} }

// Validate reports a bad range.
func (o GammaOptions) Validate() error {
	return checkDrawRange("Range", o.Range, "both finite and above 0", o.Range[0] > 0)
}

// RandomGamma draws one exponent of opts.Range for the whole image and does
// [AdjustGamma] with it, which needs values of at least 0. Source: BiaPy's
// gamma_contrast.
//
// Errors: invalid options, all in one; those of [AdjustGamma]; no rng.
func RandomGamma(v *Volume, opts GammaOptions, rng *rand.Rand) error {
	if err := checkIntensity("random gamma", v, opts, rng); err != nil {
		return err
	}
	return AdjustGamma(v, drawUniform(rng, opts.Range))
}
