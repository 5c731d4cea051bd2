package training

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
	"golang.org/x/sync/errgroup"
)

// Scoring says how the maps of validation patches become points, and which of
// them count as found, so that [Fit] can follow F1 beside the loss.
type Scoring struct {
	// Detect finds the points; its refinement to centroids, which needs the
	// image, is left out.
	Detect detection.DetectOptions
	// Thresholds are tried in place of those of Detect: the F1 of an epoch is
	// the highest over them, because a network's probabilities move as it
	// learns.
	Thresholds []float64
	// Match decides what counts as found.
	Match detection.MatchOptions
}

// DefaultScoring takes the defaults of the stages and the thresholds of
// [detection.DefaultTuneOptions].
func DefaultScoring() Scoring {
	return Scoring{
		Detect: detection.DefaultDetectOptions(), Match: detection.DefaultMatchOptions(),
		Thresholds: detection.DefaultTuneOptions().Thresholds,
	}
}

// add adds the scores of the patches of a batch, whose maps prob holds, to sum,
// which has one for each threshold.
func (s Scoring) add(sum []detection.Score, b *Batch, prob []float32) error {
	detect := s.Detect
	if detect.Refine == detection.RefineCentroid {
		detect.Refine = detection.RefineNone
	}
	size := b.Patch[0] * b.Patch[1] * b.Patch[2] * b.OutChannels
	perPatch := make([][]detection.Score, b.Patches())
	var group errgroup.Group
	for i := range perPatch {
		group.Go(func() (err error) {
			v := &detection.Volume{Dims: b.Patch, Channels: b.OutChannels, Data: prob[i*size : (i+1)*size], Spacing: detection.UnitSpacing}
			perPatch[i], err = detection.ScoreThresholds(v, nil, b.Points[i], detect, s.Match, s.Thresholds)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("training: score: %w", err)
	}
	for _, scores := range perPatch {
		for k := range sum {
			sum[k] = sum[k].Add(scores[k])
		}
	}
	return nil
}

// bestF1 is the highest F1, 0 without scores.
func bestF1(scores []detection.Score) float64 {
	best := 0.0
	for _, s := range scores {
		best = max(best, s.F1())
	}
	return best
}
