package detection_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// Golden values: scipy 1.17.1, ndimage.median_filter(a, size=(k, k)).
func TestMedianBlurEqualsScipy(t *testing.T) {
	in := []float32{
		3, 1, 4, 1, 5, 9,
		2, 6, 5, 3, 5, 8,
		9, 7, 9, 3, 2, 3,
		8, 4, 6, 2, 6, 4,
	}
	for kernel, want := range map[int][]float32{
		1: in,
		3: {3, 3, 3, 4, 5, 8, 3, 5, 4, 4, 3, 5, 7, 6, 5, 5, 3, 4, 8, 7, 4, 6, 3, 4},
		5: {4, 3, 4, 5, 5, 5, 4, 3, 4, 4, 5, 5, 6, 4, 5, 4, 4, 4, 7, 6, 6, 4, 4, 3},
		9: {4, 5, 4, 5, 4, 4, 4, 5, 5, 5, 4, 4, 4, 5, 5, 5, 4, 5, 4, 4, 4, 5, 4, 4}, // larger than the image
	} {
		v := detection.NewVolume([3]int{1, 4, 6}, 1)
		copy(v.Data, in)
		if err := detection.MedianBlur(v, kernel); err != nil || !slices.Equal(v.Data, want) {
			t.Errorf("kernel %d: %v %v, want %v", kernel, v.Data, err, want)
		}
	}
}

// slowMedian sorts every window.
func slowMedian(v *detection.Volume, kernel int) *detection.Volume {
	inside := func(i, n int) int {
		for i < 0 || i >= n {
			if i < 0 {
				i = -1 - i
			} else {
				i = 2*n - 1 - i
			}
		}
		return i
	}
	out := detection.NewLike(v, v.Channels)
	for i := range out.Data {
		c, x, y := i%v.Channels, i/v.Channels%v.Dims[2], i/v.Channels/v.Dims[2]%v.Dims[1]
		z := i / v.Channels / v.Dims[2] / v.Dims[1]
		var window []float32
		for dy := -(kernel / 2); dy <= kernel/2; dy++ {
			for dx := -(kernel / 2); dx <= kernel/2; dx++ {
				window = append(window, v.At(z, inside(y+dy, v.Dims[1]), inside(x+dx, v.Dims[2]), c))
			}
		}
		slices.Sort(window)
		out.Data[i] = window[len(window)/2]
	}
	return out
}

func TestMedianBlurEqualsSlowTwin(t *testing.T) {
	for seed := range uint64(60) {
		r := seeded(seed)
		v := patchOf(seed, [3]int{1 + r.IntN(3), 1 + r.IntN(9), 1 + r.IntN(12)}, 1+r.IntN(3))
		if seed%2 == 0 { // many ties
			for i, x := range v.Data {
				v.Data[i] = float32(math.Floor(float64(x)*4) - 2)
			}
		}
		kernel := 2*r.IntN(5) + 1
		want := slowMedian(v, kernel)
		if err := detection.MedianBlur(v, kernel); err != nil || !slices.Equal(v.Data, want.Data) {
			t.Fatalf("seed %d: kernel %d of %v differs (%v)", seed, kernel, v.Dims, err)
		}
	}
}

func TestMedianBlurRefusesNaN(t *testing.T) {
	v := filled([3]int{2, 3, 4}, 2, 1)
	v.Set(1, 0, 2, 1, float32(math.NaN()))
	err := detection.MedianBlur(v, 3)
	if err == nil || !strings.Contains(err.Error(), "(1, 0, 2) is NaN") {
		t.Errorf("error %v, want the place of NaN", err)
	}
}

// 3 to 6 gives windows of 3, 5 and 7, an even number being raised.
func TestRandomMedianBlurKernel(t *testing.T) {
	rng := seeded(5)
	seen := map[int]bool{}
	v := patchOf(1, [3]int{1, 12, 12}, 1)
	for range 100 {
		got := v.Clone()
		if err := detection.RandomMedianBlur(got, detection.MedianBlurOptions{Kernel: [2]int{3, 6}}, rng); err != nil {
			t.Fatal(err)
		}
		for _, kernel := range []int{1, 3, 5, 7, 9} {
			if slices.Equal(got.Data, slowMedian(v, kernel).Data) {
				seen[kernel] = true
			}
		}
	}
	if len(seen) != 3 || !seen[3] || !seen[5] || !seen[7] {
		t.Errorf("windows %v, want 3, 5 and 7", seen)
	}
}
