package detection

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// classMaps are noisy maps of two classes, of which the second is dim and its
// noise too, with peaks at most true points and at some other places.
func classMaps(images int) (maps []*Volume, truth [][]Point) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range images {
		v := NewVolume([3]int{1, 36, 36}, 2)
		for i := range v.Data {
			v.Data[i] = float32(rng.IntN(40-25*(i%2))) / 100
		}
		var points []Point
		for i := range 16 {
			y, x, class := rng.IntN(36), rng.IntN(36), 1+i%2
			if i%5 > 0 {
				points = append(points, Point{Pos: [3]float64{0, float64(y), float64(x)}, Prob: 1, Class: class})
			}
			v.Set(0, y, x, class-1, float32(rng.Float64())/float32(class))
		}
		maps, truth = append(maps, v), append(truth, points)
	}
	return maps, truth
}

// TuneClasses against its definition: every smoothing and refinement with every
// threshold and radius of either class, through Detect and a matching by class.
func TestTuneClassesEqualsSeparateRuns(t *testing.T) {
	maps, truth := classMaps(3)
	base := DefaultDetectOptions()
	base.Prune.Spacing = Spacing{2, 2, 2}
	opts := TuneOptions{
		Thresholds: []float64{0.12, 0.18, 0.3, 0.5}, Radii: []float64{0, 5}, Smoothings: []float64{1.2, 0},
		Refinements: []Refinement{{Kind: RefinePeak}, {Kind: RefineNone}},
		Match:       MatchOptions{Tolerance: 2, Spacing: Spacing{1, 1, 1}, ClassAware: true, ClassTolerances: []float64{2, 3}},
	}
	tuned, err := TuneClasses(maps, truth, base, opts)
	if err != nil {
		t.Fatal(err)
	}
	classesAt := func(o DetectOptions) []ClassMetrics {
		var found [][]Point
		for _, m := range maps {
			points, err := Detect(m, o)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, points)
		}
		e, err := ScoreImages(truth, found, opts.Match)
		if err != nil || len(e.Classes) != 2 {
			t.Fatal(e.Classes, err)
		}
		return e.Classes
	}
	best, tried := 0.0, 0
	for k := range 4 {
		smoothing, refinement := opts.Smoothings[k/2], opts.Refinements[k%2]
		for i := range 8 {
			for j := range 8 {
				o := base
				o.Refine = refinement.Kind
				for a := range o.Smooth {
					o.Smooth[a] = smoothing / 2
				}
				o.Prune.PerClass, o.Prune.Radius = true, 0
				o.ClassThresholds = []float64{opts.Thresholds[i/2], opts.Thresholds[j/2]}
				o.Prune.ClassRadii = []float64{opts.Radii[i%2], opts.Radii[j%2]}
				metrics := classesAt(o)
				best = max(best, (metrics[0].F1+metrics[1].F1)/2)
				for c, at := range []int{i, j} {
					s := tuned.Settings[c][8*k+at]
					if s.Smoothing != smoothing || s.Refinement != refinement || s.Threshold != o.ClassThresholds[c] || s.Radius != o.Prune.ClassRadii[c] || s.Score.F1() != metrics[c].F1 {
						t.Errorf("class %d, setting %+v: F1 is %v", c+1, s, metrics[c].F1)
					}
				}
				tried++
			}
		}
	}
	if tried != 256 {
		t.Fatalf("tried %d settings", tried)
	}
	if got := (tuned.Best[0].Score.F1() + tuned.Best[1].Score.F1()) / 2; got != best {
		t.Errorf("mean F1 of the best is %v, there is %v", got, best)
	}
	for c, m := range classesAt(tuned.Options) {
		if s := tuned.Best[c].Score; m.TP != s.TP || m.FP != s.FP || m.FN != s.FN {
			t.Errorf("class %d: the options give %+v, Best has %+v", c+1, m, s)
		}
	}
	if tuned.Best[0].Threshold == tuned.Best[1].Threshold {
		t.Errorf("both classes have threshold %v: the test shows nothing", tuned.Best[0].Threshold)
	}
}

// A class without true points keeps its own settings, and ties of the mean go
// to the weaker smoothing.
func TestTuneClassesWithoutTruth(t *testing.T) {
	prob := spots([3]int{1, 20, 20}, 3, map[[3]int]float32{{0, 5, 5}: 0.9})
	truth := [][]Point{{{Pos: [3]float64{0, 5, 5}, Class: 1}}}
	base := DefaultDetectOptions()
	base.Peaks.Threshold, base.ClassThresholds = 0.4, []float64{0.1, 0.7}
	base.Prune.PerClass, base.Prune.AcrossClasses, base.Prune.ClassRadii = true, true, []float64{1, 2}
	o := DefaultTuneOptions()
	o.Smoothings = []float64{0.2, 0.1} // leave the lone voxel the highest
	o.Thresholds = []float64{0.1, 0.2}
	tuned, err := TuneClasses([]*Volume{prob}, truth, base, o)
	if err != nil {
		t.Fatal(err)
	}
	got := tuned.Options
	if !slices.Equal(got.ClassThresholds, []float64{0.2, 0.7, 0.4}) || !slices.Equal(got.Prune.ClassRadii, []float64{16, 2, 6}) ||
		got.Smooth != [3]float64{0.1, 0.1, 0.1} || !got.RemoveClose || !got.Prune.AcrossClasses || tuned.Settings[1] != nil || tuned.Best[2].Smoothing != 0.1 {
		t.Errorf("options %+v, best %+v", got, tuned.Best)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
}

func TestTuneClassesErrors(t *testing.T) {
	maps, truth := classMaps(2)
	o, base := DefaultTuneOptions(), DefaultDetectOptions()
	if _, err := TuneClasses(maps, truth[:1], base, o); !errors.Is(err, ErrShape) {
		t.Errorf("one list of points: %v", err)
	}
	if _, err := TuneClasses([]*Volume{maps[0], NewVolume([3]int{1, 4, 4}, 3)}, truth, base, o); !errors.Is(err, ErrShape) ||
		!strings.Contains(err.Error(), "map 0 has 2 channels, map 1 has 3") {
		t.Errorf("three channels: %v", err)
	}
	if _, err := TuneClasses(maps, [][]Point{nil, nil}, base, o); err == nil || !strings.Contains(err.Error(), "nothing to tune on") {
		t.Errorf("no points: %v", err)
	}
	truth[1][2].Class = 3
	base.Smooth[1], o.Radii = -1, []float64{-2}
	_, err := TuneClasses(maps, truth, base, o)
	for _, part := range []string{"image 1: point 3 has class 3: want 1 to 2", "Smooth[y]", "Radii[0]"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not say %q", err, part)
		}
	}
}
