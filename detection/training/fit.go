package training

import (
	"context"
	"fmt"
	"math"
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
	// Best is the index in Epochs of the best validation loss, or of the last
	// epoch when there is no validation set; -1 before the first epoch ended.
	Best int `json:"best"`
	// Stop says why training ended, in words.
	Stop string `json:"stop"`
}

// FitOptions is what [Fit] needs beside the training options.
type FitOptions struct {
	Options
	// Progress is told of every step; may be nil.
	Progress detection.Progress
	// OnBest is called with the weights whenever the validation loss is below
	// every one before (without a validation set: after every epoch), so that
	// they can be kept; an error ends training. May be nil.
	OnBest func(Epoch, *weights.Set) error
	// OnEpoch is called after every epoch, after OnBest. May be nil.
	OnEpoch func(*History) error
}

// Fit trains epoch by epoch on the batches of data. val may be nil.
//
// It ends after opts.Epochs or opts.Steps, when the validation loss has been
// above its best for opts.Patience epochs (an equal loss starts the count
// anew), or with ctx.Err() after the device call in flight when ctx ends. The
// history so far is returned in any case.
func Fit(ctx context.Context, t *Trainer, data, val *Loader, opts FitOptions) (*History, error) {
	f := &fit{t: t, data: data, val: val, opts: opts, history: &History{Best: -1}, best: math.Inf(1)}
	f.total = opts.Epochs * data.Batches()
	if opts.Steps > 0 {
		f.total = min(f.total, opts.Steps)
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
	best      float64
	worse     int // epochs since the loss was last at or below best
	step      int
	total     int
}

func (f *fit) run(ctx context.Context) error {
	f.report(Measure{}, 0, "")
	for epoch := 0; f.step < f.total; epoch++ {
		e, err := f.epoch(ctx, epoch)
		if err != nil {
			f.history.Stop = "interrupted"
			return err
		}
		f.history.Epochs = append(f.history.Epochs, e)
		if err := f.judge(e); err != nil {
			return err
		}
		if f.opts.OnEpoch != nil {
			if err := f.opts.OnEpoch(f.history); err != nil {
				return err
			}
		}
		if f.opts.Patience >= 0 && f.worse > 0 && f.worse >= f.opts.Patience {
			f.history.Stop = fmt.Sprintf("no better validation loss for %d epochs", f.worse)
			return nil
		}
	}
	f.history.Stop = fmt.Sprintf("all %d steps done", f.total)
	return nil
}

// epoch takes the steps of one epoch and validates.
func (f *fit) epoch(ctx context.Context, epoch int) (Epoch, error) {
	e := Epoch{Epoch: epoch + 1, LearningRate: f.opts.LearningRate}
	n := min(f.data.Batches(), f.total-f.step)
	next := prefetch(f.data, epoch, n)
	defer next.stop()
	var sum Measure
	var seconds float64
	var patches, timed int
	for range n {
		if err := ctx.Err(); err != nil {
			return e, err
		}
		b, err := next.batch()
		if err != nil {
			return e, err
		}
		start := time.Now()
		m, err := f.t.Step(b)
		if err != nil {
			return e, err
		}
		if math.IsNaN(m.Loss) || math.IsInf(m.Loss, 0) {
			return e, fmt.Errorf("training: the loss became %v at step %d: a lower learning rate than %v may help", m.Loss, f.step+1, f.opts.LearningRate)
		}
		took := time.Since(start).Seconds()
		e.Seconds += took
		if f.step > 0 { // the first step compiles
			seconds += took
			timed += b.Patches()
		}
		f.step++
		patches += b.Patches()
		sum.Loss += m.Loss * float64(b.Patches())
		sum.Intersection += m.Intersection
		sum.Union += m.Union
		if seconds > 0 {
			e.ImagesPerSecond = float64(timed) / seconds
		}
		f.report(m, e.ImagesPerSecond, "")
	}
	sum.Loss /= float64(patches)
	e.Steps, e.Loss, e.IoU = f.step, sum.Loss, sum.IoU()
	if f.val != nil {
		m, err := f.t.Evaluate(ctx, f.val)
		if err != nil {
			return e, err
		}
		e.ValLoss, e.ValIoU, e.HasVal = m.Loss, m.IoU(), true
	}
	f.report(sum, e.ImagesPerSecond, e.summary())
	return e, nil
}

// judge keeps the weights of an epoch that is the best so far.
func (f *fit) judge(e Epoch) error {
	better := !e.HasVal || e.ValLoss < f.best
	if e.HasVal && e.ValLoss > f.best {
		f.worse++
	} else {
		f.worse = 0
	}
	if !better {
		return nil
	}
	f.history.Best = len(f.history.Epochs) - 1
	if e.HasVal {
		f.best = e.ValLoss
	}
	if f.opts.OnBest == nil {
		return nil
	}
	w, err := f.t.Model().Weights()
	if err != nil {
		return err
	}
	return f.opts.OnBest(e, w)
}

func (f *fit) report(m Measure, rate float64, line string) {
	e := detection.ProgressEvent{Task: "train", Done: f.step, Total: f.total, Unit: "steps", Line: line}
	if f.step > 0 {
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
	return s + fmt.Sprintf(", %.1f images/s", e.ImagesPerSecond)
}

// prefetcher makes batches while the device works.
type prefetcher struct {
	next chan prefetched
	quit chan struct{}
}

type prefetched struct {
	batch *Batch
	err   error
}

// prefetch starts making the first n batches of an epoch, one ahead.
func prefetch(l *Loader, epoch, n int) *prefetcher {
	p := &prefetcher{next: make(chan prefetched), quit: make(chan struct{})}
	go func() {
		for i := range n {
			b, err := l.Batch(epoch, i)
			select {
			case p.next <- prefetched{b, err}:
			case <-p.quit:
				return
			}
		}
	}()
	return p
}

func (p *prefetcher) batch() (*Batch, error) {
	b := <-p.next
	return b.batch, b.err
}

func (p *prefetcher) stop() { close(p.quit) }
