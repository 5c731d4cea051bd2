package detection

import (
	"cmp"
	"fmt"
	"slices"
)

// Centroid is the centre of mass of a label.
type Centroid struct {
	Label int32
	// Voxels is the number of voxels of the label, at least 1.
	Voxels int
	// Pos is the mean of their positions, (z, y, x) in voxels.
	Pos [3]float64
}

// Centroids returns the centroid of each label that occurs, by ascending
// label; background, 0, is left out. The centroid of a hollow or bent object
// may lie outside it. Without objects the result is nil.
//
// Errors: those of [Labels.Validate].
func Centroids(labels *Labels) ([]Centroid, error) {
	if err := labels.Validate(); err != nil {
		return nil, fmt.Errorf("detection: centroids: %w", err)
	}
	var found []Centroid
	place := map[int32]int{} // of a label in found
	last, at := int32(0), 0
	for i, label := range labels.Data {
		if label == 0 {
			continue
		}
		if label != last {
			var known bool
			if at, known = place[label]; !known {
				at = len(found)
				place[label] = at
				found = append(found, Centroid{Label: label})
			}
			last = label
		}
		found[at].Voxels++
		for a, p := range unravel(labels.Dims, i) {
			found[at].Pos[a] += float64(p)
		}
	}
	for i := range found {
		for a := range found[i].Pos {
			found[i].Pos[a] /= float64(found[i].Voxels)
		}
	}
	slices.SortFunc(found, func(a, b Centroid) int { return cmp.Compare(a.Label, b.Label) })
	return found, nil
}
