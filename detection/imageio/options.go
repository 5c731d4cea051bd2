package imageio

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// ReadOptions configures [ReadWith] and [Decode]. Start from
// [DefaultReadOptions].
type ReadOptions struct {
	// Axes names the axes of the stored array, outermost first, with the
	// letters T, Z, C, Y and X, in either case: "ZYX", "CYX", "YXC". For a
	// TIFF these are the page axes, then Y and X, then C for the samples of a
	// pixel if there are several. Axes of length 1 may be left out. It
	// overrides what the file says and what would be guessed. PNG and JPEG
	// have only one reading and ignore it. "" takes the file's word. Default "".
	Axes string
	// MaxBytes is the largest size of the values of a volume in memory, 4
	// bytes each, and of a single strip or tile. A larger image is refused
	// before memory is set aside. While reading, one strip or tile, packed and
	// unpacked, is in memory besides the volume; for PNG and JPEG the whole
	// image. At least 1. Default 8 GiB, which holds 500 planes of 2048 x 2048.
	MaxBytes int64
}

// DefaultReadOptions returns the defaults named in [ReadOptions].
func DefaultReadOptions() ReadOptions { return ReadOptions{MaxBytes: 8 << 30} }

// Validate reports every invalid field at once.
func (o ReadOptions) Validate() error {
	var errs []error
	if o.MaxBytes < 1 {
		errs = append(errs, fmt.Errorf("MaxBytes %d: want at least 1", o.MaxBytes))
	}
	if o.Axes != "" && !goodAxes(strings.ToUpper(o.Axes)) {
		errs = append(errs, fmt.Errorf("Axes %q: want Y and X, and at most one each of T, Z and C", o.Axes))
	}
	return errors.Join(errs...)
}

func goodAxes(axes string) bool {
	for _, letter := range axes {
		if !strings.ContainsRune("TZCYX", letter) || strings.Count(axes, string(letter)) > 1 {
			return false
		}
	}
	return strings.Contains(axes, "Y") && strings.Contains(axes, "X")
}

// checkBytes refuses values float32 values when they pass MaxBytes.
func (o ReadOptions) checkBytes(values int64) error {
	if values > min(o.MaxBytes, math.MaxInt)/4 {
		return fmt.Errorf("%d values need %d bytes as float32, more than MaxBytes (%d)",
			values, satMul(values, 4), o.MaxBytes)
	}
	return nil
}
