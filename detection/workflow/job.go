package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet"
)

// Job is one run of a configuration. Fill the exported fields, then call
// [Run] with [Steps].
type Job struct {
	// Config is the configuration; valid. The check step replaces it by a copy
	// when a checkpoint brings its network and normalisation.
	Config *config.Config
	// Layout says where results go.
	Layout Layout
	// RunID is the number of the run, from 1.
	RunID int
	// Resume goes on with the training where the last checkpoint of the same run
	// stands, if there is one.
	Resume bool
	// Device says how the device is opened; it is opened at first use.
	Device device.Options
	// Progress is told of everything that takes long; may be nil.
	Progress detection.Progress
	// Log gets notices and warnings; nil for none.
	Log *slog.Logger
	// OnEpoch is shown the course of the training after every epoch; it must not
	// be changed. May be nil.
	OnEpoch func(*training.History)

	// What the steps leave for later ones and for the caller:

	// Train, Val and Test are the data that passed the check.
	Train, Val, Test []Item
	// History is the course of the training.
	History *training.History
	// Model is the trained or loaded model.
	Model *inference.ModelFile
	// Tuned is the setting that the tune step chose; nil without one.
	Tuned *Tuned
	// Evaluation is the score on the test images; nil without ground truth.
	Evaluation *detection.Evaluation
	// Counted is the number of points detected in all test images.
	Counted int

	// normaliseBy is how training and validation images are normalised; settled
	// by the check.
	normaliseBy detection.NormaliseOptions
	// data and valData deal the patches of training and validation; made by the
	// check. trainData is what data deals.
	data, valData *training.Loader
	trainData     training.Data
	// judgedTest is what the filter of the test set found of allTest; empty
	// without one.
	judgedTest []training.Judgement
	allTest    []Item
	network    *unet.Model // to be trained
	runtime    *device.Runtime
	sets       map[string][]Item    // that have been read, for jobs that share them; nil for one by itself
	tiles      map[string]*patchIoU // by the name of a test image, when tiled with ground truth
	baseline   *Baseline            // of another detector, to be shown beside; nil for none
}

// Step is a part of a job.
type Step struct {
	// Name is one word.
	Name string
	// Doc is one sentence that says what the step does.
	Doc string
	// Run does it.
	Run func(ctx context.Context, j *Job) error
}

// Steps lists what a configuration asks for, in order.
func Steps(c *config.Config) []Step {
	steps := []Step{checkStep()}
	if c.Train.Enable {
		steps = append(steps, masksStep(), trainStep())
		if c.Puncta.Tune {
			steps = append(steps, tuneStep())
		}
	}
	if c.Test.Enable {
		steps = append(steps, predictStep(), detectStep())
		if c.Data.Test.LoadGT {
			steps = append(steps, scoreStep())
		}
	}
	if c.Train.Enable || c.Test.Enable {
		steps = append(steps, reportStep())
	}
	return steps
}

// Run does the steps in order and stops at the first error, which is that of
// the step. It closes the device at the end.
func Run(ctx context.Context, j *Job, steps []Step) error {
	defer j.close()
	for _, s := range steps {
		start := time.Now()
		if err := s.Run(ctx, j); err != nil {
			return err
		}
		j.log().Debug("step done", "step", s.Name, "seconds", time.Since(start).Seconds())
	}
	return nil
}

func (j *Job) log() *slog.Logger {
	if j.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return j.Log
}

// device opens the device once.
func (j *Job) device(ctx context.Context) (*device.Runtime, error) {
	if j.runtime != nil {
		return j.runtime, nil
	}
	r, err := device.Open(ctx, j.Device)
	if err != nil {
		return nil, fmt.Errorf("no device to compute on: %w", err)
	}
	j.runtime = r
	return r, nil
}

func (j *Job) close() {
	if j.runtime != nil {
		j.runtime.Close()
		j.runtime = nil
	}
}
