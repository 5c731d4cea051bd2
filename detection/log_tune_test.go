package detection_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// tuneImages are images with dim and bright spots of one size, of which the
// dimmest are not true, nor the one beside the brightest, 7 voxels away.
func tuneImages() (images []*detection.Volume, truth [][]detection.Point) {
	for k := range 3 {
		var spots []blob
		var points []detection.Point
		for i := range 6 {
			b := blob{[3]float64{0, float64(12 + 20*(i%2)), float64(12+18*(i/2)) + 0.3*float64(k)}, 20 + 30*float64(i), round(2)}
			spots = append(spots, b)
			if i > 1 {
				points = append(points, detection.Point{Pos: b.pos})
			}
		}
		beside := spots[5]
		beside.pos[2], beside.height = beside.pos[2]+7, 0.7*beside.height
		spots = append(spots, beside)
		image := testBlobs(uint64(k), [3]int{1, 45, 62})
		for i, v := range blobs(image.Dims, 5, spots...).Data {
			image.Data[i] += v
		}
		images, truth = append(images, image), append(truth, points)
	}
	return images, truth
}

// Every setting has the score of the plain stages, and the best is the best.
func TestTuneLoGEqualsPlainStages(t *testing.T) {
	images, truth := tuneImages()
	for _, relative := range []bool{true, false} {
		grid := detection.DefaultLoGGrid(detection.UnitSpacing)
		grid.Base.Relative, grid.Base.RemoveClose, grid.Base.Prune.Radius = relative, true, 4
		grid.Base.Sigma = [3]float64{1, 1, 1} // the grid's scales take its place
		grid.Sigmas = []float64{1.5, 2, 6}
		grid.Thresholds = []float64{0.5, 0.05, 0.2, 0.35}
		if !relative {
			grid.Thresholds = []float64{60, 1, 20, 40}
		}
		spacing := detection.Spacing{1, 0.5, 0.5}
		settings, best, err := detection.TuneLoG(t.Context(), images, truth, grid, 1, spacing)
		if err != nil || len(settings) != 12 {
			t.Fatal(len(settings), err)
		}
		for k, s := range settings {
			if s.Options.Sigmas[0] != grid.Sigmas[k/4] || s.Options.Threshold != grid.Thresholds[k%4] || s.Options.Relative != relative ||
				s.Options.Spacing != spacing || s.Options.Prune.Spacing != spacing {
				t.Errorf("setting %d is %+v", k, s)
			}
			var sum detection.Score
			for i, image := range images {
				points, err := detection.DetectLoG(image, s.Options)
				if err != nil {
					t.Fatal(err)
				}
				m, err := detection.Match(truth[i], points, detection.MatchOptions{Tolerance: 1, Spacing: spacing})
				if err != nil {
					t.Fatal(err)
				}
				sum = sum.Add(m.Score())
			}
			if sum != s.Score {
				t.Errorf("%+v: score %+v, want %+v", s.Options, s.Score, sum)
			}
			b := settings[best]
			if f, g := s.Score.F1(), b.Score.F1(); f > g || f == g && (s.Options.Threshold > b.Options.Threshold || s.Options.Threshold == b.Options.Threshold && k < best) {
				t.Errorf("setting %d is better than %d", k, best)
			}
		}
		if settings[best].Score.F1() < 0.95 || settings[1].Score.F1() > 0.9 {
			t.Errorf("best %+v, lowest threshold %+v", settings[best], settings[1])
		}
	}
}

// Without anything to find, nothing found is right at the highest threshold,
// and all scales are equally good: the first is chosen.
func TestTuneLoGTies(t *testing.T) {
	grid := detection.DefaultLoGGrid(detection.UnitSpacing)
	grid.Thresholds = []float64{0.1, 0.7, 0.3}
	settings, best, err := detection.TuneLoG(t.Context(), []*detection.Volume{detection.NewVolume([3]int{1, 9, 9}, 1)}, [][]detection.Point{nil}, grid, 2, detection.UnitSpacing)
	if err != nil || best != 1 || settings[best].Score.F1() != 1 {
		t.Errorf("best is %d, %v, want 1", best, err)
	}
}

func TestTuneLoGErrors(t *testing.T) {
	images, truth := tuneImages()
	good := detection.DefaultLoGGrid(detection.UnitSpacing)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := detection.TuneLoG(cancelled, images, truth, good, 2, detection.UnitSpacing); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, _, err := detection.TuneLoG(t.Context(), images, truth[:2], good, 2, detection.UnitSpacing); !errors.Is(err, detection.ErrShape) {
		t.Errorf("two lists of points: %v", err)
	}
	if _, _, err := detection.TuneLoG(t.Context(), nil, nil, good, 2, detection.UnitSpacing); !errors.Is(err, detection.ErrShape) {
		t.Errorf("no images: %v", err)
	}
	bad := good
	bad.Sigmas, bad.Thresholds, bad.Base.MinDistance = []float64{1, -1}, []float64{0.5, 1, math.NaN()}, [3]int{}
	_, _, err := detection.TuneLoG(t.Context(), images, truth, bad, -1, detection.Spacing{})
	for _, part := range []string{"Sigmas[1] is -1", "Thresholds[1] is 1, relative", "Thresholds[2] is NaN", "MinDistance along z is 0", "Tolerance", "spacing"} {
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(part)) {
			t.Errorf("error %v does not say %q", err, part)
		}
	}
	if _, _, err := detection.TuneLoG(t.Context(), images, truth, detection.LoGGrid{Base: good.Base}, 1, detection.UnitSpacing); err == nil || !strings.Contains(err.Error(), "0 Sigmas and 0 Thresholds") {
		t.Errorf("empty grid: %v", err)
	}
	images[1], images[2] = detection.NewVolume([3]int{1, 4, 4}, 2), nil
	if _, _, err := detection.TuneLoG(t.Context(), images, truth, good, 2, detection.UnitSpacing); err == nil || !strings.Contains(err.Error(), "image 1: ") {
		t.Errorf("two bad images: %v", err)
	}
}
