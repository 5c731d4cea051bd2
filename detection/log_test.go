package detection_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// blob is a Gaussian spot.
type blob struct {
	pos    [3]float64 // voxels
	height float64
	sigma  [3]float64 // voxels
}

// blobs draws Gaussian spots on a constant ground; in 2D z does not count.
func blobs(dims [3]int, ground float64, spots ...blob) *detection.Volume {
	v := detection.NewVolume(dims, 1)
	for i := range v.Data {
		at := [3]float64{float64(i / dims[2] / dims[1]), float64(i / dims[2] % dims[1]), float64(i % dims[2])}
		value := ground
		for _, b := range spots {
			exponent := 0.0
			for a := range at {
				if dims[a] > 1 {
					d := (at[a] - b.pos[a]) / b.sigma[a]
					exponent -= d * d / 2
				}
			}
			value += b.height * math.Exp(exponent)
		}
		v.Data[i] = float32(value)
	}
	return v
}

func round(sigma float64) [3]float64 { return [3]float64{sigma, sigma, sigma} }

func response(t *testing.T, v *detection.Volume, mod func(*detection.LoGOptions)) *detection.Volume {
	t.Helper()
	opts := detection.DefaultLoGOptions()
	if mod != nil {
		mod(&opts)
	}
	r, err := detection.LoG(v, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The heights that the comment of LoG gives, from the integral of a Gaussian
// with the kernel: n s^2 t^n / (t^2+s^2)^(n/2+1) for a spot of deviation t.
func TestLoGHeight(t *testing.T) {
	flat := blobs([3]int{1, 61, 61}, 50, blob{[3]float64{0, 30, 30}, 8, round(3)})
	deep := blobs([3]int{31, 31, 31}, 50, blob{round(15), 8, round(2)})
	for _, tt := range []struct {
		name string
		v    *detection.Volume
		at   [3]int
		s    float64
		want float64
	}{
		{"2D, scale of the spot", flat, [3]int{0, 30, 30}, 3, 4},
		{"2D, smaller", flat, [3]int{0, 30, 30}, 2, 8 * 2 * 4 * 9 / 169.},
		{"3D, scale of the spot", deep, [3]int{15, 15, 15}, 2, 8 * 3 * math.Pow(2, -2.5)},
	} {
		got := response(t, tt.v, func(o *detection.LoGOptions) { o.Sigmas = []float64{tt.s} })
		if r := float64(got.At(tt.at[0], tt.at[1], tt.at[2], 0)); math.Abs(r-tt.want) > 0.01*tt.want {
			t.Errorf("%s: response %v, want %v", tt.name, r, tt.want)
		}
	}
}

// differ is the largest difference as a share of the largest value of want.
func differ(got, want *detection.Volume) float64 {
	if got.Dims != want.Dims {
		return math.Inf(1)
	}
	var largest, difference float64
	for i, w := range want.Data {
		largest = max(largest, math.Abs(float64(w)))
		difference = max(difference, math.Abs(float64(got.Data[i]-w)))
	}
	return difference / largest
}

func TestLoGInvariants(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 61))
	v := detection.NewVolume([3]int{6, 20, 30}, 1)
	for i := range v.Data {
		v.Data[i] = 5 + r.Float32()
	}
	v.Spacing, v.Unit = detection.Spacing{2, 1, 1}, "um"
	changed := func(f func(float32) float32) *detection.Volume {
		out := v.Clone()
		for i, x := range v.Data {
			out.Data[i] = f(x)
		}
		return out
	}
	voxels := func(sigma ...float64) func(*detection.LoGOptions) {
		return func(o *detection.LoGOptions) { o.Sigma, o.Sigmas = [3]float64(sigma), nil }
	}
	before := slices.Clone(v.Data)
	want := response(t, v, nil)
	if want.Spacing != v.Spacing || want.Unit != "um" || !slices.Equal(before, v.Data) {
		t.Error("the spacing or the unit was lost, or the image modified")
	}
	for _, tt := range []struct {
		name  string
		image *detection.Volume
		mod   func(*detection.LoGOptions)
		want  *detection.Volume
		slack float64
	}{
		{"a constant more", changed(func(x float32) float32 { return x + 1000 }), nil, want, 2e-3}, // rounding of 1000.x
		{"four times the contrast", changed(func(x float32) float32 { return 4 * x }), nil, changedBy(want, 4), 1e-6},
		{"the negative, dark", changed(func(x float32) float32 { return 16 - x }),
			func(o *detection.LoGOptions) { o.DarkBlobs = true }, want, 1e-2}, // another darkest value
		{"sigma in voxels", v, voxels(2, 2, 2), want, 0},
		{"spacing", v, func(o *detection.LoGOptions) { o.Sigmas, o.Spacing = []float64{3}, detection.Spacing{2, 1.5, 1} },
			response(t, v, voxels(1.5, 2, 3)), 0},
	} {
		if d := differ(response(t, tt.image, tt.mod), tt.want); !(d <= tt.slack) {
			t.Errorf("%s: differs by %.2g of the largest response", tt.name, d)
		}
	}
}

func changedBy(v *detection.Volume, factor float32) *detection.Volume {
	out := v.Clone()
	for i := range out.Data {
		out.Data[i] *= factor
	}
	return out
}

// Several scales give the highest response, and a scale of 0 along z the
// planes one by one.
func TestLoGScalesAndPlanes(t *testing.T) {
	image := testBlobs(4, [3]int{3, 40, 50})
	image.Data[0] = -1 // the darkest voxel is in the first plane
	scales := []float64{1, 2.5, 4}
	all := response(t, image, func(o *detection.LoGOptions) { o.Sigmas = scales })
	highest := detection.NewLike(image, 1)
	for k, s := range scales {
		one := response(t, image, func(o *detection.LoGOptions) { o.Sigmas = []float64{s} })
		for i, r := range one.Data {
			if k == 0 || r > highest.Data[i] {
				highest.Data[i] = r
			}
		}
	}
	if differ(all, highest) != 0 {
		t.Error("three scales are not the highest of each")
	}
	stack := response(t, image, func(o *detection.LoGOptions) { o.Sigma, o.Sigmas = [3]float64{0, 2, 2}, nil })
	for z := range image.Dims[0] {
		n := image.Dims[1] * image.Dims[2]
		flat := detection.NewVolume([3]int{1, image.Dims[1], image.Dims[2]}, 1)
		copy(flat.Data, image.Data[z*n:])
		part := detection.NewLike(flat, 1)
		copy(part.Data, stack.Data[z*n:])
		if d := differ(part, response(t, flat, nil)); d > 5e-3 { // another darkest value
			t.Errorf("plane %d differs by %v", z, d)
		}
	}
}

// testBlobs is a volume with blobs of all sizes on a faint noise.
func testBlobs(seed uint64, dims [3]int) *detection.Volume {
	r := rand.New(rand.NewPCG(seed, 62))
	var spots []blob
	for range 12 {
		spots = append(spots, blob{[3]float64{r.Float64() * float64(dims[0]-1), r.Float64() * float64(dims[1]-1), r.Float64() * float64(dims[2]-1)},
			0.2 + r.Float64(), round(1 + 2*r.Float64())})
	}
	v := blobs(dims, 0, spots...)
	for i := range v.Data {
		v.Data[i] += 0.05 * r.Float32()
	}
	return v
}

func TestDetectLoG(t *testing.T) {
	row := func(height ...float64) *detection.Volume {
		var spots []blob
		for i, h := range height {
			spots = append(spots, blob{[3]float64{0, 20, float64(20 + 25*i)}, h, round(2)})
		}
		return blobs([3]int{1, 41, 25*len(height) + 15}, 100, spots...)
	}
	tests := []struct {
		name  string
		image *detection.Volume
		mod   func(*detection.LoGOptions)
		want  []float64 // x of each point, the highest response first
	}{
		{"by response", row(4, 10, 3), nil, []float64{45, 20, 70}},
		{"a share of the highest", row(4, 10, 3), func(o *detection.LoGOptions) { o.Threshold = 0.35 }, []float64{45, 20}},
		{"a response", row(4, 10, 3), func(o *detection.LoGOptions) { o.Relative, o.Threshold = false, 2.2 }, []float64{45}},
		{"and a lower one", row(4, 10, 3), func(o *detection.LoGOptions) { o.Relative, o.Threshold = false, 1.8 }, []float64{45, 20}},
		{"dark", changedBy(row(4, 10, 3), -1), func(o *detection.LoGOptions) { o.DarkBlobs = true }, []float64{45, 20, 70}},
		{"a minimum distance", row(4, 10, 3, 5), func(o *detection.LoGOptions) { o.MinDistance = [3]int{1, 1, 26} }, []float64{45, 95}},
		{"a border", row(4, 10, 3), func(o *detection.LoGOptions) { o.ExcludeBorder = [3]int{9, 0, 21} }, []float64{45}},
		{"close points", row(4, 10, 3, 5), func(o *detection.LoGOptions) { o.RemoveClose, o.Prune.Radius = true, 25.5 }, []float64{45, 95}},
		{"a constant", detection.NewVolume([3]int{1, 9, 9}, 1), nil, nil},
		{"one voxel", detection.NewVolume([3]int{1, 1, 1}, 1), nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultLoGOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			before := slices.Clone(tt.image.Data)
			points, err := detection.DetectLoG(tt.image, opts)
			if err != nil || len(points) != len(tt.want) {
				t.Fatalf("got %v, %v, want x = %v", points, err, tt.want)
			}
			for i, p := range points {
				if math.Abs(p.Pos[2]-tt.want[i]) > 0.02 || p.Pos[0] != 0 || p.ID != i+1 || p.Class != 0 {
					t.Errorf("point %d is %+v, want x = %v", i, p, tt.want[i])
				}
				if i == 0 && p.Prob != 1 || !(p.Prob > 0 && p.Prob <= points[0].Prob) || i > 0 && p.Prob > points[i-1].Prob {
					t.Errorf("Prob of point %d is %v", i, p.Prob)
				}
			}
			if !slices.Equal(before, tt.image.Data) {
				t.Error("the image was modified")
			}
		})
	}
	points, err := detection.DetectLoG(row(4, 10), detection.DefaultLoGOptions())
	if err != nil || len(points) != 2 || math.Abs(points[1].Prob-0.4) > 0.01 {
		t.Errorf("got %v, %v, want Prob 1 and 0.4", points, err)
	}
}

// Two scales find small and large spots, in a volume with thick planes; without
// refinement the points are on voxels.
func TestDetectLoGAnisotropic(t *testing.T) {
	spacing := detection.Spacing{0.5, 0.25, 0.25}
	small := blob{[3]float64{5, 12.3, 14}, 1, [3]float64{0.8, 1.6, 1.6}} // 0.4 um
	large := blob{[3]float64{9, 30, 40.4}, 1, [3]float64{2.4, 4.8, 4.8}} // 1.2 um
	image := blobs([3]int{18, 46, 60}, 7, small, large)
	opts := detection.DefaultLoGOptions()
	opts.Sigmas, opts.Spacing = []float64{0.33, 1}, spacing
	opts.Threshold = 0.5
	points, err := detection.DetectLoG(image, opts)
	if err != nil || len(points) != 2 {
		t.Fatal(points, err)
	}
	truth := []detection.Point{{Pos: small.pos}, {Pos: large.pos}}
	m, err := detection.Match(truth, points, detection.MatchOptions{Tolerance: 0.05, Spacing: spacing})
	if err != nil || len(m.Pairs) != 2 {
		t.Errorf("got %v, want %v", points, truth)
	}
	opts.Refine = false
	points, err = detection.DetectLoG(image, opts)
	if err != nil || len(points) != 2 {
		t.Fatal(points, err)
	}
	for _, p := range points {
		if v := p.Voxel(); p.Pos != [3]float64{float64(v[0]), float64(v[1]), float64(v[2])} {
			t.Errorf("point %v is not on a voxel", p)
		}
	}
}

// A scale of half a voxel or less along z does not make brightness a blob.
func TestLoGThickPlanes(t *testing.T) {
	image := blobs([3]int{8, 20, 20}, 0, blob{[3]float64{4, 10, 10}, 1, [3]float64{0.5, 1.5, 1.5}})
	for i := range image.Data {
		if i%20 > 14 {
			image.Data[i] += 100 // a bright, even wall
		}
	}
	r := response(t, image, func(o *detection.LoGOptions) {
		o.Sigmas, o.Spacing = []float64{1.2}, detection.Spacing{3, 1, 1}
	})
	if wall, spot := r.At(4, 10, 19, 0), r.At(4, 10, 10, 0); wall > spot/2 {
		t.Errorf("response %v in the wall, %v in the spot", wall, spot)
	}
}

func TestDefaultLoGOptions(t *testing.T) {
	want := "{Sigma:[0 0 0] Sigmas:[2] Spacing:[1 1 1] DarkBlobs:false Threshold:0.2 Relative:true MinDistance:[1 1 1] ExcludeBorder:[0 0 0] " +
		"Refine:true RemoveClose:false Prune:{Radius:6 ClassRadii:[] Spacing:[1 1 1] PerClass:false AcrossClasses:false}}"
	if got := fmt.Sprintf("%+v", detection.DefaultLoGOptions()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLoGErrors(t *testing.T) {
	good := detection.DefaultLoGOptions()
	bad := func(mod func(*detection.LoGOptions)) detection.LoGOptions {
		o := detection.DefaultLoGOptions()
		mod(&o)
		return o
	}
	withValue := func(value float64) *detection.Volume {
		v := plane("123", "456")
		v.Data[4] = float32(value)
		return v
	}
	for _, tt := range []struct {
		name  string
		image *detection.Volume
		opts  detection.LoGOptions
		parts []string
	}{
		{"all at once", plane("12"), detection.LoGOptions{Sigma: [3]float64{-1, math.NaN(), math.Inf(1)}, Sigmas: []float64{1, 0}, Threshold: -1, RemoveClose: true},
			[]string{"Sigma along z is -1", "Sigma along y is NaN", "Sigma along x is +Inf", "want one of the two", "Sigmas[1] is 0", "Threshold is -1",
				"Spacing: ", "MinDistance along z is 0"}},
		{"no scale", plane("12"), bad(func(o *detection.LoGOptions) { o.Sigmas = nil }), []string{"Sigma is zero and Sigmas are empty"}},
		{"a share of 1", plane("12"), bad(func(o *detection.LoGOptions) { o.Threshold = 1 }), []string{"Threshold is 1, relative"}},
		{"a share of NaN", plane("12"), bad(func(o *detection.LoGOptions) { o.Threshold = math.NaN() }), []string{"Threshold is NaN"}},
		{"an infinite response", plane("12"), bad(func(o *detection.LoGOptions) { o.Relative, o.Threshold = false, math.Inf(1) }), []string{"Threshold is +Inf"}},
		{"prune", plane("12"), bad(func(o *detection.LoGOptions) { o.RemoveClose, o.Prune.Radius = true, -2 }), []string{"Radius is -2"}},
		{"NaN", withValue(math.NaN()), good, []string{"(0, 1, 1) is NaN"}},
		{"infinite", withValue(math.Inf(-1)), good, []string{"(0, 1, 1) is -Inf"}},
		{"channels", detection.NewVolume([3]int{1, 2, 2}, 2), good, []string{"2 channels"}},
		{"nil", nil, good, []string{"nil"}},
	} {
		_, err := detection.DetectLoG(tt.image, tt.opts)
		if err == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		for _, part := range tt.parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: error %q does not say %q", tt.name, err, part)
			}
		}
	}
	if opts := bad(func(o *detection.LoGOptions) { o.Relative, o.Threshold = false, 300 }); opts.Validate() != nil {
		t.Error(opts.Validate())
	}
}

func BenchmarkLoG2048(b *testing.B) {
	image, _ := benchMap(2048, 2500)
	for _, sigma := range []float64{2, 10} {
		b.Run(fmt.Sprintf("sigma=%v", sigma), func(b *testing.B) {
			opts := detection.DefaultLoGOptions()
			opts.Sigmas = []float64{sigma}
			b.SetBytes(int64(4 * len(image.Data)))
			for b.Loop() {
				if _, err := detection.LoG(image, opts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Two bright spots, one of them between the voxels.
func ExampleDetectLoG() {
	image := blobs([3]int{1, 40, 60}, 10,
		blob{[3]float64{0, 20, 15}, 200, round(2)},
		blob{[3]float64{0, 18, 40.25}, 100, round(2)})
	points, err := detection.DetectLoG(image, detection.DefaultLoGOptions())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range points {
		fmt.Printf("y %.1f x %.1f response %.1f of the highest\n", p.Pos[1], p.Pos[2], p.Prob)
	}
	// Output:
	// y 20.0 x 15.0 response 1.0 of the highest
	// y 18.0 x 40.2 response 0.5 of the highest
}
