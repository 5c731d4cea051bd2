package imageio

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// WriteFile writes v to path in the format of its extension: .tif and .tiff with
// [WriteTIFF], .png with [WritePNG], .npy with [WriteNPY]; opts count for TIFF
// alone. The file appears under its name when it is complete and on the disk; on
// an error what was there before stays, and nothing else is left behind.
//
// Errors start with path.
func WriteFile(path string, v *detection.Volume, opts TIFFOptions) error {
	var write func(io.Writer) error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".tif", ".tiff":
		write = func(w io.Writer) error { return WriteTIFF(w, v, opts) }
	case ".png":
		write = func(w io.Writer) error { return WritePNG(w, v) }
	case ".npy":
		write = func(w io.Writer) error { return WriteNPY(w, v) }
	default:
		return fmt.Errorf("%s: cannot write the extension %q, want .tif, .tiff, .png or .npy", path, ext)
	}
	return atomicfile.Write(path, write)
}
