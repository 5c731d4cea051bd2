package detection_test

import (
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// bootstrapTwin is BootstrapF1 as its sentence says it, without pooled sums:
// every resample is a list of single objects, and the ends of the interval are
// found by counting values.
func bootstrapTwin(images []detection.Score, opts detection.BootstrapOptions) detection.Interval {
	rng := rand.New(rand.NewPCG(opts.Seed, 0x626f6f747374))
	var values []float64
	for range opts.Resamples {
		var hits, objects float64 // a pair is two objects, one true and one predicted
		for range images {
			s := images[rng.IntN(len(images))]
			for range s.TP {
				hits, objects = hits+2, objects+2
			}
			for range s.FP + s.FN {
				objects++
			}
		}
		f1 := 1.0
		if objects > 0 {
			f1 = hits / objects
		}
		values = append(values, f1)
	}
	// tails: how many values an end leaves out, plus itself
	k := 0
	for float64(k+1) <= float64(opts.Resamples+1)*(1-opts.Level)/2+1e-9 {
		k++
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		atMost, atLeast := 0, 0
		for _, w := range values {
			if w <= v {
				atMost++
			}
			if w >= v {
				atLeast++
			}
		}
		if atMost >= k {
			low = min(low, v)
		}
		if atLeast >= k {
			high = max(high, v)
		}
	}
	return detection.Interval{Low: low, High: high, Level: opts.Level}
}

func TestBootstrapF1Twin(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 14))
	for trial := range 40 {
		images := make([]detection.Score, 2+rng.IntN(6))
		for i := range images {
			images[i] = detection.Score{TP: rng.IntN(9), FP: rng.IntN(5), FN: rng.IntN(5)}
		}
		opts := detection.BootstrapOptions{Resamples: 19 + rng.IntN(300), Level: []float64{0.5, 0.8, 0.9}[trial%3], Seed: rng.Uint64()}
		got, err := detection.BootstrapF1(images, opts)
		if err != nil {
			t.Fatal(err)
		}
		if want := bootstrapTwin(images, opts); math.Abs(got.Low-want.Low) > 1e-12 || math.Abs(got.High-want.High) > 1e-12 || got.Level != want.Level {
			t.Errorf("trial %d: %+v of %v, the twin has %+v", trial, got, opts, want)
		}
	}
}

// TestBootstrapF1Enumerated draws nothing: all 4^4 resamples of four images
// are equally likely, and many draws must come near their quantiles.
func TestBootstrapF1Enumerated(t *testing.T) {
	images := []detection.Score{{TP: 9, FP: 1, FN: 2}, {TP: 3, FP: 4, FN: 1}, {TP: 20, FP: 2, FN: 6}, {TP: 1, FP: 0, FN: 3}}
	var all []float64
	for code := range 256 {
		pooled := detection.Score{}
		for c, i := code, 0; i < 4; c, i = c/4, i+1 {
			pooled = pooled.Add(images[c%4])
		}
		all = append(all, pooled.F1())
	}
	sort.Float64s(all)
	opts := detection.DefaultBootstrapOptions()
	opts.Resamples, opts.Level = 99_999, 0.9
	got, err := detection.BootstrapF1(images, opts)
	if err != nil {
		t.Fatal(err)
	}
	// 5 % of 256 is 12.8: the 13th value of the sorted list holds the quantile
	for _, end := range []struct {
		name        string
		value       float64
		first, last int // neighbours in all that the end must lie between
	}{{"low", got.Low, 11, 13}, {"high", got.High, 242, 244}} {
		if end.value < all[end.first] || end.value > all[end.last] {
			t.Errorf("%s end %v, want %v to %v", end.name, end.value, all[end.first], all[end.last])
		}
	}
}

func TestBootstrapF1Rules(t *testing.T) {
	opts := detection.DefaultBootstrapOptions()
	same := []detection.Score{{TP: 3, FP: 1}, {TP: 3, FP: 1}, {TP: 3, FP: 1}}
	got, err := detection.BootstrapF1(same, opts)
	if want := (detection.Interval{6. / 7, 6. / 7, 0.95}); err != nil || got != want {
		t.Errorf("equal images: %+v, %v; want %+v", got, err, want)
	}
	if got, err := detection.BootstrapF1(make([]detection.Score, 2), opts); err != nil || got.Low != 1 || got.High != 1 {
		t.Errorf("nothing against nothing: %+v, %v; want 1 to 1", got, err)
	}
	images := []detection.Score{{TP: 9, FP: 1, FN: 2}, {TP: 3, FP: 4, FN: 1}, {TP: 20, FP: 2, FN: 6}, {TP: 1, FN: 3}, {TP: 11, FP: 3}}
	opts.Resamples = 79 // few, so that the ends move with the draws
	first, _ := detection.BootstrapF1(images, opts)
	again, _ := detection.BootstrapF1(images, opts)
	opts.Seed = 1
	other, _ := detection.BootstrapF1(images, opts)
	if first != again || first == other {
		t.Errorf("seed 0 gave %+v and %+v, seed 1 %+v", first, again, other)
	}
	opts.Level = 0.5
	if narrow, _ := detection.BootstrapF1(images, opts); !(narrow.Low > other.Low && narrow.High < other.High) {
		t.Errorf("a level of 0.5 gave %+v, not inside %+v", narrow, other)
	}
}

func TestBootstrapF1Errors(t *testing.T) {
	good := []detection.Score{{TP: 1}, {TP: 2}}
	for _, tt := range []struct {
		name   string
		images []detection.Score
		opts   detection.BootstrapOptions
		want   string
	}{
		{"one image", good[:1], detection.DefaultBootstrapOptions(), "1 images: want at least two to draw from"},
		{"negative count", []detection.Score{{TP: 1}, {FN: -1}}, detection.DefaultBootstrapOptions(), "image 1 has the counts {TP:0 FP:0 FN:-1}: want 0 or more"},
		{"all fields", good, detection.BootstrapOptions{Level: math.NaN()}, "Resamples is 0: want 1 to 1000000\nLevel is NaN: want more than 0 and less than 1"},
		{"too few", good, detection.BootstrapOptions{Resamples: 38, Level: 0.95}, "Resamples is 38: too few for a Level of 0.95, want (Resamples+1)*(1-Level)/2 to be 1 or more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := detection.BootstrapF1(tt.images, tt.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	// just enough, although 1-0.9 is a little less than 0.1 in binary
	for _, o := range []detection.BootstrapOptions{{Resamples: 39, Level: 0.95}, {Resamples: 19, Level: 0.9}} {
		if err := o.Validate(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
