package detection

import (
	"errors"
	"fmt"
	"math"
)

// ClassicalOptions configures [Classical]. Start from
// [DefaultClassicalOptions]. Lengths are in the physical units of Spacing.
type ClassicalOptions struct {
	// Smoothing is the standard deviation of the Gaussian that the image is
	// smoothed with. At least 0; 0 is off.
	Smoothing float64
	// ThresholdFactor scales the height of Otsu's threshold above the darkest
	// voxel: what lies above is foreground. Above 0; 1 is Otsu's threshold,
	// less takes in dimmer objects.
	ThresholdFactor float64
	// FillHoles makes background that is enclosed by foreground (on all sides
	// in 3D) foreground.
	FillHoles bool
	// MinSize removes connected foreground of fewer voxels. At least 0.
	MinSize int
	// DistanceSmoothing is the standard deviation of the Gaussian that the
	// distances to the background are smoothed with. At least 0; 0 is off.
	// More of it cuts objects into fewer parts.
	DistanceSmoothing float64
	// MinDistance is the smallest distance between two objects that touch, on
	// at least one axis. At least 0.
	MinDistance float64
	// Spacing is the voxel size in physical units; [UnitSpacing] makes all
	// lengths voxels.
	Spacing Spacing
}

// DefaultClassicalOptions returns settings for nuclei of 10 to 40 voxels
// across. [TuneClassical] finds better ones.
func DefaultClassicalOptions() ClassicalOptions {
	return ClassicalOptions{
		Smoothing:         1,
		ThresholdFactor:   1,
		FillHoles:         true,
		MinSize:           20,
		DistanceSmoothing: 1,
		MinDistance:       5,
		Spacing:           UnitSpacing,
	}
}

// Validate reports every invalid field, each by name and value.
func (o ClassicalOptions) Validate() error {
	errs := []error{
		checkLength("Smoothing", o.Smoothing),
		checkLength("DistanceSmoothing", o.DistanceSmoothing),
		checkLength("MinDistance", o.MinDistance),
	}
	if !(o.ThresholdFactor > 0) || !isFinite(o.ThresholdFactor) {
		errs = append(errs, fmt.Errorf("ThresholdFactor is %v: want a finite number above 0", o.ThresholdFactor))
	}
	if o.MinSize < 0 {
		errs = append(errs, fmt.Errorf("MinSize is %d: want at least 0", o.MinSize))
	}
	if err := o.Spacing.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Spacing: %w", err))
	}
	return errors.Join(errs...)
}

// Classical finds bright, roundish objects on a dark background without any
// training: the baseline that a network has to beat. The steps are
//
//	smooth -> Otsu threshold -> fill holes, remove specks -> distance to the
//	background -> its smoothed peaks are markers -> watershed -> centroids
//
// each of them a stage of this package ([GaussianFilter], [OtsuThreshold],
// [DistanceTransform], [Peaks], [Watershed], [Centroids]). Connected
// foreground in which no peak is left counts as one object.
//
// image has one channel and any range of values. The points are centroids in
// voxels, by descending Prob, ties in raster order of the markers, with ids
// 1..n and no class. Prob is no probability but the roundness of the object,
// (0, 1]: the part of its area (volume) that the largest disk (ball) around
// any of its voxels fills, that fits in the foreground, at most 1. Ragged or
// clumped objects come last. An image of one value, and one without
// background, have no points.
//
// Errors: those of [ClassicalOptions.Validate] and [Volume.Validate]; more
// than one channel; NaN or infinite values.
func Classical(image *Volume, opts ClassicalOptions) ([]Point, error) {
	if err := errors.Join(checkMap(image), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: classical: %w", err)
	}
	steps := classicalSteps{image: image}
	points, err := steps.run(opts)
	if err != nil {
		return nil, fmt.Errorf("detection: classical: %w", err)
	}
	return points, nil
}

// classicalSteps runs [Classical] on one image and remembers the last result
// of each step with the settings that it came from, so that a search over
// settings repeats only what has changed.
type classicalSteps struct {
	image    *Volume
	smoothed memo[*Volume]
	mask     memo[*Volume]
	distance memo[*Volume]
	relief   memo[relief]
}

// memo is a value with the settings that it was made from.
type memo[T any] struct {
	from  ClassicalOptions
	known bool
	value T
}

// get returns the value for the settings from, made by do where they differ
// from the last ones.
func (m *memo[T]) get(from ClassicalOptions, do func() (T, error)) (T, error) {
	if m.known && m.from == from {
		return m.value, nil
	}
	value, err := do()
	*m = memo[T]{from, err == nil, value}
	return value, err
}

// run composes the steps. Each hides from the memo the settings that come
// after it.
func (s *classicalSteps) run(opts ClassicalOptions) ([]Point, error) {
	used := ClassicalOptions{Smoothing: opts.Smoothing, Spacing: opts.Spacing}
	smoothed, err := s.smoothed.get(used, func() (*Volume, error) {
		return GaussianFilter(s.image, inVoxels(opts.Smoothing, opts.Spacing))
	})
	if err != nil {
		return nil, err
	}
	used.ThresholdFactor, used.FillHoles, used.MinSize = opts.ThresholdFactor, opts.FillHoles, opts.MinSize
	mask, err := s.mask.get(used, func() (*Volume, error) { return foreground(smoothed, opts) })
	if err != nil {
		return nil, err
	}
	distance, err := s.distance.get(used, func() (*Volume, error) { return DistanceTransform(mask, opts.Spacing) })
	if err != nil || math.IsInf(float64(distance.Data[0]), 1) {
		return nil, err
	}
	used.DistanceSmoothing = opts.DistanceSmoothing
	relief, err := s.relief.get(used, func() (relief, error) {
		height, err := GaussianFilter(distance, inVoxels(opts.DistanceSmoothing, opts.Spacing))
		return newRelief(mask, height), err
	})
	if err != nil {
		return nil, err
	}
	regions, err := relief.split(opts)
	if err != nil {
		return nil, err
	}
	return regionPoints(regions, distance, opts.Spacing)
}

// inVoxels turns a length in physical units into voxels along each axis.
func inVoxels(length float64, spacing Spacing) (voxels [3]float64) {
	for a, s := range spacing {
		voxels[a] = length / s
	}
	return voxels
}
