package detection_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// slowGaussian sums over the whole box of the kernel at once, in two channels
// or more, and finds mirrored voxels by walking.
func slowGaussian(v *detection.Volume, sigma [3]float64) *detection.Volume {
	var radius [3]int
	weight := func(a, k int) float64 {
		if radius[a] == 0 {
			return 1
		}
		sum := 0.0
		for j := -radius[a]; j <= radius[a]; j++ {
			sum += math.Exp(-float64(j*j) / (2 * sigma[a] * sigma[a]))
		}
		return math.Exp(-float64(k*k)/(2*sigma[a]*sigma[a])) / sum
	}
	walk := func(p, k, n int) int {
		dir := 1
		if k < 0 {
			dir, k = -1, -k
		}
		for ; k > 0; k-- {
			if p+dir < 0 || p+dir >= n {
				dir = -dir // the edge voxel counts twice
			} else {
				p += dir
			}
		}
		return p
	}
	for a, s := range sigma {
		radius[a] = int(4*s + 0.5)
	}
	out := detection.NewLike(v, v.Channels)
	for i := range out.Data {
		c := i % v.Channels
		x := i / v.Channels % v.Dims[2]
		y := i / v.Channels / v.Dims[2] % v.Dims[1]
		z := i / v.Channels / v.Dims[2] / v.Dims[1]
		sum := 0.0
		for dz := -radius[0]; dz <= radius[0]; dz++ {
			for dy := -radius[1]; dy <= radius[1]; dy++ {
				for dx := -radius[2]; dx <= radius[2]; dx++ {
					w := weight(0, dz) * weight(1, dy) * weight(2, dx)
					sum += w * float64(v.At(walk(z, dz, v.Dims[0]), walk(y, dy, v.Dims[1]), walk(x, dx, v.Dims[2]), c))
				}
			}
		}
		out.Data[i] = float32(sum)
	}
	return out
}

func TestGaussianFilterEqualsSlowTwin(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 12))
		v := detection.NewVolume([3]int{1 + r.IntN(3), 1 + r.IntN(6), 1 + r.IntN(20)}, 1+r.IntN(2))
		for i := range v.Data {
			v.Data[i] = r.Float32()
		}
		v.Spacing = detection.Spacing{3, 2, 1}
		sigma := [3]float64{r.Float64() * 0.5, r.Float64(), r.Float64() * 1.5}
		sigma[r.IntN(3)] = 0
		if seed%5 == 0 { // a kernel that goes around the line several times
			sigma[1] = 4 + 4*r.Float64()
		}
		before := slices.Clone(v.Data)
		got, err := detection.GaussianFilter(v, sigma)
		if err != nil {
			t.Fatal(err)
		}
		want := slowGaussian(v, sigma)
		for i := range want.Data {
			if math.Abs(float64(got.Data[i]-want.Data[i])) > 1e-6 {
				t.Fatalf("seed %d, %v: voxel %d is %v, want %v", seed, sigma, i, got.Data[i], want.Data[i])
			}
		}
		if got.Spacing != v.Spacing || !slices.Equal(before, v.Data) {
			t.Error("the spacing was lost or the input modified")
		}
	}
}

func TestGaussianFilterErrors(t *testing.T) {
	_, err := detection.GaussianFilter(plane("1"), [3]float64{-1, math.NaN(), math.Inf(1)})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"sigma along z is -1", "sigma along y is NaN", "sigma along x is +Inf"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}
