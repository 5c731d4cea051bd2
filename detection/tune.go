package detection

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// TuneOptions is the grid that [Tune] searches. Start from
// [DefaultTuneOptions].
type TuneOptions struct {
	// Thresholds are tried for Peaks.Threshold. Default 0.05 to 0.95 in steps
	// of 0.05: a curve of F1 is flat enough near its top for that, and finer
	// steps fit the noise of a small validation set.
	Thresholds []float64
	// Radii are tried for Prune.Radius, in physical units; 0 switches the
	// removal of close points off. Default 0 to 16 in steps of 2.
	Radii []float64
	// Match decides what counts as found.
	Match MatchOptions
}

// DefaultTuneOptions returns the default grid and [DefaultMatchOptions].
func DefaultTuneOptions() TuneOptions {
	o := TuneOptions{Match: DefaultMatchOptions()}
	for i := 1; i < 20; i++ {
		o.Thresholds = append(o.Thresholds, float64(i)*5/100)
	}
	for r := 0.0; r <= 16; r += 2 {
		o.Radii = append(o.Radii, r)
	}
	return o
}

// Validate reports every invalid field, each by name and value.
func (o TuneOptions) Validate() error {
	errs := []error{o.Match.Validate()}
	if len(o.Thresholds) == 0 || len(o.Radii) == 0 {
		errs = append(errs, fmt.Errorf("%d Thresholds and %d Radii: want at least one each", len(o.Thresholds), len(o.Radii)))
	}
	for i, t := range o.Thresholds {
		if !isFinite(t) {
			errs = append(errs, fmt.Errorf("Thresholds[%d] is %v: want a finite number", i, t))
		}
	}
	for i, r := range o.Radii {
		errs = append(errs, checkLength(fmt.Sprintf("Radii[%d]", i), r))
	}
	return errors.Join(errs...)
}

// Setting is one point of the grid with its score over all images, pooled.
type Setting struct {
	Threshold float64
	Radius    float64
	Score     Score
}

// Tune tries every threshold and radius of a grid on the probability maps of
// validation images and returns all settings, by threshold and then radius,
// and the index of the best: highest F1, ties to the higher threshold and
// then the larger radius, which give fewer points for the same score.
//
// maps[i] belongs to truth[i]. base gives every option that the grid does not
// set; its manual threshold and radius are not used. Images are worked on in
// parallel; the result does not depend on that.
//
// The peaks of a map are found once, at the lowest threshold: those above a
// higher threshold are the same ones. That holds for every minimum distance,
// because a peak is only ever removed by a higher one.
//
// Errors: those of the options and stages; different numbers of maps and
// lists of points.
func Tune(maps []*Volume, truth [][]Point, base DetectOptions, opts TuneOptions) ([]Setting, int, error) {
	if err := errors.Join(base.Validate(), opts.Validate()); err != nil {
		return nil, 0, fmt.Errorf("detection: tune: %w", err)
	}
	if len(maps) != len(truth) || len(maps) == 0 {
		return nil, 0, fmt.Errorf("detection: tune: %w: %d maps and %d lists of points", ErrShape, len(maps), len(truth))
	}
	base.Peaks.ThresholdType, base.ClassThresholds = Manual, nil
	perImage := make([][]Setting, len(maps))
	var group errgroup.Group
	group.SetLimit(maxParts())
	for i := range maps {
		group.Go(func() (err error) {
			perImage[i], err = tuneImage(maps[i], truth[i], base, opts)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, fmt.Errorf("detection: tune: %w", err)
	}
	settings := perImage[0]
	for _, image := range perImage[1:] {
		for k := range settings {
			settings[k].Score = settings[k].Score.Add(image[k].Score)
		}
	}
	best := 0
	for k, s := range settings {
		b := settings[best]
		if f, g := s.Score.F1(), b.Score.F1(); f > g || f == g && (s.Threshold > b.Threshold || s.Threshold == b.Threshold && s.Radius > b.Radius) {
			best = k
		}
	}
	return settings, best, nil
}

// tuneImage scores one image at every setting.
func tuneImage(prob *Volume, truth []Point, base DetectOptions, opts TuneOptions) ([]Setting, error) {
	lowest := base
	lowest.Peaks.Threshold = slices.Min(opts.Thresholds)
	lowest.RemoveClose = false
	peaks, err := Detect(prob, lowest)
	if err != nil {
		return nil, err
	}
	var settings []Setting
	for _, threshold := range opts.Thresholds {
		above := peaks[:countAbove(peaks, threshold)]
		for _, radius := range opts.Radii {
			points := above
			if radius > 0 {
				prune := base.Prune
				prune.Radius, prune.ClassRadii = radius, nil
				if points, _, err = RemoveClosePoints(above, prune); err != nil {
					return nil, err
				}
			}
			matching, err := Match(truth, points, opts.Match)
			if err != nil {
				return nil, err
			}
			settings = append(settings, Setting{Threshold: threshold, Radius: radius, Score: matching.Score()})
		}
	}
	return settings, nil
}

// countAbove is how many points, by descending probability, exceed threshold
// as [Peaks] compares them, in the precision of the map.
func countAbove(points []Point, threshold float64) int {
	t := float64(float32(threshold))
	n, _ := slices.BinarySearchFunc(points, t, func(p Point, t float64) int {
		if p.Prob > t {
			return -1
		}
		return 1
	})
	return n
}
