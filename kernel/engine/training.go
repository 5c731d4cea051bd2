//go:build unix

package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// train runs the job of a configuration and answers with what it came to. A
// training that was interrupted goes on.
func train(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.TrainArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	j, err := e.job(args, c)
	if err != nil {
		return nil, nil, err
	}
	cfg, layout := j.Config, j.Layout
	j.OnEpoch = func(h *training.History) { c.sendCourse(h, cfg.Train.Epochs) }
	free, err := e.jobs.lock(ctx, layout.Results())
	if err != nil {
		return nil, nil, err
	}
	defer free()
	if err := workflow.Run(ctx, j, workflow.Steps(cfg)); err != nil {
		if ctx.Err() != nil && cfg.Train.Enable && errors.Is(err, ctx.Err()) {
			err = fmt.Errorf("%w: the same cell goes on from %s", ctx.Err(), layout.LastCheckpoint())
		}
		return nil, nil, err
	}
	reply := protocol.TrainReply{Report: layout.Report(), Results: layout.Results()}
	if j.History != nil {
		reply.Course, reply.Stop, reply.Checkpoint = courseOf(j.History, cfg.Train.Epochs), j.History.Stop, layout.BestCheckpoint()
	}
	if j.Evaluation != nil {
		reply.Test = &j.Evaluation.Pooled
	}
	return reply, nil, nil
}

// job is the job of a configuration.
func (e *Engine) job(args protocol.TrainArgs, progress detection.Progress) (*workflow.Job, error) {
	cfg, warnings, err := config.Parse([]byte(args.Config), args.Name, args.Set...)
	if err != nil {
		return nil, workflow.Input(err)
	}
	for _, w := range warnings {
		e.note(w.String())
	}
	cfg.ResolvePaths(args.Dir)
	if err := workflow.CheckWork(cfg, args.Name); err != nil {
		return nil, err
	}
	layout, err := workflow.NewLayout(args.ResultDir, args.Job, args.RunID)
	if err != nil {
		return nil, err
	}
	return &workflow.Job{Config: cfg, Layout: layout, RunID: args.RunID, Resume: !args.Afresh, Device: e.device.opts, Progress: progress}, nil
}

// sendCourse shows the caller how a training goes.
func (c *call) sendCourse(h *training.History, total int) {
	if m, err := protocol.NewMessage(protocol.CourseMessage, "", courseOf(h, total)); err == nil {
		c.send(m)
	}
}

func courseOf(h *training.History, total int) protocol.Course {
	course := protocol.Course{Best: h.Best, Total: total}
	for _, e := range h.Epochs {
		row := protocol.Epoch{Epoch: e.Epoch, Loss: e.Loss, LearningRate: e.LearningRate}
		if e.HasVal {
			row.ValLoss = &e.ValLoss
		}
		if e.HasF1 {
			row.F1 = &e.ValF1
		}
		course.Epochs = append(course.Epochs, row)
	}
	return course
}
