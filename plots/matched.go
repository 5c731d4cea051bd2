package plots

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// checkMatched says whether a matching of image i names each of its predicted
// points once, and each of its true points; with truth below 0 these are not
// looked at.
func checkMatched(i int, m detection.Matching, truth, pred int) error {
	inPairs := func(of func(detection.Pair) int) []int {
		list := make([]int, len(m.Pairs))
		for k, p := range m.Pairs {
			list[k] = of(p)
		}
		return list
	}
	if !eachOnce(pred, inPairs(func(p detection.Pair) int { return p.Pred }), m.UnmatchedPred) {
		return fmt.Errorf("plots: image %d: want a matching that names each of its %d predicted points once", i, pred)
	}
	if truth >= 0 && !eachOnce(truth, inPairs(func(p detection.Pair) int { return p.Truth }), m.UnmatchedTruth) {
		return fmt.Errorf("plots: image %d: want a matching that names each of its %d true points once", i, truth)
	}
	return nil
}

// eachOnce says whether the lists together hold 0 to n-1, each once.
func eachOnce(n int, lists ...[]int) bool {
	seen, count := make([]bool, n), 0
	for _, list := range lists {
		for _, k := range list {
			if k < 0 || k >= n || seen[k] {
				return false
			}
			seen[k] = true
			count++
		}
	}
	return count == n
}
