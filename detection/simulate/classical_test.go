package simulate

import (
	"context"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// The default task is of no use as a demo of learning if a threshold solves
// it. The score is that of the best of all settings on the images themselves,
// which is more than the method can reach on others.
func TestThresholdFails(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: tries all settings of the classical detector")
	}
	opts := DefaultDatasetOptions()
	opts.Train, opts.Val, opts.Test = 0, 0, 5
	var images []*detection.Volume
	var truth [][]detection.Point
	for s, err := range Dataset(opts) {
		if err != nil {
			t.Fatal(err)
		}
		images, truth = append(images, s.Image), append(truth, s.Points)
	}
	const tolerance = 5
	settings, score, err := detection.TuneClassical(context.Background(), images, truth, tolerance, detection.UnitSpacing)
	if err != nil {
		t.Fatal(err)
	}
	if f1 := score.F1(); f1 > 0.8 || f1 < 0.4 {
		t.Errorf("the classical detector has F1 %.3f with %+v, want 0.4 to 0.8", f1, settings)
	}
}
