package detection

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// spots makes a map of zeros with the given values at (y, x).
func spots(dims [3]int, channels int, values map[[3]int]float32) *Volume {
	v := NewVolume(dims, channels)
	for at, p := range values { // at is (channel, y, x)
		v.Set(0, at[1], at[2], at[0], p)
	}
	return v
}

func TestDetect(t *testing.T) {
	one := spots([3]int{1, 12, 12}, 1, map[[3]int]float32{{0, 2, 2}: 0.9, {0, 2, 5}: 0.8, {0, 9, 9}: 0.3, {0, 5, 9}: 0.1})
	two := spots([3]int{1, 12, 12}, 2, map[[3]int]float32{{0, 2, 2}: 0.9, {1, 2, 3}: 0.95, {1, 9, 9}: 0.3})
	cloud := spots([3]int{1, 11, 11}, 1, map[[3]int]float32{{0, 4, 4}: 0.9, {0, 4, 6}: 0.9, {0, 6, 4}: 0.9, {0, 6, 6}: 0.9})
	type found struct {
		y, x, class int
	}
	tests := []struct {
		name string
		prob *Volume
		mod  func(*DetectOptions)
		want []found
	}{
		{"close points go, weak ones stay out", one, func(o *DetectOptions) { o.Prune.Radius = 3 }, []found{{2, 2, 0}, {9, 9, 0}}},
		{"radius smaller than the distance", one, func(o *DetectOptions) { o.Prune.Radius = 2.9 }, []found{{2, 2, 0}, {2, 5, 0}, {9, 9, 0}}},
		{"no removal", one, func(o *DetectOptions) { o.RemoveClose = false }, []found{{2, 2, 0}, {2, 5, 0}, {9, 9, 0}}},
		{"higher threshold", one, func(o *DetectOptions) { o.Peaks.Threshold, o.RemoveClose = 0.8, false }, []found{{2, 2, 0}}},
		{"classes compete", two, func(o *DetectOptions) { o.Prune.Radius = 3 }, []found{{2, 3, 2}, {9, 9, 2}}},
		{"classes apart", two, func(o *DetectOptions) { o.Prune.Radius, o.Prune.PerClass = 3, true }, []found{{2, 3, 2}, {2, 2, 1}, {9, 9, 2}}},
		{"threshold of a class", two, func(o *DetectOptions) {
			o.Prune.PerClass, o.ClassThresholds = true, []float64{0.2, 0.5}
		}, []found{{2, 3, 2}, {2, 2, 1}}},
		{"a cloud of several peaks", cloud, func(o *DetectOptions) { o.RemoveClose = false }, []found{{4, 4, 0}, {4, 6, 0}, {6, 4, 0}, {6, 6, 0}}},
		{"smoothed into one", cloud, func(o *DetectOptions) {
			o.RemoveClose, o.Smooth, o.Peaks.Threshold = false, [3]float64{0, 2, 2}, 0.05
		}, []found{{5, 5, 0}}},
		{"nothing", NewVolume([3]int{1, 4, 4}, 1), func(*DetectOptions) {}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := DefaultDetectOptions()
			tt.mod(&o)
			points, err := Detect(tt.prob, o)
			if err != nil {
				t.Fatal(err)
			}
			var got []found
			for i, p := range points {
				got = append(got, found{p.Voxel()[1], p.Voxel()[2], p.Class})
				if p.ID != i+1 {
					t.Errorf("point %d has id %d", i, p.ID)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
	bad := DefaultDetectOptions()
	bad.Peaks.MinDistance[1], bad.Prune.Radius, bad.Smooth[2] = 0, -1, -2
	if _, err := Detect(one, bad); err == nil || !strings.Contains(err.Error(), "MinDistance") || !strings.Contains(err.Error(), "Radius") ||
		!strings.Contains(err.Error(), "Smooth[") {
		t.Errorf("bad options of all stages: %v", err)
	}
}

// Tune against its definition: every setting by itself through Detect.
func TestTuneEqualsSeparateRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var maps, images []*Volume
	var truth [][]Point
	for range 3 {
		v, image := NewVolume([3]int{1, 40, 40}, 1), NewVolume([3]int{1, 40, 40}, 1)
		var points []Point
		for i := range v.Data {
			v.Data[i] = float32(rng.IntN(30)) / 100 // noise with plateaus
		}
		for range 12 {
			y, x := rng.IntN(40), rng.IntN(40)
			points = append(points, Point{Pos: [3]float64{0, float64(y), float64(x)}, Prob: 1})
			v.Set(0, y, x, 0, float32(rng.Float64()))
			for dy := -3; dy <= 3; dy++ { // the object, with its middle beside the peak
				for dx := -2; dx <= 4; dx++ {
					if at := [3]int{0, y + dy, x + dx}; image.Contains(at) {
						image.Set(0, at[1], at[2], 0, 50+float32(rng.IntN(20)))
					}
				}
			}
		}
		maps, images, truth = append(maps, v), append(images, image), append(truth, points)
	}
	opts := TuneOptions{
		Thresholds: []float64{0.1, 0.28, 0.3, 0.5}, Radii: []float64{0, 3, 5}, Smoothings: []float64{0, 1.5},
		Refinements: []Refinement{{Kind: RefineNone}, {Kind: RefinePeak}, {RefineCentroid, 0.5}, {RefineCentroid, 1}},
		Images:      images, Match: MatchOptions{Tolerance: 2, Spacing: UnitSpacing},
	}
	for _, distance := range []int{1, 3} {
		base := DefaultDetectOptions()
		base.Peaks.MinDistance = [3]int{1, distance, distance}
		base.Prune.Spacing = Spacing{2, 2, 2}
		settings, best, err := Tune(maps, truth, base, opts)
		if err != nil {
			t.Fatal(err)
		}
		if len(settings) != 96 {
			t.Fatalf("%d settings", len(settings))
		}
		bestF1 := 0.0
		differ := map[Refinement]Score{}
		for _, s := range settings {
			o := base
			o.Peaks.Threshold, o.RemoveClose, o.Prune.Radius = s.Threshold, s.Radius > 0, s.Radius
			o.Smooth = [3]float64{s.Smoothing / 2, s.Smoothing / 2, s.Smoothing / 2}
			o.Prune.Spacing = Spacing{2, 2, 2}
			o.Refine, o.Centroid.ThresholdFactor = s.Kind, s.Factor
			var want Score
			for i, m := range maps {
				points, err := DetectInImage(m, images[i], o)
				if err != nil {
					t.Fatal(err)
				}
				matching, err := Match(truth[i], points, opts.Match)
				if err != nil {
					t.Fatal(err)
				}
				want = want.Add(matching.Score())
			}
			if s.Score != want {
				t.Errorf("distance %d, smoothing %v, refinement %v, threshold %v, radius %v: %+v, want %+v",
					distance, s.Smoothing, s.Refinement, s.Threshold, s.Radius, s.Score, want)
			}
			differ[s.Refinement] = differ[s.Refinement].Add(want)
			bestF1 = max(bestF1, want.F1())
		}
		scores := map[Score]bool{}
		for _, score := range differ {
			scores[score] = true
		}
		if len(scores) < 3 {
			t.Errorf("the refinements hardly differ: %v", differ)
		}
		if settings[best].Score.F1() != bestF1 {
			t.Errorf("best has F1 %v, there is %v", settings[best].Score.F1(), bestF1)
		}
	}
}

func TestTuneTiesAndErrors(t *testing.T) {
	prob := spots([3]int{1, 20, 20}, 1, map[[3]int]float32{{0, 5, 5}: 0.9})
	truth := [][]Point{{{Pos: [3]float64{0, 5, 5}}}}
	o := DefaultTuneOptions()
	settings, best, err := Tune([]*Volume{prob}, truth, DefaultDetectOptions(), o)
	if err != nil {
		t.Fatal(err)
	}
	// a point at 0.9 is found up to 0.85, at every radius
	if b := settings[best]; b.Threshold != 0.85 || b.Radius != 16 || b.Smoothing != 0 || b.Score != (Score{TP: 1}) {
		t.Errorf("best is %+v", b)
	}
	if _, _, err := Tune(nil, nil, DefaultDetectOptions(), o); err == nil {
		t.Error("no maps: no error")
	}
	o.Thresholds, o.Radii = nil, []float64{-1}
	if _, _, err := Tune([]*Volume{prob}, truth, DefaultDetectOptions(), o); err == nil ||
		!strings.Contains(err.Error(), "0 Thresholds") || !strings.Contains(err.Error(), "Radii[0]") {
		t.Errorf("bad options: %v", err)
	}
	o = DefaultTuneOptions()
	o.Refinements = []Refinement{{Kind: "best"}, {RefineCentroid, -1}}
	if _, _, err := Tune([]*Volume{prob}, truth, DefaultDetectOptions(), o); err == nil ||
		!strings.Contains(err.Error(), `Refinements[0]: Refine is "best"`) || !strings.Contains(err.Error(), "Refinements[1]: Centroid: ThresholdFactor is -1") {
		t.Errorf("bad refinements: %v", err)
	}
	o.Refinements = AllRefinements()
	if _, _, err := Tune([]*Volume{prob}, truth, DefaultDetectOptions(), o); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "needs the image") {
		t.Errorf("no images: %v", err)
	}
}

// Each refinement is the stage of its name, on what the stages before it left.
func TestDetectRefines(t *testing.T) {
	prob := NewVolume([3]int{1, 30, 30}, 2)
	image := NewVolume([3]int{1, 30, 30}, 1)
	for y := range 30 {
		for x := range 30 {
			for c, top := range [2][2]float64{{8.3, 7.8}, {20.2, 21.4}} {
				dy, dx := float64(y)-top[0], float64(x)-top[1]
				prob.Set(0, y, x, c, float32(math.Exp(-(dy*dy+dx*dx)/18)))
			}
			if y >= 4 && y <= 14 && x >= 4 && x <= 14 { // its middle is (9, 9)
				image.Set(0, y, x, 0, 1)
			}
		}
	}
	o := DefaultDetectOptions()
	o.Refine = RefinePeak
	points, err := Detect(prob, o)
	if err != nil || len(points) != 2 {
		t.Fatal(points, err)
	}
	for _, p := range points {
		want := [][3]float64{{0, 8.3, 7.8}, {0, 20.2, 21.4}}[p.Class-1]
		if Distance(p, Point{Pos: want}, UnitSpacing) > 0.02 {
			t.Errorf("class %d at %v, want %v", p.Class, p.Pos, want)
		}
	}
	o.Refine, o.Centroid.Smoothing = RefineCentroid, 0
	if _, err := Detect(prob, o); err == nil || !strings.Contains(err.Error(), "looks at the image") {
		t.Errorf("without an image: %v", err)
	}
	if _, err := DetectInImage(prob, NewVolume([3]int{1, 30, 31}, 1), o); !errors.Is(err, ErrShape) {
		t.Errorf("another size: %v", err)
	}
	points, err = DetectInImage(prob, image, o)
	if err != nil || len(points) != 2 {
		t.Fatal(points, err)
	}
	for _, p := range points {
		if want := [][3]float64{{0, 9, 9}, {0, 20, 21}}[p.Class-1]; p.Pos != want {
			t.Errorf("class %d at %v, want %v", p.Class, p.Pos, want)
		}
	}
	// distances count in the spacing of the points
	o.Prune.Spacing, o.Centroid.MaxShift = Spacing{1, 20, 20}, 15
	if points, err = DetectInImage(prob, image, o); err != nil || points[0].Pos[1] != math.Round(points[0].Pos[1]) || points[0].Pos == [3]float64{0, 9, 9} {
		t.Errorf("%v, %v", points, err)
	}
}
