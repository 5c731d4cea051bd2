package widgets

import (
	"fmt"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// raster is an image for a script with its values: each plane of each channel is
// base64 of raw DEFLATE of its numbers, little-endian, all first bytes before
// all second ones (which halves what noise takes). js/raster.js reads it.
type raster struct {
	// Dims is (z, y, x) of the image. Factor is how many voxels along y and x make
	// a pixel, 1 for all of them; what is left over at the far ends makes pixels
	// too.
	Dims   [3]int  `json:"dims"`
	Factor int     `json:"factor"`
	Pool   pooling `json:"pool"`
	// Bands are the channels, Planes those of z, and in them the channels.
	Bands  []band     `json:"bands"`
	Planes [][]string `json:"planes"`
}

// band is a channel of a raster. A value is Offset + Step * number.
type band struct {
	// Name and Colour are those of the channel: red, green and blue, 0 to 255.
	Name   string `json:"name"`
	Colour [3]int `json:"colour"`
	// Type is that of the numbers: "uint8", "uint16" or "float32".
	Type   string  `json:"type"`
	Offset float64 `json:"offset"`
	Step   float64 `json:"step"`
	// Gap says that the number 0 stands for what is no finite number.
	Gap bool `json:"gap,omitempty"`
	// Range is the smallest and the largest finite value of the image, Contrast
	// those shown as black and as full colour to begin with: the 0.5th and the
	// 99.5th percentile.
	Range    [2]float64 `json:"range"`
	Contrast [2]float64 `json:"contrast"`
	// Hidden says that the channel is off to begin with.
	Hidden bool `json:"hidden,omitempty"`
}

// rasterOf packs an image within so many characters, 0 for any number: where
// all values take more they are rounded, and where values as coarse as a
// screen shows them take more still, pixels stand for several. notes say so.
func rasterOf(v *detection.Volume, pool pooling, most int) (r raster, notes []string) {
	r = raster{Dims: v.Dims, Factor: 1, Pool: pool}
	exact := make([]band, v.Channels)
	for c := range exact {
		exact[c] = bandOf(v, c)
		exact[c].Name, exact[c].Colour = usualChannel(c, v.Channels)
	}
	shown, rung := v, 0
	for {
		r.Bands = slices.Clone(exact)
		for c := range r.Bands {
			r.Bands[c].round(rung)
		}
		size := 0
		if most > 0 {
			size = r.estimate(shown)
		}
		if size <= most {
			r.Planes = r.pack(shown)
			size = r.size()
		}
		if most == 0 || size <= most || shown.Dims[1]*shown.Dims[2] == 1 {
			return r, r.notes(exact)
		}
		if rung < len(roundLevels) && pool != poolFirst {
			rung++
			continue
		}
		r.Factor = max(r.Factor+1, int(float64(r.Factor)*math.Sqrt(float64(size)/float64(most))))
		shown = pooled(v, r.Factor, pool)
	}
}

// notes say what of the image is not in the raster.
func (r *raster) notes(exact []band) (notes []string) {
	for c, b := range r.Bands {
		if b == exact[c] {
			continue
		}
		name := ""
		if len(r.Bands) > 1 {
			name = " of " + b.Name
		}
		notes = append(notes, fmt.Sprintf("Values%s are rounded to multiples of %v, because all digits would make the page too large.", name, b.Step))
	}
	if r.Factor > 1 {
		what := map[pooling]string{poolMean: "the mean", poolLargest: "the largest value", poolFirst: "the first voxel"}[r.Pool]
		notes = append(notes, fmt.Sprintf("One pixel is shown for %d x %d of the image, %s of them, because all of them would make the page too large.", r.Factor, r.Factor, what))
	}
	return notes
}
