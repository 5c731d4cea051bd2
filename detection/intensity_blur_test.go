package detection_test

import (
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// With a range of one value the blur is the filter, z included, channels not.
func TestRandomGaussianBlurIsTheFilter(t *testing.T) {
	v := patchOf(3, [3]int{5, 9, 11}, 2)
	want, err := detection.GaussianFilter(v, [3]float64{1.5, 1.5, 1.5})
	if err != nil {
		t.Fatal(err)
	}
	opts := detection.GaussianBlurOptions{Sigma: [2]float64{1.5, 1.5}}
	if err := detection.RandomGaussianBlur(v, opts, seeded(1)); err != nil || !slices.Equal(v.Data, want.Data) {
		t.Errorf("the result is not that of GaussianFilter (%v)", err)
	}

	apart := filled([3]int{1, 16, 16}, 2, 1)
	for i := 0; i < len(apart.Data); i += 2 {
		apart.Data[i] = 0
	}
	before := slices.Clone(apart.Data)
	if err := detection.RandomGaussianBlur(apart, opts, seeded(1)); err != nil || !closeTo(apart.Data, before, 1e-6) {
		t.Errorf("two constant channels mixed (%v)", err)
	}
}

// The drawn standard deviation: that of a blurred dot, within the range and
// near both ends of it in 60 draws.
func TestRandomGaussianBlurSigma(t *testing.T) {
	rng := seeded(2)
	lowest, highest := 99.0, 0.0
	for range 60 {
		v := detection.NewVolume([3]int{1, 1, 41}, 1)
		v.Data[20] = 1
		if err := detection.RandomGaussianBlur(v, detection.DefaultGaussianBlurOptions(), rng); err != nil {
			t.Fatal(err)
		}
		variance := 0.0
		for x, w := range v.Data {
			variance += float64(w) * float64((x-20)*(x-20))
		}
		lowest, highest = min(lowest, variance), max(highest, variance)
	}
	if lowest < 0.98 || lowest > 1.3 || highest > 4.02 || highest < 3.5 { // the kernel is cut at 4 sigma
		t.Errorf("variances from %v to %v, want nearly 1 to 4", lowest, highest)
	}
}
