package detection_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// slowHeatmap takes the highest of all peaks at every voxel.
func slowHeatmap(dims [3]int, points []detection.Point, opts detection.HeatmapOptions) *detection.Volume {
	out := detection.NewVolume(dims, opts.Classes)
	for z := range dims[0] {
		for y := range dims[1] {
			for x := range dims[2] {
				for _, p := range points {
					var q float64
					for axis, at := range [3]int{z, y, x} {
						q += math.Pow((float64(at)-p.Pos[axis])/opts.Sigma[axis], 2)
					}
					c := max(0, min(p.Class, opts.Classes)-1)
					if q <= opts.Truncate*opts.Truncate {
						out.Set(z, y, x, c, max(out.At(z, y, x, c), float32(math.Exp(-q/2))))
					}
				}
			}
		}
	}
	return out
}

func TestHeatmapMatchesSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 100 {
		dims := [3]int{1 + rng.IntN(4), 1 + rng.IntN(12), 1 + rng.IntN(12)}
		opts := detection.HeatmapOptions{
			Sigma:    [3]float64{0.3 + 2*rng.Float64(), 0.3 + 2*rng.Float64(), 0.3 + 2*rng.Float64()},
			Truncate: 0.5 + 4*rng.Float64(), Classes: 1 + rng.IntN(3),
		}
		points := randomPoints(rng, rng.IntN(6), dims, opts.Classes)
		got, err := detection.Heatmap(dims, points, opts)
		if err != nil {
			t.Fatal(err)
		}
		want := slowHeatmap(dims, points, opts)
		for i := range want.Data {
			if math.Abs(float64(got.Data[i]-want.Data[i])) > 1e-6 {
				t.Fatalf("%+v, points %v in %v: value %d is %v, want %v", opts, points, dims, i, got.Data[i], want.Data[i])
			}
		}
	}
}

func TestHeatmap(t *testing.T) {
	opts := detection.HeatmapOptions{Sigma: [3]float64{1, 1, 2}, Truncate: 2, Classes: 1}
	points := []detection.Point{{Pos: [3]float64{0, 0, 0.5}}, {Pos: [3]float64{0, 0, 4}}, {Pos: [3]float64{0, 0, 13}}}
	got, err := detection.Heatmap([3]int{1, 1, 10}, points, opts)
	if err != nil {
		t.Fatal(err)
	}
	// exp(-d²/8) of the nearest point, cut at d = 4; the last point reaches in
	// at x = 9 although it lies outside.
	distance := []float64{0.5, 0.5, 1.5, 1, 0, 1, 2, 3, 4, 4}
	for x, d := range distance {
		if want := math.Exp(-d * d / 8); math.Abs(float64(got.Data[x])-want) > 1e-7 {
			t.Errorf("x = %d: %v, want %v", x, got.Data[x], want)
		}
	}
	opts.Truncate = 1.9
	if got, _ = detection.Heatmap([3]int{1, 1, 10}, points, opts); got.Data[8] != 0 {
		t.Errorf("beyond Truncate: %v, want 0", got.Data[8])
	}
}

func TestHeatmapErrors(t *testing.T) {
	bad := detection.HeatmapOptions{Sigma: [3]float64{0, math.NaN(), math.Inf(1)}, Truncate: math.NaN()}
	_, err := detection.Heatmap([3]int{1, 1, 1}, nil, bad)
	for _, field := range []string{"Sigma[z] 0", "Sigma[y] NaN", "Sigma[x] +Inf", "Truncate NaN", "Classes 0"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("error %v does not name %s", err, field)
		}
	}
	opts := detection.DefaultHeatmapOptions()
	if _, err := detection.Heatmap([3]int{1, 0, 1}, nil, opts); !errors.Is(err, detection.ErrShape) {
		t.Errorf("error %v: want ErrShape", err)
	}
	if _, err := detection.Heatmap([3]int{1, 1, 1}, []detection.Point{{Pos: [3]float64{0, 0, 1e300}}}, opts); err == nil {
		t.Error("a point at 1e300 is accepted")
	}
	opts.Classes = 2
	if _, err := detection.Heatmap([3]int{1, 1, 1}, []detection.Point{{}}, opts); err == nil {
		t.Error("a point without a class is accepted")
	}
	const want = "{Sigma:[1.5 1.5 1.5] Truncate:4 Classes:1}"
	if got := fmt.Sprintf("%+v", detection.DefaultHeatmapOptions()); got != want {
		t.Errorf("defaults are %s, want %s", got, want)
	}
}
