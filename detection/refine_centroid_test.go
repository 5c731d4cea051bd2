package detection_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// ellipsoids draws ellipsoids of value 1 on 0, and returns their centres.
func ellipsoids(r *rand.Rand, dims [3]int, n int) (*detection.Volume, []detection.Point) {
	v := detection.NewVolume(dims, 1)
	points := make([]detection.Point, n)
	for i := range points {
		var centre, radius [3]float64
		for a, d := range dims {
			centre[a] = r.Float64() * float64(d-1)
			radius[a] = 3 + 5*r.Float64()
		}
		points[i] = detection.Point{ID: i + 1, Pos: centre, Prob: 1}
		for k := range v.Data {
			at := [3]int{k / (dims[1] * dims[2]), k / dims[2] % dims[1], k % dims[2]}
			sum := 0.0
			for a := range at {
				d := (float64(at[a]) - centre[a]) / radius[a]
				sum += d * d
			}
			if sum <= 1 {
				v.Data[k] = 1
			}
		}
	}
	return v, points
}

func TestRefineCentroids(t *testing.T) {
	// a rectangle of 9 x 13 whose middle is (14, 16), and one of 5 x 5 at (40, 40)
	image := detection.NewVolume([3]int{1, 64, 64}, 1)
	fill := func(y0, y1, x0, x1 int, value float32) {
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				image.Set(0, y, x, 0, value)
			}
		}
	}
	fill(10, 18, 10, 22, 100)
	fill(38, 42, 38, 42, 100)
	sharp := func(change func(*detection.CentroidOptions)) detection.CentroidOptions {
		o := detection.DefaultCentroidOptions()
		o.Smoothing, o.DistanceSmoothing = 0, 0
		if change != nil {
			change(&o)
		}
		return o
	}
	tests := []struct {
		name  string
		in    [3]float64
		opts  detection.CentroidOptions
		moved [3]float64
	}{
		{"inside", [3]float64{0, 11, 20}, sharp(nil), [3]float64{0, 14, 16}},
		{"another object", [3]float64{0, 42.4, 37.6}, sharp(nil), [3]float64{0, 40, 40}},
		{"outside the foreground", [3]float64{0, 30, 30}, sharp(nil), [3]float64{0, 30, 30}},
		{"exactly as far as it may", [3]float64{0, 11, 20}, sharp(func(o *detection.CentroidOptions) { o.MaxShift = 5 }), [3]float64{0, 14, 16}},
		{"farther than it may", [3]float64{0, 11, 20}, sharp(func(o *detection.CentroidOptions) { o.MaxShift = 4.99 }), [3]float64{0, 11, 20}},
		{"farther in physical units", [3]float64{0, 11, 20}, sharp(func(o *detection.CentroidOptions) { o.MaxShift, o.Spacing = 5, detection.Spacing{1, 1, 1.1} }), [3]float64{0, 11, 20}},
		{"too small", [3]float64{0, 41, 41}, sharp(func(o *detection.CentroidOptions) { o.MinSize = 26 }), [3]float64{0, 41, 41}},
		{"just large enough", [3]float64{0, 41, 41}, sharp(func(o *detection.CentroidOptions) { o.MinSize = 25 }), [3]float64{0, 40, 40}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := []detection.Point{{ID: 7, Pos: tt.in, Prob: 0.3, Class: 2}}
			got, err := detection.RefineCentroids(image, in, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			want := detection.Point{ID: 7, Pos: tt.moved, Prob: 0.3, Class: 2}
			if len(got) != 1 || got[0] != want || in[0].Pos != tt.in {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}

	// dark objects, in the mean of two channels
	two := detection.NewVolume(image.Dims, 2)
	for i, v := range image.Data {
		two.Data[2*i], two.Data[2*i+1] = 200-v, 50-v/2
	}
	in := []detection.Point{{Pos: [3]float64{0, 11, 20}}}
	got, err := detection.RefineCentroids(two, in, sharp(func(o *detection.CentroidOptions) { o.Dark = true }))
	if err != nil || got[0].Pos != [3]float64{0, 14, 16} {
		t.Errorf("dark: %+v, %v", got, err)
	}
	if got, err = detection.RefineCentroids(two, in, sharp(nil)); err != nil || got[0].Pos != in[0].Pos {
		t.Errorf("not dark: %+v, %v", got, err)
	}

	// two points share a rectangle between them; a third on the same voxel stays
	pair := []detection.Point{{Pos: [3]float64{0, 14, 12}}, {Pos: [3]float64{0, 14, 20}}, {Pos: [3]float64{0, 14, 20.2}}}
	got, err = detection.RefineCentroids(image, pair, sharp(nil))
	if err != nil {
		t.Fatal(err)
	}
	left, right := got[0].Pos[2], got[1].Pos[2]
	if !(left < 14 && right > 18) || got[0].Pos[1] != 14 || got[2] != pair[2] {
		t.Errorf("two in one: %+v", got)
	}

	// nothing to see
	flat := detection.NewVolume([3]int{1, 8, 8}, 1)
	if got, err := detection.RefineCentroids(flat, in[:0], sharp(nil)); err != nil || len(got) != 0 {
		t.Errorf("no points: %v, %v", got, err)
	}
	one := []detection.Point{{Pos: [3]float64{0, 2, 3}}}
	if got, err := detection.RefineCentroids(flat, one, sharp(nil)); err != nil || !slices.Equal(got, one) {
		t.Errorf("an image of one value: %v, %v", got, err)
	}
}

func TestRefineCentroidsErrors(t *testing.T) {
	image := detection.NewVolume([3]int{1, 8, 8}, 1)
	bad := detection.DefaultCentroidOptions()
	bad.Smoothing, bad.ThresholdFactor, bad.MinSize, bad.MaxShift, bad.Spacing[2] = -1, 0, -1, math.Inf(1), 0
	_, err := detection.RefineCentroids(image, nil, bad)
	for _, want := range []string{"Smoothing is -1", "ThresholdFactor is 0", "MinSize is -1", "MaxShift is +Inf", "Spacing: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	far := []detection.Point{{Pos: [3]float64{0, 3, 8}}}
	if _, err := detection.RefineCentroids(image, far, detection.DefaultCentroidOptions()); err == nil || !strings.Contains(err.Error(), "point 1 at [0 3 8] lies outside the image of [1 8 8] voxels") {
		t.Errorf("outside: %v", err)
	}
	image.Data[5] = float32(math.NaN())
	if _, err := detection.RefineCentroids(image, nil, detection.DefaultCentroidOptions()); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("NaN: %v", err)
	}
}

// fillEnclosed sets the background that touches no side of a plane or face of
// a volume.
func fillEnclosed(t *testing.T, mask *detection.Volume) {
	t.Helper()
	ground := detection.NewLike(mask, 1)
	for i, v := range mask.Data {
		ground.Data[i] = 1 - v
	}
	labels, _, err := detection.Label(ground, detection.Face)
	if err != nil {
		t.Fatal(err)
	}
	open := map[int32]bool{}
	d := mask.Dims
	for z := range d[0] {
		for y := range d[1] {
			for x := range d[2] {
				if y == 0 || x == 0 || y == d[1]-1 || x == d[2]-1 || d[0] > 1 && (z == 0 || z == d[0]-1) {
					open[labels.Data[mask.Index(z, y, x)]] = true
				}
			}
		}
	}
	for i, label := range labels.Data {
		if !open[label] {
			mask.Data[i] = 1
		}
	}
}

// The same from the stages that a reader of the package has.
func refineByStages(t *testing.T, image *detection.Volume, points []detection.Point, o detection.CentroidOptions) []detection.Point {
	t.Helper()
	must := func(v *detection.Volume, err error) *detection.Volume {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	voxels := func(length float64) (s [3]float64) {
		for a := range s {
			s[a] = length / o.Spacing[a]
		}
		return s
	}
	smoothed := must(detection.GaussianFilter(image, voxels(o.Smoothing)))
	otsu, err := detection.OtsuThreshold(smoothed)
	if err != nil {
		t.Fatal(err)
	}
	darkest, _ := smoothed.Range()
	mask := detection.NewLike(smoothed, 1)
	for i, v := range smoothed.Data {
		if v > float32(float64(darkest)+o.ThresholdFactor*(float64(otsu)-float64(darkest))) {
			mask.Data[i] = 1
		}
	}
	fillEnclosed(t, mask)
	valleys := must(detection.GaussianFilter(must(detection.DistanceTransform(mask, o.Spacing)), voxels(o.DistanceSmoothing)))
	for i := range valleys.Data {
		valleys.Data[i] *= -mask.Data[i]
	}
	markers := detection.NewLabels(image.Dims)
	for i, p := range points {
		v := p.Voxel()
		if at := image.Index(v[0], v[1], v[2]); markers.Data[at] == 0 {
			markers.Data[at] = int32(i + 1)
		}
	}
	regions, err := detection.Watershed(valleys, markers, detection.WatershedOptions{Connectivity: detection.Face, Mask: mask})
	if err != nil {
		t.Fatal(err)
	}
	centroids, err := detection.Centroids(regions)
	if err != nil {
		t.Fatal(err)
	}
	out := slices.Clone(points)
	for _, c := range centroids {
		moved := out[c.Label-1]
		moved.Pos = c.Pos
		if c.Voxels >= o.MinSize && detection.Distance(moved, out[c.Label-1], o.Spacing) <= o.MaxShift {
			out[c.Label-1] = moved
		}
	}
	return out
}

func TestRefineCentroidsTwin(t *testing.T) {
	moved := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 11))
		dims := [3]int{1, 50 + r.IntN(40), 50 + r.IntN(40)}
		o := detection.DefaultCentroidOptions()
		o.ThresholdFactor, o.MinSize = 1, 0 // 0: no specks, which the twin does not remove
		if seed%4 == 0 {
			dims = [3]int{20, 30, 30}
			o.Spacing = detection.Spacing{1.5, 1, 1}
		}
		image, points := ellipsoids(r, dims, 12)
		for i := range points { // as a network would find them
			for a, n := range dims {
				points[i].Pos[a] = min(max(points[i].Pos[a]+2*r.NormFloat64(), 0), float64(n-1))
			}
		}
		got, err := detection.RefineCentroids(image, points, o)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range refineByStages(t, image, points, o) {
			for a := range want.Pos {
				if math.Abs(got[i].Pos[a]-want.Pos[a]) > 1e-9 {
					t.Fatalf("seed %d: point %d from %v to %v, by stages %v", seed, i+1, points[i].Pos, got[i].Pos, want.Pos)
				}
			}
			if got[i].Pos != points[i].Pos {
				moved++
			}
		}
	}
	if moved < 300 {
		t.Errorf("%d points moved", moved)
	}
}
