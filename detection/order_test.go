package detection

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSmallestAgainstSort(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for range 2000 {
		values := make([]float32, 1+r.IntN(60))
		kinds := 1 + r.IntN(70) // few kinds: many ties
		for i := range values {
			values[i] = float32(r.IntN(kinds)) - 9
		}
		if r.IntN(4) == 0 {
			slices.Sort(values)
		}
		sorted := slices.Sorted(slices.Values(values))
		k := r.IntN(len(values))
		if got := smallest(values, k); got != sorted[k] || slices.Max(values[:k+1]) != sorted[k] || slices.Min(values[k:]) != sorted[k] {
			t.Fatalf("number %d of %v is %v, got %v in %v", k, sorted, sorted[k], got, values)
		}
		slices.Sort(values)
		if !slices.Equal(values, sorted) {
			t.Fatal("values were lost")
		}
	}
}

func BenchmarkDrawPoints(b *testing.B) {
	v := NewVolume([3]int{1, 2048, 2048}, 1)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range v.Data {
		v.Data[i] = r.Float32()
	}
	for b.Loop() {
		if _, err := DrawPoints(v, nil, DefaultDrawOptions()); err != nil {
			b.Fatal(err)
		}
	}
}
