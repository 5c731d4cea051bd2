package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// unitRange is that of F1, precision and recall.
var unitRange = [2]float64{0, 1}

// ScoresOverThreshold is the chart of F1, precision and recall over the
// threshold. scores[i] belongs to thresholds[i], as detection.ScoreThresholds
// returns them; they may be in any order. used is marked; NaN for none.
//
// Errors: lists that are empty or of different lengths.
func ScoresOverThreshold(thresholds []float64, scores []detection.Score, used float64) (Curves, error) {
	order, err := byThreshold(thresholds, scores)
	if err != nil {
		return Curves{}, err
	}
	c := Curves{
		Title: "Scores over the threshold", XLabel: "threshold of the probability", YLabel: "F1, precision, recall",
		XRange: unitRange, YRange: unitRange, Mark: used, MarkLabel: "used",
		Lines: []Curve{{Name: "F1"}, {Name: "precision"}, {Name: "recall"}},
	}
	for _, i := range order {
		for k, v := range []float64{scores[i].F1(), scores[i].Precision(), scores[i].Recall()} {
			c.Lines[k].X, c.Lines[k].Y = append(c.Lines[k].X, thresholds[i]), append(c.Lines[k].Y, v)
		}
	}
	last := thresholds[order[len(order)-1]]
	if first := thresholds[order[0]]; first < 0 || last > 1 { // not probabilities
		c.XRange = [2]float64{}
	}
	return c, nil
}

// PrecisionOverRecall is the chart of precision over recall, a point for each
// threshold, which its note names. The arguments are those of
// [ScoresOverThreshold]. Thresholds at which nothing is found have no
// precision to speak of and are left out, unless there is no other.
//
// Errors: lists that are empty or of different lengths.
func PrecisionOverRecall(thresholds []float64, scores []detection.Score) (Curves, error) {
	order, err := byThreshold(thresholds, scores)
	if err != nil {
		return Curves{}, err
	}
	if some := slices.DeleteFunc(slices.Clone(order), func(i int) bool { return scores[i].TP+scores[i].FP == 0 }); len(some) > 0 {
		order = some
	}
	line := Curve{Name: "threshold by threshold"}
	for _, i := range order {
		line.X, line.Y = append(line.X, scores[i].Recall()), append(line.Y, scores[i].Precision())
		line.Notes = append(line.Notes, fmt.Sprintf("threshold %.4g, F1 %.3f", thresholds[i], scores[i].F1()))
	}
	return Curves{
		Title: "Precision over recall", XLabel: "recall", YLabel: "precision", XRange: unitRange, YRange: unitRange,
		Mark: math.NaN(), Lines: []Curve{line},
	}, nil
}

// byThreshold is the order of ascending thresholds.
func byThreshold(thresholds []float64, scores []detection.Score) ([]int, error) {
	if len(thresholds) != len(scores) {
		return nil, fmt.Errorf("plots: %d thresholds and %d scores: want as many", len(thresholds), len(scores))
	}
	if len(scores) == 0 {
		return nil, errors.New("plots: no scores: want at least one")
	}
	order := make([]int, len(thresholds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if thresholds[a] < thresholds[b] {
			return -1
		}
		if thresholds[a] > thresholds[b] {
			return 1
		}
		return 0
	})
	return order, nil
}
