package detection

import (
	"errors"
	"fmt"
	"slices"
)

// ScoreThresholds is the score of one image at each of the thresholds, in
// their order: that of the points that [DetectInImage] finds in prob and image
// with base, but for the threshold, which is manual and the same for all
// classes. image may be nil for a refinement that does not look at it. truth
// are the true points of the image; match decides what counts as found.
//
// The peaks are found once, at the lowest threshold, as [Tune] does.
//
// Errors: those of the options and stages; no threshold, or one that is not a
// finite number.
func ScoreThresholds(prob, image *Volume, truth []Point, base DetectOptions, match MatchOptions, thresholds []float64) ([]Score, error) {
	errs := []error{prob.Validate(), base.Validate(), match.Validate()}
	if len(thresholds) == 0 {
		errs = append(errs, errors.New("no threshold: want at least one"))
	}
	for i, t := range thresholds {
		if !isFinite(t) {
			errs = append(errs, fmt.Errorf("thresholds[%d] is %v: want a finite number", i, t))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("detection: score thresholds: %w", err)
	}
	lowest := base
	lowest.Peaks.ThresholdType, lowest.Peaks.Threshold, lowest.ClassThresholds = Manual, slices.Min(thresholds), nil
	smoothed, peaks, err := candidates(prob, lowest)
	if err != nil {
		return nil, fmt.Errorf("detection: score thresholds: %w", err)
	}
	t := tuning{prob: prob, image: image, truth: truth, opts: TuneOptions{Match: match}, grounds: centroidGrounds{}}
	var sets pointSets
	own := make([]int, len(thresholds)) // of a threshold: its set
	for i, threshold := range thresholds {
		if own[i], err = sets.add(peaks[:countAbove(peaks, threshold)], base); err != nil {
			return nil, fmt.Errorf("detection: score thresholds: %w", err)
		}
	}
	distinct, err := t.scores(smoothed, sets, base)
	if err != nil {
		return nil, fmt.Errorf("detection: score thresholds: %w", err)
	}
	scores := make([]Score, len(thresholds))
	for i, k := range own {
		scores[i] = distinct[k]
	}
	return scores, nil
}
