package detection

import (
	"errors"
	"fmt"
	"slices"
)

// associationRadius is that of the dots of [DrawIDs] and [DrawAssociations],
// in voxels: BiaPy's disk(3), 29 pixels.
const associationRadius = 3

// Colours of [DrawAssociations], those of BiaPy.
var (
	associationTP = []float32{0, 255, 0}
	associationFN = []float32{255, 0, 0}
	associationFP = []float32{0, 0, 255}
)

// DrawIDs returns an image of size dims (z, y, x) in which every point is a
// disk of radius 3 on the plane of its voxel, filled with its id; 0 elsewhere.
// Where disks overlap the higher id is seen. Points outside dims are left out.
//
// Errors: dims that no image has ([ErrShape]), an id below 1 or above 2^24,
// beyond which float32 does not tell neighbours apart.
func DrawIDs(dims [3]int, points []Point) (*Volume, error) {
	if !sizeFits(dims, 1) {
		return nil, fmt.Errorf("detection: draw ids: %w: image of %v", ErrShape, dims)
	}
	for i, p := range points {
		if p.ID < 1 || p.ID > 1<<24 {
			return nil, fmt.Errorf("detection: draw ids: point at index %d has id %d: want 1 to %d", i, p.ID, 1<<24)
		}
	}
	out := NewVolume(dims, 1)
	for _, p := range slices.SortedStableFunc(slices.Values(points), func(a, b Point) int { return a.ID - b.ID }) {
		fillDisk(out, p, associationRadius, []float32{float32(p.ID)})
	}
	return out, nil
}

// DrawAssociations returns an RGB image, 0 to 255, of size dims (z, y, x):
// black, with a disk of radius 3 on the plane of its voxel for every predicted
// point that is none (blue), every true point that was found (green) and every
// true point that was missed (red), the later ones over the earlier. truth,
// pred and m are what [Match] was given and returned. Points outside dims are
// left out.
//
// Errors: dims that no image has, and a matching of other points ([ErrShape]).
//
// Source: the summary image of BiaPy's point_associations.
func DrawAssociations(dims [3]int, truth, pred []Point, m Matching) (*Volume, error) {
	if !sizeFits(dims, 3) {
		return nil, fmt.Errorf("detection: draw associations: %w: image of %v", ErrShape, dims)
	}
	if err := m.check(len(truth), len(pred)); err != nil {
		return nil, fmt.Errorf("detection: draw associations: %w", err)
	}
	out := NewVolume(dims, 3)
	for _, i := range m.UnmatchedPred {
		fillDisk(out, pred[i], associationRadius, associationFP)
	}
	for _, p := range m.Pairs {
		fillDisk(out, truth[p.Truth], associationRadius, associationTP)
	}
	for _, i := range m.UnmatchedTruth {
		fillDisk(out, truth[i], associationRadius, associationFN)
	}
	return out, nil
}

// check reports a matching that is not one of so many true and predicted
// points.
func (m Matching) check(truth, pred int) error {
	var errs []error
	if n := len(m.Pairs) + len(m.UnmatchedTruth); n != truth {
		errs = append(errs, fmt.Errorf("%w: a matching of %d true points, got %d", ErrShape, n, truth))
	}
	if n := len(m.Pairs) + len(m.UnmatchedPred); n != pred {
		errs = append(errs, fmt.Errorf("%w: a matching of %d predicted points, got %d", ErrShape, n, pred))
	}
	return errors.Join(errs...)
}
