package imageio

import (
	"fmt"
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
	m, err := detection.Picture(v, 0)
	if err != nil {
		return err
	}
	return png.Encode(w, m)
}
