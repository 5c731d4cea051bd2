package detection

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// BootstrapOptions configures [BootstrapF1]. Start from
// [DefaultBootstrapOptions].
type BootstrapOptions struct {
	// Resamples is the number of sets of images that are drawn, 1 to a million,
	// and enough for Level: see Validate. Default 1999: with a level of 0.95 the
	// ends of the interval are then the 50th value from below and from above.
	Resamples int
	// Level is the share of the resampled values between the ends of the
	// interval, above 0 and below 1. Default 0.95.
	Level float64
	// Seed determines the draws. Any value.
	Seed uint64
}

// DefaultBootstrapOptions returns the defaults named at each field, and seed 0.
func DefaultBootstrapOptions() BootstrapOptions {
	return BootstrapOptions{Resamples: 1999, Level: 0.95}
}

// mostResamples bounds the memory of a bootstrap.
const mostResamples = 1_000_000

// Validate reports every invalid field, each by name and value. The ends of an
// interval of level L lie (Resamples+1)(1-L)/2 values from either end, which
// must be at least one.
func (o BootstrapOptions) Validate() error {
	var errs []error
	if o.Resamples < 1 || o.Resamples > mostResamples {
		errs = append(errs, fmt.Errorf("Resamples is %d: want 1 to %d", o.Resamples, mostResamples))
	}
	if !(o.Level > 0 && o.Level < 1) {
		errs = append(errs, fmt.Errorf("Level is %v: want more than 0 and less than 1", o.Level))
	}
	if len(errs) == 0 && o.rank() < 1 {
		errs = append(errs, fmt.Errorf("Resamples is %d: too few for a Level of %v, want (Resamples+1)*(1-Level)/2 to be 1 or more", o.Resamples, o.Level))
	}
	return errors.Join(errs...)
}

// rank is how far from either end of the sorted values the interval ends,
// counted from 1. The slack keeps 0.1 from being a little less than itself.
func (o BootstrapOptions) rank() int {
	return int(math.Floor(float64(o.Resamples+1)*(1-o.Level)/2 + 1e-9))
}

// Interval is a range of plausible values.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Level is the share of resampled values that the interval was made to hold.
	Level float64 `json:"level"`
}

// BootstrapF1 is the percentile bootstrap interval of the pooled F1 over
// images: as many images as there are, drawn with replacement, are pooled,
// opts.Resamples times, and the ends of the interval are the k-th smallest and
// the k-th largest F1, where k is (Resamples+1)(1-Level)/2 rounded down.
//
// Images are what is drawn, because the objects of one image are more alike
// than those of two. The interval says what another choice of such images
// might have given, and not what another training would. With fewer than some
// ten images it is too narrow. The order of images matters through the draws
// alone; the same input and seed give the same interval.
//
// Errors: those of [BootstrapOptions.Validate]; fewer than two images, and
// counts below 0.
//
// Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993,
// section 13.3 (percentile interval; rank as in section 12.5).
func BootstrapF1(images []Score, opts BootstrapOptions) (Interval, error) {
	errs := []error{opts.Validate()}
	if len(images) < 2 {
		errs = append(errs, fmt.Errorf("%d images: want at least two to draw from", len(images)))
	}
	for i, s := range images {
		if s.TP < 0 || s.FP < 0 || s.FN < 0 {
			errs = append(errs, fmt.Errorf("image %d has the counts %+v: want 0 or more", i, s))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Interval{}, fmt.Errorf("detection: bootstrap: %w", err)
	}
	rng := rand.New(rand.NewPCG(opts.Seed, 0x626f6f747374))
	values := make([]float64, opts.Resamples)
	for r := range values {
		var pooled Score
		for range images {
			pooled = pooled.Add(images[rng.IntN(len(images))])
		}
		values[r] = pooled.F1()
	}
	slices.Sort(values)
	k := opts.rank()
	return Interval{Low: values[k-1], High: values[len(values)-k], Level: opts.Level}, nil
}
