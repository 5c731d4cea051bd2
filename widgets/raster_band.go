package widgets

import (
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// roundLevels are how many steps the contrast to begin with has at least, when
// values are rounded. A screen shows 256; 100 and more are still not seen as
// steps where there is noise, and half of the pixels would be.
var roundLevels = []float64{4096, 1024, 256, 100}

// bandOf describes channel c with all its values.
func bandOf(v *detection.Volume, c int) band {
	b := band{Type: numberType(v, c), Step: 1}
	b.Range, b.Contrast = rangeOf(v, c)
	return b
}

// round makes steps so coarse that the contrast has roundLevels[rung-1] of them;
// 0 leaves all digits. Steps are 1, 2 or 5 times a power of ten, and at most
// 65,535 of them.
func (b *band) round(rung int) {
	if rung == 0 {
		return
	}
	step := niceStep((b.Contrast[1] - b.Contrast[0]) * 100 / roundLevels[rung-1])
	span := b.Range[1] - b.Range[0]
	for span/step > math.MaxUint16-3 {
		step = niceStep(step * 260) // the next one
	}
	if step <= 1 && b.Type != "float32" {
		return // all values are whole: they stay
	}
	gap := 0.0
	if b.Type == "float32" { // what may not be finite
		b.Gap, gap = true, 1
	}
	low := math.Floor(b.Range[0]/step) - gap
	b.Step, b.Offset, b.Type = step, low*step, "uint16"
	if math.Round(b.Range[1]/step)-low <= math.MaxUint8 {
		b.Type = "uint8"
	}
}

// number is that of a value.
func (b *band) number(value float32) uint32 {
	if b.Type == "float32" {
		return math.Float32bits(value)
	}
	if v := float64(value); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return uint32(math.Round(v/b.Step) - math.Round(b.Offset/b.Step))
	}
	return 0
}

// numberType is the smallest type that holds all values of a channel exactly.
func numberType(v *detection.Volume, c int) string {
	most := float32(0)
	for i := c; i < len(v.Data); i += v.Channels {
		x := v.Data[i]
		if !(x >= 0) || x > math.MaxUint16 || x != float32(uint16(x)) {
			return "float32"
		}
		most = max(most, x)
	}
	if most <= math.MaxUint8 {
		return "uint8"
	}
	return "uint16"
}

// rangeOf is the smallest and largest finite value of a channel, and its 0.5th
// and 99.5th percentile, of at most a million values evenly taken.
func rangeOf(v *detection.Volume, c int) (all, window [2]float64) {
	n := len(v.Data) / v.Channels
	stride := max(n/1_000_000, 1)
	var sample []float32
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range n {
		x := v.Data[i*v.Channels+c]
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			continue
		}
		lo, hi = min(lo, float64(x)), max(hi, float64(x))
		if i%stride == 0 {
			sample = append(sample, x)
		}
	}
	if lo > hi {
		return [2]float64{}, [2]float64{0, 1}
	}
	low, high := lo, hi
	if len(sample) > 0 {
		slices.Sort(sample)
		at := func(share float64) float64 { return float64(sample[int(math.Round(share*float64(len(sample)-1)))]) }
		low, high = at(0.005), at(0.995)
	}
	if low == high { // few bright pixels on an even ground
		low, high = lo, hi
	}
	if low == high {
		high = low + 1
	}
	return [2]float64{lo, hi}, [2]float64{low, high}
}
