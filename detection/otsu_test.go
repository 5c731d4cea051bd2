package detection_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestOtsuThreshold(t *testing.T) {
	ramp := detection.NewVolume([3]int{1, 10, 100}, 1) // (i/999)² of 0..999
	for i := range ramp.Data {
		u := float64(i) / 999
		ramp.Data[i] = float32(u * u)
	}
	tests := []struct {
		name string
		v    *detection.Volume
		want float64
	}{
		{"constant", plane("444"), 0.4},
		{"two values: the centre of the lowest bin", plane("..99"), 0.9 / 512},
		// threshold_otsu of scikit-image 0.26.0 on the same values.
		{"squares", ramp, 0.40820312},
		{"seven values", plane("1122345", "9988877"), 0.50156248},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := detection.OtsuThreshold(tt.v)
			if err != nil || math.Abs(float64(got)-tt.want) > 1e-6 {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// The spread between the classes, with the voxels themselves instead of
// bins, is nowhere larger than at the threshold, but for the width of a bin.
func TestOtsuThresholdIsBest(t *testing.T) {
	spread := func(v *detection.Volume, threshold float64) float64 {
		var n, sum [2]float64
		for _, x := range v.Data {
			k := 0
			if float64(x) > threshold {
				k = 1
			}
			n[k]++
			sum[k] += float64(x)
		}
		if n[0] == 0 || n[1] == 0 {
			return 0
		}
		d := sum[0]/n[0] - sum[1]/n[1]
		return n[0] * n[1] * d * d
	}
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 13))
		v := detection.NewVolume([3]int{1, 30, 30}, 1)
		for i := range v.Data {
			v.Data[i] = float32(r.NormFloat64())
			if r.IntN(3) == 0 {
				v.Data[i] += 4
			}
		}
		got, err := detection.OtsuThreshold(v)
		if err != nil {
			t.Fatal(err)
		}
		best := 0.0
		for _, x := range v.Data {
			best = max(best, spread(v, float64(x)))
		}
		if s := spread(v, float64(got)); s < 0.995*best {
			t.Errorf("seed %d: spread %v at %v, %v is possible", seed, s, got, best)
		}
	}
}

func TestOtsuThresholdErrors(t *testing.T) {
	for text, bad := range map[string]float64{"(0, 0, 1) is NaN": math.NaN(), "is +Inf": math.Inf(1)} {
		v := plane("1.")
		v.Data[1] = float32(bad)
		if _, err := detection.OtsuThreshold(v); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
}
