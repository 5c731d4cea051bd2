package detection_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/puncta-bio/puncta/detection"
)

// filled is an image of one value.
func filled(dims [3]int, channels int, value float32) *detection.Volume {
	v := detection.NewVolume(dims, channels)
	for i := range v.Data {
		v.Data[i] = value
	}
	return v
}

// momentsOf are the mean, the variance and the skewness of the values of
// channel c.
func momentsOf(v *detection.Volume, c int) (mean, variance, skewness float64) {
	n := float64(v.Voxels())
	each := func(f func(x float64) float64) (sum float64) {
		for i := c; i < len(v.Data); i += v.Channels {
			sum += f(float64(v.Data[i]))
		}
		return sum / n
	}
	mean = each(func(x float64) float64 { return x })
	variance = each(func(x float64) float64 { return (x - mean) * (x - mean) })
	skewness = each(func(x float64) float64 { return math.Pow(x-mean, 3) }) / math.Pow(variance, 1.5)
	return mean, variance, skewness
}

// wantNear fails when got is more than tolerance from want.
func wantNear(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, tolerance)
	}
}

// Mean, variance and shape of the noise within five standard errors: of the
// mean sqrt(var/n), of the variance var*sqrt(2/n), of the skewness sqrt(6/n).
func TestGaussianNoise(t *testing.T) {
	const n = 256 * 256
	v := filled([3]int{1, 256, 256}, 2, 0.5)
	opts := detection.GaussianNoiseOptions{Mean: 0.25, Variance: 0.09}
	if err := detection.GaussianNoise(v, opts, seeded(1)); err != nil {
		t.Fatal(err)
	}
	for c := range 2 {
		mean, variance, skewness := momentsOf(v, c)
		wantNear(t, "mean", mean, 0.75, 5*0.3/256)
		wantNear(t, "variance", variance, 0.09, 5*0.09*math.Sqrt(2.0/n))
		wantNear(t, "skewness", skewness, 0, 5*math.Sqrt(6.0/n))
	}
	var products float64 // of the two channels and of neighbours: nothing is shared
	for i := 0; i+2 < len(v.Data); i += 2 {
		here := float64(v.Data[i]) - 0.75
		products += here * (float64(v.Data[i+1]) - 0.75)
		products += here * (float64(v.Data[i+2]) - 0.75)
	}
	wantNear(t, "covariance of channels and neighbours", products/n, 0, 5*0.09*math.Sqrt(2.0/n))
}

// FromImage adds the mean and, times 0.9 to 1.1, the variance of the image.
func TestGaussianNoiseFromImage(t *testing.T) {
	const n = 256 * 256
	lowest, highest := 9.0, 0.0
	for seed := range uint64(20) {
		v := patchOf(seed, [3]int{1, 256, 256}, 1) // uniform: mean 1/2, variance 1/12
		before := v.Clone()
		if err := detection.GaussianNoise(v, detection.GaussianNoiseOptions{FromImage: true, Mean: 9, Variance: 9}, seeded(seed+90)); err != nil {
			t.Fatal(err)
		}
		for i, x := range before.Data {
			v.Data[i] -= x
		}
		mean, variance, _ := momentsOf(v, 0)
		_, imageVariance, _ := momentsOf(before, 0)
		wantNear(t, "mean", mean, 0.5, 10*math.Sqrt(1.0/12/n))
		factor := variance / imageVariance
		lowest, highest = min(lowest, factor), max(highest, factor)
	}
	if within := 5 * math.Sqrt(2.0/n); lowest < 0.9-within || highest > 1.1+within || lowest > 0.95 || highest < 1.05 {
		t.Errorf("factors of the variance from %v to %v, want nearly 0.9 to 1.1", lowest, highest)
	}
}

// Counts of 40,000 voxels against the probabilities of gonum's distuv.Poisson:
// chi square over the numbers expected at least 8 times, the rest in one bin,
// below its 1 - 1e-6 quantile.
func TestPoissonNoiseDistribution(t *testing.T) {
	for _, mean := range []float64{0.01, 0.3, 1, 3.7, 25, 200.5} {
		const n = 40_000
		v := filled([3]int{1, 200, 200}, 1, float32(mean/64))
		if err := detection.PoissonNoise(v, detection.PoissonNoiseOptions{Photons: 64}, seeded(uint64(mean*100))); err != nil {
			t.Fatal(err)
		}
		counts := map[int]float64{}
		for _, x := range v.Data {
			count := float64(x) * 64
			if count != math.Round(count) || count < 0 {
				t.Fatalf("mean %v: %v is not a count", mean, count)
			}
			counts[int(count)]++
		}
		truth := distuv.Poisson{Lambda: float64(float32(mean/64)) * 64}
		chi, bins, restSeen, restExpected := 0.0, 0.0, float64(n), float64(n)
		for k := range 400 {
			expected := n * truth.Prob(float64(k))
			if expected < 8 {
				continue
			}
			chi += (counts[k] - expected) * (counts[k] - expected) / expected
			bins++
			restSeen -= counts[k]
			restExpected -= expected
		}
		chi += (restSeen - restExpected) * (restSeen - restExpected) / max(restExpected, 1)
		if limit := (distuv.ChiSquared{K: bins}).Quantile(1 - 1e-6); chi > limit {
			t.Errorf("mean %v: chi square %v over %v bins, want below %v", mean, chi, bins, limit)
		}
	}
}

// Moments within five standard errors, on both sides of the mean from which
// the normal distribution stands in.
func TestPoissonNoiseMoments(t *testing.T) {
	const n = 256 * 256
	for _, photons := range []float64{9_999, 10_001, 300_000} {
		v := filled([3]int{1, 256, 256}, 1, 1)
		if err := detection.PoissonNoise(v, detection.PoissonNoiseOptions{Photons: photons}, seeded(4)); err != nil {
			t.Fatal(err)
		}
		mean, variance, skewness := momentsOf(v, 0)
		wantNear(t, "mean", mean, 1, 5/math.Sqrt(photons*n))
		wantNear(t, "variance in events", variance*photons, 1, 5*math.Sqrt(2.0/n))
		wantNear(t, "skewness", skewness, 0, 0.01+5*math.Sqrt(6.0/n))
	}
}

func TestPoissonNoiseOfNothing(t *testing.T) {
	v := pixelRow(0, 0, 1e-40, float32(math.MaxFloat32))
	if err := detection.PoissonNoise(v, detection.DefaultPoissonNoiseOptions(), seeded(1)); err != nil {
		t.Fatal(err)
	}
	if want := []float32{0, 0, 0, math.MaxFloat32}; !slices.Equal(v.Data, want) {
		t.Errorf("%v, want %v", v.Data, want)
	}
}

// The noise of a value depends on no other value.
func TestPoissonNoiseIsLocal(t *testing.T) {
	a, b := patchOf(1, [3]int{1, 9, 9}, 1), patchOf(1, [3]int{1, 9, 9}, 1)
	b.Data[3] = 0.999
	for _, v := range []*detection.Volume{a, b} {
		if err := detection.PoissonNoise(v, detection.DefaultPoissonNoiseOptions(), seeded(2)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(a.Data[:3], b.Data[:3]) || !slices.Equal(a.Data[4:], b.Data[4:]) || a.Data[3] == b.Data[3] {
		t.Error("the noise of other values changed with one value, or that of the value did not")
	}
}
