package detection

import (
	"errors"
	"fmt"
	"slices"
)

// ScoreThresholds is the score of one image at each of the thresholds, in
// their order: that of the points that [Detect] finds in prob with base, but
// for the threshold, which is manual and the same for all classes. truth are
// the true points of the image; match decides what counts as found.
//
// The peaks are found once, at the lowest threshold, as [Tune] does.
//
// Errors: those of the options and stages; no threshold, or one that is not a
// finite number.
func ScoreThresholds(prob *Volume, truth []Point, base DetectOptions, match MatchOptions, thresholds []float64) ([]Score, error) {
	errs := []error{base.Validate(), match.Validate()}
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
	lowest.RemoveClose = false
	lowest.Peaks.ThresholdType, lowest.Peaks.Threshold, lowest.ClassThresholds = Manual, slices.Min(thresholds), nil
	peaks, err := Detect(prob, lowest)
	if err != nil {
		return nil, err
	}
	scores := make([]Score, len(thresholds))
	for i, t := range thresholds {
		if scores[i], err = scoreAbove(truth, peaks[:countAbove(peaks, t)], base, match); err != nil {
			return nil, err
		}
	}
	return scores, nil
}
