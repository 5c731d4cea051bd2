package display

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/draw"

	"github.com/puncta-bio/puncta/detection"
)

// Contrast is the range of values that a picture shows: Lo is black and Hi
// white.
type Contrast struct{ Lo, Hi float32 }

// smallest is what the larger of width and height has at least, in pixels: a
// smaller picture is enlarged, by whole numbers, so that single voxels can be
// seen.
const smallest = 384

// Volume shows plane z of a volume: one channel as grey, three as red, green
// and blue. Without a contrast the range is that of the volume between its
// lowest and highest thousandth, so that a few hot pixels do not darken the
// rest; three channels are shown from 0 to their highest value.
//
// Errors: a plane that is not there; another number of channels than 1 and 3.
func Volume(v *detection.Volume, z int, contrast ...Contrast) error {
	m, err := picture(v, z, contrast...)
	if err != nil {
		return err
	}
	return PNG(func(w io.Writer) error { return png.Encode(w, m) })
}

// picture is a plane as an image, enlarged if it is small.
func picture(v *detection.Volume, z int, contrast ...Contrast) (image.Image, error) {
	if err := v.Validate(); err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	c := rangeOf(v)
	if len(contrast) > 0 {
		c = contrast[0]
	}
	if z < 0 || z >= v.Dims[0] {
		return nil, fmt.Errorf("display: plane %d of %d: want 0 to %d", z, v.Dims[0], v.Dims[0]-1)
	}
	levels := detection.NewVolume([3]int{1, v.Dims[1], v.Dims[2]}, v.Channels)
	for i, value := range v.Data[v.Index(z, 0, 0):][:len(levels.Data)] {
		levels.Data[i] = (value - c.Lo) / (c.Hi - c.Lo) * 255
	}
	m, err := detection.Picture(levels, 0)
	if err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	scale := (smallest + max(v.Dims[1], v.Dims[2]) - 1) / max(v.Dims[1], v.Dims[2])
	if scale == 1 {
		return m, nil
	}
	bounds := image.Rect(0, 0, v.Dims[2]*scale, v.Dims[1]*scale)
	var large draw.Image = image.NewRGBA(bounds)
	if v.Channels == 1 {
		large = image.NewGray(bounds) // a quarter less in a notebook
	}
	draw.NearestNeighbor.Scale(large, large.Bounds(), m, m.Bounds(), draw.Src, nil)
	return large, nil
}

// rangeOf chooses a contrast from at most some ten thousand values.
func rangeOf(v *detection.Volume) Contrast {
	if _, hi := v.Range(); v.Channels == 3 && hi > 0 {
		return Contrast{0, hi}
	}
	step := len(v.Data)/50_000 + 1
	var sample []float32
	for i := 0; i < len(v.Data); i += step {
		if value := v.Data[i]; value-value == 0 {
			sample = append(sample, value)
		}
	}
	if len(sample) == 0 {
		return Contrast{0, 1}
	}
	slices.Sort(sample)
	c := Contrast{sample[len(sample)/1000], sample[len(sample)-1-len(sample)/1000]}
	if c.Hi <= c.Lo {
		c.Hi = c.Lo + 1
	}
	return c
}
