package sweep

import "fmt"

// Goal says which values of a measure are better.
type Goal string

// The goals.
const (
	Maximise Goal = "maximise"
	Minimise Goal = "minimise"
)

// Objective is the measure by which runs are compared.
type Objective struct {
	// Measure is its name, such as "f1".
	Measure string
	Goal    Goal
}

// The measures of a configuration's runs that can be an objective.
const (
	MeasureF1        = "f1"        // pooled over the test images, at the first tolerance
	MeasurePrecision = "precision" // of the same
	MeasureRecall    = "recall"    // of the same
	MeasureMeanF1    = "mean_f1"   // mean over the test images
	MeasureValF1     = "val_f1"    // of the training's best epoch, on its validation patches
	MeasureValLoss   = "val_loss"  // of the same
)

// objectives of a configuration.
var objectives = []string{MeasureF1, MeasurePrecision, MeasureRecall, MeasureMeanF1, MeasureValF1, MeasureValLoss}

// defaultGoal is what is better where nothing is said.
func defaultGoal(measure string) Goal {
	if measure == MeasureValLoss {
		return Minimise
	}
	return Maximise
}

// Better says whether a is better than b by the objective.
func (o Objective) Better(a, b float64) bool {
	if o.Goal == Minimise {
		return a < b
	}
	return a > b
}

// String is "f1, maximised".
func (o Objective) String() string { return fmt.Sprintf("%s, %sd", o.Measure, o.Goal) }
