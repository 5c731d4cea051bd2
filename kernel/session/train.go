//go:build unix

package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/kernel/protocol"
)

// Training is the job of a configuration; see [Session.Train].
type Training struct {
	// Config is a file, or the text of a configuration: YAML with BiaPy's keys.
	// One that holds a line break is text.
	Config string
	// Set are settings over it, such as "TRAIN.EPOCHS=20".
	Set []string
	// ResultDir is the folder under which <Name>/ with all results is made.
	// Default "results".
	ResultDir string
	// Name of the job. Default "notebook".
	Name string
	// RunID is the number of the run, from 1; each has its own seed. Default 1.
	RunID int
	// Afresh begins anew. By default a training of the same job and run that was
	// interrupted goes on.
	Afresh bool
	// OnEpoch is shown the course so far after every epoch; may be nil. In a
	// cell, [github.com/puncta-bio/puncta/kernel/display/charts.Training] draws it.
	OnEpoch func(Course)
}

// Course is a training so far; see [protocol.Course].
type Course = protocol.Course

// Trained says what a job came to; see [protocol.TrainReply].
type Trained = protocol.TrainReply

// stopGrace is how long a training that is stopped may take for its checkpoint
// before the caller leaves: a notebook's stop button kills the cell after five
// seconds. The engine writes it to the end in any case.
const stopGrace = 4 * time.Second

// Train does what a configuration asks: train, tune, predict, detect, score,
// report. Relative paths in it start at the working directory of the program.
//
// When ctx ends, or the program is interrupted (the stop button of a notebook),
// the training stops after the device call in flight and leaves a checkpoint,
// with which the next call goes on exactly where this one stopped.
func (s *Session) Train(ctx context.Context, t Training) (*Trained, error) {
	args, err := t.args()
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var reply Trained
	err = s.call(ctx, request{op: protocol.OpTrain, args: args, result: &reply, course: t.OnEpoch, grace: stopGrace})
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil, fmt.Errorf("the training was interrupted and has left its checkpoint in %s: run this again and it goes on (%w)",
			filepath.Join(args.ResultDir, args.Job, "checkpoints"), ctx.Err())
	}
	return &reply, err
}

func (t Training) args() (protocol.TrainArgs, error) {
	a := protocol.TrainArgs{Config: t.Config, Name: "the configuration", Set: t.Set, ResultDir: t.ResultDir, Job: t.Name, RunID: t.RunID, Afresh: t.Afresh}
	if !strings.Contains(t.Config, "\n") {
		text, err := os.ReadFile(t.Config)
		if err != nil {
			return a, err
		}
		a.Config, a.Name = string(text), t.Config
	}
	if a.ResultDir == "" {
		a.ResultDir = "results"
	}
	if a.Job == "" {
		a.Job = "notebook"
	}
	if a.RunID == 0 {
		a.RunID = 1
	}
	var err error
	if a.Dir, err = os.Getwd(); err != nil {
		return a, err
	}
	a.ResultDir, err = filepath.Abs(a.ResultDir)
	return a, err
}
