package detection_test

import (
	"fmt"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestCombinations(t *testing.T) {
	for want, got := range map[string][][]int{
		"[[0 0] [0 1] [0 2] [1 0] [1 1] [1 2]]": detection.Combinations(2, 3),
		"[[]]":                                  detection.Combinations(),
		"[]":                                    detection.Combinations(2, 0),
		"[[0]]":                                 detection.Combinations(1),
	} {
		if fmt.Sprint(got) != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	few, all := detection.SampleCombinations(5, 9, 4, 6), detection.SampleCombinations(99, 9, 4, 6)
	if fmt.Sprint(few) != fmt.Sprint(all[:5]) || len(all) != 24 || fmt.Sprint(few) == fmt.Sprint(detection.SampleCombinations(5, 8, 4, 6)) ||
		fmt.Sprint(few) == fmt.Sprint(detection.Combinations(4, 6)[:5]) {
		t.Errorf("%v of %v", few, all)
	}
	seen := map[string]bool{}
	for _, c := range all {
		seen[fmt.Sprint(c)] = true
	}
	if len(seen) != 24 || len(detection.SampleCombinations(-1, 0, 2)) != 0 {
		t.Errorf("%d different ones", len(seen))
	}
}
