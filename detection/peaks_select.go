package detection

import "slices"

// selectPlateaus turns maxima, in raster order, into peak candidates: all of
// them under PerPixel, one for each plateau under OnePoint.
func selectPlateaus(prob *Volume, maxima []maximum, rule PlateauRule) []int {
	candidates := make([]int, 0, len(maxima))
	var plateaus plateauFiller
	for _, m := range maxima {
		index := m.index
		if m.flat && rule == OnePoint {
			var ok bool
			if index, ok = plateaus.fill(prob, m.index); !ok {
				continue
			}
		}
		candidates = append(candidates, index)
	}
	return candidates
}

// plateauFiller walks over plateaus, each once.
type plateauFiller struct {
	seen  []uint64 // one bit per voxel
	voxel []int    // of the plateau in hand
}

func (f *plateauFiller) visit(i int) (isNew bool) {
	bit := uint64(1) << (i % 64)
	isNew = f.seen[i/64]&bit == 0
	f.seen[i/64] |= bit
	return isNew
}

// fill walks over the plateau that holds voxel start and returns its voxel
// nearest to the centroid. ok is false when the plateau was walked before or
// has a higher neighbour.
func (f *plateauFiller) fill(prob *Volume, start int) (nearest int, ok bool) {
	if f.seen == nil {
		f.seen = make([]uint64, len(prob.Data)/64+1)
	}
	if !f.visit(start) {
		return 0, false
	}
	value := prob.Data[start]
	ok = true
	f.voxel = append(f.voxel[:0], start)
	for k := 0; k < len(f.voxel); k++ {
		eachNeighbour(prob.Dims, f.voxel[k], func(j int) {
			switch w := prob.Data[j]; {
			case w > value:
				ok = false
			case w == value && f.visit(j):
				f.voxel = append(f.voxel, j)
			}
		})
	}
	if !ok {
		return 0, false
	}
	return nearestToCentroid(prob.Dims, f.voxel), true
}

// eachNeighbour calls do for the neighbours of voxel i under full
// connectivity.
func eachNeighbour(dims [3]int, i int, do func(j int)) {
	v := unravel(dims, i)
	for z := max(v[0]-1, 0); z <= min(v[0]+1, dims[0]-1); z++ {
		for y := max(v[1]-1, 0); y <= min(v[1]+1, dims[1]-1); y++ {
			for x := max(v[2]-1, 0); x <= min(v[2]+1, dims[2]-1); x++ {
				if j := (z*dims[1]+y)*dims[2] + x; j != i {
					do(j)
				}
			}
		}
	}
}

// nearestToCentroid is the voxel nearest to the centroid of all, the lowest
// index among equally near ones. Everything is scaled by the number of
// voxels, so that the sums are whole and ties are exact.
func nearestToCentroid(dims [3]int, voxels []int) int {
	var sum [3]int
	for _, i := range voxels {
		v := unravel(dims, i)
		for a := range sum {
			sum[a] += v[a]
		}
	}
	best, bestSquare := -1, 0.0
	for _, i := range voxels {
		v := unravel(dims, i)
		square := 0.0
		for a := range sum {
			d := float64(v[a]*len(voxels) - sum[a])
			square += d * d
		}
		if best < 0 || square < bestSquare || square == bestSquare && i < best {
			best, bestSquare = i, square
		}
	}
	return best
}

// dropBorder removes the candidates in the outer width voxels of an axis. It
// overwrites candidates.
func dropBorder(dims [3]int, candidates []int, width [3]int) []int {
	if dims[0] == 1 {
		width[0] = 0
	}
	return slices.DeleteFunc(candidates, func(i int) bool {
		for a, p := range unravel(dims, i) {
			if p < width[a] || p >= dims[a]-width[a] {
				return true
			}
		}
		return false
	})
}

// sortByValue orders candidates by descending value, ties in raster order.
func sortByValue(data []float32, candidates []int) {
	slices.SortFunc(candidates, func(i, j int) int {
		switch v, w := data[i], data[j]; { // there is no NaN, which cmp.Compare asks for each time
		case v > w:
			return -1
		case v < w:
			return 1
		}
		return i - j
	})
}

// keepApart walks over sorted candidates and drops each that is closer than
// apart, on all axes, to one that it kept. It overwrites candidates.
//
// Space is cut into boxes of apart voxels: two kept candidates never share a
// box, so a box holds one index and a look at 3x3x3 boxes decides.
func keepApart(dims [3]int, candidates []int, apart [3]int) []int {
	var boxes [3]int
	for a := range boxes {
		apart[a] = min(apart[a], dims[a]) // larger makes no difference
		boxes[a] = (dims[a] + apart[a] - 1) / apart[a]
	}
	if len(candidates) == 0 || apart == [3]int{1, 1, 1} {
		return candidates
	}
	kept := candidates[:0]
	owner := make([]int, boxes[0]*boxes[1]*boxes[2]) // 1 + voxel index; 0 is none
	for _, i := range candidates {
		v := unravel(dims, i)
		box := (v[0]/apart[0]*boxes[1]+v[1]/apart[1])*boxes[2] + v[2]/apart[2]
		tooClose := owner[box] != 0
		eachNeighbour(boxes, box, func(b int) {
			if owner[b] == 0 {
				return
			}
			o := unravel(dims, owner[b]-1)
			tooClose = tooClose || abs(o[0]-v[0]) < apart[0] && abs(o[1]-v[1]) < apart[1] && abs(o[2]-v[2]) < apart[2]
		})
		if !tooClose {
			owner[box] = i + 1
			kept = append(kept, i)
		}
	}
	return kept
}

func abs(v int) int { return max(v, -v) }
