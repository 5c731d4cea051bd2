package detection

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// MatchOptions configures [Match]. Start from [DefaultMatchOptions].
type MatchOptions struct {
	// Tolerance is the largest distance of a pair, inclusive, in the physical
	// units of Spacing. Finite, at least 0.
	Tolerance float64
	// ClassTolerances replaces Tolerance for single classes: entry c-1 is that
	// of class c. Classes beyond its end, and points without a class, use
	// Tolerance. Needs ClassAware. nil for none.
	ClassTolerances []float64
	// Spacing is the voxel size in physical units; [UnitSpacing] makes the
	// tolerance voxels.
	Spacing Spacing
	// ClassAware pairs only points of the same class.
	ClassAware bool
}

// DefaultMatchOptions returns a tolerance of 10 voxels, regardless of class.
func DefaultMatchOptions() MatchOptions {
	return MatchOptions{Tolerance: 10, Spacing: UnitSpacing}
}

// Validate reports every invalid field, each by name and value.
func (o MatchOptions) Validate() error {
	errs := []error{checkLength("Tolerance", o.Tolerance)}
	for i, t := range o.ClassTolerances {
		errs = append(errs, checkLength(fmt.Sprintf("ClassTolerances[%d]", i), t))
	}
	if err := o.Spacing.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Spacing: %w", err))
	}
	if len(o.ClassTolerances) > 0 && !o.ClassAware {
		errs = append(errs, errors.New("ClassTolerances are set without ClassAware: want ClassAware, or one Tolerance for all"))
	}
	return errors.Join(errs...)
}

// Pair is a true point and the predicted point found for it, as indices into
// the slices given to [Match].
type Pair struct {
	Truth int `json:"truth"`
	Pred  int `json:"pred"`
	// Distance is in the physical units of MatchOptions.Spacing.
	Distance float64 `json:"distance"`
}

// Matching says which predicted point belongs to which true point.
type Matching struct {
	// Pairs are the true positives, by ascending Truth.
	Pairs []Pair `json:"pairs"`
	// UnmatchedTruth are the false negatives, ascending.
	UnmatchedTruth []int `json:"unmatched_truth"`
	// UnmatchedPred are the false positives, ascending.
	UnmatchedPred []int `json:"unmatched_pred"`
}

// Score counts the pairs and what is left over.
func (m Matching) Score() Score {
	return Score{TP: len(m.Pairs), FP: len(m.UnmatchedPred), FN: len(m.UnmatchedTruth)}
}

// Match pairs true with predicted points, each with at most one of the other
// kind and at most the tolerance apart (inclusive). The result is optimal: no
// other choice has more pairs, and none with as many pairs has a smaller sum
// of distances.
//
// Where several choices are equally good, the order of the points decides and
// the same input always gives the same pairs: true points are placed one after
// the other, each on the lowest predicted index among equally near ones, and
// keep their place against a later true point that would do no better there.
//
// Distances are Euclidean, in the physical units of opts.Spacing on all axes,
// and compared with a relative slack of 1e-12 in favour of a match, so that
// three voxels of 0.1 um match at 0.3 um and a change of unit changes nothing.
// Where the tolerance is smaller than the distances between objects, time is
// that of a search for neighbours; at worst, with everything within the
// tolerance of everything, it is O(n³). No list of candidate pairs is kept.
//
// Errors: those of [MatchOptions.Validate], and positions or probabilities
// that are not finite numbers.
//
// Source: shortest augmenting paths with dual variables, R. Jonker and A.
// Volgenant, Computing 38 (1987) 325-340, on the pairs within the tolerance.
// BiaPy solves a dense assignment whose cost lets a long distance outweigh a
// pair, and takes a pair at exactly the tolerance for a miss; this does not.
func Match(truth, pred []Point, opts MatchOptions) (Matching, error) {
	if err := errors.Join(checkFinite(truth, "true"), checkFinite(pred, "predicted"), opts.Validate()); err != nil {
		return Matching{}, fmt.Errorf("detection: match: %w", err)
	}
	mates := make([]int, len(truth)) // predicted index of each true point; -1 is none
	if opts.ClassAware {
		matchPerClass(truth, pred, opts, mates)
	} else {
		copy(mates, assign(truth, pred, opts.Spacing, opts.Tolerance))
	}

	var m Matching
	taken := make([]bool, len(pred))
	for t, p := range mates {
		if p < 0 {
			m.UnmatchedTruth = append(m.UnmatchedTruth, t)
			continue
		}
		taken[p] = true
		m.Pairs = append(m.Pairs, Pair{Truth: t, Pred: p, Distance: Distance(truth[t], pred[p], opts.Spacing)})
	}
	for p, is := range taken {
		if !is {
			m.UnmatchedPred = append(m.UnmatchedPred, p)
		}
	}
	return m, nil
}

// matchPerClass fills mates class by class.
func matchPerClass(truth, pred []Point, opts MatchOptions, mates []int) {
	trueOf, predOf := indicesByClass(truth), indicesByClass(pred)
	for class, ts := range trueOf {
		ps := predOf[class]
		tolerance := forClass(opts.ClassTolerances, class, opts.Tolerance)
		for k, mate := range assign(pick(truth, ts), pick(pred, ps), opts.Spacing, tolerance) {
			mates[ts[k]] = mate
			if mate >= 0 {
				mates[ts[k]] = ps[mate]
			}
		}
	}
}

func indicesByClass(points []Point) map[int][]int {
	of := map[int][]int{}
	for i, p := range points {
		of[p.Class] = append(of[p.Class], i)
	}
	return of
}

// classesOf are the classes of points, ascending.
func classesOf(lists ...[]Point) []int {
	seen := map[int]bool{}
	for _, points := range lists {
		for _, p := range points {
			seen[p.Class] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func pick(points []Point, indices []int) []Point {
	out := make([]Point, len(indices))
	for k, i := range indices {
		out[k] = points[i]
	}
	return out
}
