package widgets

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// pictures are image and map as addresses of data, one for each plane.
type pictures struct {
	// Factor is how many voxels along y and x make a pixel.
	Factor int      `json:"factor"`
	Image  []string `json:"image"`
	Map    []string `json:"map"`
}

const (
	// mostPicture bounds all pictures of an explorer, in characters. With the
	// points and the still picture it makes 6 MB at most for 5,000 peaks.
	mostPicture = 4_200_000
	// mostSide bounds the longer side of a picture: screens have no more.
	mostSide = 2048
	// losslessPixels is up to how many pixels, over all planes, an image is
	// kept as PNG. Beyond, JPEG saves two thirds of a noisy image.
	losslessPixels = 600 * 600
	jpegQuality    = 85
	// mapLevels is how many grey values the map is shown with. 256 cost a half
	// more, and are not told apart as a tint.
	mapLevels = 64
)

// pictures encodes image and map, at the largest size that fits.
func (e *Explorer) pictures() (pictures, error) {
	factor := (max(e.image.Dims[1], e.image.Dims[2]) + mostSide - 1) / mostSide
	for ; ; factor++ {
		p := pictures{Factor: factor}
		size := 0
		a, b := pooled(e.grey, factor, poolMean), pooled(e.tint, factor, poolLargest)
		for z := range a.Dims[0] {
			image, err := encode(a, z, len(a.Data)/a.Channels > losslessPixels)
			if err != nil {
				return p, err
			}
			tint, err := encode(b, z, false)
			if err != nil {
				return p, err
			}
			p.Image, p.Map = append(p.Image, image), append(p.Map, tint)
			size += len(image) + len(tint)
		}
		if size <= mostPicture || a.Dims[1]*a.Dims[2] == 1 {
			return p, nil
		}
		for size > 2*mostPicture*(factor+1)*(factor+1)/factor/factor { // far too large
			size, factor = size*factor*factor/(factor+1)/(factor+1), factor+1
		}
	}
}

// displayed is the image as 0 to 255, with one or three channels, stretched from
// its 0.5th to its 99.5th percentile.
func displayed(v *detection.Volume) (*detection.Volume, error) {
	if v.Channels != 3 {
		v = v.Grey()
	}
	opts := detection.DefaultDrawOptions()
	opts.Level = 255
	return detection.DrawPoints(v, nil, opts)
}

// tinted is the map as 0 to 255, the largest value of all channels at each
// voxel: 0 to 1, or, where values lie outside, all of them. A map of floats
// that a network made has values by the million; so few are shown.
func tinted(v *detection.Volume) *detection.Volume {
	lo, hi := v.Range()
	if lo >= 0 && hi <= 1 {
		lo, hi = 0, 1
	}
	out := detection.NewLike(v, 1)
	for i := range out.Data {
		best := float32(math.Inf(-1))
		for _, x := range v.Data[i*v.Channels:][:v.Channels] {
			best = max(best, x)
		}
		t := float64(best-lo) / max(float64(hi-lo), 1e-30)
		out.Data[i] = float32(math.Round(min(max(t, 0), 1)*(mapLevels-1)) * 255 / (mapLevels - 1))
	}
	return out
}

// encode is an address of data that holds a plane.
func encode(v *detection.Volume, z int, lossy bool) (string, error) {
	m, err := detection.Picture(v, z)
	if err != nil {
		return "", fmt.Errorf("widgets: %w", err)
	}
	quality := lossless
	if lossy {
		quality = jpegQuality
	}
	return address(m, quality)
}

// lossless is the quality of a PNG.
const lossless = 100

// address is an address of data that holds a picture: a PNG where it is to be
// lossless, else a JPEG of a quality from 1 to 99.
func address(m image.Image, quality int) (string, error) {
	var b bytes.Buffer
	var err error
	kind := "png"
	if quality < lossless {
		kind, err = "jpeg", jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(&b, m)
	}
	if err != nil {
		return "", fmt.Errorf("widgets: %w", err)
	}
	return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
