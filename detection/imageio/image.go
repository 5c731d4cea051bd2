package imageio

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// Image is a volume with what its file said about it.
type Image struct {
	// Volume holds the values, unscaled. A 2D image has one plane. Spacing
	// and Unit come from ImageJ's or OME's metadata, with Unit in its short
	// form ("um", "nm", "mm" …); [detection.UnitSpacing] and "" without them.
	*detection.Volume
	// Kind is the type of the samples in the file.
	Kind SampleKind
	// Format is "TIFF", "PNG", "JPEG" or "NPY".
	Format string
	// Axes names the axes of the file longer than 1, outermost first, as they
	// were understood: "YX", "ZYX", "ZCYX" (Z, C, Y, X, and S for the samples
	// of an RGB pixel).
	Axes string
	// WhiteIsZero is set by a TIFF in which small values are bright. The
	// values are as stored.
	WhiteIsZero bool
}

// SampleKind is the type of a sample in a file.
type SampleKind uint8

// The kinds of samples. The zero value is none of them.
const (
	Bool SampleKind = iota + 1 // 0 or 1
	Uint8
	Uint16
	Uint32
	Uint64
	Int8
	Int16
	Int32
	Int64
	Float16
	Float32
	Float64
)

// String returns NumPy's name of the type, such as "uint8".
func (k SampleKind) String() string {
	names := [...]string{Bool: "bool",
		Uint8: "uint8", Uint16: "uint16", Uint32: "uint32", Uint64: "uint64",
		Int8: "int8", Int16: "int16", Int32: "int32", Int64: "int64",
		Float16: "float16", Float32: "float32", Float64: "float64"}
	if k == 0 || int(k) >= len(names) {
		return fmt.Sprintf("SampleKind(%d)", uint8(k))
	}
	return names[k]
}

// size is the number of bytes of a sample in memory; a Bool has one.
func (k SampleKind) size() int {
	switch k {
	case Uint16, Int16, Float16:
		return 2
	case Uint32, Int32, Float32:
		return 4
	case Uint64, Int64, Float64:
		return 8
	default:
		return 1
	}
}
