package dataset

import (
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// CheckOptions configures [Check]. Start from [DefaultCheckOptions].
type CheckOptions struct {
	// Patch is the size (z, y, x) of the patches that a training would cut, in
	// voxels; a smaller image is reported. An axis at 0 is not looked at, and z
	// not in a 2D image. Default all zeros.
	Patch [3]int
	// Radii are the semi-axes (z, y, x) of the ellipsoids that a training would
	// paint, in voxels, 0 to 1000; points whose ellipsoids touch are reported.
	// Default {2, 2, 2}, as in [detection.DefaultMaskOptions].
	Radii [3]int
	// Classes is the number k of classes, 1 or more; at 0 it is the largest id
	// in the set. At 1 a column class is ignored. Default 0.
	Classes int
	// Spacing is physical units per voxel, for the distances of neighbours.
	// Default [detection.UnitSpacing]: distances in voxels.
	Spacing detection.Spacing
	// Likeness is the smallest likeness, 0 to 1, at which two images are
	// reported as one field: the correlation of 32 x 32 values, each an average
	// less that of its surroundings, at the best of eight turns and flips.
	//
	// Default 0.7. In 170 real fields of nuclei and 500 of blood cells, no two
	// different fields came above 0.58 (one blood cell in the centre of both);
	// so a value below that reports what is only similar. A copy with a gamma of
	// 0.5 or 2, with 5% noise or as a poor JPEG stays above 0.86, and the turned
	// and brightened copies that are really in the blood set lie at 0.65 to
	// 1.00; so a value above 0.75 loses some of these. Pictures shifted by more
	// than a few hundredths of their width are not recognised.
	Likeness float64
	// MaxBytes is the largest size of an image in memory, as in
	// [imageio.ReadOptions]. Default 8 GiB.
	MaxBytes int64
}

// DefaultCheckOptions returns the defaults named at each field.
func DefaultCheckOptions() CheckOptions {
	return CheckOptions{Radii: [3]int{2, 2, 2}, Spacing: detection.UnitSpacing, Likeness: 0.7, MaxBytes: 8 << 30}
}

// Validate reports every invalid field, each by name and value.
func (o CheckOptions) Validate() error {
	var errs []error
	for i, n := range o.Patch {
		if n < 0 {
			errs = append(errs, fmt.Errorf("Patch[%s] is %d: want 0 or more", detection.AxisNames[i], n))
		}
	}
	if err := (detection.MaskOptions{Radii: o.Radii, Classes: 1}).Validate(); err != nil {
		errs = append(errs, err)
	}
	if o.Classes < 0 {
		errs = append(errs, fmt.Errorf("Classes is %d: want 0 or more", o.Classes))
	}
	if err := o.Spacing.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Spacing: %w", err))
	}
	if !(o.Likeness >= 0 && o.Likeness <= 1) {
		errs = append(errs, fmt.Errorf("Likeness is %v: want 0 to 1", o.Likeness))
	}
	if o.MaxBytes < 1 {
		errs = append(errs, fmt.Errorf("MaxBytes is %d: want 1 or more", o.MaxBytes))
	}
	return errors.Join(errs...)
}
