package imageio

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/puncta-bio/puncta/detection"
)

// TIFFOptions configures [WriteTIFF]. The zero value is invalid; start from
// [DefaultTIFFOptions].
type TIFFOptions struct {
	// Kind is the type of the samples: [Uint8], [Uint16] or [Float32]. For the
	// integers values are rounded half away from zero and clamped to the range
	// of the type, and NaN becomes 0. Default Float32.
	Kind SampleKind
	// Compression is [NoCompression] or [Deflate]. Default Deflate.
	Compression Compression
	// Predictor stores differences between neighbours, which makes smooth
	// images smaller: horizontal differencing (2) for integers, the
	// floating-point predictor (3) for Float32. Needs Deflate. ImageJ without
	// Bio-Formats does not read the second. Default false.
	Predictor bool
	// StripBytes is the size up to which rows are put into one strip, before
	// compression; a strip has at least one row. At least 1. Default 262144:
	// smaller strips compress worse, in larger ones a reader of a part has
	// more to unpack.
	StripBytes int
	// BigEndian stores numbers with the most significant byte first. Default
	// false.
	BigEndian bool
	// BigTIFF uses 8-byte offsets. Files that could pass 4 GiB are written so
	// whatever it says. ImageJ needs Bio-Formats for them. Default false.
	BigTIFF bool
}

// DefaultTIFFOptions returns the defaults named in [TIFFOptions].
func DefaultTIFFOptions() TIFFOptions {
	return TIFFOptions{Kind: Float32, Compression: Deflate, StripBytes: 1 << 18}
}

// Validate reports every invalid field at once.
func (o TIFFOptions) Validate() error {
	var errs []error
	if o.Kind != Uint8 && o.Kind != Uint16 && o.Kind != Float32 {
		errs = append(errs, fmt.Errorf("Kind %v: want uint8, uint16 or float32", o.Kind))
	}
	if o.Compression != NoCompression && o.Compression != Deflate {
		errs = append(errs, fmt.Errorf("Compression %d (%v): want NoCompression (1) or Deflate (8)", o.Compression, o.Compression))
	}
	if o.Predictor && o.Compression == NoCompression {
		errs = append(errs, errors.New("Predictor true: want Compression Deflate with it"))
	}
	if o.StripBytes < 1 {
		errs = append(errs, fmt.Errorf("StripBytes %d: want at least 1", o.StripBytes))
	}
	return errors.Join(errs...)
}

// checkWritable reports a volume whose spacing or unit ImageJ's metadata cannot
// hold.
func checkWritable(v *detection.Volume) error {
	if err := v.Validate(); err != nil {
		return err
	}
	for i, s := range v.Spacing[1:] {
		if _, den := ratio(s); den == 0 {
			return fmt.Errorf("spacing along %s is %v, want 1e-9 to 1e9, which a TIFF can hold", detection.AxisNames[i+1], s)
		}
	}
	if strings.ContainsFunc(v.Unit, unicode.IsControl) {
		return fmt.Errorf("unit %q holds a control character", v.Unit)
	}
	return nil
}
