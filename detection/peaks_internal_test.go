package detection

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Looking at single boxes and filtering the whole map are two ways to one
// result; which one is taken depends on the amount of work only.
func TestBoxMaximaTwoWays(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 3))
		prob := NewVolume([3]int{1 + r.IntN(5), 1 + r.IntN(30), 1 + r.IntN(40)}, 1)
		levels := []int{2, 5, 1000}[r.IntN(3)]
		all := make([]int, len(prob.Data))
		for i := range prob.Data {
			prob.Data[i] = float32(r.IntN(levels))
			all[i] = i
		}
		reach := [3]int{1 + r.IntN(4), 1 + r.IntN(9), 1 + r.IntN(50)}
		looked := keepByLooking(prob, slices.Clone(all), reach)
		filtered := keepByFilter(prob, slices.Clone(all), reach)
		if !slices.Equal(looked, filtered) {
			t.Fatalf("seed %d, %v, reach %v: %v and %v", seed, prob.Dims, reach, looked, filtered)
		}
	}
}

func TestInParallelCoversEverything(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 100} {
		hits := make([]int, n)
		parts := inParallel(n, func(part, lo, hi int) {
			for i := lo; i < hi; i++ {
				hits[i]++
			}
		})
		if parts < 1 || parts > maxParts() || slices.ContainsFunc(hits, func(h int) bool { return h != 1 }) {
			t.Errorf("n %d: %d parts, hits %v", n, parts, hits)
		}
	}
}
