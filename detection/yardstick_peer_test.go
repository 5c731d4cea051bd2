//go:build peer

package detection_test

import (
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// The classical baseline, tuned on all training images for each tolerance,
// against the same steps in scipy and scikit-image, tuned on the same images
// (figures in the README of the shared data). Five minutes on two quiet cores;
// not run with -short.
func TestClassicalYardstick(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	train, trueTrain := nuclei(t, "train", 1)
	test, trueTest := nuclei(t, "test", 1)
	for _, want := range []struct{ tolerance, f1 float64 }{{3, 0.726}, {5, 0.797}, {10, 0.842}} {
		opts, tuned, err := detection.TuneClassical(t.Context(), train, trueTrain, want.tolerance, detection.UnitSpacing)
		if err != nil {
			t.Fatal(err)
		}
		var pred [][]detection.Point
		for _, image := range test {
			points, err := detection.Classical(image, opts)
			if err != nil {
				t.Fatal(err)
			}
			pred = append(pred, points)
		}
		e, err := detection.ScoreImages(trueTest, pred, detection.MatchOptions{Tolerance: want.tolerance, Spacing: detection.UnitSpacing})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("tolerance %v: %.4f on train with %+v; test %+v", want.tolerance, tuned.F1(), opts, e.Pooled)
		if e.Pooled.F1 < want.f1-0.01 {
			t.Errorf("tolerance %v: F1 on test is %.4f, scipy and scikit-image reach %.3f", want.tolerance, e.Pooled.F1, want.f1)
		}
	}
}
