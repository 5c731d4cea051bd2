package detection_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func maskSum(v *detection.Volume) (n int) {
	for _, x := range v.Data {
		n += int(x)
	}
	return n
}

// The sizes of BiaPy's footprints: the first five as its behaviour notes give
// them, [1,1,1] and [1,2,2] counted by hand.
func TestPointMaskSizes(t *testing.T) {
	tests := []struct {
		radii [3]int
		dims  [3]int
		want  int
	}{
		{[3]int{0, 1, 1}, [3]int{1, 9, 9}, 5},
		{[3]int{0, 1, 2}, [3]int{1, 9, 9}, 7},
		{[3]int{0, 2, 2}, [3]int{1, 9, 9}, 13},
		{[3]int{2, 2, 2}, [3]int{9, 9, 9}, 33},
		{[3]int{0, 0, 0}, [3]int{9, 9, 9}, 1},
		{[3]int{1, 1, 1}, [3]int{9, 9, 9}, 7},
		{[3]int{1, 2, 2}, [3]int{9, 9, 9}, 15},   // 13, and one above and below
		{[3]int{2, 2, 2}, [3]int{1, 9, 9}, 13},   // a plane cuts the ball to its disk
		{[3]int{0, 5, 5}, [3]int{1, 11, 11}, 81}, // (3, 4) lies exactly on the circle; 81 lattice points, OEIS A000328
	}
	for _, tt := range tests {
		opts := detection.DefaultMaskOptions()
		opts.Radii = tt.radii
		centre := detection.Point{Pos: [3]float64{float64(tt.dims[0] / 2), float64(tt.dims[1] / 2), float64(tt.dims[2] / 2)}}
		mask, err := detection.PointMask(tt.dims, []detection.Point{centre}, opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := maskSum(mask); got != tt.want {
			t.Errorf("radii %v in %v: %d voxels, want %d", tt.radii, tt.dims, got, tt.want)
		}
	}
}

// slowPointMask asks for every voxel which point covers it first.
func slowPointMask(dims [3]int, points []detection.Point, opts detection.MaskOptions) *detection.Volume {
	mask := detection.NewVolume(dims, opts.Classes)
	for z := range dims[0] {
		for y := range dims[1] {
			for x := range dims[2] {
				for _, p := range points {
					var sum float64
					for i, at := range [3]int{z, y, x} {
						d := math.Abs(float64(at - p.Voxel()[i]))
						if d > 0 {
							sum += d * d / float64(opts.Radii[i]*opts.Radii[i]) // +Inf for radius 0
						}
					}
					if sum > 1+1e-12 {
						continue
					}
					mask.Set(z, y, x, max(0, min(p.Class, opts.Classes)-1), 1)
					break
				}
			}
		}
	}
	return mask
}

func randomPoints(rng *rand.Rand, n int, dims [3]int, classes int) []detection.Point {
	points := make([]detection.Point, n)
	for i := range points {
		points[i].Class = 1 + rng.IntN(classes)
		for axis, d := range dims {
			if d > 1 {
				points[i].Pos[axis] = rng.Float64()*float64(d+2) - 1.5 // sometimes outside
			}
		}
	}
	return points
}

func TestPointMaskMatchesSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		dims := [3]int{1 + rng.IntN(4), 1 + rng.IntN(12), 1 + rng.IntN(12)}
		opts := detection.MaskOptions{Radii: [3]int{rng.IntN(4), rng.IntN(5), rng.IntN(6)}, Classes: 1 + rng.IntN(3)}
		points := randomPoints(rng, rng.IntN(6), dims, opts.Classes)
		got, err := detection.PointMask(dims, points, opts)
		if err != nil {
			t.Fatal(err)
		}
		if want := slowPointMask(dims, points, opts); !slices.Equal(got.Data, want.Data) {
			t.Fatalf("case %d: %v in %v of %v:\n%v\nwant\n%v", i, opts, points, dims, got.Data, want.Data)
		}
	}
}

func TestPointMaskClasses(t *testing.T) {
	points := []detection.Point{
		{Pos: [3]float64{0, 0, 1.5}, Class: 2}, // rounds to x = 2
		{Pos: [3]float64{0, 0, 3.4}, Class: 1},
	}
	opts := detection.MaskOptions{Radii: [3]int{0, 0, 1}, Classes: 2}
	mask, err := detection.PointMask([3]int{1, 1, 5}, points, opts)
	if err != nil {
		t.Fatal(err)
	}
	// (x, class): the first point holds x = 1 to 3, the second is left x = 4.
	if want := []float32{0, 0, 0, 1, 0, 1, 0, 1, 1, 0}; !slices.Equal(mask.Data, want) {
		t.Errorf("mask %v, want %v", mask.Data, want)
	}
}

func TestPointMaskErrors(t *testing.T) {
	dims := [3]int{1, 10, 10}
	one := detection.Point{Pos: [3]float64{0, 3, 3}, Class: 1}
	tests := []struct {
		name   string
		dims   [3]int
		points []detection.Point
		mod    func(*detection.MaskOptions)
		want   []string
	}{
		{"options", dims, nil, func(o *detection.MaskOptions) { *o = detection.MaskOptions{Radii: [3]int{-1, 1001, 0}} },
			[]string{"Radii[z] -1", "Radii[y] 1001", "Classes 0"}},
		{"size", [3]int{0, 1, 1}, nil, nil, []string{"shapes do not fit"}},
		{"huge size", [3]int{1 << 30, 1 << 30, 1 << 30}, nil, nil, []string{"shapes do not fit"}},
		{"not a number", dims, []detection.Point{{Pos: [3]float64{0, math.NaN(), 0}}}, nil, []string{"point 1: y is NaN"}},
		{"infinite", dims, []detection.Point{one, {ID: 7, Pos: [3]float64{0, 0, math.Inf(1)}}}, nil, []string{"point 7: x is +Inf"}},
		{"class", dims, []detection.Point{one, {Pos: one.Pos, Class: 3}}, func(o *detection.MaskOptions) { o.Classes = 2 }, []string{"point 2: class is 3"}},
		{"faults", dims, []detection.Point{one, one, {Pos: [3]float64{0, 10, 0}}}, nil,
			[]string{"points 1 and 2 lie in one voxel (3, 3)", "point 3 at voxel (0, 10, 0) lies outside the image of (1, 10, 10)"}},
		{"many faults", dims, slices.Repeat([]detection.Point{one}, 40), nil, []string{"points 1 and 21", "; and 19 more"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultMaskOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			mask, err := detection.PointMask(tt.dims, tt.points, opts)
			if err == nil || mask != nil {
				t.Fatal("no error, or a mask with it")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if strings.Contains(tt.name, "size") && !errors.Is(err, detection.ErrShape) {
				t.Errorf("error %v: want ErrShape", err)
			}
		})
	}
}

func TestDefaultMaskOptions(t *testing.T) {
	const want = "{Radii:[2 2 2] Classes:1 Check:true}"
	if got := fmt.Sprintf("%+v", detection.DefaultMaskOptions()); got != want {
		t.Errorf("defaults are %s, want %s", got, want)
	}
}

func TestCheckPoints(t *testing.T) {
	points := []detection.Point{
		{ID: 11, Pos: [3]float64{0, 2, 2}},
		{ID: 12, Pos: [3]float64{0, 9.5, 2}},
		{ID: 13, Pos: [3]float64{0, 2.4, 1.6}},
		{ID: 14, Pos: [3]float64{0, 2, 7}}, // five to the right of 11: the disks of radius 2 are neighbours
		{ID: 15, Pos: [3]float64{0, 8, 7}}, // six below 14: one row between them
	}
	got, err := detection.CheckPoints([3]int{1, 10, 10}, points, detection.DefaultMaskOptions())
	if err != nil {
		t.Fatal(err)
	}
	want := []detection.PointProblem{
		{Kind: detection.RepeatedPoint, IDs: [2]int{11, 13}, Msg: "points 11 and 13 lie in one voxel (2, 2)"},
		{Kind: detection.OutsidePoint, IDs: [2]int{12}, Msg: "point 12 at voxel (0, 10, 2) lies outside the image of (1, 10, 10)"},
		{Kind: detection.TouchingPoints, IDs: [2]int{11, 14}, Msg: "points 11 and 14 at voxels (2, 2) and (2, 7) are painted as one object"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("CheckPoints = %v\nwant %v", got, want)
	}
	for kind, fault := range map[detection.PointProblemKind]bool{
		detection.RepeatedPoint: true, detection.OutsidePoint: true, detection.TouchingPoints: false,
	} {
		if kind.Fault() != fault {
			t.Errorf("%v: Fault() = %v", kind, kind.Fault())
		}
	}
	if _, err := detection.CheckPoints([3]int{1, 10, 10}, points, detection.MaskOptions{Classes: -1}); err == nil {
		t.Error("invalid options are accepted")
	}
}

// Findings come in the order of the slice, not of the voxels.
func TestCheckPointsOrder(t *testing.T) {
	at := func(y float64) detection.Point { return detection.Point{Pos: [3]float64{0, y, 0}} }
	points := []detection.Point{at(8), at(0), at(8), at(0), at(8)}
	got, err := detection.CheckPoints([3]int{1, 9, 1}, points, detection.MaskOptions{Classes: 1})
	if err != nil {
		t.Fatal(err)
	}
	var ids [][2]int
	for _, p := range got {
		ids = append(ids, p.IDs)
	}
	if want := [][2]int{{1, 3}, {2, 4}, {1, 5}}; !slices.Equal(ids, want) {
		t.Errorf("pairs %v, want %v", ids, want)
	}
}

// Two points touch exactly when the mask of both, painted in an image that
// cuts nothing, is one connected object.
func TestCheckPointsTouchingMatchesMask(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	touching := 0
	for range 400 {
		opts := detection.MaskOptions{Radii: [3]int{rng.IntN(3), rng.IntN(4), rng.IntN(4)}, Classes: 1}
		dims := [3]int{16, 20, 20}
		if rng.IntN(2) == 0 {
			dims[0] = 1
		}
		a := detection.Point{Pos: [3]float64{float64(dims[0] / 2), 10, 10}}
		b := a
		for axis := range b.Pos {
			if dims[axis] > 1 {
				b.Pos[axis] += float64(rng.IntN(2*opts.Radii[axis]+4) - opts.Radii[axis] - 1)
			}
		}
		if a == b {
			continue
		}
		mask, err := detection.PointMask(dims, []detection.Point{a, b}, opts)
		if err != nil {
			t.Fatal(err)
		}
		got, err := detection.CheckPoints(dims, []detection.Point{a, b}, opts)
		if err != nil {
			t.Fatal(err)
		}
		one := floodSize(mask, a.Voxel()) == maskSum(mask)
		if (len(got) == 1) != one {
			t.Fatalf("radii %v, points %v and %v in %v: problems %v, one object %v", opts.Radii, a.Pos, b.Pos, dims, got, one)
		}
		touching += len(got)
	}
	if touching < 50 || touching > 350 {
		t.Errorf("%d of 400 cases touch: the cases prove little", touching)
	}
}

// Cells only save comparisons: every pair that touches alone is found among
// many points, and no other.
func TestCheckPointsManyMatchesPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	opts := detection.DefaultMaskOptions()
	dims := [3]int{8, 30, 30}
	points := randomPoints(rng, 60, dims, 1)
	count := func(points []detection.Point) (n int) {
		problems, err := detection.CheckPoints(dims, points, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if p.Kind == detection.TouchingPoints {
				n++
			}
		}
		return n
	}
	want := 0
	for i, a := range points {
		for _, b := range points[:i] {
			want += count([]detection.Point{b, a})
		}
	}
	if got := count(points); got != want || want == 0 {
		t.Errorf("%d pairs touch, want %d", got, want)
	}
}

// floodSize counts the voxels connected to start over faces, edges, corners.
func floodSize(v *detection.Volume, start [3]int) int {
	seen := map[[3]int]bool{start: true}
	queue := [][3]int{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for n := range 27 {
			next := [3]int{at[0] + n/9 - 1, at[1] + n/3%3 - 1, at[2] + n%3 - 1}
			if v.Contains(next) && !seen[next] && v.At(next[0], next[1], next[2], 0) > 0 {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return len(seen)
}

func TestMaskKey(t *testing.T) {
	opts := detection.DefaultMaskOptions()
	key := detection.MaskKey([]byte("a"), [3]int{1, 2, 3}, opts)
	// Pinned: printf 'puncta point mask 1\ndims [1 2 3] radii [2 2 2] classes 1 check true\ncsv 1\na' | sha256sum
	if want := "cfa2ad16098c7e2f9e5bd41cbe7463fb03e3fe909a03313cc3d7e4566fd9dd3f"; key != want {
		t.Errorf("key %s, want %s", key, want)
	}
	seen := map[string]bool{key: true}
	add := func(k string) {
		if seen[k] {
			t.Errorf("key %s twice", k)
		}
		seen[k] = true
	}
	add(detection.MaskKey([]byte("b"), [3]int{1, 2, 3}, opts))
	add(detection.MaskKey([]byte("a"), [3]int{1, 2, 4}, opts))
	for _, mod := range []func(*detection.MaskOptions){
		func(o *detection.MaskOptions) { o.Radii[1] = 3 },
		func(o *detection.MaskOptions) { o.Classes = 2 },
		func(o *detection.MaskOptions) { o.Check = false },
	} {
		o := opts
		mod(&o)
		add(detection.MaskKey([]byte("a"), [3]int{1, 2, 3}, o))
	}
}
