package detection

import (
	"errors"
	"fmt"
	"slices"
)

// DetectOptions configures [Detect]: the options of its stages. Start from
// [DefaultDetectOptions].
type DetectOptions struct {
	// Smooth is the standard deviation (z, y, x), in voxels, of the Gaussian by
	// which the map is smoothed before peaks are looked for; finite, at least
	// 0. Default {0, 0, 0}, the map as it is. About half the radius of an
	// object joins the several peaks of a broad, flat cloud into one near its
	// middle; much more joins neighbours. Thresholds then mean the smoothed map,
	// which is lower than the map at its peaks.
	Smooth [3]float64
	// Peaks is used for every channel of the map.
	Peaks PeakOptions
	// ClassThresholds replaces Peaks.Threshold for single classes: entry c-1 is
	// that of class c. Channels beyond its end use Peaks.Threshold. nil for none.
	ClassThresholds []float64
	// RemoveClose runs [RemoveClosePoints] with Prune on the peaks of all
	// channels together.
	RemoveClose bool
	Prune       PruneOptions
}

// DefaultDetectOptions returns the defaults of the stages, without smoothing
// and with the removal of close points switched on.
func DefaultDetectOptions() DetectOptions {
	return DetectOptions{Peaks: DefaultPeakOptions(), RemoveClose: true, Prune: DefaultPruneOptions()}
}

// Validate reports every invalid field, each by name and value.
func (o DetectOptions) Validate() error {
	errs := []error{o.Peaks.Validate()}
	for a, s := range o.Smooth {
		errs = append(errs, checkLength(fmt.Sprintf("Smooth[%s]", AxisNames[a]), s))
	}
	for i, t := range o.ClassThresholds {
		if !isFinite(t) {
			errs = append(errs, fmt.Errorf("ClassThresholds[%d] is %v: want a finite number", i, t))
		}
	}
	if o.RemoveClose {
		errs = append(errs, o.Prune.Validate())
	}
	return errors.Join(errs...)
}

// Detect turns a probability map into points: [GaussianFilter] where it is
// asked for, [Peaks] of every channel, then [RemoveClosePoints]. With one
// channel the points have no class (0); with more, the points of channel c
// have class c+1. They come by descending probability, that of the smoothed
// map, ties by channel and then in raster order, numbered from 1.
//
// Errors: those of [DetectOptions.Validate] and of the stages.
func Detect(prob *Volume, opts DetectOptions) ([]Point, error) {
	if err := errors.Join(prob.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: detect: %w", err)
	}
	if opts.Smooth != [3]float64{} {
		var err error
		if prob, err = GaussianFilter(prob, opts.Smooth); err != nil {
			return nil, err
		}
	}
	var points []Point
	for c := range prob.Channels {
		peaks := opts.Peaks
		if c < len(opts.ClassThresholds) {
			peaks.Threshold = opts.ClassThresholds[c]
		}
		found, err := Peaks(prob.Channel(c), peaks)
		if err != nil {
			return nil, err
		}
		if prob.Channels > 1 {
			for i := range found {
				found[i].Class = c + 1
			}
		}
		points = append(points, found...)
	}
	slices.SortStableFunc(points, byProbability)
	Renumber(points)
	if !opts.RemoveClose {
		return points, nil
	}
	kept, _, err := RemoveClosePoints(points, opts.Prune)
	return kept, err
}

// byProbability puts the more probable point first.
func byProbability(a, b Point) int {
	switch {
	case a.Prob > b.Prob:
		return -1
	case a.Prob < b.Prob:
		return 1
	}
	return 0
}
