package detection

// maximum is a voxel above the threshold that no direct neighbour exceeds.
type maximum struct {
	index int
	// flat says that a direct neighbour has the same value.
	flat bool
}

// localMaxima lists, in raster order, the voxels above threshold that none of
// their 8 (2D) or 26 (3D) neighbours exceeds. A map of one value has none.
func localMaxima(prob *Volume, threshold float32) ([]maximum, error) {
	if isConstantAbove(prob.Data, threshold) {
		return nil, nil
	}
	scans := make([]rowScan, maxParts())
	parts := inParallel(prob.Dims[0]*prob.Dims[1], func(part, lo, hi int) {
		scans[part] = rowScan{prob: prob, threshold: threshold, firstNaN: -1}
		for row := lo; row < hi && scans[part].firstNaN < 0; row++ {
			scans[part].scan(row/prob.Dims[1], row%prob.Dims[1])
		}
	})
	var all []maximum
	for _, s := range scans[:parts] {
		if s.firstNaN >= 0 {
			return nil, nanError(prob.Dims, s.firstNaN)
		}
		all = append(all, s.found...)
	}
	return all, nil
}

// isConstantAbove says that all values are one value, which exceeds threshold.
func isConstantAbove(data []float32, threshold float32) bool {
	if !(data[0] > threshold) {
		return false
	}
	for _, v := range data {
		if v != data[0] {
			return false
		}
	}
	return true
}

// rowScan collects the maxima of some rows, until it meets NaN.
type rowScan struct {
	prob      *Volume
	threshold float32
	found     []maximum
	// firstNaN is the index of a NaN; -1 when there is none.
	firstNaN int
}

// scan judges the voxels of row (z, y). Nearly all of them are at or below
// the threshold, and most of the others are on a slope along their row, so that
// is asked first.
func (s *rowScan) scan(z, y int) {
	n := s.prob.Dims[2]
	start := s.prob.Index(z, y, 0)
	row := s.prob.Data[start : start+n]
	var near [8][]float32
	rows := s.rowsAround(z, y, &near)
	for x, v := range row {
		if v <= s.threshold {
			continue
		}
		if v != v {
			s.firstNaN = start + x
			return
		}
		lo, hi := max(x-1, 0), min(x+2, n)
		left, right := row[lo], row[hi-1] // the voxel itself at the ends
		if left > v || right > v {
			continue
		}
		flat := x > 0 && left == v || x < n-1 && right == v
		if flatBeside, ok := noneHigher(rows, lo, hi, v); ok {
			s.found = append(s.found, maximum{index: start + x, flat: flat || flatBeside})
		}
	}
}

// noneHigher says whether no voxel lo to hi-1 of the rows exceeds v, and then
// whether one equals it.
func noneHigher(rows [][]float32, lo, hi int, v float32) (flat, ok bool) {
	for _, r := range rows {
		for _, w := range r[lo:hi] {
			if w > v {
				return false, false
			}
			flat = flat || w == v
		}
	}
	return flat, true
}

// rowsAround stores the rows beside row (z, y), itself not among them, in dst.
func (s *rowScan) rowsAround(z, y int, dst *[8][]float32) [][]float32 {
	out := dst[:0]
	for dz := -1; dz <= 1; dz++ {
		for dy := -1; dy <= 1; dy++ {
			if dz == 0 && dy == 0 || !s.prob.Contains([3]int{z + dz, y + dy, 0}) {
				continue
			}
			start := s.prob.Index(z+dz, y+dy, 0)
			out = append(out, s.prob.Data[start:start+s.prob.Dims[2]])
		}
	}
	return out
}
