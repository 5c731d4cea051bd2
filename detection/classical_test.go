package detection_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// disks draws balls (in 2D disks) of the given radius, in units of spacing,
// with value 100 on a ground of 10 with a faint slope.
func disks(dims [3]int, spacing detection.Spacing, radius float64, centres ...[3]float64) *detection.Volume {
	v := detection.NewVolume(dims, 1)
	for i := range v.Data {
		x, y, z := i%dims[2], i/dims[2]%dims[1], i/dims[2]/dims[1]
		v.Data[i] = 10 + float32(x)/50
		for _, c := range centres {
			at := detection.Point{Pos: [3]float64{float64(z), float64(y), float64(x)}}
			if detection.Distance(at, detection.Point{Pos: c}, spacing) <= radius {
				v.Data[i] = 100
			}
		}
	}
	return v
}

func TestClassical(t *testing.T) {
	um := detection.Spacing{2, 0.5, 0.5}
	bright := disks([3]int{1, 40, 80}, detection.UnitSpacing, 8, [3]float64{0, 20, 20})
	for i, v := range disks(bright.Dims, detection.UnitSpacing, 8, [3]float64{0, 20, 60}).Data {
		if v == 100 {
			bright.Data[i] = 40
		}
	}
	tests := []struct {
		name    string
		image   *detection.Volume
		mod     func(*detection.ClassicalOptions)
		centres [][3]float64
		within  float64 // voxels
	}{
		{name: "apart and touching disks",
			image:   disks([3]int{1, 60, 80}, detection.UnitSpacing, 8, [3]float64{0, 15, 15}, [3]float64{0, 40, 30}, [3]float64{0, 40, 44}),
			centres: [][3]float64{{0, 15, 15}, {0, 40, 30}, {0, 40, 44}}, within: 0.6},
		{name: "3D, anisotropic",
			image:   disks([3]int{15, 40, 60}, um, 5, [3]float64{7, 20, 14}, [3]float64{7, 20, 32}),
			mod:     func(o *detection.ClassicalOptions) { o.Spacing, o.MinDistance, o.Smoothing = um, 3, 0.5 },
			centres: [][3]float64{{7, 20, 14}, {7, 20, 32}}, within: 0.6},
		{name: "a minimum distance beyond all makes touching disks one object",
			image:   disks([3]int{1, 60, 80}, detection.UnitSpacing, 8, [3]float64{0, 40, 30}, [3]float64{0, 40, 44}),
			mod:     func(o *detection.ClassicalOptions) { o.MinDistance = 1000 },
			centres: [][3]float64{{0, 40, 37}}, within: 0.6},
		{name: "but not objects that do not touch",
			image:   disks([3]int{1, 60, 80}, detection.UnitSpacing, 8, [3]float64{0, 40, 20}, [3]float64{0, 40, 44}),
			mod:     func(o *detection.ClassicalOptions) { o.MinDistance = 1000 },
			centres: [][3]float64{{0, 40, 20}, {0, 40, 44}}, within: 0.6},
		{name: "specks are dropped",
			image: disks([3]int{1, 60, 80}, detection.UnitSpacing, 2, [3]float64{0, 15, 15}),
			mod:   func(o *detection.ClassicalOptions) { o.MinSize = 100 }},
		{name: "a factor below one takes in the dim", image: bright, centres: [][3]float64{{0, 20, 20}, {0, 20, 60}}, within: 0.6,
			mod: func(o *detection.ClassicalOptions) { o.ThresholdFactor = 0.5 }},
		{name: "and one does not", image: bright, centres: [][3]float64{{0, 20, 20}}, within: 0.6},
		{name: "no background is left", image: plane("999", "9.9", "999"),
			mod: func(o *detection.ClassicalOptions) { o.Smoothing, o.MinSize = 0, 0 }},
		{name: "a constant image", image: detection.NewVolume([3]int{1, 9, 9}, 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultClassicalOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			before := slices.Clone(tt.image.Data)
			points, err := detection.Classical(tt.image, opts)
			if err != nil {
				t.Fatal(err)
			}
			if len(points) != len(tt.centres) {
				t.Fatalf("got %v, want points at %v", points, tt.centres)
			}
			var truth []detection.Point
			for _, c := range tt.centres {
				truth = append(truth, detection.Point{Pos: c})
			}
			m, err := detection.Match(truth, points, detection.MatchOptions{Tolerance: tt.within, Spacing: detection.UnitSpacing})
			if err != nil || len(m.Pairs) != len(truth) {
				t.Errorf("got %v, want points at %v", points, tt.centres)
			}
			for i, p := range points {
				if p.ID != i+1 || !(p.Prob > 0 && p.Prob <= 1) || i > 0 && p.Prob > points[i-1].Prob {
					t.Errorf("point %d is %+v", i, p)
				}
			}
			if !slices.Equal(before, tt.image.Data) {
				t.Error("the image was modified")
			}
		})
	}
}

// A hole splits an object unless it is filled, and a bar is less round than a disk.
func TestClassicalHolesAndRoundness(t *testing.T) {
	image := disks([3]int{1, 50, 90}, detection.UnitSpacing, 9, [3]float64{0, 25, 20})
	for y := 22; y < 29; y++ {
		for x := 45; x < 85; x++ {
			image.Set(0, y, x, 0, 100)
		}
		for x := 17; x < 24; x++ {
			image.Set(0, y, x, 0, 10)
		}
	}
	opts := detection.DefaultClassicalOptions()
	opts.DistanceSmoothing, opts.MinDistance = 2, 30
	points, err := detection.Classical(image, opts)
	if err != nil || len(points) != 2 {
		t.Fatalf("got %v, %v, want a disk and a bar", points, err)
	}
	if disk := points[0]; math.Abs(disk.Pos[2]-20) > 0.1 || disk.Prob < 0.9 || points[1].Prob > 0.3 {
		t.Errorf("got %v, want the disk first, at x = 20, and the bar far behind", points)
	}
	opts.FillHoles = false
	points, err = detection.Classical(image, opts)
	if err != nil || len(points) != 2 || points[0].Prob > 0.5 {
		t.Errorf("got %v, %v, want a ring and a bar, neither of them round", points, err)
	}
}

// Length in micrometres and in voxels are the same lengths.
func TestClassicalUnits(t *testing.T) {
	image := disks([3]int{1, 60, 80}, detection.UnitSpacing, 8, [3]float64{0, 15, 15}, [3]float64{0, 40, 30}, [3]float64{0, 40, 44})
	opts := detection.DefaultClassicalOptions()
	want, err := detection.Classical(image, opts)
	if err != nil || len(want) != 3 {
		t.Fatal(want, err)
	}
	const k = 0.25
	opts.Spacing = detection.Spacing{k, k, k}
	opts.Smoothing, opts.DistanceSmoothing, opts.MinDistance = k*opts.Smoothing, k*opts.DistanceSmoothing, k*opts.MinDistance
	got, err := detection.Classical(image, opts)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestClassicalErrors(t *testing.T) {
	opts := detection.ClassicalOptions{Smoothing: -1, ThresholdFactor: math.NaN(), MinSize: -2, DistanceSmoothing: math.Inf(1), MinDistance: math.NaN()}
	_, err := detection.Classical(plane("12"), opts)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"Smoothing is -1", "ThresholdFactor is NaN", "MinSize is -2", "DistanceSmoothing is +Inf", "MinDistance is NaN", "Spacing: "} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	nan := plane("12")
	nan.Data[0] = float32(math.NaN())
	if _, err := detection.Classical(nan, detection.DefaultClassicalOptions()); err == nil || !strings.Contains(err.Error(), "is NaN") {
		t.Errorf("got %v", err)
	}
}

func TestTuneClassical(t *testing.T) {
	var images []*detection.Volume
	var truth [][]detection.Point
	for k := range 3 {
		x := float64(20 + 5*k)
		images = append(images, disks([3]int{1, 40, 60}, detection.UnitSpacing, 6, [3]float64{0, 20, x}, [3]float64{0, 20, x + 10}))
		truth = append(truth, []detection.Point{{Pos: [3]float64{0, 20, x}}, {Pos: [3]float64{0, 20, x + 10}}})
	}
	opts, score, err := detection.TuneClassical(context.Background(), images, truth, 3, detection.UnitSpacing)
	if err != nil || score != (detection.Score{TP: 6}) {
		t.Fatalf("%+v, %+v, %v", opts, score, err)
	}
	// The score and the choice are those of the plain stages, one by one.
	best := -1
	var bestF1 float64
	grid := detection.ClassicalGrid(detection.UnitSpacing)
	for g, o := range grid {
		var sum detection.Score
		for i, image := range images {
			points, err := detection.Classical(image, o)
			if err != nil {
				t.Fatal(err)
			}
			m, err := detection.Match(truth[i], points, detection.MatchOptions{Tolerance: 3, Spacing: detection.UnitSpacing})
			if err != nil {
				t.Fatal(err)
			}
			sum = sum.Add(m.Score())
		}
		if best < 0 || sum.F1() > bestF1 {
			best, bestF1 = g, sum.F1()
		}
	}
	if grid[best] != opts {
		t.Errorf("chose %+v, want %+v", opts, grid[best])
	}
	// A grid of the caller's: both scores come back, and the spacing is set.
	grid = []detection.ClassicalOptions{grid[len(grid)-1], opts}
	grid[0].Spacing = detection.Spacing{9, 9, 9}
	settings, chosen, err := detection.TuneClassicalGrid(t.Context(), images, truth, grid, 3, detection.UnitSpacing)
	if err != nil || len(settings) != 2 || chosen != 1 || settings[1] != (detection.ClassicalSetting{Options: opts, Score: score}) ||
		settings[0].Options.Spacing != detection.UnitSpacing || settings[0].Score.F1() >= score.F1() {
		t.Errorf("chose %d of %+v, %v", chosen, settings, err)
	}
	grid[1].Smoothing, grid[0].MinSize = -1, -1
	_, _, err = detection.TuneClassicalGrid(t.Context(), images, truth, grid, 3, detection.UnitSpacing)
	for _, part := range []string{"setting 0: MinSize is -1", "setting 1: Smoothing is -1"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("bad settings: error %v does not say %q", err, part)
		}
	}
	if _, _, err := detection.TuneClassicalGrid(t.Context(), images, truth, nil, 3, detection.UnitSpacing); err == nil || !strings.Contains(err.Error(), "no setting") {
		t.Errorf("empty grid: %v", err)
	}

	if _, _, err := detection.TuneClassical(context.Background(), images, truth[:2], 3, detection.UnitSpacing); !errors.Is(err, detection.ErrShape) {
		t.Errorf("lists of different lengths: %v", err)
	}
	if _, _, err := detection.TuneClassical(context.Background(), nil, nil, 3, detection.UnitSpacing); err == nil {
		t.Error("no images went through")
	}
	if _, _, err := detection.TuneClassical(context.Background(), images, truth, math.NaN(), detection.UnitSpacing); err == nil || !strings.Contains(err.Error(), "Tolerance is NaN") {
		t.Errorf("tolerance: %v", err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := detection.TuneClassical(cancelled, images, truth, 3, detection.UnitSpacing); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	truth[1][0].Pos[2] = math.NaN()
	if _, _, err := detection.TuneClassical(context.Background(), images, truth, 3, detection.UnitSpacing); err == nil || !strings.Contains(err.Error(), "image 1: ") {
		t.Errorf("a point that is not finite: %v", err)
	}
}

// The roundness of a bar of 7x7x21 voxels, by hand: the centre is 4 voxels
// from the background, and a ball of that radius fills 4/3 pi 64 of 1029.
func TestClassicalRoundness3D(t *testing.T) {
	image := detection.NewVolume([3]int{15, 15, 31}, 1)
	for z := 4; z < 11; z++ {
		for y := 4; y < 11; y++ {
			for x := 5; x < 26; x++ {
				image.Set(z, y, x, 0, 1)
			}
		}
	}
	opts := detection.DefaultClassicalOptions()
	opts.Smoothing, opts.MinDistance = 0, 100
	points, err := detection.Classical(image, opts)
	want := detection.Point{ID: 1, Pos: [3]float64{7, 7, 15}, Prob: 4.0 / 3 * math.Pi * 64 / 1029}
	if err != nil || len(points) != 1 || points[0].Pos != want.Pos || math.Abs(points[0].Prob-want.Prob) > 1e-12 {
		t.Errorf("got %v, %v, want %v", points, err, want)
	}
}
