package detection

import "math/rand/v2"

// Combinations lists every combination of indices, index k from 0 to below
// sizes[k]: in their order, the last one fastest. A size of 0 or less leaves
// none; no sizes leave one, which is empty.
func Combinations(sizes ...int) [][]int {
	n := 1
	for _, size := range sizes {
		n *= max(size, 0)
	}
	all := make([][]int, n)
	for i := range all {
		all[i] = make([]int, len(sizes))
		rest := i
		for k := len(sizes) - 1; k >= 0; k-- {
			all[i][k] = rest % sizes[k]
			rest /= sizes[k]
		}
	}
	return all
}

// SampleCombinations is n of [Combinations], drawn by the seed without one
// twice, in the order in which they were drawn; all of them when there are
// fewer. More of them begin with those of fewer.
func SampleCombinations(n int, seed uint64, sizes ...int) [][]int {
	all := Combinations(sizes...)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(max(n, 0), len(all))]
}
