package detection

import (
	"math"
	"slices"
)

// keepBoxMaxima keeps the candidates whose box of 2*reach+1 voxels, cut at
// the faces of prob, holds nothing higher. It overwrites candidates.
//
// A few candidates are looked at one by one. Many of them, as flat maps give,
// are compared with a maximum filter of the whole map, whose cost depends on
// neither their number nor the size of the box.
func keepBoxMaxima(prob *Volume, candidates []int, reach [3]int) []int {
	if reach == [3]int{1, 1, 1} {
		return candidates // already compared with their direct neighbours
	}
	work := float64(len(candidates))
	for a, d := range reach {
		work *= min(2*float64(d)+1, float64(prob.Dims[a]))
	}
	if work < 8*float64(len(prob.Data)) {
		return keepByLooking(prob, candidates, reach)
	}
	return keepByFilter(prob, candidates, reach)
}

func keepByLooking(prob *Volume, candidates []int, reach [3]int) []int {
	return slices.DeleteFunc(candidates, func(i int) bool {
		value := prob.Data[i]
		var lo, hi [3]int
		for a, p := range unravel(prob.Dims, i) {
			lo[a] = max(p-min(reach[a], p), 0)
			hi[a] = p + min(reach[a], prob.Dims[a]-1-p)
		}
		for z := lo[0]; z <= hi[0]; z++ {
			for y := lo[1]; y <= hi[1]; y++ {
				start := prob.Index(z, y, 0)
				for _, w := range prob.Data[start+lo[2] : start+hi[2]+1] {
					if w > value {
						return true
					}
				}
			}
		}
		return false
	})
}

func keepByFilter(prob *Volume, candidates []int, reach [3]int) []int {
	highest := boxMaximum(prob, reach)
	return slices.DeleteFunc(candidates, func(i int) bool { return highest[i] > prob.Data[i] })
}

// boxMaximum is the maximum over a box of 2*reach+1 voxels around each voxel,
// cut at the faces. Source: the running maximum of M. van Herk, Pattern
// Recognition Letters 13 (1992) 517-521, along one axis after the other.
func boxMaximum(prob *Volume, reach [3]int) []float32 {
	out := slices.Clone(prob.Data)
	stride := 1
	for a := 2; a >= 0; a-- {
		if n := prob.Dims[a]; n > 1 {
			runningMaximum(out, n, stride, min(reach[a], n-1))
		}
		stride *= prob.Dims[a]
	}
	return out
}

// lanes is how many neighbouring lines are filtered together, so that lines
// across the rows use each cache line that they touch.
const lanes = 16

// runningMaximum replaces, in all lines of n values that lie stride apart,
// each value by the largest within reach of it on its line.
func runningMaximum(data []float32, n, stride, reach int) {
	lines := len(data) / n
	groups := (stride + lanes - 1) / lanes
	inParallel(lines/stride*groups, func(_, lo, hi int) {
		buf := newMaximumBuffer(n, reach)
		for g := lo; g < hi; g++ {
			first := g % groups * lanes
			buf.filter(data[g/groups*n*stride+first:], stride, min(lanes, stride-first))
		}
	})
}

// maximumBuffer holds a group of lines, each padded by reach at both ends.
type maximumBuffer struct {
	n, reach        int
	forward, suffix [][lanes]float32
}

func newMaximumBuffer(n, reach int) *maximumBuffer {
	return &maximumBuffer{
		n: n, reach: reach,
		forward: make([][lanes]float32, n+2*reach),
		suffix:  make([][lanes]float32, n+2*reach),
	}
}

// filter treats width neighbouring lines, whose values lie stride apart.
//
// The padded line is cut into blocks as long as the window. A window then
// meets at most two blocks: its maximum is that of the end of the one (suffix)
// and of the beginning of the other (forward).
func (b *maximumBuffer) filter(data []float32, stride, width int) {
	lowest := float32(math.Inf(-1))
	window := 2*b.reach + 1
	for k := range b.forward {
		for j := range width {
			v := lowest
			if i := k - b.reach; i >= 0 && i < b.n {
				v = data[i*stride+j]
			}
			b.suffix[k][j] = v
			if k%window != 0 {
				v = max(v, b.forward[k-1][j])
			}
			b.forward[k][j] = v
		}
	}
	for k := len(b.suffix) - 2; k >= 0; k-- {
		if k%window == window-1 {
			continue
		}
		for j := range width {
			b.suffix[k][j] = max(b.suffix[k][j], b.suffix[k+1][j])
		}
	}
	for i := range b.n {
		for j := range width {
			data[i*stride+j] = max(b.suffix[i][j], b.forward[i+window-1][j])
		}
	}
}
