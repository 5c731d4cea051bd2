package training

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
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
	// Optimizer takes the steps. Default AdamW.
	Optimizer OptimizerKind
	// LearningRate is the top of the schedule, above 0. Default 1e-3.
	LearningRate float64
	// Schedule changes the learning rate from step to step. Default constant.
	Schedule Schedule
	// WeightDecay is at least 0, on every parameter. Default 0.02.
	WeightDecay float64
	// Beta1 and Beta2 of AdamW and Adam, in [0, 1). Default 0.9 and 0.999.
	Beta1, Beta2 float64
	// GradientClipNorm bounds the norm of all gradients together; 0, the
	// default, does not. 1 keeps a single odd batch from undoing many steps.
	GradientClipNorm float64
	// Average is the decay of the moving average of the parameters that is
	// validated and kept in place of the parameters themselves, [0, 1); 0, the
	// default, keeps these. 0.99 averages over about the last hundred steps,
	// which evens out what the last few batches did to the network.
	Average float64
	// Monitor says which epoch is the best. Default [MonitorLoss].
	Monitor Monitor
	// Patience ends training after so many epochs in a row that were worse than
	// the best; a negative value never does. Default -1.
	Patience int
	// Rebalance weighs the rarer side of the target by how much rarer it is, up
	// to 19 times; see [Loss]. Default true: without it a map of few small
	// objects is best predicted as empty for many steps.
	Rebalance bool
	// Augment moves each patch at random. Default 1/2 for the flips in the plane
	// and 3/4 for the turns, which makes all eight symmetries alike.
	Augment detection.GeometryOptions
	// Changes are made to each patch after it has been moved, in order. Default
	// none.
	Changes []Change
	// Shuffle deals the patches of every epoch in an order of its own. Default
	// true.
	Shuffle bool
	// Seed of all that is random. The network's initial weights have their own.
	Seed uint64
}

// DefaultOptions returns the defaults named at each field.
func DefaultOptions() Options {
	augment := detection.DefaultGeometryOptions()
	augment.FlipY, augment.FlipX, augment.Rot90 = 0.5, 0.5, 0.75
	return Options{
		Epochs: 100, BatchSize: 6, Optimizer: AdamW, LearningRate: 1e-3, WeightDecay: 0.02, Beta1: 0.9, Beta2: 0.999,
		Monitor: MonitorLoss, Patience: -1, Rebalance: true, Augment: augment, Shuffle: true,
	}
}

// Change is a random change of training patches.
type Change struct {
	// Name is used in messages.
	Name string
	// Probability, [0, 1], with which a patch is changed.
	Probability float64
	// Apply changes the patch, which is its own to change: all that it draws
	// comes from rng.
	Apply func(p *Patch, rng *rand.Rand) error
}

// Patch is a training patch before its target is painted.
type Patch struct {
	Image *detection.Volume
	// Points are in voxels of the image; some lie outside.
	Points []detection.Point
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
	check(o.GradientClipNorm >= 0 && !math.IsInf(o.GradientClipNorm, 0), "GradientClipNorm %v: want 0 (no limit) or more", o.GradientClipNorm)
	check(o.Average >= 0 && o.Average < 1, "Average %v: want 0 <= decay < 1", o.Average)
	check(o.Monitor == MonitorLoss || o.Monitor == MonitorF1, "Monitor %q: want %s or %s", o.Monitor, MonitorLoss, MonitorF1)
	check(o.Optimizer == AdamW || o.Optimizer == Adam || o.Optimizer == SGD, "Optimizer %q: want %s, %s or %s", o.Optimizer, AdamW, Adam, SGD)
	errs = append(errs, o.Schedule.Validate())
	for _, c := range o.Changes {
		check(c.Probability >= 0 && c.Probability <= 1, "Changes: %s: Probability %v: want 0 to 1", c.Name, c.Probability)
	}
	if err := o.Augment.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Augment: %w", err))
	}
	return errors.Join(errs...)
}
