package detection_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// intensityChange is a random change of intensity with its defaults.
type intensityChange struct {
	name string
	do   func(v *detection.Volume, rng *rand.Rand) error
	// anyScale: a change of brightness and contrast before it is one after it.
	anyScale bool
	// inRange: no channel gets a value outside its range.
	inRange bool
	// light: values below 0 are refused.
	light bool
}

// withDefaults gives a change its default options.
func withDefaults[O any](do func(*detection.Volume, O, *rand.Rand) error, opts O) func(*detection.Volume, *rand.Rand) error {
	return func(v *detection.Volume, rng *rand.Rand) error { return do(v, opts, rng) }
}

func cutout(v *detection.Volume, opts detection.CutoutOptions, rng *rand.Rand) error {
	_, err := detection.Cutout(v, opts, rng)
	return err
}

var intensityChanges = []intensityChange{
	{name: "brightness", do: withDefaults(detection.RandomBrightness, detection.DefaultBrightnessOptions())},
	{name: "contrast", do: withDefaults(detection.RandomContrast, detection.DefaultContrastOptions())},
	{name: "gamma", do: withDefaults(detection.RandomGamma, detection.DefaultGammaOptions()), light: true},
	{name: "Gaussian noise", do: withDefaults(detection.GaussianNoise, detection.DefaultGaussianNoiseOptions())},
	{name: "Gaussian noise from image",
		do: withDefaults(detection.GaussianNoise, detection.GaussianNoiseOptions{FromImage: true})},
	{name: "Poisson noise", do: withDefaults(detection.PoissonNoise, detection.DefaultPoissonNoiseOptions()), light: true},
	{name: "salt and pepper", do: withDefaults(detection.SaltAndPepper, detection.DefaultSaltAndPepperOptions()),
		anyScale: true, inRange: true},
	{name: "dropout", do: withDefaults(detection.Dropout, detection.DefaultDropoutOptions())},
	{name: "Gaussian blur", do: withDefaults(detection.RandomGaussianBlur, detection.DefaultGaussianBlurOptions()),
		anyScale: true, inRange: true},
	{name: "median blur", do: withDefaults(detection.RandomMedianBlur, detection.DefaultMedianBlurOptions()),
		anyScale: true, inRange: true},
	{name: "motion blur", do: withDefaults(detection.RandomMotionBlur, detection.DefaultMotionBlurOptions()),
		anyScale: true, inRange: true},
	{name: "cutout", do: withDefaults(cutout, detection.DefaultCutoutOptions())},
	{name: "cutblur", do: withDefaults(detection.CutBlur, detection.DefaultCutBlurOptions()), anyScale: true, inRange: true},
	{name: "cutblur outside", do: withDefaults(detection.CutBlur,
		detection.CutBlurOptions{Size: [2]float64{0.2, 0.4}, Factor: [2]int{2, 8}}), anyScale: true, inRange: true},
	{name: "cutnoise", do: withDefaults(detection.CutNoise, detection.DefaultCutNoiseOptions()), anyScale: true},
	{name: "gridmask", do: withDefaults(detection.GridMask, detection.DefaultGridMaskOptions())},
	{name: "missing sections", do: withDefaults(detection.MissingSections,
		detection.MissingSectionsOptions{Reach: [2]int{1, 3}, Probability: 1}), anyScale: true, inRange: true},
	{name: "grayscale", do: func(v *detection.Volume, rng *rand.Rand) error {
		if rng == nil { // draws nothing: for TestIntensityErrors
			return errors.New("rng is nil")
		}
		return detection.Grayscale(v)
	}, anyScale: true},
	{name: "channel shuffle", do: detection.ShuffleChannels, anyScale: true},
}

// countingSource counts what is drawn.
type countingSource struct {
	rand.Source
	draws int
}

func (s *countingSource) Uint64() uint64 { s.draws++; return s.Source.Uint64() }

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 77)) }

// patchOf is an image of random values in [0, 1), all of them different.
func patchOf(seed uint64, dims [3]int, channels int) *detection.Volume {
	v := detection.NewVolume(dims, channels)
	rng := seeded(seed)
	for i := range v.Data {
		v.Data[i] = rng.Float32()
	}
	return v
}

// mustChange applies a change to a copy.
func mustChange(t *testing.T, change intensityChange, v *detection.Volume, rng *rand.Rand) *detection.Volume {
	t.Helper()
	out := v.Clone()
	if err := change.do(out, rng); err != nil {
		t.Fatalf("%s: %v", change.name, err)
	}
	return out
}

var patchShapes = []struct {
	dims     [3]int
	channels int
}{
	{[3]int{1, 24, 31}, 1},
	{[3]int{1, 17, 16}, 3},
	{[3]int{7, 12, 15}, 2},
	{[3]int{1, 1, 1}, 1},
	{[3]int{2, 1, 3}, 2},
}

// The result depends on the generator and the image only, and how much is
// drawn on the options, the size and the generator only.
func TestIntensityDraws(t *testing.T) {
	for _, change := range intensityChanges {
		changed := false
		for _, shape := range patchShapes {
			for seed := range uint64(8) {
				v := patchOf(seed, shape.dims, shape.channels)
				v.Spacing, v.Unit = detection.Spacing{3, 2, 1}, "um"
				source := &countingSource{Source: rand.NewPCG(seed, 5)}
				first := mustChange(t, change, v, rand.New(source))
				if first.Dims != v.Dims || first.Channels != v.Channels || first.Spacing != v.Spacing || first.Unit != v.Unit {
					t.Fatalf("%s: shape or spacing changed", change.name)
				}
				changed = changed || !slices.Equal(first.Data, v.Data)
				procs := runtime.GOMAXPROCS(3)
				again := mustChange(t, change, v, rand.New(rand.NewPCG(seed, 5)))
				runtime.GOMAXPROCS(procs)
				if !slices.Equal(first.Data, again.Data) {
					t.Fatalf("%s of %v: two runs differ", change.name, shape)
				}
				for _, value := range []float32{0, 1, 40} { // constant images, dark and bright
					other := detection.NewVolume(v.Dims, v.Channels)
					for i := range other.Data {
						other.Data[i] = value
					}
					counter := &countingSource{Source: rand.NewPCG(seed, 5)}
					mustChange(t, change, other, rand.New(counter))
					if counter.draws != source.draws {
						t.Fatalf("%s of %v: %d draws of an image of %v, %d of another",
							change.name, shape, counter.draws, value, source.draws)
					}
				}
			}
		}
		if !changed {
			t.Errorf("%s never changed an image", change.name)
		}
	}
}

// A change that works on any scale does the same to an image of mean 0 and
// variance 1 as to one from 0 to 1.
func TestIntensityAnyScale(t *testing.T) {
	const gain, add = 3.5, -1.75 // exact in float32 up to a rounding of values below 4
	for _, change := range intensityChanges {
		if !change.anyScale {
			continue
		}
		for _, shape := range patchShapes {
			for seed := range uint64(8) {
				v := patchOf(seed, shape.dims, shape.channels)
				scaled := v.Clone()
				for i, x := range v.Data {
					scaled.Data[i] = gain*x + add
				}
				want := mustChange(t, change, v, seeded(seed))
				for i, x := range want.Data {
					want.Data[i] = gain*x + add
				}
				got := mustChange(t, change, scaled, seeded(seed))
				if !closeTo(got.Data, want.Data, 2e-6) {
					t.Fatalf("%s of %v, seed %d: the scale matters", change.name, shape, seed)
				}
			}
		}
	}
}

func TestIntensityStaysInRange(t *testing.T) {
	for _, change := range intensityChanges {
		if !change.inRange {
			continue
		}
		for _, shape := range patchShapes {
			for seed := range uint64(8) {
				v := patchOf(seed, shape.dims, shape.channels)
				for i := range v.Data {
					v.Data[i] += float32(10 * (i % v.Channels)) // channels far apart
				}
				out := mustChange(t, change, v, seeded(seed))
				for c := range v.Channels {
					lo, hi := v.Channel(c).Range()
					if gotLo, gotHi := out.Channel(c).Range(); gotLo < lo || gotHi > hi {
						t.Fatalf("%s of %v: channel %d is %v to %v, was %v to %v", change.name, shape, c, gotLo, gotHi, lo, hi)
					}
				}
			}
		}
	}
}

func TestIntensityErrors(t *testing.T) {
	for _, change := range intensityChanges {
		v := patchOf(1, [3]int{1, 4, 5}, 1)
		before := slices.Clone(v.Data)
		if err := change.do(v, nil); err == nil || !strings.Contains(err.Error(), "rng is nil") {
			t.Errorf("%s without a generator: %v", change.name, err)
		}
		v.Dims[2] = 6
		if err := change.do(v, seeded(1)); !errors.Is(err, detection.ErrShape) {
			t.Errorf("%s of a bad volume: %v, want ErrShape", change.name, err)
		}
		if err := change.do(nil, seeded(1)); !errors.Is(err, detection.ErrShape) {
			t.Errorf("%s of nil: %v, want ErrShape", change.name, err)
		}
		if !slices.Equal(v.Data, before) {
			t.Errorf("%s changed an image that it refused", change.name)
		}
	}
}

// Values that cannot be an amount of light are refused with their place and
// the reason, and all other changes take them.
func TestIntensityNegativeValues(t *testing.T) {
	for _, bad := range []float32{-0.5, float32(math.NaN()), float32(math.Inf(1))} {
		for _, change := range intensityChanges {
			v := patchOf(1, [3]int{2, 3, 4}, 2)
			v.Set(1, 2, 3, 1, bad)
			before := slices.Clone(v.Data[:len(v.Data)-1])
			err := change.do(v, seeded(1))
			switch {
			case change.light:
				if err == nil || !strings.Contains(err.Error(), "(z, y, x) (1, 2, 3), channel 1") ||
					!strings.Contains(err.Error(), "mean 0 and variance 1") {
					t.Errorf("%s of %v: %v", change.name, bad, err)
				}
				if !slices.Equal(v.Data[:len(v.Data)-1], before) {
					t.Errorf("%s changed an image that it refused", change.name)
				}
			case bad == bad && err != nil:
				t.Errorf("%s of %v: %v", change.name, bad, err)
			}
		}
	}
}

func BenchmarkIntensity256(b *testing.B) {
	for _, change := range intensityChanges {
		b.Run(strings.ReplaceAll(change.name, " ", "_"), func(b *testing.B) {
			v, rng := patchOf(1, [3]int{1, 256, 256}, 1), seeded(1)
			work := v.Clone()
			for b.Loop() {
				copy(work.Data, v.Data)
				if err := change.do(work, rng); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
