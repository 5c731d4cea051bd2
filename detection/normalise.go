package detection

import (
	"errors"
	"fmt"
	"math"
)

// NormaliseKind is a way to bring pixel values to the range of a network, by
// its name in configuration files.
type NormaliseKind string

const (
	// NormaliseDiv divides by the largest value of the sample type.
	NormaliseDiv NormaliseKind = "div"
	// NormaliseScaleRange maps smallest to largest to 0 to 1:
	// (v - min) / max(max-min, 1e-6).
	NormaliseScaleRange NormaliseKind = "scale_range"
	// NormaliseZeroMean gives mean 0 and variance 1:
	// (v - mean) / max(std, 1e-6), std over n, not n-1.
	NormaliseZeroMean NormaliseKind = "zero_mean_unit_variance"
	// NormaliseCustom is NormaliseZeroMean with mean and std given, as
	// measured on a training set.
	NormaliseCustom NormaliseKind = "custom"
)

// ClipKind is a way to clip pixel values before they are normalised.
type ClipKind string

const (
	// ClipNone keeps all values.
	ClipNone ClipKind = "none"
	// ClipPercentile clips to percentiles of the channel.
	ClipPercentile ClipKind = "percentile"
	// ClipValue clips to fixed values.
	ClipValue ClipKind = "value"
)

// NormaliseOptions configures [Normalise]. The zero value is invalid; start
// from [DefaultNormaliseOptions]. Lists hold one value per channel, or one
// for all channels.
type NormaliseOptions struct {
	// Kind is the formula. Default [NormaliseZeroMean].
	Kind NormaliseKind
	// SampleMax is the divisor of [NormaliseDiv]: 255 for 8-bit images, 65535
	// for 16-bit, 1 for values already in [0, 1]. 0 is an unknown sample
	// type; then the largest value of the image decides, over all channels: 1
	// up to 1, 255 up to 255, 65535 above, as in BiaPy (a dark 8-bit image
	// with no value above 1 is left as it is, so better give it). Default 0.
	SampleMax float64
	// Clip says whether and how values are clipped first. Default [ClipNone].
	Clip ClipKind
	// LowerPercentile and UpperPercentile are the percentiles of
	// [ClipPercentile], 0 < lower < upper < 100. Defaults 0.5 and 99.5, which
	// cut hot pixels and little else.
	LowerPercentile, UpperPercentile float64
	// LowerValue and UpperValue are the bounds of [ClipValue], lower < upper.
	// Default none.
	LowerValue, UpperValue []float64
	// Mean and Std replace the measured values of [NormaliseZeroMean], each
	// by itself, and are required by [NormaliseCustom]. Std is above 0.
	// Default none.
	Mean, Std []float64
}

// DefaultNormaliseOptions gives mean 0 and variance 1, without clipping.
func DefaultNormaliseOptions() NormaliseOptions {
	return NormaliseOptions{Kind: NormaliseZeroMean, Clip: ClipNone, LowerPercentile: 0.5, UpperPercentile: 99.5}
}

// Validate reports every invalid field at once, each by name and value.
// Fields that Kind and Clip do not use are not looked at.
func (o NormaliseOptions) Validate() error {
	var errs []error
	list := func(name string, values []float64, required, positive bool) {
		if required && len(values) == 0 {
			errs = append(errs, fmt.Errorf("%s is empty: want one value, or one per channel", name))
		}
		for i, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) || positive && v <= 0 {
				errs = append(errs, fmt.Errorf("%s[%d] %v: want a finite number%s", name, i, v, map[bool]string{true: " above 0"}[positive]))
			}
		}
	}
	switch o.Kind {
	case NormaliseScaleRange:
	case NormaliseDiv:
		if !(o.SampleMax >= 0) || math.IsInf(o.SampleMax, 0) {
			errs = append(errs, fmt.Errorf("SampleMax %v: want a finite number, 0 or more", o.SampleMax))
		}
	case NormaliseZeroMean, NormaliseCustom:
		list("Mean", o.Mean, o.Kind == NormaliseCustom, false)
		list("Std", o.Std, o.Kind == NormaliseCustom, true)
	default:
		errs = append(errs, fmt.Errorf("Kind %q: want %s, %s, %s or %s", o.Kind,
			NormaliseDiv, NormaliseScaleRange, NormaliseZeroMean, NormaliseCustom))
	}
	switch o.Clip {
	case ClipNone:
	case ClipPercentile:
		if !(o.LowerPercentile > 0 && o.LowerPercentile < o.UpperPercentile && o.UpperPercentile < 100) {
			errs = append(errs, fmt.Errorf("LowerPercentile %v, UpperPercentile %v: want 0 < lower < upper < 100",
				o.LowerPercentile, o.UpperPercentile))
		}
	case ClipValue:
		list("LowerValue", o.LowerValue, true, false)
		list("UpperValue", o.UpperValue, true, false)
		for c := range max(len(o.LowerValue), len(o.UpperValue)) {
			if lo, hi := perChannel(o.LowerValue, c), perChannel(o.UpperValue, c); lo >= hi {
				errs = append(errs, fmt.Errorf("LowerValue %v, UpperValue %v of channel %d: want lower < upper", lo, hi, c))
			}
		}
	default:
		errs = append(errs, fmt.Errorf("Clip %q: want %s, %s or %s", o.Clip, ClipNone, ClipPercentile, ClipValue))
	}
	return errors.Join(errs...)
}

// perChannel is the value of a list for channel c, NaN where it has none.
func perChannel(list []float64, c int) float64 {
	switch {
	case len(list) == 1:
		return list[0]
	case c < len(list):
		return list[c]
	}
	return math.NaN()
}

// fits reports lists that are in use and do not have one value or one per
// channel.
func (o NormaliseOptions) fits(channels int) error {
	var errs []error
	list := func(name string, values []float64, used bool) {
		if used && len(values) > 1 && len(values) != channels {
			errs = append(errs, fmt.Errorf("%s has %d values: want 1, or %d as the image has channels", name, len(values), channels))
		}
	}
	standard := o.Kind == NormaliseZeroMean || o.Kind == NormaliseCustom
	list("Mean", o.Mean, standard)
	list("Std", o.Std, standard)
	list("LowerValue", o.LowerValue, o.Clip == ClipValue)
	list("UpperValue", o.UpperValue, o.Clip == ClipValue)
	return errors.Join(errs...)
}

// minSpread is the least divisor: a constant channel becomes 0, not NaN.
const minSpread = 1e-6

// Normalise measures v and applies opts to it, channel by channel: the
// optional clip, then the formula of opts.Kind with the channel's own
// statistics, which it returns. v is not changed. Sums are float64, and each
// result is rounded to float32 once.
//
// To give all tiles or chunks of an image the same values, measure the whole
// once with [MeasureIntensity] and use [ApplyNormalisation] on the pieces.
//
// Errors: invalid options, all in one; a volume that does not fit its size
// ([ErrShape]); lists that do not fit the channels; a value that is NaN or
// infinite, with its place.
//
// Source: BiaPy's normalisation. Differs: every channel is normalised;
// BiaPy leaves a channel that holds only 0 and 1, taking it for a mask, and
// masks are not normalised here at all.
func Normalise(v *Volume, opts NormaliseOptions) (*Volume, []IntensityStats, error) {
	stats, err := MeasureIntensity(v, opts)
	if err != nil {
		return nil, nil, err
	}
	dst := NewLike(v, v.Channels)
	return dst, stats, ApplyNormalisation(dst, v, stats, opts)
}

// ApplyNormalisation writes v, normalised with the given statistics and not
// its own, to dst, which may be v itself. stats has one entry per channel and
// comes from [MeasureIntensity] with the same options. Spacing and unit of
// dst stay as they are. Values that are NaN or infinite are errors, with
// their place, before dst is touched.
func ApplyNormalisation(dst, v *Volume, stats []IntensityStats, opts NormaliseOptions) error {
	if err := checkNormalisation(v, opts); err != nil {
		return fmt.Errorf("detection: normalise: %w", err)
	}
	if err := dst.Validate(); err != nil {
		return fmt.Errorf("detection: normalise: dst: %w", err)
	}
	if dst.Dims != v.Dims || dst.Channels != v.Channels {
		return fmt.Errorf("detection: normalise: %w: dst is %v with %d channels, want %v with %d",
			ErrShape, dst.Dims, dst.Channels, v.Dims, v.Channels)
	}
	if len(stats) != v.Channels {
		return fmt.Errorf("detection: normalise: %w: statistics of %d channels for an image of %d", ErrShape, len(stats), v.Channels)
	}
	for c, s := range stats {
		from, by := s.transform(opts)
		lo, hi := math.Inf(-1), math.Inf(1)
		if opts.Clip != ClipNone {
			lo, hi = s.Lower, s.Upper
		}
		for i := c; i < len(v.Data); i += v.Channels {
			x := min(max(float64(v.Data[i]), lo), hi)
			dst.Data[i] = float32((x - from) / by)
		}
	}
	return nil
}

// transform gives the offset and the divisor of a channel.
func (s IntensityStats) transform(opts NormaliseOptions) (from, by float64) {
	switch opts.Kind {
	case NormaliseDiv:
		return 0, s.Divisor
	case NormaliseScaleRange:
		return s.Min, max(s.Max-s.Min, minSpread)
	default:
		return s.Mean, max(s.Std, minSpread)
	}
}

// checkNormalisation holds the checks of measuring and applying.
func checkNormalisation(v *Volume, opts NormaliseOptions) error {
	if err := opts.Validate(); err != nil {
		return err
	}
	if err := v.Validate(); err != nil {
		return err
	}
	if err := opts.fits(v.Channels); err != nil {
		return err
	}
	for i, x := range v.Data {
		if x-x != 0 { // NaN or infinite
			voxel := i / v.Channels
			return fmt.Errorf("value at (z, y, x) (%d, %d, %d), channel %d is %v: want a finite number",
				voxel/(v.Dims[1]*v.Dims[2]), voxel/v.Dims[2]%v.Dims[1], voxel%v.Dims[2], i%v.Channels, x)
		}
	}
	return nil
}
