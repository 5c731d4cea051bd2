package training

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// Trainer takes optimiser steps on one device. Its methods must not be called
// at the same time.
type Trainer struct {
	model   *unet.Model
	trainer *train.Trainer
	rate    *model.Variable
	eval    *model.Exec
	// average is nil without; then used is the model itself, and else a network
	// for the averages.
	average *averaging
	used    *unet.Model
}

// Measure is what a batch, or several, were found to be worth.
type Measure struct {
	// Loss is the mean of [Loss].
	Loss float64
	// Intersection and Union count values at threshold 0.5; see [Overlap].
	Intersection, Union float64
}

// IoU is intersection over union, [0, 1]; 1 for an empty union.
func (m Measure) IoU() float64 {
	if m.Union == 0 {
		return 1
	}
	return m.Intersection / m.Union
}

// NewTrainer prepares the optimiser of opts on the parameters of m, which
// change with every step. Nothing is compiled before the first step. The error
// is that of [Options.Validate].
func NewTrainer(backend compute.Backend, m *unet.Model, opts Options) (*Trainer, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	t := &Trainer{model: m, used: m}
	if opts.Average > 0 {
		t.average = &averaging{model: m, decay: opts.Average}
		var err error
		if t.used, err = unet.New(m.Config(), 0); err != nil {
			return nil, fmt.Errorf("training: %w", err)
		}
	}
	net := func(scope *model.Scope, _ any, in []*graph.Node) []*graph.Node {
		return []*graph.Node{m.Logits(scope, in[0])}
	}
	loss := func(labels, predictions []*graph.Node) *graph.Node {
		return Loss(predictions[0], labels[0], labels[1], opts.Rebalance)
	}
	err := exceptions.TryCatch[error](func() {
		t.trainer = train.NewTrainer(backend, m.Store(), net, loss, newDescent(opts, t.average), []metric.Interface{
			overlapMetric("intersection", 0), overlapMetric("union", 1),
		}, nil)
		// After NewTrainer, which removes the variable of an earlier training: one
		// made before would no longer be that of the steps.
		t.rate = optimizer.LearningRateVar(m.Store().RootScope(), dtypes.Float32, opts.LearningRate)
	})
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	t.eval, err = model.NewExec(backend, t.used.Store(), func(scope *model.Scope, in []*graph.Node) []*graph.Node {
		scope.Store().SetTraining(in[0].Graph(), false)
		logits := t.used.Logits(scope, in[0])
		intersection, union := Overlap(logits, in[1], in[2])
		return []*graph.Node{Loss(logits, in[1], in[2], opts.Rebalance), intersection, union, graph.Sigmoid(logits)}
	})
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	return t, nil
}

// overlapMetric makes one result of [Overlap] a metric of the training step.
func overlapMetric(name string, result int) metric.Interface {
	return metric.NewBaseMetric(name, name, name, func(_ *model.Scope, labels, predictions []*graph.Node) *graph.Node {
		intersection, union := Overlap(predictions[0], labels[0], labels[1])
		return []*graph.Node{intersection, union}[result]
	}, nil)
}

// Model is the network in training.
func (t *Trainer) Model() *unet.Model { return t.model }

// Weights are those to use: the network's, or with Options.Average their
// moving average.
func (t *Trainer) Weights() (*weights.Set, error) {
	if t.average == nil {
		return t.model.Weights()
	}
	return t.average.weights()
}

// SetLearningRate sets the rate of the steps that follow.
func (t *Trainer) SetLearningRate(rate float64) error {
	if err := t.rate.SetValue(tensors.FromScalar(float32(rate))); err != nil {
		return fmt.Errorf("training: learning rate: %w", err)
	}
	return nil
}

// Step takes one optimiser step and returns what the batch was worth before
// it. The first step of a batch shape compiles, which takes many seconds.
func (t *Trainer) Step(b *Batch) (Measure, error) {
	in := b.tensors(t.model.Config().NDim)
	var out []*tensors.Tensor
	var err error
	caught := exceptions.TryCatch[error](func() {
		out, err = t.trainer.TrainStep(train.Batch{Inputs: in[:1], Labels: in[1:]})
	})
	if err = firstError(caught, err); err != nil {
		return Measure{}, fmt.Errorf("training: step: %w", err)
	}
	// out[1] is GoMLX's moving average of the loss.
	return measure(out[0], out[2], out[3]), nil
}

// Evaluate measures [Trainer.Weights] on all batches of a loader: the mean loss of
// the batches, each by its number of patches, and summed overlap; with a
// scoring, also the pooled score of the patches at each of its thresholds. It
// stops between batches when ctx ends.
func (t *Trainer) Evaluate(ctx context.Context, l *Loader, scoring *Scoring) (Measure, []detection.Score, error) {
	var sum Measure
	var scores []detection.Score
	if scoring != nil {
		scores = make([]detection.Score, len(scoring.Thresholds))
	}
	if t.average != nil {
		if err := t.loadAverages(); err != nil {
			return Measure{}, nil, err
		}
	}
	patches := 0
	for i := range l.Batches() {
		if err := ctx.Err(); err != nil {
			return Measure{}, nil, err
		}
		b, err := l.Batch(0, i)
		if err != nil {
			return Measure{}, nil, err
		}
		in := b.tensors(t.model.Config().NDim)
		out, err := t.eval.Call(in[0], in[1], in[2])
		if err != nil {
			return Measure{}, nil, fmt.Errorf("training: evaluate: %w", err)
		}
		m, n := measure(out[0], out[1], out[2]), b.Patches()
		if scoring != nil {
			prob, err := tensors.CopyFlatData[float32](out[3])
			if err != nil {
				return Measure{}, nil, fmt.Errorf("training: evaluate: %w", err)
			}
			if err := scoring.add(scores, b, prob); err != nil {
				return Measure{}, nil, err
			}
		}
		for _, x := range append(in, out[3]) {
			_ = x.FinalizeAll() // frees memory early; the collector would later
		}
		sum.Loss += m.Loss * float64(n)
		sum.Intersection += m.Intersection
		sum.Union += m.Union
		patches += n
	}
	sum.Loss /= float64(patches)
	return sum, scores, nil
}

// loadAverages gives the network that is evaluated the averages of now.
func (t *Trainer) loadAverages() error {
	w, err := t.average.weights()
	if err != nil {
		return err
	}
	return t.used.SetWeights(w)
}

// Close frees what was compiled. The model stays usable.
func (t *Trainer) Close() {
	t.trainer.ResetComputationGraphs()
	t.eval.Finalize()
}

// tensors are images, targets and valid in the shapes that graphs take.
func (b *Batch) tensors(ndim int) []*tensors.Tensor {
	dims := func(channels int) []int {
		d := []int{len(b.Valid)}
		if ndim == 3 {
			d = append(d, b.Patch[0])
		}
		return append(d, b.Patch[1], b.Patch[2], channels)
	}
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(b.Images, dims(b.InChannels)...),
		tensors.FromFlatDataAndDimensions(b.Targets, dims(b.OutChannels)...),
		tensors.FromFlatDataAndDimensions(b.Valid, len(b.Valid)),
	}
}

func measure(loss, intersection, union *tensors.Tensor) Measure {
	scalar := func(t *tensors.Tensor) float64 {
		v := float64(tensors.ToScalar[float32](t))
		_ = t.FinalizeAll()
		return v
	}
	return Measure{Loss: scalar(loss), Intersection: scalar(intersection), Union: scalar(union)}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
