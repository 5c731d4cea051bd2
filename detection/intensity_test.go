package detection_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestAdjustIntensity(t *testing.T) {
	in := []float32{0, 0.25, 0.5, 1, 2}
	for _, tt := range []struct {
		name string
		do   func(v *detection.Volume) error
		want []float32
	}{
		{"brighter", func(v *detection.Volume) error { return detection.AdjustBrightness(v, 0.25) },
			[]float32{0.25, 0.5, 0.75, 1.25, 2.25}},
		{"darker, not clipped", func(v *detection.Volume) error { return detection.AdjustBrightness(v, -0.5) },
			[]float32{-0.5, -0.25, 0, 0.5, 1.5}},
		{"more contrast", func(v *detection.Volume) error { return detection.AdjustContrast(v, 3) },
			[]float32{0, 0.75, 1.5, 3, 6}},
		{"gamma", func(v *detection.Volume) error { return detection.AdjustGamma(v, 2) },
			[]float32{0, 0.0625, 0.25, 1, 4}},
		{"gamma of a root", func(v *detection.Volume) error { return detection.AdjustGamma(v, 0.5) },
			[]float32{0, 0.5, float32(math.Sqrt(0.5)), 1, math.Sqrt2}},
		{"clamp", func(v *detection.Volume) error { return detection.ClampIntensity(v, 0.3, 1) },
			[]float32{0.3, 0.3, 0.5, 1, 1}},
	} {
		v := pixelRow(in...)
		if err := tt.do(v); err != nil || !slices.Equal(v.Data, tt.want) {
			t.Errorf("%s: %v %v, want %v", tt.name, v.Data, err, tt.want)
		}
	}
	v := pixelRow(float32(math.NaN()), -5)
	if err := detection.ClampIntensity(v, 0, 1); err != nil || v.Data[0] == v.Data[0] || v.Data[1] != 0 {
		t.Errorf("clamp of NaN and -5: %v %v", v.Data, err)
	}
}

func TestAdjustIntensityErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, do := range map[string]func(v *detection.Volume) error{
		"adjust brightness: add is NaN":      func(v *detection.Volume) error { return detection.AdjustBrightness(v, nan) },
		"adjust brightness: add is -Inf":     func(v *detection.Volume) error { return detection.AdjustBrightness(v, -inf) },
		"adjust contrast: gain is 0":         func(v *detection.Volume) error { return detection.AdjustContrast(v, 0) },
		"adjust contrast: gain is +Inf":      func(v *detection.Volume) error { return detection.AdjustContrast(v, inf) },
		"adjust gamma: gamma is 0":           func(v *detection.Volume) error { return detection.AdjustGamma(v, 0) },
		"adjust gamma: gamma is NaN":         func(v *detection.Volume) error { return detection.AdjustGamma(v, nan) },
		"clamp intensity: lo 1, hi 1":        func(v *detection.Volume) error { return detection.ClampIntensity(v, 1, 1) },
		"clamp intensity: lo 0, hi +Inf":     func(v *detection.Volume) error { return detection.ClampIntensity(v, 0, inf) },
		"median blur: kernel is 4":           func(v *detection.Volume) error { return detection.MedianBlur(v, 4) },
		"median blur: kernel is -1":          func(v *detection.Volume) error { return detection.MedianBlur(v, -1) },
		"median blur: kernel is 101":         func(v *detection.Volume) error { return detection.MedianBlur(v, 101) },
		"motion blur: length is 0":           func(v *detection.Volume) error { return detection.MotionBlur(v, 0, 0, 0) },
		"motion blur: length is 100":         func(v *detection.Volume) error { return detection.MotionBlur(v, 100, 0, 0) },
		"motion blur: angle is +Inf":         func(v *detection.Volume) error { return detection.MotionBlur(v, 3, inf, 0) },
		"motion blur: lean is 1.5: want -1 ": func(v *detection.Volume) error { return detection.MotionBlur(v, 3, 0, 1.5) },
		"motion blur: lean is NaN":           func(v *detection.Volume) error { return detection.MotionBlur(v, 3, 0, nan) },
	} {
		v := pixelRow(0, 0.5, 2)
		if err := do(v); err == nil || !strings.HasPrefix(err.Error(), "detection: "+name) {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(v.Data, []float32{0, 0.5, 2}) {
			t.Errorf("%s: the image was changed", name)
		}
	}
}

// The drawn value lies in the range and reaches near both of its ends: 300
// uniform draws leave a tenth at an end empty with probability 2e-14.
func TestRandomAdjustRanges(t *testing.T) {
	for _, tt := range []struct {
		name   string
		in     float32
		do     func(v *detection.Volume, rng *rand.Rand) error
		lo, hi float64 // of the result
	}{
		{"brightness", 0, withDefaults(detection.RandomBrightness, detection.BrightnessOptions{Range: [2]float64{0.1, 0.3}}), 0.1, 0.3},
		{"contrast", 1, withDefaults(detection.RandomContrast, detection.ContrastOptions{Range: [2]float64{-0.5, 0.1}}), 0.5, 1.1},
		{"gamma", 0.5, withDefaults(detection.RandomGamma, detection.GammaOptions{Range: [2]float64{1, 2}}), 0.25, 0.5},
	} {
		rng := seeded(3)
		lowest, highest := math.Inf(1), math.Inf(-1)
		for range 300 {
			v := pixelRow(tt.in, tt.in)
			if err := tt.do(v, rng); err != nil {
				t.Fatal(err)
			}
			got := float64(v.Data[0])
			if v.Data[1] != v.Data[0] || got < tt.lo-1e-6 || got > tt.hi+1e-6 {
				t.Fatalf("%s: %v, want both equal, from %v to %v", tt.name, v.Data, tt.lo, tt.hi)
			}
			lowest, highest = min(lowest, got), max(highest, got)
		}
		if tenth := (tt.hi - tt.lo) / 10; lowest > tt.lo+tenth || highest < tt.hi-tenth {
			t.Errorf("%s: 300 draws give %v to %v, want nearly %v to %v", tt.name, lowest, highest, tt.lo, tt.hi)
		}
	}
}
