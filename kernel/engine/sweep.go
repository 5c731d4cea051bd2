//go:build unix

package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// outcome is what one setting came to in one image.
type outcome struct {
	score  detection.ImageScore
	points int
	took   time.Duration
	err    error
}

// outcomeSize is about what an outcome takes in memory.
const outcomeSize = 256

// sweep answers with the scores of many settings. Maps are predicted once, and
// what has been found by a setting in an image is known when it is asked for
// again.
func sweep(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.SweepArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	if err := checkSettings(args.Settings); err != nil {
		return nil, nil, workflow.Input(err)
	}
	items, m, err := e.pairs(args.Images, args.Points, args.Model, args.Match)
	if err != nil {
		return nil, nil, err
	}
	defer e.models.release(m)
	work := sweepWork{engine: e, args: args, model: m, images: make([]sweepImage, len(items))}
	news := func(task string, done int) {
		c.Report(detection.ProgressEvent{Task: task, Done: done, Total: len(items), Unit: "images"})
	}
	news("predict", 0)
	for i := range items {
		w := &work.images[i]
		w.item = items[i]
		if w.source, err = e.keep(c, items[i].Image); err != nil {
			return nil, nil, err
		}
		if work.look(w); len(w.missing) > 0 {
			var known bool
			if _, w.prob, known, err = e.mapOf(ctx, c, w.source, m, nil); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", items[i].Path, err)
			}
			if !known {
				work.predicted++
			}
		}
		news("predict", i+1)
	}
	news("find", 0)
	team, ctx := errgroup.WithContext(ctx)
	team.SetLimit(runtime.GOMAXPROCS(0))
	var done atomic.Int64
	var telling sync.Mutex // one piece of news at a time
	for i := range items {
		team.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := work.find(&work.images[i]); err != nil {
				return fmt.Errorf("%s: %w", items[i].Path, err)
			}
			telling.Lock()
			defer telling.Unlock()
			news("find", int(done.Add(1)))
			return nil
		})
	}
	if err := team.Wait(); err != nil {
		return nil, nil, err
	}
	return work.reply(), nil, nil
}

// checkSettings refuses settings that no image could be worked on with.
func checkSettings(settings []detection.DetectOptions) error {
	if len(settings) == 0 {
		return errors.New("sweep without settings: want at least one")
	}
	var errs []error
	for i, o := range settings {
		if err := o.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("setting %d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

// sweepWork is a sweep that is being answered.
type sweepWork struct {
	engine    *Engine
	args      protocol.SweepArgs
	model     *loadedModel
	images    []sweepImage
	predicted int
}

// sweepImage is an image of a sweep.
type sweepImage struct {
	item     workflow.Item
	source   source
	prob     *result   // its map; nil when nothing is missing
	outcomes []outcome // by setting
	keys     []string  // under which the memo has them
	missing  []int     // settings that are to be tried, each key once
}

// look takes the outcomes that are known.
func (w *sweepWork) look(im *sweepImage) {
	n := len(w.args.Settings)
	im.outcomes, im.keys = make([]outcome, n), make([]string, n)
	seen := map[string]bool{}
	for k, o := range w.args.Settings {
		key := keyOf("outcome", im.source.key, w.model.hash, o, im.item.Truth, w.args.Match)
		im.keys[k] = key
		if known := w.engine.memo.get(key); known != nil {
			im.outcomes[k] = known.value.(outcome)
			w.engine.memo.release(known)
		} else if !seen[key] {
			seen[key] = true
			im.missing = append(im.missing, k)
		}
	}
}

// find tries the settings that are missing, and files what they come to.
func (w *sweepWork) find(im *sweepImage) error {
	if len(im.missing) == 0 {
		return nil
	}
	prob, err := im.prob.blob.Volume()
	if err != nil {
		return err
	}
	image, err := im.source.image()
	if err != nil {
		return err
	}
	settings := make([]detection.DetectOptions, len(im.missing))
	for n, k := range im.missing {
		settings[n] = w.args.Settings[k]
	}
	found := map[string]outcome{}
	for n, d := range detection.DetectAll(prob, image.Volume, settings) {
		out := outcome{points: len(d.Points), took: d.Took, err: d.Err}
		if out.err == nil {
			out.score, out.err = detection.ScoreImage(im.item.Truth, d.Points, w.args.Match)
		}
		key := im.keys[im.missing[n]]
		found[key] = out
		if out.err == nil {
			w.engine.memo.add(key, &result{value: out, bytes: outcomeSize})
		}
	}
	for k, key := range im.keys {
		if out, ok := found[key]; ok {
			im.outcomes[k] = out
		}
	}
	return nil
}

// reply pools the outcomes of the images.
func (w *sweepWork) reply() protocol.SweepReply {
	reply := protocol.SweepReply{Images: len(w.images), Predicted: w.predicted}
	for i := range w.images {
		reply.Found += len(w.images[i].missing)
	}
	for k := range w.args.Settings {
		var r protocol.SweepResult
		scores := make([]detection.ImageScore, len(w.images))
		for i, im := range w.images {
			o := im.outcomes[k]
			if o.err != nil && r.Error == "" {
				r.Error = fmt.Sprintf("%s: %v", im.item.Path, o.err)
			}
			scores[i] = o.score
			r.Points += o.points
			r.Seconds += o.took.Seconds()
		}
		if r.Error != "" {
			r = protocol.SweepResult{Error: r.Error}
		} else {
			e := detection.Pool(scores, w.args.Match)
			r.Metrics, r.MeanF1, r.Classes = e.Pooled, e.Mean.F1, e.Classes
		}
		reply.Results = append(reply.Results, r)
	}
	return reply
}
