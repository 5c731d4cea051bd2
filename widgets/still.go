package widgets

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"

	"golang.org/x/image/draw"

	"github.com/puncta-bio/puncta/detection"
)

const (
	// stillSide is the longer side of the still picture, in pixels, and
	// mostEnlarged how much a small image is enlarged for it.
	stillSide, mostEnlarged = 640, 3
	// stillLevels is how many values a colour of the still picture takes: fewer
	// compress the noise of a camera to half.
	stillLevels = 64
)

// tintColour is that of a map.
var tintColour = [3]float64{255, 60, 200}

// still is a picture of a plane, with marks.
type still struct {
	picture *image.RGBA
	scale   float64 // pixels a voxel
	left    float64 // where the first voxel begins, pixels
	top     float64
	z       int
	radius  float64 // of a mark, pixels
}

// newStill is a picture of plane z, side pixels along its longer side, small
// images enlarged three times at most. base is as [detection.Picture] wants it,
// on one plane alone or on all planes; so is tint, which may be nil: its values are how
// much of the colour of a map lies over the base, 255 for opacity. count is how
// many marks are to be drawn, about: their size depends on it.
func newStill(base, tint *detection.Volume, z, side, count int) (still, error) {
	height, width := base.Dims[1], base.Dims[2]
	s := still{scale: min(float64(side)/float64(max(height, width)), mostEnlarged), z: z}
	size := image.Rect(0, 0, max(int(math.Round(s.scale*float64(width))), 1), max(int(math.Round(s.scale*float64(height))), 1))
	s.picture = image.NewRGBA(size)
	over := image.NewGray(size)
	scaler := draw.Scaler(draw.BiLinear)
	if s.scale >= 2 {
		scaler = draw.NearestNeighbor // single pixels are worth seeing
	}
	for _, layer := range []struct {
		to   draw.Image
		from *detection.Volume
	}{{s.picture, base}, {over, tint}} {
		if layer.from == nil {
			continue
		}
		from, err := detection.Picture(layer.from, min(z, layer.from.Dims[0]-1))
		if err != nil {
			return s, err
		}
		scaler.Scale(layer.to, size, from, from.Bounds(), draw.Src, nil)
	}
	for i, v := range over.Pix {
		share := float64(v) / 255 * opacity
		for c, hue := range tintColour {
			mixed := float64(s.picture.Pix[4*i+c])*(1-share) + hue*share
			s.picture.Pix[4*i+c] = fewer(mixed)
		}
	}
	s.radius = min(max(math.Sqrt(float64(size.Dx()*size.Dy())/float64(max(count, 1)))/3, 2.5), 8)
	return s, nil
}

// fewer is one of stillLevels values next to one of 0 to 255.
func fewer(v float64) uint8 {
	return uint8(math.Round(v*(stillLevels-1)/255) * 255 / (stillLevels - 1))
}

// encoded is the picture as PNG, compressed for speed.
func (s still) encoded() ([]byte, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, s.picture)
	return b.Bytes(), err
}

// planeText says which plane of a volume is shown, "" for an image of one.
func planeText(depth, z int) string {
	if depth == 1 {
		return ""
	}
	return fmt.Sprintf(" (shown: plane z = %d)", z)
}
