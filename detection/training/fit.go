package training

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// Epoch is what one epoch of [Fit] was found to be worth.
type Epoch struct {
	// Epoch counts from 1.
	Epoch int `json:"epoch"`
	// Steps is how many steps were taken up to its end.
	Steps int `json:"steps"`
	// Loss and IoU are those of the training batches, each before its step.
	Loss float64 `json:"loss"`
	IoU  float64 `json:"iou"`
	// ValLoss and ValIoU are of the validation set after the epoch; both are 0
	// and HasVal is false without one.
	ValLoss float64 `json:"val_loss"`
	ValIoU  float64 `json:"val_iou"`
	HasVal  bool    `json:"has_val"`
	// ValF1 is the highest F1 over the thresholds of [Scoring] on the patches of
	// the validation set, pooled; 0 and HasF1 is false without one.
	ValF1 float64 `json:"val_f1"`
	HasF1 bool    `json:"has_f1"`
	// LearningRate is that of the last step.
	LearningRate float64 `json:"learning_rate"`
	// Seconds is the time for its steps, without validation.
	Seconds float64 `json:"seconds"`
	// ImagesPerSecond counts patches per second over its steps; in the first
	// epoch the compilation is left out.
	ImagesPerSecond float64 `json:"images_per_second"`
}

// History is the course of a training.
type History struct {
	Epochs []Epoch `json:"epochs"`
	// Best is the index in Epochs of the best one, as Options.Monitor says, or of
	// the last epoch when there is no validation set; -1 before the first epoch
	// ended.
	Best int `json:"best"`
	// Stop says why training ended, in words.
	Stop string `json:"stop"`
}

// Position is how far [Fit] has come: with [Trainer.State] all that is needed
// to go on. It holds no times, so that the same training has the same
// positions.
type Position struct {
	// Epochs are those that ended, validation included.
	Epochs []Epoch `json:"epochs"`
	// Step is the number of steps taken.
	Step int `json:"step"`
	// Loss, Intersection, Union and Patches are sums over the steps of the epoch
	// that has begun and not ended.
	Loss         float64 `json:"loss"`
	Intersection float64 `json:"intersection"`
	Union        float64 `json:"union"`
	Patches      int     `json:"patches"`
}

// FitOptions is what [Fit] needs beside the training options.
type FitOptions struct {
	Options
	// Resume goes on from the position of an earlier call whose state the
	// trainer has been given back; nil begins.
	Resume *Position
	// Workers is how many batches are made at the same time, ahead of the device;
	// 0 for two, which keeps it busy unless changes of patches are very slow.
	// The result does not depend on it.
	Workers int
	// Scoring measures F1 on the validation set after every epoch; nil does not,
	// which [MonitorF1] cannot do without.
	Scoring *Scoring
	// Progress is told of every step; may be nil.
	Progress detection.Progress
	// OnBest is called with the weights of every epoch that is better than all
	// before (without a validation set: of every epoch), so that they can be
	// kept; an error ends training. May be nil.
	OnBest func(Epoch, *weights.Set) error
	// OnEpoch is called after every epoch, after OnBest. May be nil.
	OnEpoch func(*History) error
	// OnState is called after every epoch, after OnEpoch, and when ctx has
	// ended, with all that a later call needs to go on; it must not be changed.
	// An error ends training. May be nil.
	OnState func(*Position, *weights.Set) error
}

// Fit trains epoch by epoch on the batches of data. val may be nil.
//
// It ends after opts.Epochs or opts.Steps, when opts.Patience epochs in a row
// have been worse than the best (one that equals it starts the count anew), or
// with ctx.Err() after the device call in flight when ctx ends. The history so
// far is returned in any case.
//
// A training that goes on from opts.Resume takes the steps that would have
// followed, to the last bit on the same device: batches and learning rates
// depend on the number of the step, the seed and the losses alone.
func Fit(ctx context.Context, t *Trainer, data, val *Loader, opts FitOptions) (*History, error) {
	f := &fit{t: t, data: data, val: val, opts: opts, history: &History{Best: -1}}
	f.total = opts.Epochs * data.Batches()
	if opts.Steps > 0 {
		f.total = min(f.total, opts.Steps)
	}
	if opts.Resume != nil {
		f.at = *opts.Resume
		f.history.Epochs = slices.Clone(f.at.Epochs)
		f.history.Best, _ = opts.Monitor.judge(f.history.Epochs)
	}
	if val != nil && opts.Monitor == MonitorF1 && opts.Scoring == nil {
		return f.history, fmt.Errorf("training: Monitor %q needs a Scoring", opts.Monitor)
	}
	err := f.run(ctx)
	return f.history, err
}

// fit is the state of one call of [Fit].
type fit struct {
	t         *Trainer
	data, val *Loader
	opts      FitOptions
	history   *History
	at        Position
	total     int
	compiled  bool
}

func (f *fit) run(ctx context.Context) error {
	f.report(Measure{}, 0, "")
	for !f.ended() {
		e, err := f.epoch(ctx)
		if err != nil {
			f.history.Stop = "interrupted"
			if ctx.Err() != nil {
				err = errors.Join(err, f.keepState())
			}
			return err
		}
		f.history.Epochs = append(f.history.Epochs, e)
		best, _ := f.opts.Monitor.judge(f.history.Epochs)
		improved := best == len(f.history.Epochs)-1
		f.history.Best = best
		e.Seconds, e.ImagesPerSecond = 0, 0
		f.at = Position{Epochs: append(f.at.Epochs, e), Step: f.at.Step}
		if improved && f.opts.OnBest != nil {
			w, err := f.t.Weights()
			if err != nil {
				return err
			}
			if err := f.opts.OnBest(e, w); err != nil {
				return err
			}
		}
		if f.opts.OnEpoch != nil {
			if err := f.opts.OnEpoch(f.history); err != nil {
				return err
			}
		}
		if err := f.keepState(); err != nil {
			return err
		}
	}
	return nil
}

// ended says whether training is over, and writes down why.
func (f *fit) ended() bool {
	if _, worse := f.opts.Monitor.judge(f.history.Epochs); f.opts.Patience >= 0 && worse > 0 && worse >= f.opts.Patience {
		f.history.Stop = fmt.Sprintf("no better validation %s for %d epochs", f.opts.Monitor.measure(), worse)
		return true
	}
	f.history.Stop = fmt.Sprintf("all %d steps done", f.total)
	return f.at.Step >= f.total && f.at.Patches == 0
}

// keepState hands over what a later call needs.
func (f *fit) keepState() error {
	if f.opts.OnState == nil {
		return nil
	}
	state, err := f.t.State()
	if err != nil {
		return err
	}
	at := f.at
	return f.opts.OnState(&at, state)
}

// rate is the learning rate of a step of the epoch in progress.
func (f *fit) rate(step int) float64 {
	var losses []float64
	for _, e := range f.history.Epochs {
		if e.HasVal {
			losses = append(losses, e.ValLoss)
		}
	}
	return f.opts.Schedule.Rate(f.opts.LearningRate, step, f.data.Batches(), f.total, losses)
}

// epoch takes the steps of one epoch, or those that are left of it, and
// validates.
func (f *fit) epoch(ctx context.Context) (Epoch, error) {
	epoch := len(f.history.Epochs)
	e := Epoch{Epoch: epoch + 1}
	first := f.at.Step - epoch*f.data.Batches()
	next := prefetch(f.data, epoch, first, first+min(f.data.Batches()-first, f.total-f.at.Step), f.opts.Workers)
	defer next.stop()
	var seconds float64
	var timed int
	for {
		if err := ctx.Err(); err != nil {
			return e, err
		}
		b, err := next.batch()
		if err != nil {
			return e, err
		}
		if b == nil {
			break
		}
		if err := f.t.SetLearningRate(f.rate(f.at.Step)); err != nil {
			return e, err
		}
		start := time.Now()
		m, err := f.t.Step(b)
		if err != nil {
			return e, err
		}
		if math.IsNaN(m.Loss) || math.IsInf(m.Loss, 0) {
			return e, fmt.Errorf("training: the loss became %v at step %d: a lower learning rate than %v may help", m.Loss, f.at.Step+1, f.opts.LearningRate)
		}
		took := time.Since(start).Seconds()
		e.Seconds += took
		if !f.compiled { // the first step compiles
			f.compiled = true
		} else {
			seconds += took
			timed += b.Patches()
		}
		f.at.add(m, b.Patches())
		if seconds > 0 {
			e.ImagesPerSecond = float64(timed) / seconds
		}
		f.report(m, e.ImagesPerSecond, "")
	}
	e.LearningRate = f.rate(f.at.Step - 1)
	sum := Measure{Loss: f.at.Loss / float64(f.at.Patches), Intersection: f.at.Intersection, Union: f.at.Union}
	e.Steps, e.Loss, e.IoU = f.at.Step, sum.Loss, sum.IoU()
	if f.val != nil {
		m, scores, err := f.t.Evaluate(ctx, f.val, f.opts.Scoring)
		if err != nil {
			return e, err
		}
		e.ValLoss, e.ValIoU, e.HasVal = m.Loss, m.IoU(), true
		e.ValF1, e.HasF1 = bestF1(scores), scores != nil
	}
	f.report(sum, e.ImagesPerSecond, e.summary())
	return e, nil
}

// add counts a step.
func (p *Position) add(m Measure, patches int) {
	p.Step++
	p.Loss += m.Loss * float64(patches)
	p.Intersection += m.Intersection
	p.Union += m.Union
	p.Patches += patches
}

func (f *fit) report(m Measure, rate float64, line string) {
	e := detection.ProgressEvent{Task: "train", Done: f.at.Step, Total: f.total, Unit: "steps", Line: line}
	if f.at.Step > 0 {
		e.Values = []detection.Measurement{{Name: "loss", Value: m.Loss}, {Name: "IoU", Value: m.IoU()}, {Name: "images/s", Value: rate}}
	}
	detection.Report(f.opts.Progress, e)
}

// summary is the line of an epoch in a log.
func (e Epoch) summary() string {
	s := fmt.Sprintf("epoch %d: loss %.4f, IoU %.3f", e.Epoch, e.Loss, e.IoU)
	if e.HasVal {
		s += fmt.Sprintf(", val loss %.4f, val IoU %.3f", e.ValLoss, e.ValIoU)
	}
	if e.HasF1 {
		s += fmt.Sprintf(", val F1 %.3f", e.ValF1)
	}
	return s + fmt.Sprintf(", %.1f images/s", e.ImagesPerSecond)
}
