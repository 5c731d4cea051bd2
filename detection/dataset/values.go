package dataset

import (
	"fmt"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// values describes the values of an image, all channels together.
type values struct {
	lo, hi    float32 // of the finite ones; NaN when there are none
	notFinite int
	saturated float64 // share of voxels at the end of the range
	bright    float64 // 99th percentile
}

// sampleValues bounds how many values of an image are sorted for its bright
// end: 10,000 place the 99th percentile between the 98.7th and the 99.3rd,
// near enough for a factor of ten, and ten times as many take as long as
// decoding a JPEG.
const sampleValues = 10_000

// measure walks over all values once.
func measure(image *imageio.Image) values {
	v := values{lo: float32(math.NaN()), hi: float32(math.NaN())}
	for _, x := range image.Data {
		if d := x - x; d != d { // NaN and infinities
			v.notFinite++
			continue
		}
		if !(x >= v.lo) {
			v.lo = x
		}
		if !(x <= v.hi) {
			v.hi = x
		}
	}
	if isTop(image.Kind, v.hi) {
		v.saturated = atTop(image.Volume, v.hi)
	}
	v.bright = brightEnd(image.Volume)
	return v
}

// atTop is the share of voxels with a channel at top or, in a colour picture,
// where a bright ground often ends one of them, with all three.
func atTop(v *detection.Volume, top float32) float64 {
	need := 1
	if v.Channels == 3 {
		need = 3
	}
	n := 0
	for i := 0; i < len(v.Data); i += v.Channels {
		at := 0
		for _, x := range v.Data[i:][:v.Channels] {
			if x == top {
				at++
			}
		}
		if at >= need {
			n++
		}
	}
	return float64(n) / float64(v.Voxels())
}

// isTop says whether hi is the largest value that a camera or a file of this
// type gives. 16 bits hold 10, 12 and 14 bits too. Floats have no end.
func isTop(kind imageio.SampleKind, hi float32) bool {
	switch kind {
	case imageio.Uint8:
		return hi == 255
	case imageio.Uint16:
		return hi == 1<<10-1 || hi == 1<<12-1 || hi == 1<<14-1 || hi == 1<<16-1
	}
	return false
}

// brightEnd is the 99th percentile of evenly spaced values, 0 without finite
// ones.
func brightEnd(v *detection.Volume) float64 {
	step := (len(v.Data) + sampleValues - 1) / sampleValues
	var sample []float32
	for i := 0; i < len(v.Data); i += step {
		if x := v.Data[i]; x-x == 0 {
			sample = append(sample, x)
		}
	}
	if len(sample) == 0 {
		return 0
	}
	slices.Sort(sample)
	return float64(sample[int(math.Round(0.99*float64(len(sample)-1)))])
}

const (
	// mostSaturated is the share above which saturation is reported: bright
	// centres of objects are lost, and a few hot pixels are not meant.
	mostSaturated = 0.01
	// fewLevels is the number of grey levels below which objects have steps.
	fewLevels = 16
	// darkShare: an image is dark when its bright end is below this share of
	// that of the middle image of its type in the set.
	darkShare = 0.1
)

// describe lists what is odd about the values of one image.
func (v values) describe(it item, kind imageio.SampleKind) []Finding {
	finding := func(s Severity, format string, args ...any) []Finding {
		return []Finding{{Severity: s, Kind: KindValues, File: it.image, Message: fmt.Sprintf(format, args...)}}
	}
	switch {
	case v.notFinite > 0:
		return finding(Error, "%d values are NaN or infinite: a network that sees one learns nothing from then on", v.notFinite)
	case v.lo == v.hi:
		return finding(Warning, "all values are %v: there is nothing to see", v.lo)
	case v.saturated > mostSaturated:
		return finding(Note, "%.1f%% of the voxels are at %v, the end of their range: structure there is lost", 100*v.saturated, v.hi)
	case kind != imageio.Bool && kind < imageio.Float16 && v.hi-v.lo < fewLevels:
		return finding(Note, "values from %v to %v only: fewer than %d grey levels", v.lo, v.hi, fewLevels)
	}
	return nil
}

// darkImages finds images much darker than those of their type in the set.
func darkImages(images []*examined) []Finding {
	all := map[imageio.SampleKind][]float64{}
	for _, it := range images {
		all[it.kind] = append(all[it.kind], it.values.bright)
	}
	middle := map[imageio.SampleKind]float64{}
	for kind, v := range all {
		middle[kind] = quantile(slices.Sorted(slices.Values(v)), 0.5)
	}
	var found []Finding
	for _, it := range images {
		if v := it.values; v.lo < v.hi && v.bright < darkShare*middle[it.kind] {
			found = append(found, Finding{Severity: Note, Kind: KindValues, File: it.image, Message: fmt.Sprintf(
				"is dark: 99%% of its values are below %.4g, in the middle image of the set below %.4g", v.bright, middle[it.kind])})
		}
	}
	return found
}

// quantile interpolates linearly between the two nearest of sorted values;
// 0 without values.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (sorted[j]-sorted[i])*(at-float64(i))
}
