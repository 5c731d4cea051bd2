package detection_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// The defaults are those of BiaPy's AUGMENTOR keys (3.7.1), but for the
// photons, which have no key.
func TestIntensityDefaults(t *testing.T) {
	for _, tt := range []struct {
		opts interface{ Validate() error }
		want string
	}{
		{detection.DefaultBrightnessOptions(), "{Range:[-0.1 0.1]}"},
		{detection.DefaultContrastOptions(), "{Range:[-0.1 0.1]}"},
		{detection.DefaultGammaOptions(), "{Range:[1.25 1.75]}"},
		{detection.DefaultGaussianNoiseOptions(), "{Mean:0 Variance:0.05 FromImage:false}"},
		{detection.DefaultPoissonNoiseOptions(), "{Photons:256}"},
		{detection.DefaultSaltAndPepperOptions(), "{Amount:0.05 SaltShare:0.5}"},
		{detection.DefaultDropoutOptions(), "{Range:[0 0.2]}"},
		{detection.DefaultGaussianBlurOptions(), "{Sigma:[1 2]}"},
		{detection.DefaultMedianBlurOptions(), "{Kernel:[3 7]}"},
		{detection.DefaultMotionBlurOptions(), "{Length:[8 12]}"},
		{detection.DefaultCutoutOptions(), "{Boxes:[1 3] Size:[0.05 0.3] Value:0}"},
		{detection.DefaultCutBlurOptions(), "{Size:[0.2 0.4] Factor:[2 8] InsideOnly:true}"},
		{detection.DefaultCutNoiseOptions(), "{Boxes:[1 3] Size:[0.2 0.4] Scale:[0.05 0.1]}"},
		{detection.DefaultGridMaskOptions(), "{Ratio:0.6 Period:[0.4 1] Rotation:1 Invert:false}"},
		{detection.DefaultMissingSectionsOptions(), "{Reach:[10 30] Probability:0.5}"},
	} {
		if got := fmt.Sprintf("%+v", tt.opts); got != tt.want {
			t.Errorf("%T: %s, want %s", tt.opts, got, tt.want)
		}
		if err := tt.opts.Validate(); err != nil {
			t.Errorf("%T: the default is invalid: %v", tt.opts, err)
		}
	}
}

// Validate accepts the ends of what it says, refuses what lies beyond, and
// names all bad fields in one error.
func TestIntensityValidate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	type fraction = [2]float64
	type whole = [2]int
	for _, tt := range []struct {
		opts interface{ Validate() error }
		bad  []string // begins of the lines of the error
	}{
		{detection.BrightnessOptions{Range: fraction{5, 5}}, nil},
		{detection.BrightnessOptions{Range: fraction{0.1, -0.1}}, []string{"Range 0.1 to -0.1"}},
		{detection.BrightnessOptions{Range: fraction{nan, 1}}, []string{"Range NaN"}},
		{detection.BrightnessOptions{Range: fraction{0, inf}}, []string{"Range 0 to +Inf"}},
		{detection.ContrastOptions{Range: fraction{-0.99, 3}}, nil},
		{detection.ContrastOptions{Range: fraction{-1, 0}}, []string{"Range -1"}},
		{detection.ContrastOptions{Range: fraction{0, nan}}, []string{"Range 0 to NaN"}},
		{detection.GammaOptions{Range: fraction{0.1, 0.1}}, nil},
		{detection.GammaOptions{Range: fraction{0, 1}}, []string{"Range 0"}},
		{detection.GammaOptions{Range: fraction{2, 1}}, []string{"Range 2"}},
		{detection.GaussianNoiseOptions{Mean: -3}, nil},
		{detection.GaussianNoiseOptions{Mean: nan, Variance: -1}, []string{"Mean is NaN", "Variance is -1"}},
		{detection.GaussianNoiseOptions{Mean: inf, Variance: inf}, []string{"Mean is +Inf", "Variance is +Inf"}},
		{detection.PoissonNoiseOptions{Photons: 1e6}, nil},
		{detection.PoissonNoiseOptions{Photons: 0}, []string{"Photons is 0"}},
		{detection.PoissonNoiseOptions{Photons: 1.1e6}, []string{"Photons is 1.1e+06"}},
		{detection.PoissonNoiseOptions{Photons: nan}, []string{"Photons is NaN"}},
		{detection.SaltAndPepperOptions{Amount: 1, SaltShare: 1}, nil},
		{detection.SaltAndPepperOptions{}, nil},
		{detection.SaltAndPepperOptions{Amount: -0.1, SaltShare: 1.1}, []string{"Amount -0.1", "SaltShare 1.1"}},
		{detection.SaltAndPepperOptions{Amount: nan, SaltShare: nan}, []string{"Amount NaN", "SaltShare NaN"}},
		{detection.DropoutOptions{Range: fraction{0, 1}}, nil},
		{detection.DropoutOptions{Range: fraction{-0.1, 1}}, []string{"Range -0.1"}},
		{detection.DropoutOptions{Range: fraction{0, 1.1}}, []string{"Range 0 to 1.1"}},
		{detection.GaussianBlurOptions{Sigma: fraction{0, 100}}, nil},
		{detection.GaussianBlurOptions{Sigma: fraction{-1, 1}}, []string{"Sigma -1"}},
		{detection.GaussianBlurOptions{Sigma: fraction{1, 101}}, []string{"Sigma 1 to 101"}},
		{detection.MedianBlurOptions{Kernel: whole{1, 99}}, nil},
		{detection.MedianBlurOptions{Kernel: whole{4, 4}}, nil}, // raised to 5
		{detection.MedianBlurOptions{Kernel: whole{0, 3}}, []string{"Kernel 0"}},
		{detection.MedianBlurOptions{Kernel: whole{5, 3}}, []string{"Kernel 5"}},
		{detection.MotionBlurOptions{Length: whole{1, 99}}, nil},
		{detection.MotionBlurOptions{Length: whole{1, 100}}, []string{"Length 1 to 100"}},
		{detection.CutoutOptions{Boxes: whole{0, 100}, Size: fraction{1, 1}, Value: -7}, nil},
		{detection.CutoutOptions{Boxes: whole{-1, 2}, Size: fraction{0, 1}, Value: float32(nan)},
			[]string{"Boxes -1", "Size 0", "Value is NaN"}},
		{detection.CutoutOptions{Boxes: whole{0, 101}, Size: fraction{0.5, 1.1}, Value: float32(inf)},
			[]string{"Boxes 0 to 101", "Size 0.5 to 1.1", "Value is +Inf"}},
		{detection.CutBlurOptions{Size: fraction{0.1, 1}, Factor: whole{1, 100}}, nil},
		{detection.CutBlurOptions{Size: fraction{0, 1}, Factor: whole{0, 2}}, []string{"Size 0", "Factor 0"}},
		{detection.CutBlurOptions{Size: fraction{1, 0.5}, Factor: whole{2, 101}}, []string{"Size 1", "Factor 2 to 101"}},
		{detection.CutNoiseOptions{Boxes: whole{0, 0}, Size: fraction{1, 1}, Scale: fraction{0, 9}}, nil},
		{detection.CutNoiseOptions{Boxes: whole{2, 1}, Size: fraction{-1, 1}, Scale: fraction{-1, 1}},
			[]string{"Boxes 2", "Size -1", "Scale -1"}},
		{detection.GridMaskOptions{Ratio: 0.01, Period: fraction{1, 1}}, nil},
		{detection.GridMaskOptions{Ratio: 0, Period: fraction{0, 1}, Rotation: -1},
			[]string{"Ratio 0", "Period 0", "Rotation -1"}},
		{detection.GridMaskOptions{Ratio: 1, Period: fraction{1, 2}, Rotation: 1.5},
			[]string{"Ratio 1", "Period 1 to 2", "Rotation 1.5"}},
		{detection.MissingSectionsOptions{Reach: whole{0, 1000}, Probability: 1}, nil},
		{detection.MissingSectionsOptions{Reach: whole{-1, 0}, Probability: 2}, []string{"Reach -1", "Probability 2"}},
		{detection.MissingSectionsOptions{Reach: whole{0, 1001}, Probability: nan}, []string{"Reach 0 to 1001", "Probability NaN"}},
	} {
		var lines []string
		if err := tt.opts.Validate(); err != nil {
			lines = strings.Split(err.Error(), "\n")
		}
		if len(lines) != len(tt.bad) {
			t.Errorf("%T%+v: %q, want %d lines", tt.opts, tt.opts, lines, len(tt.bad))
			continue
		}
		for i, line := range lines {
			if !strings.HasPrefix(line, tt.bad[i]) || !strings.Contains(line, "want ") {
				t.Errorf("%T%+v: %q, want %q and what is wanted", tt.opts, tt.opts, line, tt.bad[i])
			}
		}
	}
}

// Every change refuses bad options itself.
func TestIntensityRefusesBadOptions(t *testing.T) {
	v := patchOf(1, [3]int{1, 4, 4}, 1)
	rng := seeded(1)
	_, cutoutErr := detection.Cutout(v, detection.CutoutOptions{}, rng)
	for name, err := range map[string]error{
		"random brightness":    detection.RandomBrightness(v, detection.BrightnessOptions{Range: [2]float64{1, 0}}, rng),
		"random contrast":      detection.RandomContrast(v, detection.ContrastOptions{Range: [2]float64{1, 0}}, rng),
		"random gamma":         detection.RandomGamma(v, detection.GammaOptions{}, rng),
		"Gaussian noise":       detection.GaussianNoise(v, detection.GaussianNoiseOptions{Variance: -1}, rng),
		"Poisson noise":        detection.PoissonNoise(v, detection.PoissonNoiseOptions{}, rng),
		"salt and pepper":      detection.SaltAndPepper(v, detection.SaltAndPepperOptions{Amount: 2}, rng),
		"dropout":              detection.Dropout(v, detection.DropoutOptions{Range: [2]float64{2, 2}}, rng),
		"random Gaussian blur": detection.RandomGaussianBlur(v, detection.GaussianBlurOptions{Sigma: [2]float64{-1, 0}}, rng),
		"random median blur":   detection.RandomMedianBlur(v, detection.MedianBlurOptions{}, rng),
		"random motion blur":   detection.RandomMotionBlur(v, detection.MotionBlurOptions{}, rng),
		"cutout":               cutoutErr,
		"cutblur":              detection.CutBlur(v, detection.CutBlurOptions{}, rng),
		"cutnoise":             detection.CutNoise(v, detection.CutNoiseOptions{}, rng),
		"gridmask":             detection.GridMask(v, detection.GridMaskOptions{}, rng),
		"missing sections":     detection.MissingSections(v, detection.MissingSectionsOptions{Probability: 2}, rng),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "detection: "+name+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
