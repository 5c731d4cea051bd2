package detection

import (
	"errors"
	"fmt"
	"iter"
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

// IntensityStats describes the values of one channel after clipping.
type IntensityStats struct {
	// Mean and Std are the mean and the standard deviation over n, or the
	// values that the options put in their place.
	Mean, Std float64
	// Min and Max are the smallest and the largest value.
	Min, Max float64
	// Lower and Upper are the clip bounds; without clipping Min and Max.
	Lower, Upper float64
	// Divisor is what [NormaliseDiv] divides by, the same for all channels.
	Divisor float64
}

// MeasureIntensity returns the statistics of each channel of v that opts
// needs, and the others for the record. Percentiles are those of all values
// of the channel with linear interpolation between the two nearest (numpy's
// default). Errors as in [Normalise].
func MeasureIntensity(v *Volume, opts NormaliseOptions) ([]IntensityStats, error) {
	return MeasureIntensityAll(func(yield func(*Volume, error) bool) { yield(v, nil) }, opts)
}

// MeasureIntensityAll is [MeasureIntensity] over several volumes as if they
// were one: the images of a training set, or the chunks of an image larger
// than memory, which must not overlap. All have the same number of channels.
// chunks is run through two to four times, one volume being in use at a time,
// and gives the same volumes each time; an error it gives ends the
// measurement.
func MeasureIntensityAll(chunks iter.Seq2[*Volume, error], opts NormaliseOptions) ([]IntensityStats, error) {
	m := intensityMeter{chunks: chunks, opts: opts}
	if err := m.measure(); err != nil {
		return nil, fmt.Errorf("detection: measure intensity: %w", err)
	}
	return m.stats, nil
}

// intensityMeter is the state of one call of MeasureIntensityAll.
type intensityMeter struct {
	chunks iter.Seq2[*Volume, error]
	opts   NormaliseOptions
	stats  []IntensityStats // by channel; made by the first walk
	voxels int              // counted by the first walk
}

// walk visits every volume, checked.
func (m *intensityMeter) walk(visit func(v *Volume)) error {
	counted := m.voxels > 0
	for v, err := range m.chunks {
		if err == nil {
			err = checkNormalisation(v, m.opts)
		}
		if err != nil {
			return err
		}
		if m.stats == nil {
			m.stats = make([]IntensityStats, v.Channels)
		}
		if len(m.stats) != v.Channels {
			return fmt.Errorf("%w: one volume has %d channels and another %d", ErrShape, len(m.stats), v.Channels)
		}
		if !counted {
			m.voxels += v.Voxels()
		}
		visit(v)
	}
	if m.stats == nil {
		return errors.New("no volume to measure")
	}
	return nil
}

func (m *intensityMeter) measure() error {
	if err := m.opts.Validate(); err != nil {
		return err
	}
	if m.opts.Clip == ClipPercentile {
		if err := m.percentiles(); err != nil {
			return err
		}
	}
	var sum []float64
	err := m.walk(func(v *Volume) {
		if sum == nil {
			sum = make([]float64, v.Channels)
			for c := range m.stats {
				m.start(c)
			}
		}
		for c := range m.stats {
			s := &m.stats[c]
			for i := c; i < len(v.Data); i += v.Channels {
				x := min(max(float64(v.Data[i]), s.Lower), s.Upper)
				s.Min, s.Max = min(s.Min, x), max(s.Max, x)
				sum[c] += x
			}
		}
	})
	if err != nil {
		return err
	}
	for c := range m.stats {
		m.stats[c].Mean = sum[c] / float64(m.voxels)
	}
	clear(sum)
	err = m.walk(func(v *Volume) {
		for c, s := range m.stats {
			for i := c; i < len(v.Data); i += v.Channels {
				d := min(max(float64(v.Data[i]), s.Lower), s.Upper) - s.Mean
				sum[c] += d * d
			}
		}
	})
	if err != nil {
		return err
	}
	m.finish(sum)
	return nil
}

// start sets the clip bounds of channel c and an empty range.
func (m *intensityMeter) start(c int) {
	s := &m.stats[c]
	switch m.opts.Clip {
	case ClipNone:
		s.Lower, s.Upper = math.Inf(-1), math.Inf(1)
	case ClipValue:
		s.Lower, s.Upper = perChannel(m.opts.LowerValue, c), perChannel(m.opts.UpperValue, c)
	}
	s.Min, s.Max = math.Inf(1), math.Inf(-1)
}

// finish turns sums of squares into the deviations and puts given values in
// the place of measured ones.
func (m *intensityMeter) finish(squares []float64) {
	largest := math.Inf(-1)
	for c := range m.stats {
		s := &m.stats[c]
		s.Std = math.Sqrt(squares[c] / float64(m.voxels))
		if m.opts.Clip == ClipNone {
			s.Lower, s.Upper = s.Min, s.Max
		}
		if m.opts.Kind == NormaliseZeroMean || m.opts.Kind == NormaliseCustom {
			if len(m.opts.Mean) > 0 {
				s.Mean = perChannel(m.opts.Mean, c)
			}
			if len(m.opts.Std) > 0 {
				s.Std = perChannel(m.opts.Std, c)
			}
		}
		largest = max(largest, s.Max)
	}
	divisor := m.opts.SampleMax
	switch {
	case divisor > 0:
	case largest > 255:
		divisor = 65535
	case largest > 1:
		divisor = 255
	default:
		divisor = 1
	}
	for c := range m.stats {
		m.stats[c].Divisor = divisor
	}
}

// percentiles sets the bounds of every channel. The values at the wanted
// ranks are found without sorting or copying: one walk counts the upper half
// of the bits of the values, in an order-preserving form, and a second the
// lower half within the upper halves that hold a wanted rank.
func (m *intensityMeter) percentiles() error {
	var high [][]int
	err := m.walk(func(v *Volume) {
		if high == nil {
			high = make([][]int, v.Channels)
			for c := range high {
				high[c] = make([]int, 1<<16)
			}
		}
		for i, x := range v.Data {
			high[i%v.Channels][orderedBits(x)>>16]++
		}
	})
	if err != nil {
		return err
	}
	lower, upper := newQuantile(m.opts.LowerPercentile, m.voxels), newQuantile(m.opts.UpperPercentile, m.voxels)
	ranks := []int{lower.rank, lower.next, upper.rank, upper.next}
	found := make([]bucketSearch, len(high)*len(ranks))
	for i := range found {
		found[i] = findBucket(high[i/len(ranks)], ranks[i%len(ranks)])
	}
	err = m.walk(func(v *Volume) {
		for i := range found {
			f := &found[i]
			if f.low == nil {
				f.low = make([]int, 1<<16)
			}
			for at := i / len(ranks); at < len(v.Data); at += v.Channels {
				if bits := orderedBits(v.Data[at]); int(bits>>16) == f.bucket {
					f.low[bits&0xffff]++
				}
			}
		}
	})
	if err != nil {
		return err
	}
	for c := range m.stats {
		f := found[c*len(ranks):]
		m.stats[c].Lower = lower.between(f[0].value(), f[1].value())
		m.stats[c].Upper = upper.between(f[2].value(), f[3].value())
	}
	return nil
}

// quantile is a percentile of n values: between those at rank and next.
type quantile struct {
	rank, next int
	t          float64 // 0 at rank, 1 at next
}

func newQuantile(percentile float64, n int) quantile {
	at := percentile / 100 * float64(n-1)
	rank := int(at)
	return quantile{rank, min(rank+1, n-1), at - float64(rank)}
}

// between interpolates from the nearer end, as numpy does.
func (q quantile) between(a, b float64) float64 {
	if q.t >= 0.5 {
		return b - (b-a)*(1-q.t)
	}
	return a + (b-a)*q.t
}

// orderedBits maps values to integers that sort like them.
func orderedBits(x float32) uint32 {
	if bits := math.Float32bits(x); bits>>31 == 0 {
		return bits | 1<<31
	} else {
		return ^bits
	}
}

// bucketSearch looks for a rank among the values that share upper bits.
type bucketSearch struct {
	bucket, rest int // upper bits, and the rank within them
	low          []int
}

// findBucket finds the upper bits of the value at rank.
func findBucket(counts []int, rank int) bucketSearch {
	for b, n := range counts {
		if rank < n {
			return bucketSearch{bucket: b, rest: rank}
		}
		rank -= n
	}
	return bucketSearch{}
}

func (f bucketSearch) value() float64 {
	bits := uint32(f.bucket)<<16 | uint32(findBucket(f.low, f.rest).bucket)
	if bits>>31 == 1 {
		bits &^= 1 << 31
	} else {
		bits = ^bits
	}
	return float64(math.Float32frombits(bits))
}
