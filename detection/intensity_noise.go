package detection

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// GaussianNoiseOptions configures [GaussianNoise]. Start from
// [DefaultGaussianNoiseOptions].
type GaussianNoiseOptions struct {
	// Mean is added to every value, in the unit of the image. Finite. Default
	// 0, which keeps the brightness.
	Mean float64
	// Variance of the noise, in the unit of the image squared. Finite, at
	// least 0. Default 0.05, a standard deviation of 0.22: a strong grain on
	// the scale 0 to 1 and a mild one at variance 1. Much less does not show
	// beside the noise of a camera; more buries faint objects.
	Variance float64
	// FromImage takes the mean of all values of the image for Mean, and their
	// variance, times a number drawn from 0.9 to 1.1, for Variance. The two
	// fields are then not used. Default false: noise as strong as the image
	// itself is drastic.
	FromImage bool
}

// DefaultGaussianNoiseOptions is noise of mean 0 and variance 0.05.
func DefaultGaussianNoiseOptions() GaussianNoiseOptions { return GaussianNoiseOptions{Variance: 0.05} }

// Validate reports every invalid field, each by name and value.
func (o GaussianNoiseOptions) Validate() error {
	return errors.Join(
		checkNumber("Mean", o.Mean, isFinite(o.Mean), "a finite number"),
		checkLength("Variance", o.Variance),
	)
}

// fromImageSpread is the range of the factor of the variance with FromImage.
var fromImageSpread = [2]float64{0.9, 1.1}

// GaussianNoise adds an independent normal number to every value of v, in
// place, each channel of a voxel by itself. It works on every scale, and
// values may leave the scale 0 to 1: nothing is clipped.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: scikit-image, util.random_noise, as BiaPy calls it. Differs: that
// clips to 0 to 1, or to -1 to 1 where a value is negative, which cuts off the
// objects of an image of mean 0 and variance 1; see [ClampIntensity].
func GaussianNoise(v *Volume, opts GaussianNoiseOptions, rng *rand.Rand) error {
	if err := checkIntensity("Gaussian noise", v, opts, rng); err != nil {
		return err
	}
	mean, variance := opts.Mean, opts.Variance
	if opts.FromImage {
		mean, variance = meanAndVariance(v.Data)
		variance *= drawUniform(rng, fromImageSpread)
	}
	sd := math.Sqrt(variance)
	for i, x := range v.Data {
		v.Data[i] = float32(float64(x) + mean + sd*rng.NormFloat64())
	}
	return nil
}

// meanAndVariance are those over n, not n-1.
func meanAndVariance(data []float32) (mean, variance float64) {
	for _, x := range data {
		mean += float64(x)
	}
	mean /= float64(len(data))
	for _, x := range data {
		d := float64(x) - mean
		variance += d * d
	}
	return mean, variance / float64(len(data))
}

// PoissonNoiseOptions configures [PoissonNoise]. Start from
// [DefaultPoissonNoiseOptions].
type PoissonNoiseOptions struct {
	// Photons is the number of events behind a value of 1; the noise of a
	// value x has the variance x/Photons. Above 0, at most a million, where
	// the noise is a thousandth and no longer shows. Default 256, as one event
	// per step of an 8-bit camera; a few tens look like a confocal image at
	// the limit of its light.
	Photons float64
}

// DefaultPoissonNoiseOptions is 256 events at a value of 1.
func DefaultPoissonNoiseOptions() PoissonNoiseOptions { return PoissonNoiseOptions{Photons: 256} }

// Validate reports a bad number of photons.
func (o PoissonNoiseOptions) Validate() error {
	return checkNumber("Photons", o.Photons, o.Photons > 0 && o.Photons <= 1e6, "a number above 0, at most a million")
}

// PoissonNoise replaces every value x of v, in place, by n/Photons, where n is
// drawn from the Poisson distribution of mean x*Photons: what a camera that
// counts light sees of it. It is made for the scale 0 to 1; values above 1
// stay possible and are not clipped, and 0 stays 0. Each value takes one
// uniform number from rng and depends on no other value. Above 10,000 events
// the normal distribution of the same mean and variance, rounded, stands in;
// the two then differ by a skewness of less than a hundredth.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng; a
// value that is below 0, NaN or infinite, with its place: fewer than no events
// cannot be, so images of mean 0 and variance 1 are refused, as BiaPy refuses
// the combination. On any error v is as it was.
//
// Source: scikit-image, util.random_noise. Differs: that takes for Photons the
// number of distinct values in the image, rounded up to a power of two, which
// is 256 for most 8-bit images but that of the voxels after interpolation, so
// that an earlier rotation would make the noise vanish.
func PoissonNoise(v *Volume, opts PoissonNoiseOptions, rng *rand.Rand) error {
	if err := checkIntensity("Poisson noise", v, opts, rng); err != nil {
		return err
	}
	if err := checkLight(v); err != nil {
		return fmt.Errorf("detection: Poisson noise: %w", err)
	}
	for i, x := range v.Data {
		v.Data[i] = float32(poisson(float64(x)*opts.Photons, rng.Float64()) / opts.Photons)
	}
	return nil
}

// poissonExact is the largest mean whose distribution is summed.
const poissonExact = 1e4

// poisson turns a uniform number u in [0, 1) into a Poisson number. It takes
// the probabilities off u, from the most probable number outwards, until none
// of it is left: about as many steps as the standard deviation.
func poisson(mean, u float64) float64 {
	if mean == 0 {
		return 0
	}
	if mean > poissonExact {
		z := math.Sqrt2 * math.Erfinv(2*max(u, 0x1p-54)-1)
		return max(math.Round(mean+z*math.Sqrt(mean)), 0)
	}
	mode := math.Floor(mean)
	logFactorial, _ := math.Lgamma(mode + 1)
	up := math.Exp(mode*math.Log(mean) - mean - logFactorial)
	down, inverse := up, 1/mean
	u -= up
	if u < 0 {
		return mode
	}
	for k := 1.0; up+down > 0; k++ {
		up *= mean / (mode + k)
		if u -= up; u < 0 {
			return mode + k
		}
		down *= max(mode-k+1, 0) * inverse
		if u -= down; u < 0 {
			return mode - k
		}
	}
	return mode // what rounding left of u when the probabilities were used up
}
