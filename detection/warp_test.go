package detection

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// turn is the matrix of a rotation by angle in the (y, x) plane, after a zoom.
func turn(angle, zoom float64) [3][3]float64 {
	s, c := math.Sincos(angle)
	return [3][3]float64{{1, 0, 0}, {0, c / zoom, -s / zoom}, {0, s / zoom, c / zoom}}
}

func noise(dims [3]int, channels int, seed uint64) *Volume {
	rng := rand.New(rand.NewPCG(seed, 1))
	v := NewVolume(dims, channels)
	for i := range v.Data {
		v.Data[i] = rng.Float32()
	}
	return v
}

// A symmetry is a warp whose every voxel falls on a voxel: both must agree to
// the last bit, images and points.
func TestWarpEqualsSymmetry(t *testing.T) {
	src := noise([3]int{3, 6, 6}, 2, 1)
	points := []Point{{ID: 7, Pos: [3]float64{1, 1.25, 4}, Class: 2}, {ID: 8, Pos: [3]float64{0, 3, 0.5}}}
	for _, s := range Symmetries(3) {
		want := NewVolume(s.Dims(src.Dims), src.Channels)
		if err := s.Apply(want, src); err != nil {
			t.Fatal(err)
		}
		w := NewWarp(src.Dims, [3]float64{1, 2.5, 2.5}).Then(s.Matrix())
		got, err := w.Image(src)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Data, want.Data) {
			t.Errorf("%v: the images differ", s)
		}
		moved, err := w.Points(points, src.Dims, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(moved, s.Points(points, src.Dims)) {
			t.Errorf("%v: points %v, want %v", s, moved, s.Points(points, src.Dims))
		}
	}
}

// What a point marks in the source, it has to mark in the result, whatever the
// warp: blobs painted at points and warped peak where the warped points are.
func TestWarpMovesImageAndPointsAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	dims := [3]int{1, 60, 50}
	var points []Point
	for y := 6; y < 60; y += 16 {
		for x := 5; x < 50; x += 15 {
			points = append(points, Point{Pos: [3]float64{0, float64(y) + rng.Float64(), float64(x) + rng.Float64()}})
		}
	}
	blobs := DefaultHeatmapOptions()
	blobs.Sigma = [3]float64{1, 2.5, 2.5}
	src, err := Heatmap(dims, points, blobs)
	if err != nil {
		t.Fatal(err)
	}
	for trial := range 20 {
		w := NewWarp([3]int{1, 64, 64}, [3]float64{0, 20 + 20*rng.Float64(), 20 + 20*rng.Float64()})
		w = w.Then(turn(2*math.Pi*rng.Float64(), 0.8+0.5*rng.Float64()))
		if trial%2 == 1 {
			if w.Field, err = ElasticField(w.Dims, DefaultElasticOptions(), rng); err != nil {
				t.Fatal(err)
			}
		}
		image, err := w.Image(src)
		if err != nil {
			t.Fatal(err)
		}
		moved, err := w.Points(points, dims, 6) // a blob cut by the border has its point outside
		if err != nil {
			t.Fatal(err)
		}
		peaks := DefaultPeakOptions()
		peaks.Threshold = 0.6
		found, err := Peaks(image, peaks)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found { // every blob has its point
			if !slices.ContainsFunc(moved, func(q Point) bool {
				return Distance(p, q, UnitSpacing) < 1.6 || !image.Contains(q.Voxel()) && Distance(p, q, UnitSpacing) < 4
			}) {
				t.Errorf("trial %d: a blob at %v has no point", trial, p.Pos)
			}
		}
		for _, q := range moved { // and every point its blob
			if v := q.Voxel(); image.Contains(v) && image.At(v[0], v[1], v[2], 0) < 0.7 {
				t.Errorf("trial %d: at point %v the image is %v", trial, q.Pos, image.At(v[0], v[1], v[2], 0))
			}
		}
		if len(moved) < 8 {
			t.Errorf("trial %d: only %d points", trial, len(moved))
		}
	}
}

func TestWarpMirrors(t *testing.T) {
	src := NewVolume([3]int{1, 1, 4}, 1)
	copy(src.Data, []float32{1, 2, 3, 4})
	w := NewWarp([3]int{1, 1, 12}, [3]float64{0, 0, 1.5})
	got, err := w.Image(src)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2}; !slices.Equal(got.Data, want) {
		t.Errorf("got %v, want %v", got.Data, want)
	}
	for _, tt := range []struct {
		x      float64
		margin float64
		want   []float64
	}{
		{0, 0, []float64{4, 10}},
		{1, 0, []float64{3, 5, 9, 11}},
		{3, 0, []float64{1, 7}},
		{3, 2, []float64{1, 7, 13}},
		{-0.25, 0, []float64{3.75, 4.25, 9.75, 10.25}},
	} {
		moved, err := w.Points([]Point{{Pos: [3]float64{0, 0, tt.x}}}, src.Dims, tt.margin)
		if err != nil {
			t.Fatal(err)
		}
		var xs []float64
		for _, p := range moved {
			xs = append(xs, p.Pos[2])
		}
		if !slices.Equal(xs, tt.want) {
			t.Errorf("x = %v, margin %v: shown at %v, want %v", tt.x, tt.margin, xs, tt.want)
		}
	}
}

func TestWarpInterpolates(t *testing.T) {
	src := NewVolume([3]int{2, 2, 2}, 1)
	copy(src.Data, []float32{0, 1, 2, 3, 4, 5, 6, 7})
	got, err := NewWarp([3]int{1, 1, 1}, [3]float64{0.5, 0.25, 0.75}).Image(src)
	if err != nil {
		t.Fatal(err)
	}
	if want := float32(4*0.5 + 2*0.25 + 0.75); got.Data[0] != want { // the values are 4z + 2y + x
		t.Errorf("got %v, want %v", got.Data[0], want)
	}
}

func TestWarpErrors(t *testing.T) {
	w := Warp{Centre: [3]float64{math.NaN()}, Field: NewVolume([3]int{1, 2, 2}, 2)}
	err := w.Validate()
	for _, want := range []string{"Dims", "Centre", "Linear", "Field"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	if _, err := NewWarp([3]int{1, 2, 2}, [3]float64{}).Points(nil, [3]int{1, 0, 2}, -1); err == nil ||
		!strings.Contains(err.Error(), "margin") || !strings.Contains(err.Error(), "source") {
		t.Errorf("bad arguments: %v", err)
	}
}

func TestInverse(t *testing.T) {
	m := [3][3]float64{{2, 1, 0}, {0, 3, -1}, {1, 0, 1}}
	for r, row := range multiply(m, inverse(m)) {
		for c, v := range row {
			if want := map[bool]float64{true: 1}[r == c]; math.Abs(v-want) > 1e-12 {
				t.Errorf("(%d, %d) is %v", r, c, v)
			}
		}
	}
}
