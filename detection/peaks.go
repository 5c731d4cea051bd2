package detection

import (
	"errors"
	"fmt"
)

// ThresholdType says where the threshold of [Peaks] comes from.
type ThresholdType string

const (
	// Manual takes PeakOptions.Threshold.
	Manual ThresholdType = "manual"
	// Otsu takes [OtsuThreshold] of the map.
	Otsu ThresholdType = "otsu"
)

// PlateauRule says how many points a plateau of equal values gives.
type PlateauRule string

const (
	// OnePoint gives one point per plateau: the voxel of the plateau that is
	// nearest to its centroid, among equally near ones the first in raster
	// order. A plateau next to a higher voxel gives none.
	OnePoint PlateauRule = "one_point"
	// PerPixel judges every voxel of a plateau by itself, as scikit-image
	// does: with a MinDistance of 1 a saturated blob gives a point per voxel.
	PerPixel PlateauRule = "per_pixel"
)

// PeakOptions configures [Peaks]. Start from [DefaultPeakOptions].
type PeakOptions struct {
	// ThresholdType is Manual or Otsu.
	ThresholdType ThresholdType
	// Threshold is the value, in the units of the map, that a peak must exceed
	// (strictly). It is rounded to float32, the precision of the map, first:
	// a voxel of float32(0.2) does not exceed 0.2. Any finite number; not used
	// with Otsu.
	Threshold float64
	// MinDistance is (z, y, x) in voxels, each at least 1. No voxel within
	// MinDistance of a peak on all three axes is higher, and no two peaks are
	// closer than MinDistance on all three axes; peaks exactly that far apart
	// stay. In 2D the entry for z has no effect.
	MinDistance [3]int
	// ExcludeBorder drops peaks in the outer ExcludeBorder voxels of an axis,
	// (z, y, x), each at least 0; 0 keeps all. In 2D z never excludes.
	ExcludeBorder [3]int
	// Plateau is OnePoint or PerPixel.
	Plateau PlateauRule
}

// DefaultPeakOptions returns a manual threshold of 0.2, a minimum distance of
// one voxel, no excluded border and one point per plateau.
func DefaultPeakOptions() PeakOptions {
	return PeakOptions{
		ThresholdType: Manual,
		Threshold:     0.2,
		MinDistance:   [3]int{1, 1, 1},
		Plateau:       OnePoint,
	}
}

// Validate reports every invalid field, each by name and value.
func (o PeakOptions) Validate() error {
	var errs []error
	if o.ThresholdType != Manual && o.ThresholdType != Otsu {
		errs = append(errs, fmt.Errorf("ThresholdType is %q: want %q or %q", o.ThresholdType, Manual, Otsu))
	}
	if !isFinite(o.Threshold) {
		errs = append(errs, fmt.Errorf("Threshold is %v: want a finite number", o.Threshold))
	}
	for i, d := range o.MinDistance {
		if d < 1 {
			errs = append(errs, fmt.Errorf("MinDistance along %s is %d: want at least 1", AxisNames[i], d))
		}
	}
	for i, w := range o.ExcludeBorder {
		if w < 0 {
			errs = append(errs, fmt.Errorf("ExcludeBorder along %s is %d: want at least 0", AxisNames[i], w))
		}
	}
	if o.Plateau != OnePoint && o.Plateau != PerPixel {
		errs = append(errs, fmt.Errorf("Plateau is %q: want %q or %q", o.Plateau, OnePoint, PerPixel))
	}
	return errors.Join(errs...)
}

// Peaks returns the local maxima of prob, highest first.
//
// prob has one channel; values need not lie in [0, 1]. It is not modified. A
// voxel is a peak when its value exceeds the threshold and no voxel of the box
// of 2*MinDistance+1 around it is higher; the box is cut at the faces of the
// volume. Equal neighbours are treated by the [PlateauRule]. Peaks in the
// excluded border are dropped. The rest is taken by descending value, ties in
// raster order, and a peak that is closer than MinDistance on all axes to one
// already taken is dropped.
//
// A map of one single value has no peaks, whatever the value. The points are
// at voxel centres, with the value as Prob, ids 1..n in the order of the
// slice and no class. No peak gives a nil slice. The peaks at a threshold t
// are exactly those peaks of any lower threshold whose value exceeds t.
//
// Errors: those of [PeakOptions.Validate] and [Volume.Validate]; prob has more
// than one channel; prob holds NaN, as a network that diverged gives.
//
// With PerPixel the result is that of peak_local_max in scikit-image 0.26
// with threshold_abs, the same min_distance and exclude_border on all axes,
// but for a map of one voxel, which is a peak there.
func Peaks(prob *Volume, opts PeakOptions) ([]Point, error) {
	if err := errors.Join(checkMap(prob), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: peaks: %w", err)
	}
	threshold := float32(opts.Threshold)
	if opts.ThresholdType == Otsu {
		t, err := OtsuThreshold(prob)
		if err != nil {
			return nil, fmt.Errorf("detection: peaks: %w", err)
		}
		threshold = t
	}
	maxima, err := localMaxima(prob, threshold)
	if err != nil {
		return nil, fmt.Errorf("detection: peaks: %w", err)
	}
	candidates := selectPlateaus(prob, maxima, opts.Plateau)
	candidates = keepBoxMaxima(prob, candidates, opts.MinDistance)
	candidates = dropBorder(prob.Dims, candidates, opts.ExcludeBorder)
	sortByValue(prob.Data, candidates)
	candidates = keepApart(prob.Dims, candidates, opts.MinDistance)

	var points []Point
	for rank, i := range candidates {
		v := unravel(prob.Dims, i)
		points = append(points, Point{
			ID:   rank + 1,
			Pos:  [3]float64{float64(v[0]), float64(v[1]), float64(v[2])},
			Prob: float64(prob.Data[i]),
		})
	}
	return points, nil
}

// checkMap accepts a sound volume of one channel.
func checkMap(v *Volume) error {
	if err := v.Validate(); err != nil {
		return err
	}
	if v.Channels != 1 {
		return fmt.Errorf("%w: volume has %d channels, want 1 (see Volume.Channel)", ErrShape, v.Channels)
	}
	return nil
}

// nanError says where a map holds NaN.
func nanError(dims [3]int, i int) error {
	v := unravel(dims, i)
	return fmt.Errorf("voxel (z, y, x) = (%d, %d, %d) is NaN: want numbers", v[0], v[1], v[2])
}

// unravel is the voxel at index i of a one-channel volume.
func unravel(dims [3]int, i int) [3]int {
	plane := dims[1] * dims[2]
	return [3]int{i / plane, i % plane / dims[2], i % dims[2]}
}

// isFinite says that v is neither infinite nor NaN.
func isFinite(v float64) bool { return v-v == 0 }
