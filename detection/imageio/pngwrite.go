package imageio

import (
	"fmt"
	"image"
	"image/png"
	"io"

	"github.com/puncta-bio/puncta/detection"
)

// WritePNG writes v, one plane of 1 or 3 channels, as an 8-bit grey or RGB PNG.
// Values are meant as 0 to 255: they are rounded half away from zero and clamped,
// and NaN becomes 0. Spacing and unit are not written.
//
// Errors: those of [detection.Volume.Validate]; more than one plane, or a
// number of channels other than 1 and 3; errors of w.
func WritePNG(w io.Writer, v *detection.Volume) error {
	if err := v.Validate(); err != nil {
		return err
	}
	if v.Dims[0] != 1 || (v.Channels != 1 && v.Channels != 3) {
		return fmt.Errorf("%w: %d planes of %d channels, want 1 plane of 1 or 3 channels for PNG",
			detection.ErrShape, v.Dims[0], v.Channels)
	}
	rect := image.Rect(0, 0, v.Dims[2], v.Dims[1])
	if v.Channels == 1 {
		m := image.NewGray(rect)
		Uint8.fromFloat32(m.Pix, v.Data)
		return png.Encode(w, m)
	}
	m := image.NewNRGBA(rect)
	for i := range v.Voxels() {
		pixel := m.Pix[4*i : 4*i+4]
		Uint8.fromFloat32(pixel, v.Data[3*i:3*i+3])
		pixel[3] = 255
	}
	return png.Encode(w, m)
}
