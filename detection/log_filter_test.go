package detection

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Golden values of scipy.ndimage.gaussian_laplace (scipy 1.17.1) of the array
// 10 + ((7 i^2 + 13 i) mod 101) / 4 in raster order i, in float64. scipy has the
// unweighted sum of derivatives.
var laplaceGolden = []struct {
	dims  [3]int
	sigma [3]float64
	want  []float64
}{
	{[3]int{1, 4, 6}, [3]float64{3, 1, 1}, []float64{
		5.9286046, 1.8500926, -0.40360153, 2.8824879, 0.92995117, -0.25499045,
		2.13692, 0.93139557, -1.9776282, -2.3957257, -1.3534464, -1.8703226,
		-2.3590717, 0.22699293, 0.13889364, -2.2259578, -2.035219, 0.59292112,
		-5.983914, -0.54330649, 3.3164844, 3.0303821, 0.42066823, -1.0542867}},
	{[3]int{1, 4, 6}, [3]float64{0, 0.8, 2}, []float64{
		3.9297945, 3.4120915, 2.7573868, 2.2361263, 1.8498336, 1.6074684,
		0.20861298, -0.51212267, -1.5438897, -2.4233321, -2.9586605, -3.193374,
		-1.1570435, -1.1675581, -1.2102737, -1.1259274, -0.76066526, -0.36014213,
		-2.1367466, -0.92561685, 0.52367866, 1.2100903, 0.98311032, 0.51632838}},
	{[3]int{2, 3, 4}, [3]float64{0.8, 1, 1.5}, []float64{
		6.0051836, 5.0134506, 4.7591158, 5.5314149,
		-0.38256255, 0.48277908, 1.597555, 2.3002966,
		-2.8536061, -2.293572, -2.117453, -2.668165,
		-2.5549224, -2.0269934, -1.9387768, -2.2117517,
		-2.7001774, -2.0587119, -2.0418986, -2.4988069,
		2.2524673, 1.7005236, 0.070946895, -1.6477049}},
}

func TestLaplaceOfGaussianGolden(t *testing.T) {
	for _, tt := range laplaceGolden {
		v := NewVolume(tt.dims, 1)
		for i := range v.Data {
			v.Data[i] = 10 + float32((7*i*i+13*i)%101)/4
		}
		got := laplaceOfGaussian(v, tt.sigma, [3]float64{1, 1, 1})
		largest := 0.0
		for _, w := range tt.want {
			largest = max(largest, math.Abs(w))
		}
		for i, w := range tt.want {
			if d := math.Abs(float64(got.Data[i]) - w); d > 1e-6*largest {
				t.Errorf("%v, sigma %v: voxel %d is %v, want %v", tt.dims, tt.sigma, i, got.Data[i], w)
			}
		}
	}
}

// slowLaplace sums over the box of all three kernels at once, one axis of
// derivation after the other.
func slowLaplace(v *Volume, sigma, weight [3]float64) []float64 {
	var kernels [3][2][]float64 // of axis and order
	for a, s := range sigma {
		radius := 0
		if v.Dims[a] > 1 && s > 0 {
			radius = int(4*s + 0.5)
		}
		kernels[a] = [2][]float64{slowKernel(radius, s, 0), slowKernel(radius, s, 2)}
	}
	out := make([]float64, len(v.Data))
	for axis, s := range sigma {
		if v.Dims[axis] == 1 || s == 0 {
			continue
		}
		var k [3][]float64
		for a := range k {
			k[a] = kernels[a][0]
		}
		k[axis] = kernels[axis][1]
		for i := range out {
			at := unravel(v.Dims, i)
			for z, kz := range k[0] {
				for y, ky := range k[1] {
					for x, kx := range k[2] {
						from := v.At(mirror(at[0]+z-len(k[0])/2, v.Dims[0]), mirror(at[1]+y-len(k[1])/2, v.Dims[1]), mirror(at[2]+x-len(k[2])/2, v.Dims[2]), 0)
						out[i] += weight[axis] * kz * ky * kx * float64(from)
					}
				}
			}
		}
	}
	return out
}

func slowKernel(radius int, sigma float64, order int) []float64 {
	if radius == 0 {
		return []float64{1 - float64(order/2)} // one voxel has no curvature
	}
	kernel := make([]float64, 2*radius+1)
	sum := 0.0
	for i := range kernel {
		x := float64(i - radius)
		kernel[i] = math.Exp(-x * x / (2 * sigma * sigma))
		sum += kernel[i]
	}
	derived := slices.Clone(kernel)
	derivedSum := 0.0
	for i := range kernel {
		x := float64(i - radius)
		kernel[i] /= sum
		derived[i] = (x*x - sigma*sigma) / math.Pow(sigma, 4) * kernel[i]
		derivedSum += derived[i]
	}
	if order == 0 {
		return kernel
	}
	if sigma < 0.75 {
		for i := range derived {
			derived[i] -= derivedSum * kernel[i]
		}
	}
	return derived
}

func TestLaplaceOfGaussianEqualsSlowTwin(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 61))
		v := NewVolume([3]int{1 + r.IntN(4), 1 + r.IntN(6), 1 + r.IntN(40)}, 1)
		for i := range v.Data {
			v.Data[i] = r.Float32()
		}
		v.Spacing = Spacing{3, 2, 1}
		sigma := [3]float64{r.Float64(), r.Float64() + 0.5, 2 * r.Float64()}
		if seed%2 == 0 {
			sigma[r.IntN(3)] = 0
		}
		weight := [3]float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		before := slices.Clone(v.Data)
		got, want := laplaceOfGaussian(v, sigma, weight), slowLaplace(v, sigma, weight)
		scale := 1.0
		for a, s := range sigma {
			if s > 0 {
				scale = max(scale, math.Abs(weight[a])/(s*s))
			}
		}
		for i, w := range want {
			if math.Abs(float64(got.Data[i])-w) > 1e-6*scale {
				t.Fatalf("seed %d, %v, sigma %v: voxel %d is %v, want %v", seed, v.Dims, sigma, i, got.Data[i], w)
			}
		}
		if got.Spacing != v.Spacing || !slices.Equal(before, v.Data) {
			t.Error("the spacing was lost or the input modified")
		}
	}
}
