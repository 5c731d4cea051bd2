package detection

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// randomScene is a map with plateaus and the image of its objects.
func randomScene(r *rand.Rand, dims [3]int, channels int) (prob, image *Volume) {
	prob, image = NewVolume(dims, channels), NewVolume(dims, 1+r.IntN(2))
	for i := range prob.Data {
		prob.Data[i] = float32(r.IntN(30)) / 100
	}
	for range 14 {
		at := [3]int{r.IntN(dims[0]), r.IntN(dims[1]), r.IntN(dims[2])}
		prob.Set(at[0], at[1], at[2], r.IntN(channels), float32(r.IntN(20)+1)/20)
		for dy := -4; dy <= 4; dy++ {
			for dx := -3; dx <= 5; dx++ {
				if v := [3]int{at[0], at[1] + dy, at[2] + dx}; image.Contains(v) {
					image.Set(v[0], v[1], v[2], 0, 50+float32(r.IntN(20)))
				}
			}
		}
	}
	return prob, image
}

// choose returns one of values.
func choose[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// randomSetting draws options of which many share something.
func randomSetting(r *rand.Rand, channels int) DetectOptions {
	o := DefaultDetectOptions()
	o.Smooth = choose(r, [3]float64{}, [3]float64{0, 1, 1}, [3]float64{0.5, 2, 2})
	o.Peaks.ThresholdType = choose(r, Manual, Manual, Manual, Otsu)
	o.Peaks.Threshold = choose(r, 0, 0.1, 0.2, 0.28, 0.3, 0.55, 0.95, -1)
	o.Peaks.MinDistance = choose(r, [3]int{1, 1, 1}, [3]int{2, 3, 3})
	o.Peaks.ExcludeBorder = choose(r, [3]int{}, [3]int{0, 2, 2})
	o.Peaks.Plateau = choose(r, OnePoint, PerPixel)
	if r.IntN(2) == 0 {
		o.ClassThresholds = choose(r, []float64{0.3}, []float64{0.1, 0.25}, []float64{0.5, 0.2, 0.05})
	}
	o.RemoveClose = r.IntN(3) > 0
	o.Prune.Radius = choose(r, 0., 2, 4.5)
	o.Prune.Spacing = choose(r, UnitSpacing, Spacing{2, 0.5, 0.5})
	if channels > 1 && r.IntN(2) == 0 {
		o.Prune.PerClass, o.Prune.AcrossClasses = true, r.IntN(2) == 0
		o.Prune.ClassRadii = choose(r, nil, []float64{1, 3})
	}
	o.Refine = choose(r, RefineNone, RefinePeak, RefineCentroid)
	o.Centroid.ThresholdFactor = choose(r, 0.6, 1)
	o.Centroid.MaxShift = choose(r, 0., 3, 15)
	return o
}

// Many settings at once against the definition: each by itself.
func TestDetectAllEqualsSeparateRuns(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 5))
		channels, dims := 1+int(seed%3), [3]int{1, 30, 36}
		if seed%5 == 4 {
			dims = [3]int{6, 20, 20}
		}
		prob, image := randomScene(r, dims, channels)
		settings := make([]DetectOptions, 60)
		for i := range settings {
			settings[i] = randomSetting(r, channels)
		}
		settings[7].Prune.Radius, settings[7].RemoveClose = -1, true // invalid: the others go on
		points := 0
		for i, got := range DetectAll(prob, image, settings) {
			want, err := DetectInImage(prob, image, settings[i])
			if (got.Err == nil) != (err == nil) || err != nil && got.Err.Error() != err.Error() {
				t.Fatalf("seed %d, setting %d: error %v, want %v", seed, i, got.Err, err)
			}
			if !reflect.DeepEqual(got.Points, want) {
				t.Fatalf("seed %d, setting %d, %+v: found\n%v, want\n%v", seed, i, settings[i], got.Points, want)
			}
			if err == nil && got.Took <= 0 {
				t.Errorf("setting %d took %v", i, got.Took)
			}
			points += len(want)
		}
		if points < 500 {
			t.Errorf("seed %d: %d points in all", seed, points)
		}
	}
}

func TestDetectAllErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	prob, image := randomScene(r, [3]int{1, 20, 20}, 1)
	plain := DefaultDetectOptions()
	otsu, centroid, smooth := plain, plain, plain
	otsu.Peaks.ThresholdType = Otsu
	centroid.Refine = RefineCentroid
	smooth.Smooth = [3]float64{0, 1, 1}
	settings := []DetectOptions{plain, otsu, centroid, smooth}
	broken, dark := prob.Clone(), image.Clone()
	broken.Data[33], dark.Data[5] = float32(math.NaN()), float32(math.NaN())
	for name, tt := range map[string]struct{ prob, image *Volume }{
		"a map with NaN": {broken, image}, "an image with NaN": {prob, dark}, "no image": {prob, nil}, "no map": {new(Volume), image},
		"another size": {prob, NewVolume([3]int{1, 20, 21}, 1)},
	} {
		failed := 0
		for i, got := range DetectAll(tt.prob, tt.image, settings) {
			_, err := DetectInImage(tt.prob, tt.image, settings[i])
			if (got.Err == nil) != (err == nil) || err != nil && got.Err.Error() != err.Error() {
				t.Errorf("%s, setting %d: %v, want %v", name, i, got.Err, err)
			}
			if err != nil {
				failed++
			}
		}
		if failed == 0 {
			t.Errorf("%s: nothing failed", name)
		}
	}
	if got := DetectAll(prob, image, nil); len(got) != 0 {
		t.Errorf("without settings: %v", got)
	}
}
