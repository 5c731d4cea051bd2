package widgets

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// raster is an image for a script with its values: each plane of each channel is
// base64 of raw DEFLATE of its numbers, little-endian, all first bytes before
// all second ones (which halves what noise takes).
type raster struct {
	// Dims is (z, y, x) as shown, Factor how many voxels along y and x make a
	// pixel, 1 for all of them.
	Dims     [3]int `json:"dims"`
	Factor   int    `json:"factor"`
	Channels int    `json:"channels"`
	// Type is that of the numbers: "uint8", "uint16" or "float32". A value is
	// Offset + Step * number.
	Type   string  `json:"type"`
	Offset float64 `json:"offset"`
	Step   float64 `json:"step"`
	// Planes are those of z, and in them the channels.
	Planes [][]string `json:"planes"`
	// Ranges are the smallest and the largest value of a channel, Contrast those
	// shown as black and as full colour to begin with: the 0.5th and the 99.5th
	// percentile.
	Ranges   [][2]float64 `json:"ranges"`
	Contrast [][2]float64 `json:"contrast"`
}

// rasterOf packs an image within about so many characters, 0 for any number:
// where all values take more they are rounded to 256 levels, and where these do,
// pixels are means of several. notes say so.
func rasterOf(v *detection.Volume, most int) (r raster, notes []string, err error) {
	r = raster{Dims: v.Dims, Factor: 1, Channels: v.Channels, Step: 1}
	r.Type = numberType(v.Data)
	for c := range v.Channels {
		lo, hi, low, high := rangeOf(v, c)
		r.Ranges, r.Contrast = append(r.Ranges, [2]float64{lo, hi}), append(r.Contrast, [2]float64{low, high})
	}
	shown := v
	for {
		size, err := r.pack(shown, most)
		if err != nil {
			return r, nil, err
		}
		if most == 0 || size <= most || shown.Dims[1]*shown.Dims[2] == 1 {
			return r, notes, nil
		}
		if r.Type != "uint8" {
			r.quantise(v)
			notes = append(notes, fmt.Sprintf("Values are shown in 256 steps of %.4g, because all digits would make the page too large.", r.Step))
			continue
		}
		r.Factor++
		for size > 2*most*(r.Factor)*(r.Factor) { // far too large
			r.Factor++
		}
		shown = shrink(v, r.Factor, false)
		r.Dims = shown.Dims
		notes = slices.DeleteFunc(notes, func(n string) bool { return n[:2] == "On" })
		notes = append(notes, fmt.Sprintf("One pixel is shown for %d x %d of the image, because all of them would make the page too large.", r.Factor, r.Factor))
	}
}

// quantise makes numbers of 0 to 255 of all values of an image.
func (r *raster) quantise(v *detection.Volume) {
	lo, hi := v.Range()
	r.Type, r.Offset, r.Step = "uint8", float64(lo), float64(hi-lo)/255
	if r.Step == 0 {
		r.Step = 1
	}
}

// pack fills Planes, and stops when they are far larger than most.
func (r *raster) pack(v *detection.Volume, most int) (size int, err error) {
	r.Planes = nil
	bytesEach := map[string]int{"uint8": 1, "uint16": 2, "float32": 4}[r.Type]
	area := v.Dims[1] * v.Dims[2]
	level := flate.DefaultCompression
	if area*v.Channels*v.Dims[0] > 1<<20 {
		level = flate.BestSpeed
	}
	for z := range v.Dims[0] {
		var plane []string
		for c := range v.Channels {
			raw := make([]byte, area*bytesEach)
			at := v.Index(z, 0, 0) + c
			for i := range area {
				var n uint32
				switch value := v.Data[at+i*v.Channels]; {
				case r.Type == "float32":
					n = math.Float32bits(value)
				default:
					n = uint32(math.Round((float64(value) - r.Offset) / r.Step))
				}
				for b := range bytesEach {
					raw[b*area+i] = byte(n >> (8 * b))
				}
			}
			text, err := deflated(raw, level)
			if err != nil {
				return 0, err
			}
			plane, size = append(plane, text), size+len(text)
			if most > 0 && size > 4*most {
				return size * v.Dims[0] * v.Channels / (z*v.Channels + c + 1), nil
			}
		}
		r.Planes = append(r.Planes, plane)
	}
	return size, nil
}

func deflated(raw []byte, level int) (string, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err == nil {
		_, err = w.Write(raw)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", fmt.Errorf("widgets: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// numberType is the smallest type that holds all values exactly.
func numberType(values []float32) string {
	most := float32(0)
	for _, v := range values {
		if !(v >= 0) || v > math.MaxUint16 || v != float32(uint16(v)) {
			return "float32"
		}
		most = max(most, v)
	}
	if most <= math.MaxUint8 {
		return "uint8"
	}
	return "uint16"
}

// rangeOf is the smallest and largest finite value of a channel, and its 0.5th and
// 99.5th percentile, of at most a million values evenly taken.
func rangeOf(v *detection.Volume, c int) (lo, hi, low, high float64) {
	n := len(v.Data) / v.Channels
	stride := max(n/1_000_000, 1)
	var sample []float32
	lo, hi = math.Inf(1), math.Inf(-1)
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
	if len(sample) == 0 {
		return 0, 0, 0, 1
	}
	slices.Sort(sample)
	at := func(share float64) float64 { return float64(sample[int(math.Round(share*float64(len(sample)-1)))]) }
	low, high = at(0.005), at(0.995)
	if low == high { // few bright pixels on an even ground
		low, high = lo, hi
	}
	if low == high {
		high = low + 1
	}
	return lo, hi, low, high
}
