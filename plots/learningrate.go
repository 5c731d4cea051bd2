package plots

import (
	"fmt"
	"math"
)

// LearningRate is the chart of the learning rate over steps or epochs, as over
// says: rates[i] was used at at[i].
//
// Errors: lists that are empty or of different lengths; a rate that is negative
// or not a finite number.
func LearningRate(over string, at, rates []float64) (Curves, error) {
	for i, r := range rates {
		if !(r >= 0) || math.IsInf(r, 0) {
			return Curves{}, fmt.Errorf("plots: rates[%d] is %v: want a finite number of at least 0", i, r)
		}
	}
	line := Curve{Name: "learning rate", X: at, Y: rates}
	if _, err := line.points(); err != nil {
		return Curves{}, err
	}
	return Curves{Title: "Learning rate", XLabel: over, YLabel: "learning rate", Mark: math.NaN(), Lines: []Curve{line}}, nil
}
