package detection

import (
	"fmt"
	"slices"
)

// Connectivity says which voxels are neighbours.
type Connectivity string

const (
	// Face joins voxels that share a face: 4 neighbours in 2D, 6 in 3D.
	Face Connectivity = "face"
	// Full also joins voxels that share an edge or a corner: 8 in 2D, 26 in 3D.
	Full Connectivity = "full"
)

// Validate reports an unknown connectivity.
func (c Connectivity) Validate() error {
	if c != Face && c != Full {
		return fmt.Errorf("connectivity is %q: want %q or %q", c, Face, Full)
	}
	return nil
}

// neighbourhood lists the neighbours of voxels.
type neighbourhood struct {
	dims  [3]int
	steps []step
	edge  []bool // says of a voxel that some steps lead outside
	found []int
}

// step leads from a voxel to a neighbour.
type step struct {
	by     [3]int
	offset int // in index
}

// newNeighbourhood orders neighbours by their distance, equally near ones in
// raster order; flooding uses this order, which is that of scikit-image.
func newNeighbourhood(dims [3]int, connectivity Connectivity) *neighbourhood {
	n := &neighbourhood{dims: dims, edge: edgeVoxels(dims)}
	for dz := -1; dz <= 1; dz++ {
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				s := step{[3]int{dz, dy, dx}, (dz*dims[1]+dy)*dims[2] + dx}
				d := s.squared()
				if d == 0 || connectivity == Face && d > 1 || dims[0] == 1 && dz != 0 {
					continue
				}
				n.steps = append(n.steps, s)
			}
		}
	}
	slices.SortStableFunc(n.steps, func(a, b step) int { return a.squared() - b.squared() })
	return n
}

func (s step) squared() int { return s.by[0]*s.by[0] + s.by[1]*s.by[1] + s.by[2]*s.by[2] }

// edgeVoxels marks the voxels on the faces of a volume. The faces of a 2D
// volume along z do not count.
func edgeVoxels(dims [3]int) []bool {
	edge := make([]bool, dims[0]*dims[1]*dims[2])
	for row := range dims[0] * dims[1] {
		z, y := row/dims[1], row%dims[1]
		line := edge[row*dims[2] : (row+1)*dims[2]]
		line[0], line[dims[2]-1] = true, true
		if y == 0 || y == dims[1]-1 || dims[0] > 1 && (z == 0 || z == dims[0]-1) {
			for x := range line {
				line[x] = true
			}
		}
	}
	return edge
}

// of returns the indices of the neighbours of voxel i. The slice is good
// until the next call.
func (n *neighbourhood) of(i int) []int {
	n.found = n.found[:0]
	if !n.edge[i] {
		for _, s := range n.steps {
			n.found = append(n.found, i+s.offset)
		}
		return n.found
	}
	v := unravel(n.dims, i)
	for _, s := range n.steps {
		if s.stays(v, n.dims) {
			n.found = append(n.found, i+s.offset)
		}
	}
	return n.found
}

// stays says that the step from v ends inside dims.
func (s step) stays(v, dims [3]int) bool {
	for a, by := range s.by {
		if p := v[a] + by; p < 0 || p >= dims[a] {
			return false
		}
	}
	return true
}
