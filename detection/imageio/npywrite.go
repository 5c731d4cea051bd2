package imageio

import (
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/detection"
)

// WriteNPY writes the values of v as a NumPy array of float32, version 1.0,
// little-endian, in C order. Its shape is (y, x) for a single channel of one
// plane, (z, y, x) for a single channel of more, and (z, y, x, c) otherwise and
// for the stacks that [Read] would take for (y, x, c), so that reading gives
// back the same volume. NPY has no place for spacing and unit.
//
// Errors: those of [detection.Volume.Validate]; errors of w.
func WriteNPY(w io.Writer, v *detection.Volume) error {
	if err := v.Validate(); err != nil {
		return err
	}
	z, y, x := v.Dims[0], v.Dims[1], v.Dims[2]
	shape := fmt.Sprintf("(%d, %d, %d, %d)", z, y, x, v.Channels)
	switch {
	case v.Channels == 1 && z == 1:
		shape = fmt.Sprintf("(%d, %d)", y, x)
	case v.Channels == 1 && !looksLikeChannels(z, y, x):
		shape = fmt.Sprintf("(%d, %d, %d)", z, y, x)
	}
	if _, err := w.Write(npyPreamble("<f4", shape)); err != nil {
		return err
	}
	const chunk = 1 << 14
	raw := make([]byte, 4*min(chunk, len(v.Data)))
	for rest := v.Data; len(rest) > 0; {
		n := min(chunk, len(rest))
		Float32.fromFloat32(raw, rest[:n])
		if _, err := w.Write(raw[:4*n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}
