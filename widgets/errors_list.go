package widgets

import (
	"cmp"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// worse orders images: the worst first.
func (b *ErrorBrowser) worse(i, j int) int {
	p, q := b.evaluation.Images[i], b.evaluation.Images[j]
	return cmp.Or(cmp.Compare(p.F1, q.F1), cmp.Compare(q.FP+q.FN, p.FP+p.FN), cmp.Compare(b.images[i].Name, b.images[j].Name))
}

// mistakesOf lists the mistakes in an image, in the order of
// [ErrorBrowser.Mistakes]. prob may be nil.
func (b *ErrorBrowser) mistakesOf(i int, prob *detection.Volume) []Mistake {
	var list []Mistake
	m, im := b.evaluation.Matchings[i], b.images[i]
	for _, k := range m.UnmatchedPred {
		list = append(list, Mistake{Image: i, Index: k, Point: im.Found[k], Value: im.Found[k].Prob})
	}
	for _, k := range m.UnmatchedTruth {
		p := im.Truth[k]
		list = append(list, Mistake{Image: i, Missed: true, Index: k, Point: p, Value: largestNear(prob, p, b.opts.Match)})
	}
	slices.SortStableFunc(list, probableFirst)
	return list
}

// probableFirst orders mistakes by descending value, NaN last; of equal ones the
// false come first, as they do in the lists that are sorted.
func probableFirst(a, b Mistake) int {
	if math.IsNaN(a.Value) || math.IsNaN(b.Value) {
		return -cmp.Compare(a.Value, b.Value) // NaN is less than all
	}
	return cmp.Compare(b.Value, a.Value)
}

// alternate cuts the mistakes of an image to n: the most probable false one, the
// most probable missed one, the next false one and so on, so that neither kind is
// cut away by the other. The order stays.
func alternate(list []Mistake, n int) []Mistake {
	if len(list) <= n {
		return list
	}
	var kinds [2][]int // false, missed
	for k, m := range list {
		if m.Missed {
			kinds[1] = append(kinds[1], k)
		} else {
			kinds[0] = append(kinds[0], k)
		}
	}
	var kept []int
	for k := 0; len(kept) < n; k++ {
		for _, of := range kinds {
			if k < len(of) && len(kept) < n {
				kept = append(kept, of[k])
			}
		}
	}
	slices.Sort(kept)
	out := make([]Mistake, n)
	for k, at := range kept {
		out[k] = list[at]
	}
	return out
}

// largestNear is the largest value of a map within the tolerance of a point; see
// [Mistake].
func largestNear(prob *detection.Volume, p detection.Point, opts detection.MatchOptions) float64 {
	best := math.NaN()
	if prob == nil {
		return best
	}
	tolerance := opts.Tolerance
	if c := p.Class; opts.ClassAware && c >= 1 && c <= len(opts.ClassTolerances) {
		tolerance = opts.ClassTolerances[c-1]
	}
	first, last := 0, prob.Channels
	if last > 1 && p.Class >= 1 && p.Class <= last {
		first, last = p.Class-1, p.Class
	}
	var lo, hi [3]int
	for a, n := range prob.Dims {
		reach := tolerance / opts.Spacing[a]
		lo[a], hi[a] = int(max(math.Ceil(p.Pos[a]-reach), 0)), int(min(math.Floor(p.Pos[a]+reach), float64(n-1)))
	}
	for z := lo[0]; z <= hi[0]; z++ {
		for y := lo[1]; y <= hi[1]; y++ {
			for x := lo[2]; x <= hi[2]; x++ {
				at := detection.Point{Pos: [3]float64{float64(z), float64(y), float64(x)}}
				if detection.Distance(p, at, opts.Spacing) > tolerance {
					continue
				}
				i := prob.Index(z, y, x)
				for _, v := range prob.Data[i+first : i+last] {
					if w := float64(v); w > best || math.IsNaN(best) {
						best = w
					}
				}
			}
		}
	}
	return best
}
