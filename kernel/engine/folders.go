//go:build unix

package engine

import (
	"context"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// pairs checks the matching, reads the images of a folder with their true points,
// and opens the model, which the caller releases.
func (e *Engine) pairs(images, truth, model string, match detection.MatchOptions) ([]workflow.Item, *loadedModel, error) {
	if err := match.Validate(); err != nil {
		return nil, nil, workflow.Input(err)
	}
	m, err := e.models.open(model)
	if err != nil {
		return nil, nil, err
	}
	items, err := workflow.TruePairs(images, truth, m.file.Settings.Network.OutChannels)
	if err == nil {
		err = workflow.CheckImages(items, m.file)
	}
	if err != nil {
		e.models.release(m)
		return nil, nil, err
	}
	return items, m, nil
}

// score answers with the score of a model on a folder.
func score(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.ScoreArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	items, m, err := e.pairs(args.Images, args.Points, args.Model, args.Match)
	if err != nil {
		return nil, nil, err
	}
	defer e.models.release(m)
	options := m.detectOptions(args.Options)
	var reply protocol.ScoreReply
	for i, it := range items {
		s, err := e.keep(c, it.Image)
		if err != nil {
			return nil, nil, err
		}
		found, err := e.pointsOf(ctx, c, s, m, options, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", it.Path, err)
		}
		reply.Names, reply.Truth, reply.Points = append(reply.Names, it.Name), append(reply.Truth, it.Truth), append(reply.Points, found)
		c.Report(detection.ProgressEvent{Task: "score", Done: i + 1, Total: len(items), Unit: "images"})
	}
	if reply.Evaluation, err = detection.ScoreImages(reply.Truth, reply.Points, args.Match); err != nil {
		return nil, nil, workflow.Input(err)
	}
	return reply, nil, nil
}

// tune answers with the best settings of a model on a folder.
func tune(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.TuneArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	items, m, err := e.pairs(args.Images, args.Points, args.Model, args.Match)
	if err != nil {
		return nil, nil, err
	}
	defer e.models.release(m)
	grid := detection.DefaultTuneOptions()
	grid.Match, grid.Refinements = args.Match, detection.AllRefinements()
	for i := range items {
		s, err := e.keep(c, items[i].Image)
		if err != nil {
			return nil, nil, err
		}
		_, r, _, err := e.mapOf(ctx, c, s, m, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", items[i].Path, err)
		}
		prob, err := r.blob.Volume()
		if err != nil {
			return nil, nil, err
		}
		grid.Images = append(grid.Images, items[i].Image.Volume)
		items[i].Image = &imageio.Image{Volume: prob}
		c.Report(detection.ProgressEvent{Task: "tune", Done: i + 1, Total: len(items), Unit: "images"})
	}
	chosen, err := workflow.TuneMaps(items, m.file.Settings.Detect, grid)
	if err != nil {
		return nil, nil, workflow.Input(err)
	}
	reply := protocol.TuneReply{Detect: *chosen.Detect, Metrics: chosen.Metrics, Text: chosen.Describe()}
	if len(chosen.Curves) == 1 {
		for i, t := range chosen.Curves[0].Thresholds {
			reply.Thresholds, reply.F1 = append(reply.Thresholds, t), append(reply.F1, chosen.Curves[0].Metrics[i].F1)
		}
	}
	return reply, nil, nil
}
