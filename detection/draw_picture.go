package detection

import (
	"fmt"
	"image"
	"math"
)

// Picture is plane z of a volume as an image of 8 bits: one channel as grey,
// three as red, green and blue. Values are meant as 0 to 255: they are rounded half
// away from zero and clamped, and NaN becomes 0.
//
// Errors: those of [Volume.Validate]; a plane that is not there, or a number of
// channels other than 1 and 3 ([ErrShape]).
func Picture(v *Volume, z int) (image.Image, error) {
	if err := v.Validate(); err != nil {
		return nil, fmt.Errorf("detection: picture: %w", err)
	}
	if z < 0 || z >= v.Dims[0] || v.Channels != 1 && v.Channels != 3 {
		return nil, fmt.Errorf("detection: picture: %w: plane %d of %d with %d channels: want one that is there, with 1 or 3", ErrShape, z, v.Dims[0], v.Channels)
	}
	height, width := v.Dims[1], v.Dims[2]
	values := v.Data[v.Index(z, 0, 0):][:height*width*v.Channels]
	bounds := image.Rect(0, 0, width, height)
	if v.Channels == 1 {
		m := image.NewGray(bounds)
		for i, x := range values {
			m.Pix[i] = level(x)
		}
		return m, nil
	}
	m := image.NewRGBA(bounds)
	for i := range height * width {
		pixel := m.Pix[4*i:][:4]
		for c := range 3 {
			pixel[c] = level(values[3*i+c])
		}
		pixel[3] = 255
	}
	return m, nil
}

// level is written so that NaN gives 0.
func level(v float32) uint8 {
	if !(v > 0) {
		return 0
	}
	return uint8(min(math.Round(float64(v)), 255))
}
