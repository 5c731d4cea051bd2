package training

import (
	"errors"
	"fmt"
	"math"
)

// Options says how to train. Start from [DefaultOptions].
type Options struct {
	// Epochs is how often every patch is seen, at least 1. Default 100: with
	// fewer, small sets stop short of their best; early stop makes more harmless.
	Epochs int
	// Steps ends training after so many steps, even within an epoch; 0 sets no
	// such end.
	Steps int
	// BatchSize is the number of patches per step, at least 1. Default 6: fewer
	// make a noisier step on every device, more need memory in proportion.
	BatchSize int
	// LearningRate of AdamW, above 0. Default 1e-3.
	LearningRate float64
	// WeightDecay of AdamW, decoupled, at least 0, on every parameter. Default 0.02.
	WeightDecay float64
	// Beta1 and Beta2 of AdamW, in [0, 1). Default 0.9 and 0.999.
	Beta1, Beta2 float64
	// Patience ends training after so many epochs in which the validation loss
	// was above its best; a negative value never does. Default -1.
	Patience int
	// Rebalance weighs the rarer side of the target by how much rarer it is, up
	// to 19 times; see [Loss]. Default true: without it a map of few small
	// objects is best predicted as empty for many steps.
	Rebalance bool
	// Augment turns and flips each patch at random. Default 1/2 for the flips in
	// the plane and 3/4 for the turns, which makes all eight symmetries alike.
	Augment Augment
	// Seed of all that is random. The network's initial weights have their own.
	Seed uint64
}

// Augment holds the probabilities, [0, 1], of the random symmetries of training
// patches; 0 switches one off. A right-angle turn is by 90, 180 or 270 degrees
// in the y, x plane, evenly, and needs patches with equal sides there.
type Augment struct {
	FlipZ, FlipY, FlipX, Rot90 float64
}

// DefaultOptions returns the defaults named at each field.
func DefaultOptions() Options {
	return Options{
		Epochs: 100, BatchSize: 6, LearningRate: 1e-3, WeightDecay: 0.02, Beta1: 0.9, Beta2: 0.999,
		Patience: -1, Rebalance: true, Augment: Augment{FlipY: 0.5, FlipX: 0.5, Rot90: 0.75},
	}
}

// Validate names every field that is not usable.
func (o Options) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(o.Epochs >= 1, "Epochs %d: want at least 1", o.Epochs)
	check(o.Steps >= 0, "Steps %d: want 0 (no limit) or more", o.Steps)
	check(o.BatchSize >= 1, "BatchSize %d: want at least 1", o.BatchSize)
	check(o.LearningRate > 0 && !math.IsInf(o.LearningRate, 0), "LearningRate %v: want above 0", o.LearningRate)
	check(o.WeightDecay >= 0 && !math.IsInf(o.WeightDecay, 0), "WeightDecay %v: want 0 or more", o.WeightDecay)
	check(o.Beta1 >= 0 && o.Beta1 < 1, "Beta1 %v: want 0 <= beta < 1", o.Beta1)
	check(o.Beta2 >= 0 && o.Beta2 < 1, "Beta2 %v: want 0 <= beta < 1", o.Beta2)
	for _, p := range []struct {
		name  string
		value float64
	}{{"FlipZ", o.Augment.FlipZ}, {"FlipY", o.Augment.FlipY}, {"FlipX", o.Augment.FlipX}, {"Rot90", o.Augment.Rot90}} {
		check(p.value >= 0 && p.value <= 1, "Augment.%s %v: want a probability, 0 to 1", p.name, p.value)
	}
	return errors.Join(errs...)
}
