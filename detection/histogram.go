package detection

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"sort"
)

// Histogram is the distribution of grey values of reference images.
type Histogram struct {
	// Values are the grey values that occur, ascending.
	Values []float64 `json:"values"`
	// Shares are the shares of all pixels up to and with each value, ascending to
	// 1.
	Shares []float64 `json:"shares"`
}

// maxHistogram bounds the values of a histogram: those of a 16-bit image.
const maxHistogram = 1 << 16

// NewHistogram counts the grey values of images, over all channels and images
// together. Errors: no image; an error that images gives; a value that is not
// a whole number from 0 to 65535, because other images have as many values as
// pixels.
func NewHistogram(images iter.Seq2[*Volume, error]) (*Histogram, error) {
	counts := map[int]int{}
	total := 0
	for v, err := range images {
		if err != nil {
			return nil, err
		}
		if err := v.Validate(); err != nil {
			return nil, fmt.Errorf("detection: histogram: %w", err)
		}
		for _, x := range v.Data {
			if i := int(x); x >= 0 && x < maxHistogram && float32(i) == x {
				counts[i]++
				continue
			}
			return nil, fmt.Errorf("detection: histogram: the value %v: want reference images of whole numbers from 0 to %d", x, maxHistogram-1)
		}
		total += len(v.Data)
	}
	if total == 0 {
		return nil, errors.New("detection: histogram: no reference image")
	}
	h := new(Histogram)
	sum := 0
	for _, i := range slices.Sorted(maps.Keys(counts)) {
		sum += counts[i]
		h.Values = append(h.Values, float64(i))
		h.Shares = append(h.Shares, float64(sum)/float64(total))
	}
	return h, nil
}

// Validate reports a histogram that is none.
func (h *Histogram) Validate() error {
	ascending := func(list []float64) bool {
		for i, v := range list {
			if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && v <= list[i-1] {
				return false
			}
		}
		return len(list) > 0 && len(list) <= maxHistogram
	}
	if len(h.Values) != len(h.Shares) || !ascending(h.Values) || !ascending(h.Shares) || h.Shares[0] <= 0 || h.Shares[len(h.Shares)-1] != 1 {
		return fmt.Errorf("Histogram of %d values and %d shares: want as many of both, ascending, and the last share 1", len(h.Values), len(h.Shares))
	}
	return nil
}

// Match returns v with its grey values moved so that they are distributed as h:
// a value up to which a share s of all values of v reaches becomes the value of
// h up to which the same share reaches, interpolated between the nearest two.
// All channels go together. v is not modified.
//
// Errors: an invalid h or v, a value that is NaN.
//
// Source: scikit-image's exposure.match_histograms, with all reference images
// as one. BiaPy interpolates over a table of all grey values of the sample type,
// which makes the brightest value of every image 255 or 65535 whatever the
// reference holds.
func (h *Histogram) Match(v *Volume) (*Volume, error) {
	if err := errors.Join(h.Validate(), v.Validate()); err != nil {
		return nil, fmt.Errorf("detection: match histogram: %w", err)
	}
	sorted := slices.Clone(v.Data)
	if i := slices.IndexFunc(sorted, func(x float32) bool { return x != x }); i >= 0 {
		return nil, fmt.Errorf("detection: match histogram: %w", nanError(v.Dims, i/v.Channels))
	}
	slices.Sort(sorted)
	out := NewLike(v, v.Channels)
	moved := map[float32]float32{}
	for i, x := range sorted {
		if i+1 == len(sorted) || sorted[i+1] != x {
			moved[x] = float32(h.at(float64(i+1) / float64(len(sorted))))
		}
	}
	for i, x := range v.Data {
		out.Data[i] = moved[x]
	}
	return out, nil
}

// at is the grey value up to which a share of the pixels reaches.
func (h *Histogram) at(share float64) float64 {
	k := sort.SearchFloat64s(h.Shares, share)
	switch {
	case k == len(h.Shares):
		return h.Values[k-1]
	case k == 0:
		return h.Values[0]
	}
	t := (share - h.Shares[k-1]) / (h.Shares[k] - h.Shares[k-1])
	return h.Values[k-1] + t*(h.Values[k]-h.Values[k-1])
}
