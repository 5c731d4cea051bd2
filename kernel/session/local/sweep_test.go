//go:build unix

package local

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/session"
)

// Each row of a sweep is what Score says of its settings; each image is
// predicted once, and what is known is not looked for again.
func TestSweep(t *testing.T) {
	s, dir := connect(t), data(t, 3)
	match := detection.DefaultMatchOptions()
	match.Tolerance = 4
	sweep := session.Sweep{
		Images: filepath.Join(dir, "test", "x"), Points: filepath.Join(dir, "test", "y"), Model: "nuclei2d", Match: match,
		Over: []session.Axis{
			session.Smoothings(0, 2), session.Thresholds(0.1, 0.3, 0.5), session.Radii(0, 6),
			session.Refinements(detection.Refinement{Kind: detection.RefineNone}, detection.Refinement{Kind: detection.RefineCentroid, Factor: 0.6}),
		},
	}
	swept, err := s.Sweep(ctx, sweep)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(swept.Axes, []string{"smoothing", "threshold", "radius", "refinement"}) || len(swept.Rows) != 24 || swept.Images != 3 || swept.Predicted != 3 || swept.Found != 72 {
		t.Fatalf("%v, %d rows, %d images, %d predicted, %d found", swept.Axes, len(swept.Rows), swept.Images, swept.Predicted, swept.Found)
	}
	if got := swept.Rows[5].Values; !slices.Equal(got, []string{"0", "0.3", "0", "centroid, factor 0.6"}) {
		t.Errorf("row 6 is %v", got)
	}
	different := map[float64]bool{}
	for _, row := range swept.Rows {
		score, err := s.Score(ctx, sweep.Images, sweep.Points, "nuclei2d", &row.Options, match)
		if err != nil {
			t.Fatal(err)
		}
		e, points := score.Evaluation, 0
		for _, p := range score.Points {
			points += len(p)
		}
		if row.Metrics != e.Pooled || row.MeanF1 != e.Mean.F1 || row.Points != points || !reflect.DeepEqual(row.Classes, e.Classes) || row.Seconds <= 0 || row.Error != "" {
			t.Errorf("row %d, %v: %+v, Score has %+v, %d points", row.Number, row.Values, row.SweepResult, e.Pooled, points)
		}
		different[row.Metrics.F1] = true
	}
	if len(different) < 5 {
		t.Errorf("%d different values of F1", len(different))
	}
	best := swept.Best()
	for _, row := range swept.Rows {
		if row.Metrics.F1 > best.Metrics.F1 || row.Metrics.F1 == best.Metrics.F1 && row.Number < best.Number {
			t.Errorf("row %d with F1 %v is better than the best, %d with %v", row.Number, row.Metrics.F1, best.Number, best.Metrics.F1)
		}
	}

	again, err := s.Sweep(ctx, sweep)
	if err != nil || again.Predicted != 0 || again.Found != 0 || !reflect.DeepEqual(again.Rows, swept.Rows) {
		t.Errorf("again: %v, %d predicted, %d found", err, again.Predicted, again.Found)
	}
	sweep.Over[1] = session.Thresholds(0.1, 0.3, 0.5, 0.7)
	more, err := s.Sweep(ctx, sweep)
	if err != nil || more.Predicted != 0 || more.Found != 3*8 || len(more.Rows) != 32 {
		t.Errorf("with another threshold: %v, %d predicted, %d found, %d rows", err, more.Predicted, more.Found, len(more.Rows))
	}

	// drawn ones, from other settings, with one that cannot work
	base := detection.DefaultDetectOptions()
	sweep.Base, sweep.Runs, sweep.Seed = &base, 5, 2
	sweep.Over = append(sweep.Over, session.Vary("distance", func(o *detection.DetectOptions, d int) { o.Peaks.MinDistance = [3]int{d, d, d} }, 1, 3))
	drawn, err := s.Sweep(ctx, sweep)
	if err != nil || len(drawn.Rows) != 5 || drawn.Rows[0].Number != 1 || len(drawn.Rows[4].Values) != 5 {
		t.Errorf("drawn: %v, %+v", err, drawn)
	}
}

func TestSweepErrors(t *testing.T) {
	s, dir := connect(t), data(t, 1)
	good := session.Sweep{
		Images: filepath.Join(dir, "test", "x"), Points: filepath.Join(dir, "test", "y"), Model: "nuclei2d", Match: detection.DefaultMatchOptions(),
		Over: []session.Axis{session.Thresholds(0.1)},
	}
	for want, change := range map[string]func(*session.Sweep){
		"nothing is varied":               func(w *session.Sweep) { w.Over = nil },
		`axis 2, "radius", has no values`: func(w *session.Sweep) { w.Over = append(w.Over, session.Radii()) },
		"Runs is -1":                      func(w *session.Sweep) { w.Runs = -1 },
		"setting 2: Smooth[z] is -1":      func(w *session.Sweep) { w.Over = []session.Axis{session.Smoothings(0, -1)} },
		"nuclei7d":                        func(w *session.Sweep) { w.Model = "nuclei7d" },
		"no such file":                    func(w *session.Sweep) { w.Images = filepath.Join(dir, "none") },
		"Tolerance is -3":                 func(w *session.Sweep) { w.Match.Tolerance = -3 },
		"setting 1: Refine is \"elsewhere\"": func(w *session.Sweep) {
			w.Over = []session.Axis{session.Refinements(detection.Refinement{Kind: "elsewhere"})}
		},
		"setting 1: ThresholdType is \"best\"": func(w *session.Sweep) {
			w.Over = []session.Axis{session.Vary("type", func(o *detection.DetectOptions, v detection.ThresholdType) { o.Peaks.ThresholdType = v }, "best")}
		},
	} {
		w := good
		change(&w)
		if _, err := s.Sweep(ctx, w); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
