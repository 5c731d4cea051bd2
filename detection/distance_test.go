package detection_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestDistanceTransform(t *testing.T) {
	r2, r5 := float32(math.Sqrt2), float32(math.Sqrt(5))
	tests := []struct {
		name    string
		mask    *detection.Volume
		spacing detection.Spacing
		want    []float32
	}{
		{"a row", plane(".1111."), detection.UnitSpacing, []float32{0, 1, 2, 2, 1, 0}},
		{"the outside is no background", plane("111."), detection.UnitSpacing, []float32{3, 2, 1, 0}},
		{"a corner", plane("11", "1."), detection.UnitSpacing, []float32{r2, 1, 1, 0}},
		{"spacing", plane("11", "1."), detection.Spacing{9, 2, 1}, []float32{r5, 2, 1, 0}},
		{"no foreground", plane(".."), detection.UnitSpacing, []float32{0, 0}},
		{"no background", plane("11"), detection.UnitSpacing, []float32{float32(math.Inf(1)), float32(math.Inf(1))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := detection.DistanceTransform(tt.mask, tt.spacing); err != nil || !slices.Equal(got.Data, tt.want) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	if _, err := detection.DistanceTransform(plane("1"), detection.Spacing{}); err == nil {
		t.Error("a spacing of zero went through")
	}
	if _, err := detection.DistanceTransform(detection.NewVolume([3]int{1, 1, 1}, 3), detection.UnitSpacing); !errors.Is(err, detection.ErrShape) {
		t.Errorf("got %v", err)
	}
}

func TestDistanceTransformEqualsSlowTwin(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 11))
		mask := detection.NewVolume([3]int{1 + r.IntN(5), 1 + r.IntN(9), 1 + r.IntN(9)}, 1)
		zeros := r.IntN(6)
		for i := range mask.Data {
			mask.Data[i] = 1
		}
		for range zeros {
			mask.Data[r.IntN(len(mask.Data))] = 0
		}
		spacing := detection.UnitSpacing
		exact := r.IntN(2) == 0 // whole squares are exact, others within rounding
		if !exact {
			spacing = detection.Spacing{0.1 + r.Float64()*5, 0.127, 0.3}
		}
		got, err := detection.DistanceTransform(mask, spacing)
		if err != nil {
			t.Fatal(err)
		}
		place := func(i int) (p detection.Point) {
			n := mask.Dims[1] * mask.Dims[2]
			p.Pos = [3]float64{float64(i / n), float64(i % n / mask.Dims[2]), float64(i % mask.Dims[2])}
			return p
		}
		for i := range mask.Data {
			want := math.Inf(1)
			for j, v := range mask.Data {
				if v == 0 {
					want = min(want, detection.Distance(place(i), place(j), spacing))
				}
			}
			g := float64(got.Data[i])
			if exact && got.Data[i] != float32(want) || !(g == want || math.Abs(g-want) <= 1e-6*want) {
				t.Fatalf("seed %d, spacing %v: voxel %d is %v, want %v", seed, spacing, i, g, want)
			}
		}
	}
}
