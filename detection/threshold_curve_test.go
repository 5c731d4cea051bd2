package detection_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// TestScoreThresholdsTwin detects anew at every threshold.
func TestScoreThresholdsTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 8))
	differ := 0
	for trial := range 30 {
		prob := detection.NewVolume([3]int{1, 24, 30}, 1+trial%2)
		image := detection.NewVolume(prob.Dims, 1)
		for i := range image.Data {
			image.Data[i] = rng.Float32()
		}
		for i := range prob.Data {
			prob.Data[i] = float32(rng.IntN(21)) / 20 // many ties
		}
		var truth []detection.Point
		for range 15 {
			truth = append(truth, detection.Point{Pos: [3]float64{0, rng.Float64() * 23, rng.Float64() * 29}, Class: 1 + rng.IntN(2)})
		}
		base := detection.DefaultDetectOptions()
		base.RemoveClose, base.Prune.Radius = trial%3 > 0, 2.5
		base.Refine = []detection.RefineKind{detection.RefineNone, detection.RefinePeak, detection.RefineCentroid}[trial/2%3]
		match := detection.MatchOptions{Tolerance: 2, Spacing: detection.UnitSpacing}
		if prob.Channels == 2 {
			match.ClassAware, match.ClassTolerances = true, []float64{1, 3}
			base.ClassThresholds = []float64{0.1, 0.9} // give way to the thresholds tried
			base.Prune.PerClass, base.Prune.ClassRadii = true, []float64{2, 4}
		}
		if trial%4 == 0 {
			base.Smooth = [3]float64{0, 1, 0.5}
		}
		thresholds := []float64{0.6, 0.05, 0.95, 0.3, 0.3, 1.5}
		got, err := detection.ScoreThresholds(prob, image, truth, base, match, thresholds)
		if err != nil {
			t.Fatal(err)
		}
		for i, threshold := range thresholds {
			o := base
			o.Peaks.Threshold, o.ClassThresholds = threshold, nil
			points, err := detection.DetectInImage(prob, image, o)
			if err != nil {
				t.Fatal(err)
			}
			m, err := detection.Match(truth, points, match)
			if err != nil {
				t.Fatal(err)
			}
			if got[i] != m.Score() {
				t.Errorf("trial %d, threshold %v: %+v, want %+v", trial, threshold, got[i], m.Score())
			}
			if got[i] != got[0] {
				differ++
			}
		}
		if last := got[len(got)-1]; last != (detection.Score{FN: len(truth)}) {
			t.Errorf("trial %d: %+v above every value, want nothing found", trial, last)
		}
	}
	if differ < 60 {
		t.Errorf("only %d scores differ from the first: the thresholds decide nothing here", differ)
	}
}

func TestScoreThresholdsErrors(t *testing.T) {
	prob := detection.NewVolume([3]int{1, 3, 3}, 1)
	_, err := detection.ScoreThresholds(prob, nil, nil, detection.DetectOptions{Smooth: [3]float64{-1}}, detection.MatchOptions{Tolerance: -1}, []float64{0.5, math.NaN()})
	for _, want := range []string{"Smooth[z]", "Tolerance", "thresholds[1] is NaN: want a finite number"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	if _, err := detection.ScoreThresholds(prob, nil, nil, detection.DefaultDetectOptions(), detection.DefaultMatchOptions(), nil); err == nil || !strings.Contains(err.Error(), "no threshold: want at least one") {
		t.Errorf("error %v without thresholds", err)
	}
	base := detection.DefaultDetectOptions()
	base.Refine = detection.RefineCentroid
	prob.Set(0, 1, 1, 0, 0.9)
	if _, err := detection.ScoreThresholds(prob, nil, nil, base, detection.DefaultMatchOptions(), []float64{0.5}); !errors.Is(err, detection.ErrShape) {
		t.Errorf("error %v without the image that the refinement needs", err)
	}
}
