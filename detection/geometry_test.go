package detection

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestRandomWarpDrawsEachChange(t *testing.T) {
	dims, centre := [3]int{1, 9, 9}, [3]float64{0, 20, 30}
	plain := NewWarp(dims, centre)
	tests := []struct {
		name  string
		mod   func(*GeometryOptions)
		check func(w Warp) bool
	}{
		{"nothing", func(*GeometryOptions) {}, func(w Warp) bool { return w.Linear == plain.Linear && w.Centre == centre }},
		{"flip y", func(o *GeometryOptions) { o.FlipY = 1 }, func(w Warp) bool { return w.Linear == FlipY.Matrix() }},
		{"flip x", func(o *GeometryOptions) { o.FlipX = 1 }, func(w Warp) bool { return w.Linear == FlipX.Matrix() }},
		{"flip z", func(o *GeometryOptions) { o.FlipZ = 1 }, func(w Warp) bool { return w.Linear == FlipZ.Matrix() }},
		{"turn", func(o *GeometryOptions) { o.Rot90 = 1 }, func(w Warp) bool {
			return w.Linear != plain.Linear && w.Linear[0][0] == 1 && math.Abs(determinant(w.Linear)-1) < 1e-12
		}},
		{"rotation", func(o *GeometryOptions) { o.Rotate, o.RotateRange = 1, [2]float64{30, 30} }, func(w Warp) bool {
			// the result's x axis points 30 degrees away from the source's
			return math.Abs(w.Linear[2][2]-math.Sqrt(3)/2) < 1e-12 && math.Abs(w.Linear[1][2]+0.5) < 1e-12
		}},
		{"zoom", func(o *GeometryOptions) { o.Zoom, o.ZoomRange = 1, [2]float64{2, 2} }, func(w Warp) bool {
			return w.Linear == [3][3]float64{{1, 0, 0}, {0, 0.5, 0}, {0, 0, 0.5}}
		}},
		{"zoom of z", func(o *GeometryOptions) { o.Zoom, o.ZoomRange, o.ZoomZ = 1, [2]float64{2, 2}, true }, func(w Warp) bool {
			return w.Linear[0][0] == 0.5
		}},
		{"shear", func(o *GeometryOptions) { o.Shear, o.ShearRange = 1, [2]float64{45, 45} }, func(w Warp) bool {
			return math.Abs(w.Linear[2][1]-1) < 1e-12 && w.Linear[1][2] == 0
		}},
		{"shift", func(o *GeometryOptions) { o.Shift, o.ShiftRange = 1, [2]float64{1, 1} }, func(w Warp) bool {
			return math.Abs(w.Centre[1]-20) == 9 && math.Abs(w.Centre[2]-30) == 9 && w.Centre[0] == 0
		}},
		{"elastic", func(o *GeometryOptions) { o.Elastic = 1 }, func(w Warp) bool { return w.Field != nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := DefaultGeometryOptions()
			tt.mod(&o)
			for seed := range uint64(4) {
				w, err := RandomWarp(dims, centre, o, rand.New(rand.NewPCG(seed, 0)))
				if err != nil {
					t.Fatal(err)
				}
				if !tt.check(w) {
					t.Errorf("seed %d drew %+v", seed, w)
				}
			}
		})
	}
}

// With probabilities below 1 each change comes about as often as it should,
// and switching one off leaves the draws of the others alone.
func TestRandomWarpProbabilities(t *testing.T) {
	o := DefaultGeometryOptions()
	o.FlipX, o.Rotate = 0.3, 0.6
	rng, without := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	flips, turns := 0, 0
	const n = 2000
	for range n {
		w, err := RandomWarp([3]int{1, 8, 8}, [3]float64{}, o, rng)
		if err != nil {
			t.Fatal(err)
		}
		noFlip := o
		noFlip.FlipX = 0
		v, err := RandomWarp([3]int{1, 8, 8}, [3]float64{}, noFlip, without)
		if err != nil {
			t.Fatal(err)
		}
		if w.Linear[1] != v.Linear[1] && w.Linear[1] != [3]float64{0, v.Linear[1][1], -v.Linear[1][2]} {
			t.Fatalf("without flips another rotation was drawn: %v and %v", w.Linear, v.Linear)
		}
		if determinant(w.Linear) < 0 {
			flips++
		}
		if w.Linear[1][2] != 0 {
			turns++
		}
	}
	for _, c := range []struct {
		name string
		got  int
		p    float64
	}{{"flips", flips, 0.3}, {"rotations", turns, 0.6}} {
		if sd := math.Sqrt(n * c.p * (1 - c.p)); math.Abs(float64(c.got)-n*c.p) > 4*sd {
			t.Errorf("%d %s of %d, want about %v", c.got, c.name, n, n*c.p)
		}
	}
}

func TestGeometryErrors(t *testing.T) {
	o := GeometryOptions{FlipX: 2, Zoom: math.NaN(), ZoomRange: [2]float64{0, 1}, ShearRange: [2]float64{3, -3}, ShiftRange: [2]float64{0, 2}}
	err := o.Validate()
	for _, want := range []string{"FlipX", "Zoom NaN", "ZoomRange", "ShearRange", "ShiftRange", "ElasticOptions"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	square := DefaultGeometryOptions()
	square.Rot90 = 0.1
	if _, err := RandomWarp([3]int{1, 8, 6}, [3]float64{}, square, rand.New(rand.NewPCG(0, 0))); err == nil || !strings.Contains(err.Error(), "square") {
		t.Errorf("turns of oblong patches: %v", err)
	}
	if !square.Rigid() {
		t.Error("turns are symmetries")
	}
	square.Elastic = 0.1
	if square.Rigid() {
		t.Error("an elastic field is no symmetry")
	}
}

func TestElasticField(t *testing.T) {
	o := DefaultElasticOptions()
	make := func(seed uint64) *Volume {
		f, err := ElasticField([3]int{1, 120, 120}, o, rand.New(rand.NewPCG(seed, 0)))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := make(1)
	if !slices.Equal(f.Data, make(1).Data) || slices.Equal(f.Data, make(2).Data) {
		t.Error("the field does not depend on the seed alone")
	}
	var sum, sumZ, steepest float64
	for i, v := range f.Data {
		switch i % 3 {
		case 0:
			sumZ += math.Abs(float64(v))
		case 2:
			sum += float64(v) * float64(v)
			if i+3 < len(f.Data) && i/3%120 != 119 {
				steepest = max(steepest, math.Abs(float64(f.Data[i+3]-v)))
			}
		}
	}
	if sumZ != 0 {
		t.Error("a plane is displaced along z")
	}
	// noise from -1 to 1 has variance 1/3, of which a Gaussian leaves 1/(4 pi sigma^2)
	want := 14 * math.Sqrt(1/(3*4*math.Pi)) / o.Sigma
	if rms := math.Sqrt(sum / 14400); rms < 0.7*want || rms > 1.3*want {
		t.Errorf("displaced by %.2f voxels, want about %.2f", rms, want)
	}
	if steepest > 0.6 {
		t.Errorf("the field varies by %.2f voxels per voxel and may fold", steepest)
	}
	if _, err := ElasticField([3]int{0, 1, 1}, o, nil); err == nil {
		t.Error("an empty field: no error")
	}
	if err := (ElasticOptions{Alpha: [2]float64{3, 2}}).Validate(); err == nil || !strings.Contains(err.Error(), "low end first") || !strings.Contains(err.Error(), "Sigma") {
		t.Errorf("bad options: %v", err)
	}
}
