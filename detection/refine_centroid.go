package detection

import (
	"errors"
	"fmt"
)

// CentroidOptions configures [RefineCentroids]. Start from
// [DefaultCentroidOptions]. Lengths are in the physical units of Spacing.
type CentroidOptions struct {
	// Smoothing is the standard deviation of the Gaussian that the image is
	// smoothed with. At least 0; 0 is off. Default 1.
	Smoothing float64
	// ThresholdFactor scales the height of Otsu's threshold above the darkest
	// voxel (the brightest one with Dark): what lies beyond is foreground. Above
	// 0. Default 0.6: at 1 the dim objects of an image that has bright ones are
	// lost, and much less takes in the haze between objects.
	ThresholdFactor float64
	// Dark looks for dark objects on a bright ground. Default false.
	Dark bool
	// MinSize is the smallest region, in voxels, whose centroid is trusted. At
	// least 0. Default 20.
	MinSize int
	// DistanceSmoothing is the standard deviation of the Gaussian that the
	// distances to the background are smoothed with. At least 0; 0 is off.
	// Default 1.
	DistanceSmoothing float64
	// MaxShift is how far a point may move; one whose centroid is farther away
	// stays. At least 0. Default 15: farther is another object's, or that of a
	// clump of which the other objects have not been found.
	MaxShift float64
	// Spacing is the voxel size in physical units; [UnitSpacing], the default,
	// makes all lengths voxels.
	Spacing Spacing
}

// DefaultCentroidOptions returns the defaults named at each field, for nuclei
// of 10 to 50 voxels across.
func DefaultCentroidOptions() CentroidOptions {
	return CentroidOptions{Smoothing: 1, ThresholdFactor: 0.6, MinSize: 20, DistanceSmoothing: 1, MaxShift: 15, Spacing: UnitSpacing}
}

// Validate reports every invalid field, each by name and value.
func (o CentroidOptions) Validate() error {
	errs := []error{
		checkLength("Smoothing", o.Smoothing),
		checkScale("ThresholdFactor", o.ThresholdFactor),
		checkLength("DistanceSmoothing", o.DistanceSmoothing),
		checkLength("MaxShift", o.MaxShift),
	}
	if o.MinSize < 0 {
		errs = append(errs, fmt.Errorf("MinSize is %d: want at least 0", o.MinSize))
	}
	if err := o.Spacing.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Spacing: %w", err))
	}
	return errors.Join(errs...)
}

// RefineCentroids moves points to the centroids of their objects in the image.
// A network says well what is one object and less well where the middle of a
// large one is; the outline in the image knows that. The steps are
//
//	smooth -> Otsu threshold, fill holes, remove specks -> distance to the
//	background -> watershed from the points -> centroids
//
// as in [Classical], whose markers are found in the image instead. A point
// outside the foreground, one on the voxel of an earlier point, one whose
// region is smaller than MinSize and one that would move by more than MaxShift
// stay where they are; so do all in an image of one value.
//
// image is the one in which the points were found, of any range of values; one
// of several channels is averaged over them. The points are those given, in
// their order, with new positions; points is not modified.
//
// Errors: those of [CentroidOptions.Validate] and [Volume.Validate]; NaN or
// infinite values; positions that are not finite or outside the image.
func RefineCentroids(image *Volume, points []Point, opts CentroidOptions) ([]Point, error) {
	g, err := newCentroidGround(image, opts)
	if err != nil {
		return nil, wrapCentroids(err)
	}
	refined, err := g.refine(points, opts.MaxShift)
	return refined, wrapCentroids(err)
}

func wrapCentroids(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("detection: refine centroids: %w", err)
}
