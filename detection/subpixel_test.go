package detection_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// drawn fills a volume by a function of the voxel.
func drawn(dims [3]int, f func(z, y, x float64) float64) *detection.Volume {
	v := detection.NewVolume(dims, 1)
	for i := range v.Data {
		v.Data[i] = float32(f(float64(i/dims[2]/dims[1]), float64(i/dims[2]%dims[1]), float64(i%dims[2])))
	}
	return v
}

func refineOne(t *testing.T, v *detection.Volume, pos [3]float64) [3]float64 {
	t.Helper()
	got, err := detection.RefineSubpixel(v, []detection.Point{{Pos: pos}})
	if err != nil {
		t.Fatal(err)
	}
	return got[0].Pos
}

// near compares positions.
func near(a, b [3]float64, slack float64) bool {
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= slack) {
			return false
		}
	}
	return true
}

// A quadratic function is its own fit, tilted ones too.
func TestRefineSubpixelQuadratic(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 63))
		dims := [3]int{3, 3, 3}
		if seed%2 == 0 {
			dims[0] = 1
		}
		top := [3]float64{1, 1, 1}
		for a, n := range dims {
			top[a] += 0.98 * (r.Float64() - 0.5)
			if n == 1 {
				top[a] = 0
			}
		}
		// A matrix of the form B'B + 1/10 has a minimum.
		var b [3][3]float64
		for i := range 9 {
			b[i/3][i%3] = r.NormFloat64()
		}
		v := drawn(dims, func(z, y, x float64) float64 {
			d := [3]float64{z - top[0], y - top[1], x - top[2]}
			value := 3.0
			for i := range b {
				dot := b[i][0]*d[0] + b[i][1]*d[1] + b[i][2]*d[2]
				value -= dot*dot + d[i]*d[i]/10
			}
			return value
		})
		at := [3]float64{float64(dims[0] / 2), 1, 1}
		if got := refineOne(t, v, at); !near(got, top, 1e-4) {
			t.Errorf("seed %d: top %v, want %v", seed, got, top)
		}
	}
}

// Gaussian spots at known places, through LoG and as a probability map. The
// limits are those of the comment of RefineSubpixel. On the diagonal the highest
// voxel is not always the nearest, and half a voxel from it not far enough.
func TestRefineSubpixelGaussians(t *testing.T) {
	for _, tt := range []struct {
		name      string
		dims      [3]int
		sigma     float64
		tilt      float64 // correlation of y and x
		rms, most float64
	}{
		{"2D", [3]int{1, 25, 25}, 1, 0, 0.03, 0.06},
		{"2D", [3]int{1, 25, 25}, 1.5, 0, 0.015, 0.05},
		{"2D", [3]int{1, 25, 25}, 2, 0, 0.01, 0.03},
		{"3D", [3]int{17, 17, 17}, 1, 0, 0.03, 0.1},
		{"3D", [3]int{17, 17, 17}, 1.5, 0, 0.015, 0.05},
		{"3D", [3]int{17, 17, 17}, 2, 0, 0.01, 0.03},
		{"2D, along a diagonal", [3]int{1, 31, 31}, 2, 0.6, 0.03, 0.15},
	} {
		r := rand.New(rand.NewPCG(64, 64))
		errs := map[string][]float64{}
		for range 60 {
			var at [3]float64
			for a, n := range tt.dims {
				if n > 1 {
					at[a] = float64(n/2) + r.Float64() - 0.5
				}
			}
			image := drawn(tt.dims, func(z, y, x float64) float64 {
				z, y, x = (z-at[0])/tt.sigma, (y-at[1])/tt.sigma, (x-at[2])/tt.sigma
				return 0.9 * math.Exp(-z*z/2-(y*y+x*x-2*tt.tilt*x*y)/(2*(1-tt.tilt*tt.tilt)))
			})
			opts := detection.DefaultLoGOptions()
			opts.Sigmas, opts.Threshold = []float64{tt.sigma}, 0.5
			points, err := detection.DetectLoG(image, opts)
			if err != nil || len(points) != 1 {
				t.Fatal(points, err)
			}
			peaks, err := detection.Peaks(image, detection.DefaultPeakOptions())
			if err != nil || len(peaks) != 1 {
				t.Fatal(peaks, err)
			}
			for a, n := range tt.dims {
				if n > 1 {
					errs["LoG"] = append(errs["LoG"], points[0].Pos[a]-at[a])
					errs["map"] = append(errs["map"], refineOne(t, image, peaks[0].Pos)[a]-at[a])
				}
			}
		}
		for _, source := range []string{"LoG", "map"} {
			var squares, most float64
			for _, e := range errs[source] {
				squares += e * e
				most = max(most, math.Abs(e))
			}
			rms := math.Sqrt(squares / float64(len(errs[source])))
			t.Logf("%s of sigma %v, %s: error %.4f, at most %.4f", tt.name, tt.sigma, source, rms, most)
			if !(rms <= tt.rms && most <= tt.most) {
				t.Errorf("%s of sigma %v, %s: error %.4f, at most %.4f, want %v and %v", tt.name, tt.sigma, source, rms, most, tt.rms, tt.most)
			}
		}
	}
}

func TestRefineSubpixelRules(t *testing.T) {
	hill := func(z, y, x float64) float64 { return -(y-2.3)*(y-2.3) - (x-1.8)*(x-1.8) }
	tests := []struct {
		name string
		v    *detection.Volume
		at   [3]float64
		want [3]float64
	}{
		{"half a voxel at most", drawn([3]int{1, 5, 5}, hill), [3]float64{0, 1, 3}, [3]float64{0, 1.5, 2.5}},
		{"from the voxel that holds the point", drawn([3]int{1, 5, 5}, hill), [3]float64{0, 2.4, 1.6}, [3]float64{0, 2.3, 1.8}},
		{"a face in y", drawn([3]int{1, 3, 5}, hill), [3]float64{0, 2, 2}, [3]float64{0, 2, 1.8}},
		{"the other face in y", drawn([3]int{1, 3, 5}, hill), [3]float64{0, 0, 2}, [3]float64{0, 0, 1.8}},
		{"a face in x", drawn([3]int{1, 5, 3}, hill), [3]float64{0, 2, 2}, [3]float64{0, 2.3, 2}},
		{"the first plane", drawn([3]int{3, 5, 5}, hill), [3]float64{0, 2, 2}, [3]float64{0, 2.3, 1.8}},
		{"a ridge along y", drawn([3]int{1, 5, 5}, func(_, y, x float64) float64 { return 0.7 - (x-1.8)*(x-1.8)/10 }), [3]float64{0, 2, 2}, [3]float64{0, 2, 1.8}},
		{"a plateau", drawn([3]int{3, 5, 5}, func(_, y, x float64) float64 { return 0.3 }), [3]float64{1, 2, 2}, [3]float64{1, 2, 2}},
		{"a plateau of two voxels", plane("00000", "01220", "00000"), [3]float64{0, 1, 2}, [3]float64{0, 1, 2.5}},
		{"rounding is no slope", drawn([3]int{1, 3, 3}, func(_, y, x float64) float64 { return 1 - max(1-x, 0)/(1<<24) }), [3]float64{0, 1, 1}, [3]float64{0, 1, 1}},
		{"a saddle curves down along x alone", drawn([3]int{1, 5, 5}, func(_, y, x float64) float64 { return (y-2.3)*(y-2.3) - (x-1.8)*(x-1.8) }),
			[3]float64{0, 2, 2}, [3]float64{0, 2, 1.8}},
		{"a saddle between the axes", drawn([3]int{1, 5, 5}, func(_, y, x float64) float64 {
			y, x = y-2, x-2
			return -y*y - x*x + 3*x*y - 0.4*x
		}), [3]float64{0, 2, 2}, [3]float64{0, 2, 1.8}},
		{"one voxel", drawn([3]int{1, 1, 1}, hill), [3]float64{0, 0, 0}, [3]float64{0, 0, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := refineOne(t, tt.v, tt.at); !near(got, tt.want, 1e-4) {
				t.Errorf("top %v, want %v", got, tt.want)
			}
		})
	}
}

// Everything but the position stays, and a constant or a factor on the map
// changes nothing.
func TestRefineSubpixelKeeps(t *testing.T) {
	prob := testBlobs(8, [3]int{5, 40, 40})
	opts := detection.DefaultPeakOptions()
	points, err := detection.Peaks(prob, opts)
	if err != nil || len(points) < 5 {
		t.Fatal(points, err)
	}
	points[1].Class = 2
	slices.Reverse(points)
	before := slices.Clone(points)
	want, err := detection.RefineSubpixel(prob, points)
	if err != nil || !slices.Equal(before, points) {
		t.Fatalf("%v, or the points were modified", err)
	}
	other := prob.Clone()
	for i, x := range prob.Data {
		other.Data[i] = 3*x + 2
	}
	again, err := detection.RefineSubpixel(other, points)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range want {
		if p.ID != points[i].ID || p.Prob != points[i].Prob || p.Class != points[i].Class || !near(p.Pos, points[i].Pos, 0.5) {
			t.Errorf("%+v became %+v", points[i], p)
		}
		if !near(p.Pos, again[i].Pos, 1e-3) {
			t.Errorf("%v, and with another scale of values %v", p.Pos, again[i].Pos)
		}
	}
	if none, err := detection.RefineSubpixel(prob, nil); err != nil || len(none) != 0 {
		t.Error(none, err)
	}
}

func TestRefineSubpixelErrors(t *testing.T) {
	nan := plane("123", "456", "789")
	nan.Data[0] = float32(math.NaN())
	for _, tt := range []struct {
		v    *detection.Volume
		pos  [3]float64
		part string
	}{
		{plane("123", "456"), [3]float64{0, 2, 0}, "point 1 at [0 2 0] lies outside the volume of [1 2 3]"},
		{plane("123", "456"), [3]float64{0, math.NaN(), 0}, "NaN"},
		{nan, [3]float64{0, 1, 1}, "beside voxel (z, y, x) = (0, 1, 1) is NaN"},
		{detection.NewVolume([3]int{1, 2, 2}, 2), [3]float64{}, "2 channels"},
	} {
		_, err := detection.RefineSubpixel(tt.v, []detection.Point{{Pos: tt.pos}})
		if err == nil || !strings.Contains(err.Error(), tt.part) {
			t.Errorf("error %v, want %q", err, tt.part)
		}
	}
}
