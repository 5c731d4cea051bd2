package detection

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// SampleProperty is a number by which a [SampleFilter] judges an image or a
// patch, by its name in configuration files.
type SampleProperty string

const (
	// Foreground is the share of voxels where something is painted, 0 to 1.
	Foreground SampleProperty = "foreground"
	// Mean, Min and Max are those of the values of all channels.
	Mean SampleProperty = "mean"
	Min  SampleProperty = "min"
	Max  SampleProperty = "max"
	// TargetMean, TargetMin and TargetMax are those of what is painted: the
	// largest value over the classes at each voxel.
	TargetMean SampleProperty = "target_mean"
	TargetMin  SampleProperty = "target_min"
	TargetMax  SampleProperty = "target_max"
	// Diff is the sum of |value - target| over all values.
	Diff SampleProperty = "diff"
	// DiffByMinMaxRatio is Diff times the range, largest less smallest value, of
	// the whole image, and DiffByTargetMinMaxRatio times that of its target.
	DiffByMinMaxRatio       SampleProperty = "diff_by_min_max_ratio"
	DiffByTargetMinMaxRatio SampleProperty = "diff_by_target_min_max_ratio"
)

// SampleProperties lists all properties, in the order of tables.
var SampleProperties = []SampleProperty{Foreground, Mean, Min, Max, TargetMean, TargetMin, TargetMax, Diff, DiffByMinMaxRatio, DiffByTargetMinMaxRatio}

// needsTarget says whether the property looks at what is painted.
func (p SampleProperty) needsTarget() bool { return p != Mean && p != Min && p != Max }

// Sign is a comparison, by its name in configuration files.
type Sign string

const (
	Greater      Sign = "gt"
	GreaterEqual Sign = "ge"
	Less         Sign = "lt"
	LessEqual    Sign = "le"
)

// holds compares a with b.
func (s Sign) holds(a, b float64) bool {
	switch s {
	case Greater:
		return a > b
	case GreaterEqual:
		return a >= b
	case Less:
		return a < b
	}
	return a <= b
}

// SampleCondition holds for a sample when its property compares to Value as
// Sign says.
type SampleCondition struct {
	Property SampleProperty
	Sign     Sign
	Value    float64
}

// SampleFilter removes samples: one that fulfils every condition of any of its
// groups. A filter without groups removes nothing.
type SampleFilter [][]SampleCondition

// Validate reports every condition that cannot be decided, and every group
// without any, which would remove all.
func (f SampleFilter) Validate() error {
	var errs []error
	for g, group := range f {
		if len(group) == 0 {
			errs = append(errs, fmt.Errorf("group %d has no condition: want at least one", g+1))
		}
		for _, c := range group {
			if !slices.Contains(SampleProperties, c.Property) {
				errs = append(errs, fmt.Errorf("group %d: property %q: want one of %v", g+1, c.Property, SampleProperties))
			}
			if !slices.Contains([]Sign{Greater, GreaterEqual, Less, LessEqual}, c.Sign) {
				errs = append(errs, fmt.Errorf("group %d: sign %q: want gt, ge, lt or le", g+1, c.Sign))
			}
			if math.IsNaN(c.Value) {
				errs = append(errs, fmt.Errorf("group %d: value of %s is NaN: want a number", g+1, c.Property))
			}
		}
	}
	return errors.Join(errs...)
}

// NeedsTarget says whether any condition looks at what is painted for points.
func (f SampleFilter) NeedsTarget() bool {
	return slices.ContainsFunc(f, func(group []SampleCondition) bool {
		return slices.ContainsFunc(group, func(c SampleCondition) bool { return c.Property.needsTarget() })
	})
}

// Removes says whether a sample of these properties is removed. A property that
// is NaN, because the sample has no target, fulfils nothing.
func (f SampleFilter) Removes(s SampleStats) bool {
	return slices.ContainsFunc(f, func(group []SampleCondition) bool {
		return !slices.ContainsFunc(group, func(c SampleCondition) bool { return !c.Sign.holds(s[c.Property], c.Value) })
	})
}

// SampleStats holds the properties of a sample by name.
type SampleStats map[SampleProperty]float64

// SampleRanges are the ranges, largest less smallest value, of the whole image
// and its whole target, of which a patch is a piece.
type SampleRanges struct{ Image, Target float64 }

// MeasureRanges measures an image and its target, which may be nil.
func MeasureRanges(image, target *Volume) SampleRanges {
	lo, hi := image.Range()
	r := SampleRanges{Image: float64(hi) - float64(lo)}
	if target != nil {
		lo, hi := painted(target).Range()
		r.Target = float64(hi) - float64(lo)
	}
	return r
}

// MeasureSample measures an image or a patch and its target, which may be nil:
// then the properties that need it are NaN. ranges are those of the whole.
// Errors: an image or target that does not fit its size, and a target of
// another spatial size than the image ([ErrShape]).
//
// Source: the FILTER_SAMPLES properties of BiaPy 3.7.1. Its ratio of largest
// and smallest value is their difference, as here.
func MeasureSample(image, target *Volume, ranges SampleRanges) (SampleStats, error) {
	if err := image.Validate(); err != nil {
		return nil, fmt.Errorf("detection: measure sample: %w", err)
	}
	lo, hi := image.Range()
	s := SampleStats{Min: float64(lo), Max: float64(hi)}
	var sum float64
	for _, v := range image.Data {
		sum += float64(v)
	}
	s[Mean] = sum / float64(len(image.Data))
	if target == nil {
		for _, p := range SampleProperties {
			if p.needsTarget() {
				s[p] = math.NaN()
			}
		}
		return s, nil
	}
	if err := target.Validate(); err != nil {
		return nil, fmt.Errorf("detection: measure sample: target: %w", err)
	}
	if target.Dims != image.Dims {
		return nil, fmt.Errorf("detection: measure sample: %w: the image is %v and the target %v", ErrShape, image.Dims, target.Dims)
	}
	one := painted(target)
	lo, hi = one.Range()
	s[TargetMin], s[TargetMax] = float64(lo), float64(hi)
	var on, targetSum, diff float64
	for i, t := range one.Data {
		targetSum += float64(t)
		if t > 0 {
			on++
		}
		for _, v := range image.Data[i*image.Channels:][:image.Channels] {
			diff += math.Abs(float64(v) - float64(t))
		}
	}
	n := float64(len(one.Data))
	s[Foreground], s[TargetMean], s[Diff] = on/n, targetSum/n, diff
	s[DiffByMinMaxRatio], s[DiffByTargetMinMaxRatio] = diff*ranges.Image, diff*ranges.Target
	return s, nil
}

// painted is the largest value over the classes at each voxel.
func painted(target *Volume) *Volume {
	if target.Channels == 1 {
		return target
	}
	out := NewLike(target, 1)
	for i := range out.Data {
		out.Data[i] = slices.Max(target.Data[i*target.Channels:][:target.Channels])
	}
	return out
}
