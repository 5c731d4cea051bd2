package detection_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// smearedDot is a dot in the middle of 61 x 61 voxels, after motion.
func smearedDot(t *testing.T, length int, angle, lean float64) *detection.Volume {
	t.Helper()
	v := detection.NewVolume([3]int{1, 61, 61}, 1)
	v.Set(0, 30, 30, 0, 1)
	if err := detection.MotionBlur(v, length, angle, lean); err != nil {
		t.Fatal(err)
	}
	return v
}

// What a dot becomes, by hand: samples a voxel apart, from their centre of
// mass, spread between neighbours.
func TestMotionBlurOfDot(t *testing.T) {
	for _, tt := range []struct {
		name        string
		length      int
		angle, lean float64
		want        map[[2]int]float32 // by (y, x) from the dot
	}{
		{"one sample", 1, 70, 0.3, map[[2]int]float32{{0, 0}: 1}},
		{"three along x", 3, 0, 0, map[[2]int]float32{{0, -1}: 1. / 3, {0, 0}: 1. / 3, {0, 1}: 1. / 3}},
		{"two along x lie between voxels", 2, 0, 0, map[[2]int]float32{{0, -1}: 0.25, {0, 0}: 0.5, {0, 1}: 0.25}},
		{"three along y", 3, 90, 0, map[[2]int]float32{{-1, 0}: 1. / 3, {0, 0}: 1. / 3, {1, 0}: 1. / 3}},
		// weights 4, 3, 2, 1 and 0 tenths along the line; the mean sample is the second
		{"lean", 5, 0, 1, map[[2]int]float32{{0, -1}: 0.4, {0, 0}: 0.3, {0, 1}: 0.2, {0, 2}: 0.1}},
		{"lean the other way", 5, 0, -1, map[[2]int]float32{{0, -2}: 0.1, {0, -1}: 0.2, {0, 0}: 0.3, {0, 1}: 0.4}},
		{"lean up the image", 5, 90, 1, map[[2]int]float32{{1, 0}: 0.4, {0, 0}: 0.3, {-1, 0}: 0.2, {-2, 0}: 0.1}},
		{"half a turn", 5, 180, 1, map[[2]int]float32{{0, 1}: 0.4, {0, 0}: 0.3, {0, -1}: 0.2, {0, -2}: 0.1}},
		{"more than a turn", 5, 450, 1, map[[2]int]float32{{1, 0}: 0.4, {0, 0}: 0.3, {-1, 0}: 0.2, {-2, 0}: 0.1}},
	} {
		got := smearedDot(t, tt.length, tt.angle, tt.lean)
		want := detection.NewVolume(got.Dims, 1)
		for at, w := range tt.want {
			want.Set(0, 30+at[0], 30+at[1], 0, w)
		}
		if !closeTo(got.Data, want.Data, 1e-7) {
			t.Errorf("%s: %v", tt.name, got.Data[29*61+25:32*61])
		}
	}
}

// A smeared dot keeps its mass and its centre, is as long as it should be
// along the angle, and a voxel wide at most across it.
func TestMotionBlurKeepsCentres(t *testing.T) {
	rng := seeded(6)
	for range 200 {
		length, angle, lean := 2+rng.IntN(18), 720*rng.Float64()-360, 2*rng.Float64()-1
		v := smearedDot(t, length, angle, lean)
		sin, cos := math.Sincos(angle * math.Pi / 180)
		var mass, y, x, along, across float64
		for i, w := range v.Data {
			dy, dx := float64(i/61-30), float64(i%61-30)
			mass += float64(w)
			y += float64(w) * dy
			x += float64(w) * dx
			a, b := dx*cos-dy*sin, dx*sin+dy*cos // y points down
			along += float64(w) * a * a
			across += float64(w) * b * b
			if w < 0 {
				t.Fatalf("length %d, angle %v, lean %v: weight %v", length, angle, lean, w)
			}
		}
		wantNear(t, "mass", mass, 1, 1e-6)
		wantNear(t, "centre y", y, 0, 1e-5)
		wantNear(t, "centre x", x, 0, 1e-5)
		// The variance of positions 0..n-1 under weights that fall linearly from
		// the share f to 1-f; spreading between voxels adds at most a quarter
		// along each axis.
		var first, second float64
		for i := range length {
			w := ((1+lean)/2 - lean*float64(i)/float64(length-1)) * 2 / float64(length)
			first += w * float64(i)
			second += w * float64(i*i)
		}
		if want := second - first*first; along < want-1e-4 || along > want+0.5 || across > 0.5 {
			t.Errorf("length %d, angle %v, lean %v: variances %v along and %v across, want %v to %v and at most 0.5",
				length, angle, lean, along, across, want, want+0.5)
		}
	}
}

// A constant image stays, in each plane and channel; planes and channels do
// not mix.
func TestMotionBlurOfConstant(t *testing.T) {
	v := detection.NewVolume([3]int{3, 5, 40}, 2)
	for i := range v.Data {
		v.Data[i] = float32(i%2)*0.7 + float32(i/400)
	}
	before := slices.Clone(v.Data)
	if err := detection.MotionBlur(v, 12, 33, 0.4); err != nil || !closeTo(v.Data, before, 1e-6) {
		t.Errorf("a constant plane changed (%v)", err)
	}
}

// The edge is mirrored, the edge voxel repeated.
func TestMotionBlurAtEdge(t *testing.T) {
	v := pixelRow(3, 0, 0, 6)
	if err := detection.MotionBlur(v, 3, 0, 0); err != nil || !closeTo(v.Data, []float32{2, 1, 2, 4}, 1e-6) {
		t.Errorf("%v %v, want 2 1 2 4", v.Data, err)
	}
}

// Angle and lean are drawn from a full turn and from -1 to 1: a generator that
// draws a quarter of every range gives 90 degrees and -0.5.
func TestRandomMotionBlurDraws(t *testing.T) {
	got, want := patchOf(1, [3]int{1, 20, 20}, 1), patchOf(1, [3]int{1, 20, 20}, 1)
	err := detection.RandomMotionBlur(got, detection.MotionBlurOptions{Length: [2]int{7, 7}}, rand.New(fixedSource{}))
	if err := errors.Join(err, detection.MotionBlur(want, 7, 90, -0.5)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Data, want.Data) {
		t.Error("not the motion of 90 degrees with a lean of -0.5")
	}
}

// Both ends of the range of lengths are drawn: the smear of a dot has at least
// two thirds of the variance (n²-1)/12 of evenly spread samples.
func TestRandomMotionBlurLength(t *testing.T) {
	rng := seeded(1)
	lowest, highest := 99.0, 0.0
	for range 100 {
		v := detection.NewVolume([3]int{1, 41, 41}, 1)
		v.Set(0, 20, 20, 0, 1)
		if err := detection.RandomMotionBlur(v, detection.MotionBlurOptions{Length: [2]int{3, 9}}, rng); err != nil {
			t.Fatal(err)
		}
		variance := 0.0
		for i, w := range v.Data {
			variance += float64(w) * float64((i/41-20)*(i/41-20)+(i%41-20)*(i%41-20))
		}
		lowest, highest = min(lowest, variance), max(highest, variance)
	}
	// 2/3 for a length of 3 and 20/3 for 9; spreading between voxels adds a half at most
	if lowest < 4.0/9-1e-6 || lowest > 2.0/3+0.5 || highest < 5.25 || highest > 20.0/3+0.5 {
		t.Errorf("variances from %v to %v, want nearly 0.67 to 6.7", lowest, highest)
	}
}
