package detection

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// PruneOptions configures [RemoveClosePoints]. Start from
// [DefaultPruneOptions].
type PruneOptions struct {
	// Radius in the physical units of Spacing: of two points that are at most
	// this far apart the less probable one is removed. Finite, at least 0; 0
	// removes only points at one and the same place.
	Radius float64
	// ClassRadii replaces Radius for single classes: entry c-1 is that of
	// class c. Classes beyond its end, and points without a class, use Radius.
	// Needs PerClass. Same range and unit as Radius; nil for none.
	ClassRadii []float64
	// Spacing is the voxel size in physical units; [UnitSpacing] makes all
	// radii voxels.
	Spacing Spacing
	// PerClass lets only points of the same class remove each other.
	PerClass bool
	// AcrossClasses adds a second pass over what is left, in which all
	// classes remove each other within the smallest of the radii that the
	// first pass used. Needs PerClass.
	AcrossClasses bool
}

// DefaultPruneOptions returns a radius of 6 voxels, regardless of class.
func DefaultPruneOptions() PruneOptions {
	return PruneOptions{Radius: 6, Spacing: UnitSpacing}
}

// Validate reports every invalid field, each by name and value.
func (o PruneOptions) Validate() error {
	errs := []error{checkLength("Radius", o.Radius)}
	for i, r := range o.ClassRadii {
		errs = append(errs, checkLength(fmt.Sprintf("ClassRadii[%d]", i), r))
	}
	if err := o.Spacing.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Spacing: %w", err))
	}
	if len(o.ClassRadii) > 0 && !o.PerClass {
		errs = append(errs, errors.New("ClassRadii are set without PerClass: want PerClass, or one Radius for all"))
	}
	if o.AcrossClasses && !o.PerClass {
		errs = append(errs, errors.New("AcrossClasses is set without PerClass: without PerClass all classes compete anyway"))
	}
	return errors.Join(errs...)
}

// checkLength accepts finite numbers from 0.
func checkLength(name string, v float64) error {
	if !(v >= 0) || !isFinite(v) {
		return fmt.Errorf("%s is %v: want a finite number, at least 0", name, v)
	}
	return nil
}

// forClass is entry class-1 of list, or otherwise where there is none.
func forClass(list []float64, class int, otherwise float64) float64 {
	if class >= 1 && class <= len(list) {
		return list[class-1]
	}
	return otherwise
}

// RemoveClosePoints thins out points that lie closer together than objects
// can. It walks over the points by descending probability, ties in their
// given order; each point that is still there is kept and removes all points
// within the radius (inclusive) of it. A removed point removes nothing.
//
// The result holds the kept points by descending probability, renumbered from
// 1, and their indices in points. points is not modified. It takes O(n) space
// and O(n log n) time for any density of points.
//
// Distances are Euclidean, in the physical units of opts.Spacing on all axes,
// and compared with a relative slack of 1e-12 in favour of "close".
//
// Errors: those of [PruneOptions.Validate], and positions or probabilities
// that are not finite numbers.
//
// Source: REMOVE_CLOSE_POINTS of BiaPy, which in 2D forgets to scale x and
// truncates scaled coordinates to whole numbers; this does neither. PerClass
// with AcrossClasses is the rule of its older versions.
func RemoveClosePoints(points []Point, opts PruneOptions) (kept []Point, indices []int, err error) {
	order, _, err := removeClose(points, opts)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range order {
		kept = append(kept, points[i])
	}
	Renumber(kept)
	return kept, order, nil
}

// RemovedBy says of each point which one removes it in [RemoveClosePoints] with
// the same options: an index in points, -1 for a point that is kept. It is the
// most probable of the points that were kept when it went; with AcrossClasses the
// second pass may have removed that one, too.
//
// Errors: those of [RemoveClosePoints].
func RemovedBy(points []Point, opts PruneOptions) ([]int, error) {
	_, by, err := removeClose(points, opts)
	return by, err
}

// removeClose is the indices of the points that are kept, by descending
// probability, and for each point the index of the one that removes it, -1 for
// none.
func removeClose(points []Point, opts PruneOptions) (order, by []int, err error) {
	if err := errors.Join(checkFinite(points, "input"), opts.Validate()); err != nil {
		return nil, nil, fmt.Errorf("detection: remove close points: %w", err)
	}
	by = make([]int, len(points))
	for i := range by {
		by[i] = -1
	}
	order = make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(points[j].Prob, points[i].Prob) })
	if !opts.PerClass {
		return thin(points, order, opts.Spacing, opts.Radius, by), by, nil
	}
	order, smallest := thinPerClass(points, order, opts, by)
	if opts.AcrossClasses {
		order = thin(points, order, opts.Spacing, smallest, by)
	}
	return order, by, nil
}

// thin keeps from order, which is sorted, what no better point removes, and notes
// in by which one does.
func thin(points []Point, order []int, spacing Spacing, radius float64, by []int) []int {
	sorted := make([]Point, len(order))
	for k, i := range order {
		sorted[k] = points[i]
	}
	index := newNeighbourIndex(sorted, spacing, radius)
	removed := make([]bool, len(order))
	var kept []int
	var near []neighbour
	for k, p := range sorted {
		if removed[k] {
			continue
		}
		kept = append(kept, order[k])
		near = index.near(p, near[:0])
		for _, n := range near {
			if int(n.point) != k && !removed[n.point] {
				removed[n.point] = true
				by[order[n.point]] = order[k]
			}
		}
	}
	return kept
}

// thinPerClass runs thin on each class with its own radius. It returns what
// is left, in the order given, and the smallest radius that it used.
func thinPerClass(points []Point, order []int, opts PruneOptions, by []int) (left []int, smallest float64) {
	byClass := map[int][]int{}
	for _, i := range order {
		byClass[points[i].Class] = append(byClass[points[i].Class], i)
	}
	keep := make([]bool, len(points))
	smallest = -1
	for class, members := range byClass {
		radius := forClass(opts.ClassRadii, class, opts.Radius)
		if smallest < 0 || radius < smallest {
			smallest = radius
		}
		for _, i := range thin(points, members, opts.Spacing, radius, by) {
			keep[i] = true
		}
	}
	return slices.DeleteFunc(order, func(i int) bool { return !keep[i] }), max(smallest, 0)
}
