package detection

import (
	"cmp"
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
	// Smoothings are tried for DetectOptions.Smooth, in physical units, alike
	// along every axis; 0 leaves the map as it is. Default 0 to 3 in steps of 1:
	// each value costs a filter and a search for peaks per map, and small
	// objects do not survive more.
	Smoothings []float64
	// Match decides what counts as found.
	Match MatchOptions
}

// DefaultTuneOptions returns the default grid and [DefaultMatchOptions].
func DefaultTuneOptions() TuneOptions {
	o := TuneOptions{Smoothings: []float64{0, 1, 2, 3}, Match: DefaultMatchOptions()}
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
	if len(o.Thresholds) == 0 || len(o.Radii) == 0 || len(o.Smoothings) == 0 {
		errs = append(errs, fmt.Errorf("%d Thresholds, %d Radii and %d Smoothings: want at least one each",
			len(o.Thresholds), len(o.Radii), len(o.Smoothings)))
	}
	for i, t := range o.Thresholds {
		if !isFinite(t) {
			errs = append(errs, fmt.Errorf("Thresholds[%d] is %v: want a finite number", i, t))
		}
	}
	for i, r := range o.Radii {
		errs = append(errs, checkLength(fmt.Sprintf("Radii[%d]", i), r))
	}
	for i, s := range o.Smoothings {
		errs = append(errs, checkLength(fmt.Sprintf("Smoothings[%d]", i), s))
	}
	return errors.Join(errs...)
}

// Setting is one point of the grid with its score over all images, pooled.
type Setting struct {
	Smoothing float64 // physical units
	Threshold float64
	Radius    float64 // physical units
	Score     Score
}

// Apply returns base with the setting in place of its own: smoothing in
// voxels of base.Prune.Spacing, a manual threshold for all classes, and a
// radius of 0 as no removal of close points.
func (s Setting) Apply(base DetectOptions) DetectOptions {
	for a, voxel := range base.Prune.Spacing {
		base.Smooth[a] = s.Smoothing / voxel
	}
	base.Peaks.ThresholdType, base.Peaks.Threshold, base.ClassThresholds = Manual, s.Threshold, nil
	base.RemoveClose = s.Radius > 0
	base.Prune.Radius, base.Prune.ClassRadii = s.Radius, nil
	return base
}

// better says whether s is to be preferred to t: a higher F1, ties to the
// higher threshold, then the larger radius, which give fewer points for the
// same score, then the weaker smoothing.
func (s Setting) better(t Setting) bool {
	return cmp.Or(
		cmp.Compare(s.Score.F1(), t.Score.F1()),
		cmp.Compare(s.Threshold, t.Threshold),
		cmp.Compare(s.Radius, t.Radius),
		cmp.Compare(t.Smoothing, s.Smoothing),
	) > 0
}

// Tune tries every smoothing, threshold and radius of a grid on the
// probability maps of validation images and returns all settings, in the
// order of the grid with the radius fastest and the smoothing slowest, and
// the index of the best: highest F1, ties to the higher threshold, then the
// larger radius, which give fewer points for the same score, then the weaker
// smoothing. [Setting.Apply] makes options of it.
//
// maps[i] belongs to truth[i]. base gives every option that the grid does not
// set; its own smoothing, manual threshold and radius are not used. Images are
// worked on in parallel; the result does not depend on that.
//
// The peaks of a smoothed map are found once, at the lowest threshold: those above a
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
		if s.better(settings[best]) {
			best = k
		}
	}
	return settings, best, nil
}

// tuneImage scores one image at every setting.
func tuneImage(prob *Volume, truth []Point, base DetectOptions, opts TuneOptions) ([]Setting, error) {
	var settings []Setting
	for _, smoothing := range opts.Smoothings {
		lowest := Setting{Smoothing: smoothing, Threshold: slices.Min(opts.Thresholds)}
		peaks, err := Detect(prob, lowest.Apply(base))
		if err != nil {
			return nil, err
		}
		for _, threshold := range opts.Thresholds {
			above := peaks[:countAbove(peaks, threshold)]
			for _, radius := range opts.Radii {
				s := Setting{Smoothing: smoothing, Threshold: threshold, Radius: radius}
				if s.Score, err = scoreAbove(truth, above, s.Apply(base), opts.Match); err != nil {
					return nil, err
				}
				settings = append(settings, s)
			}
		}
	}
	return settings, nil
}

// scoreAbove scores the peaks above a threshold after the removal of close
// points.
func scoreAbove(truth, above []Point, detect DetectOptions, match MatchOptions) (Score, error) {
	points := above
	if detect.RemoveClose {
		var err error
		if points, _, err = RemoveClosePoints(above, detect.Prune); err != nil {
			return Score{}, err
		}
	}
	matching, err := Match(truth, points, match)
	return matching.Score(), err
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
