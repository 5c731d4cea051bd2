package detection_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// numbered is an image in which every value is different.
func numbered(dims [3]int, channels int) *detection.Volume {
	v := detection.NewVolume(dims, channels)
	for i := range v.Data {
		v.Data[i] = float32(i)
	}
	return v
}

// applied returns src rearranged by s.
func applied(t *testing.T, s detection.Symmetry, src *detection.Volume) *detection.Volume {
	t.Helper()
	dst := detection.NewVolume(s.Dims(src.Dims), src.Channels)
	if err := s.Apply(dst, src); err != nil {
		t.Fatal(err)
	}
	return dst
}

func TestSymmetryApply(t *testing.T) {
	src := numbered([3]int{1, 2, 3}, 1) // 0 1 2 / 3 4 5
	tests := []struct {
		s    detection.Symmetry
		name string
		dims [3]int
		want []float32
	}{
		{detection.Identity, "identity", [3]int{1, 2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{detection.FlipX, "flip x", [3]int{1, 2, 3}, []float32{2, 1, 0, 5, 4, 3}},
		{detection.FlipY, "flip y", [3]int{1, 2, 3}, []float32{3, 4, 5, 0, 1, 2}},
		{detection.FlipZ, "flip z", [3]int{1, 2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{detection.Transpose, "transpose", [3]int{1, 3, 2}, []float32{0, 3, 1, 4, 2, 5}},
		{detection.Rotate90, "transpose, flip y", [3]int{1, 3, 2}, []float32{2, 5, 1, 4, 0, 3}}, // numpy.rot90(a)
		{detection.Rotate180, "flip y, flip x", [3]int{1, 2, 3}, []float32{5, 4, 3, 2, 1, 0}},
		{detection.Rotate270, "transpose, flip x", [3]int{1, 3, 2}, []float32{3, 0, 4, 1, 5, 2}}, // numpy.rot90(a, 3)
	}
	for _, tt := range tests {
		got := applied(t, tt.s, src)
		if got.Dims != tt.dims || !slices.Equal(got.Data, tt.want) || tt.s.String() != tt.name {
			t.Errorf("%v: %v %v, want %s: %v %v", tt.s, got.Dims, got.Data, tt.name, tt.dims, tt.want)
		}
	}
	stack := numbered([3]int{3, 1, 1}, 2)
	if got, want := applied(t, detection.FlipZ, stack).Data, []float32{4, 5, 2, 3, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("flip z of two channels: %v, want %v", got, want)
	}
}

// The 16 symmetries are a group, and Apply acts as one: doing two in a row is
// doing their product, and the inverse undoes.
func TestSymmetryGroup(t *testing.T) {
	src := numbered([3]int{2, 3, 4}, 2)
	all := detection.Symmetries(3)
	images := map[string]detection.Symmetry{}
	for _, s := range all {
		once := applied(t, s, src)
		key := string(floatKey(once))
		if other, ok := images[key]; ok {
			t.Errorf("%v and %v do the same", s, other)
		}
		images[key] = s
		if back := applied(t, s.Inverse(), once); !slices.Equal(back.Data, src.Data) || back.Dims != src.Dims {
			t.Errorf("%v then %v: %v", s, s.Inverse(), back.Data)
		}
		if s.Then(s.Inverse()) != detection.Identity || s.Inverse().Then(s) != detection.Identity {
			t.Errorf("%v and %v are not inverse", s, s.Inverse())
		}
		for _, next := range all {
			twice := applied(t, next, once)
			product := applied(t, s.Then(next), src)
			if twice.Dims != product.Dims || !slices.Equal(twice.Data, product.Data) {
				t.Errorf("%v then %v is not %v", s, next, s.Then(next))
			}
		}
	}
	if len(images) != 16 {
		t.Errorf("%d different images, want 16", len(images))
	}
	if r := detection.Rotate90; r.Then(r) != detection.Rotate180 || r.Then(r).Then(r) != detection.Rotate270 || r.Inverse() != detection.Rotate270 {
		t.Error("quarter turns do not add up")
	}
}

func floatKey(v *detection.Volume) []byte {
	var b []byte
	for _, d := range v.Dims {
		b = append(b, byte(d))
	}
	for _, x := range v.Data {
		b = append(b, byte(x))
	}
	return b
}

func TestSymmetryLists(t *testing.T) {
	for _, tt := range []struct {
		ndim, all, flips int
	}{{2, 8, 4}, {3, 16, 8}} {
		all, flips := detection.Symmetries(tt.ndim), detection.Flips(tt.ndim)
		if len(all) != tt.all || len(flips) != tt.flips || all[0] != detection.Identity || flips[0] != detection.Identity {
			t.Errorf("%dD: %v and %v, want %d and %d, the identity first", tt.ndim, all, flips, tt.all, tt.flips)
		}
		dims := [3]int{2, 3, 4}
		for _, s := range flips {
			if s.Dims(dims) != dims {
				t.Errorf("flip %v changes the size", s)
			}
		}
	}
}

// A point stays on its voxel, and a point between voxels between them.
func TestSymmetryPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	dims := [3]int{3, 5, 4}
	src := numbered(dims, 1)
	for _, s := range detection.Symmetries(3) {
		moved := applied(t, s, src)
		points := []detection.Point{
			{ID: 3, Class: 2, Prob: 0.5, Pos: [3]float64{float64(rng.IntN(3)), float64(rng.IntN(5)), float64(rng.IntN(4))}},
			{Pos: [3]float64{rng.Float64() * 2, rng.Float64() * 4, rng.Float64() * 3}},
		}
		before := slices.Clone(points)
		got := s.Points(points, dims)
		if !slices.Equal(points, before) {
			t.Fatal("the argument was changed")
		}
		at, to := points[0].Voxel(), got[0].Voxel()
		if moved.At(to[0], to[1], to[2], 0) != src.At(at[0], at[1], at[2], 0) {
			t.Errorf("%v moves %v to %v, where another voxel is", s, at, to)
		}
		if got[0].ID != 3 || got[0].Class != 2 || got[0].Prob != 0.5 {
			t.Errorf("%v changes %+v to %+v", s, points[0], got[0])
		}
		// A symmetry keeps distances, in the plane and along z.
		if d, e := detection.Distance(points[0], points[1], detection.UnitSpacing), detection.Distance(got[0], got[1], detection.UnitSpacing); d-e > 1e-12 || e-d > 1e-12 {
			t.Errorf("%v changes a distance from %v to %v", s, d, e)
		}
		back := s.Inverse().Points(got, s.Dims(dims))
		if d := detection.Distance(back[1], points[1], detection.UnitSpacing); d > 1e-12 {
			t.Errorf("%v and back misses by %v", s, d)
		}
	}
}

func TestSymmetrySpacing(t *testing.T) {
	src := numbered([3]int{2, 3, 4}, 1)
	src.Spacing, src.Unit = detection.Spacing{5, 6, 7}, "um"
	if got := applied(t, detection.Rotate90, src); got.Spacing != (detection.Spacing{5, 7, 6}) || got.Unit != "um" {
		t.Errorf("spacing %v %s after a quarter turn", got.Spacing, got.Unit)
	}
	if got := applied(t, detection.FlipY, src); got.Spacing != src.Spacing {
		t.Errorf("spacing %v after a flip", got.Spacing)
	}
}

func TestSymmetryErrors(t *testing.T) {
	src := numbered([3]int{1, 2, 3}, 1)
	for name, err := range map[string]error{
		"size":     detection.Transpose.Apply(detection.NewVolume(src.Dims, 1), src),
		"channels": detection.FlipX.Apply(detection.NewVolume(src.Dims, 2), src),
		"nil":      detection.FlipX.Apply(nil, src),
	} {
		if !errors.Is(err, detection.ErrShape) {
			t.Errorf("%s: error %v, want ErrShape", name, err)
		}
	}
	if detection.FlipX.Apply(src, src) == nil {
		t.Error("dst may be src")
	}
	if s := detection.Symmetry(16); s.Apply(detection.NewVolume(src.Dims, 1), src) == nil || s.String() != "Symmetry(16)" {
		t.Errorf("%v is accepted", s)
	}
}
