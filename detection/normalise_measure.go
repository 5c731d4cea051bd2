package detection

import (
	"errors"
	"fmt"
	"iter"
	"math"
)

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
