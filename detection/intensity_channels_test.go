package detection_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestGrayscale(t *testing.T) {
	for _, tt := range []struct {
		channels int
		in, want []float32
	}{
		{3, []float32{1, 2, 6, -3, 0, 0}, []float32{3, 3, 3, -1, -1, -1}},
		{2, []float32{0, 1, 0.5, 0.5}, []float32{0.5, 0.5, 0.5, 0.5}},
		{1, []float32{0.1, -7}, []float32{0.1, -7}},
	} {
		v := detection.NewVolume([3]int{1, 1, 2}, tt.channels)
		copy(v.Data, tt.in)
		if err := detection.Grayscale(v); err != nil || !slices.Equal(v.Data, tt.want) {
			t.Errorf("%v: %v %v, want %v", tt.in, v.Data, err, tt.want)
		}
	}
}

// Channels move whole, and the six orders of three are equally frequent: 600
// draws, 100 of each within five standard deviations.
func TestShuffleChannels(t *testing.T) {
	rng := seeded(8)
	orders := map[string]int{}
	for range 600 {
		v := numbered([3]int{1, 2, 2}, 3) // voxel i holds 3i, 3i+1, 3i+2
		if err := detection.ShuffleChannels(v, rng); err != nil {
			t.Fatal(err)
		}
		for i, x := range v.Data {
			if x != v.Data[i%3]+float32(i/3*3) {
				t.Fatalf("%v: voxels got different orders", v.Data)
			}
		}
		orders[fmt.Sprint(v.Data[:3])]++
	}
	for order, n := range orders {
		if n < 54 || n > 146 {
			t.Errorf("order %s came %d times in 600", order, n)
		}
	}
	if len(orders) != 6 {
		t.Errorf("%d orders, want 6", len(orders))
	}
}
