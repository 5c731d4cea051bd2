package workflow

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

func TestTunedFileRoundTrip(t *testing.T) {
	log := detection.DefaultLoGOptions()
	log.Sigmas, log.DarkBlobs = []float64{1.25, 3}, true
	other := detection.DefaultLoGOptions()
	file := TunedFile{Detector: DetectorLoG, Images: 3, Settings: []Tuned{
		{Metrics: detection.Score{TP: 3, FP: 1}.At(2), LoG: &log},
		{Metrics: detection.Score{TP: 2, FP: 1}.At(0.5), LoG: &other},
	}}
	path := filepath.Join(t.TempDir(), "settings.json")
	if err := file.Save(path); err != nil {
		t.Fatal(err)
	}
	for _, want := range file.Settings {
		if got, err := LoadTuned(path, DetectorLoG, want.Tolerance); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := LoadTuned(path, DetectorLoG, 3); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "no settings for a tolerance of 3: want one of [2 0.5]") {
		t.Errorf("a tolerance that is not there: %v", err)
	}
	if _, err := LoadTuned(path, DetectorLoG, 0); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "want one of them, by --tolerance") {
		t.Errorf("no tolerance: %v", err)
	}
	file.Settings = file.Settings[:1]
	if err := file.Save(path); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadTuned(path, DetectorLoG, 0); err != nil || got.Tolerance != 2 {
		t.Errorf("the only settings: %+v, %v", got, err)
	}
	file.Settings = nil
	if err := file.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadTuned(path, DetectorLoG, 0); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "settings are empty") {
		t.Errorf("no settings: %v", err)
	}
}

func TestDescribe(t *testing.T) {
	log, absolute := detection.DefaultLoGOptions(), detection.DefaultLoGOptions()
	absolute.Relative, absolute.Threshold, absolute.Sigmas, absolute.DarkBlobs = false, 12, []float64{1, 2.5}, true
	centroid, maps := detection.DefaultClassicalOptions(), detection.DefaultDetectOptions()
	maps.Smooth, maps.Prune.Spacing = [3]float64{0, 2, 2}, detection.Spacing{1, 0.5, 0.5}
	classes := maps
	classes.ClassThresholds, classes.Prune.PerClass, classes.Prune.ClassRadii = []float64{0.3, 0.45}, true, []float64{0, 4}
	none := maps
	none.RemoveClose = false
	for _, tt := range []struct {
		tuned Tuned
		want  string
	}{
		{Tuned{LoG: &log}, "bright blobs, sigma 2, threshold 0.2 of the highest response"},
		{Tuned{LoG: &absolute}, "dark blobs, sigma 1, 2.5, threshold 12 absolute"},
		{Tuned{Centroid: &centroid}, "smoothing 1, 1 times Otsu's threshold, at least 20 voxels, distance smoothing 1, minimum distance 5"},
		{Tuned{Detect: &maps}, "smoothing 1, threshold 0.2, radius 6"},
		{Tuned{Detect: &classes}, "smoothing 1, threshold 0.3, 0.45, radius 0, 4"},
		{Tuned{Detect: &none}, "smoothing 1, threshold 0.2, radius 0"},
	} {
		if got := tt.tuned.Describe(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// One curve is drawn with precision, recall and a mark; several with F1 alone.
func TestCurveChart(t *testing.T) {
	var curve ThresholdCurve
	curve.Best = 0.5
	for i, threshold := range []float64{0.5, 0.1, 0.5, 0.3} {
		curve.add(threshold, detection.Score{TP: 4, FP: i, FN: 2}.At(3))
	}
	curve = curve.sorted()
	if !slices.Equal(curve.Thresholds, []float64{0.1, 0.3, 0.5}) || curve.Metrics[0].FP != 1 || curve.Metrics[2].FP != 0 || curve.Best != 0.5 {
		t.Fatalf("%+v", curve)
	}
	tuned := Tuned{Metrics: detection.Metrics{Tolerance: 3}, Curves: []ThresholdCurve{curve}}
	one := curveChart([]Tuned{tuned})
	if len(one.Lines) != 3 || one.Mark != 0.5 || one.Lines[1].Name != "precision at 3" || one.Lines[1].Y[0] != 0.8 || one.Lines[2].Y[0] != 4.0/6 {
		t.Errorf("%+v", one)
	}
	second := curve
	second.Class = 2
	tuned.Curves = append(tuned.Curves, second)
	two := curveChart([]Tuned{tuned})
	if len(two.Lines) != 2 || !math.IsNaN(two.Mark) || two.Lines[1].Name != "F1 at 3, class 2" || two.Lines[1].Y[2] != 0.8 {
		t.Errorf("%+v", two)
	}
	dir := t.TempDir()
	for _, name := range []string{"f1.PNG", "f1.csv"} {
		if err := WriteCurves(filepath.Join(dir, name), []Tuned{tuned}); err != nil {
			t.Error(err)
		}
	}
	if v, err := imageio.Read(filepath.Join(dir, "f1.PNG")); err != nil || v.Dims != [3]int{1, 500, 800} {
		t.Error("no picture of 800 x 500:", err)
	}
	if err := WriteCurves(filepath.Join(dir, "f1.txt"), []Tuned{tuned}); !errors.Is(err, ErrInput) {
		t.Errorf("another extension: %v", err)
	}
}

// The curve of maps goes through the best setting.
func TestMapCurve(t *testing.T) {
	var settings []detection.Setting
	for i := range 16 {
		settings = append(settings, detection.Setting{
			Smoothing: float64(i / 8), Refinement: detection.AllRefinements()[i/4%2], Threshold: 0.1 + 0.1*float64(i/2%2), Radius: float64(i % 2),
			Score: detection.Score{TP: i},
		})
	}
	curve := mapCurve(settings, settings[13])
	if len(curve.Metrics) != 2 || curve.Metrics[0].TP != 13 || curve.Metrics[1].TP != 15 || curve.Best != 0.1 {
		t.Errorf("%+v", curve)
	}
}

// Points of several classes count as found only by their own class.
func TestTuneMapsOfClasses(t *testing.T) {
	prob := detection.NewVolume([3]int{1, 20, 20}, 2)
	prob.Set(0, 5, 5, 0, 0.9)
	prob.Set(0, 15, 15, 0, 0.9) // is of class 2
	prob.Set(0, 5, 15, 1, 0.9)
	truth := []detection.Point{{Pos: [3]float64{0, 5, 5}, Class: 1}, {Pos: [3]float64{0, 15, 15}, Class: 2}, {Pos: [3]float64{0, 5, 15}, Class: 2}}
	grid := detection.DefaultTuneOptions()
	grid.Match.Tolerance, grid.Smoothings, grid.Radii = 2, []float64{0}, []float64{3}
	tuned, err := TuneMaps([]Item{{Image: &imageio.Image{Volume: prob}, Truth: truth}}, detection.DefaultDetectOptions(), grid)
	if err != nil || tuned.Metrics != (detection.Score{TP: 2, FP: 1, FN: 1}).At(2) || len(tuned.Classes) != 2 || len(tuned.Curves) != 2 || tuned.Curves[1].Class != 2 {
		t.Errorf("%+v, %v", tuned, err)
	}
}

// A job whose validation images have no point keeps its settings.
func TestTuneStepWithoutPoints(t *testing.T) {
	j := &Job{Config: smallConfig(t, "none"), Val: []Item{{Name: "a"}}}
	if err := tune(t.Context(), j); err != nil || j.Tuned != nil {
		t.Errorf("tuned %+v, %v", j.Tuned, err)
	}
}

// PUNCTA.TUNE_IMAGES says which images the settings are chosen on: the pooled
// counts are of all their points, and the report names them.
func TestTuneImages(t *testing.T) {
	_, c := smallData(t)
	for images, name := range map[string]string{"val": "2 validation images", "all": "5 training and validation images"} {
		if _, err := c.Set("PUNCTA.TUNE_IMAGES=" + images); err != nil {
			t.Fatal(err)
		}
		j := newJob(t, c, t.TempDir(), 1)
		for _, step := range []Step{checkStep(), masksStep(), trainStep()} {
			if err := step.Run(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		if err := tune(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		points := 0
		for _, it := range j.tuneItems() {
			points += len(it.Truth)
		}
		if j.Tuned.TP+j.Tuned.FN != points || points == 0 {
			t.Errorf("%s: %d points scored, want %d", images, j.Tuned.TP+j.Tuned.FN, points)
		}
		if facts := fmt.Sprint(j.detectionFacts()); !strings.Contains(facts, "chosen on "+name) {
			t.Errorf("%s: the report says %s", images, facts)
		}
	}
}

// Radii that would thin out the true points of the training images are not
// tried, however far apart those of the validation images are.
func TestRadiiToTry(t *testing.T) {
	row := func(n int, step float64) (points []detection.Point) {
		for i := range n {
			points = append(points, detection.Point{Pos: [3]float64{0, 0, step * float64(i)}})
		}
		return points
	}
	j := &Job{Config: smallConfig(t, "none")}
	radii := []float64{0, 2, 4, 6, 8}
	for name, c := range map[string]struct {
		train, val []detection.Point
		want       []float64
	}{
		"crowded training images":  {row(20, 5), row(3, 100), []float64{0, 2, 4}},
		"a distance is a limit":    {row(20, 6), row(3, 100), []float64{0, 2, 4, 6}},
		"few crowded points":       {row(2, 3), row(60, 100), radii},
		"one point per image":      {row(1, 1), row(1, 1), radii},
		"closer than every radius": {row(20, 1), nil, []float64{0}},
	} {
		j.Train, j.Val = []Item{{Truth: c.train}}, []Item{{Truth: c.val}}
		if got := j.radiiToTry(radii); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	j.Train = []Item{{Truth: row(20, 1)}}
	if got := j.radiiToTry([]float64{9, 3}); !slices.Equal(got, []float64{3}) {
		t.Errorf("without a radius that fits: %v, want the smallest", got)
	}
}
