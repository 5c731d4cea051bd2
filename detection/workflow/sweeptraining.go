package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/training"
)

// sweepTraining is a training that runs of a sweep share. It is done once,
// however many ask for it at a time.
type sweepTraining struct {
	config *config.Config // that of the first run, with training alone
	seen   string
	id     string
	about  string // in words

	checked bool
	once    sync.Once
	model   *inference.ModelFile
	results []sweep.Result
	err     error
}

func newSweepTraining(s *Sweep, c *config.Config, seen string) *sweepTraining {
	own := c.Clone()
	own.Test.Enable, own.Puncta.Tune = false, false // which is what "puncta train" does
	return &sweepTraining{config: own, seen: seen, about: s.aboutTraining(c)}
}

// aboutTraining names the swept settings that training sees.
func (s *Sweep) aboutTraining(c *config.Config) string {
	for _, r := range s.runs {
		if r.config != c {
			continue
		}
		var own sweep.Space
		var values []sweep.Value
		for k, p := range s.asked.Parameters {
			if key, _ := config.Explain(p.Name); key.Stage == config.StageTraining {
				own.Parameters, values = append(own.Parameters, p), append(values, r.Values[k])
			}
		}
		return own.Describe(sweep.Run{Values: values})
	}
	return ""
}

// check reads the data of a training and makes everything ready once, to see
// that nothing is wrong with it.
func (t *sweepTraining) check(s *Sweep) error {
	if t.checked {
		return nil
	}
	inputs, err := s.files.inputs(t.config)
	if err != nil {
		return err
	}
	t.id = sweep.ID("training", t.seen, inputs)
	t.checked = true
	if _, done := s.trained(t); done {
		return nil
	}
	return s.newJob(t.config).verify()
}

// layout is the folder of a training.
func (s *Sweep) layout(t *sweepTraining) Layout {
	return Layout{Dir: filepath.Join(s.Dir, "trainings", t.id), Name: t.id, Job: t.id + "_1"}
}

// trained finds the record of a training that is done and whose model is there.
func (s *Sweep) trained(t *sweepTraining) (sweep.Record, bool) {
	if s.journal == nil || s.Afresh {
		return sweep.Record{}, false
	}
	r, done := s.journal.Done(t.id)
	if _, err := os.Stat(s.layout(t).BestCheckpoint()); !done || err != nil {
		return sweep.Record{}, false
	}
	return r, true
}

// do trains, or takes up what an earlier sweep has left: a model, or a
// training to go on with.
func (t *sweepTraining) do(ctx context.Context, s *Sweep) error {
	t.once.Do(func() { t.err = t.train(ctx, s) })
	return t.err
}

func (t *sweepTraining) train(ctx context.Context, s *Sweep) (err error) {
	if r, done := s.trained(t); done {
		t.results = r.Results
		t.model, err = inference.LoadModelFile(s.layout(t).BestCheckpoint())
		return err
	}
	s.log().Info("training", "settings", t.about, "folder", s.layout(t).Dir)
	j := &Job{
		Config: t.config.Clone(), Layout: s.layout(t), RunID: 1, Resume: !s.Afresh, Device: s.Device,
		Progress: s.trainingProgress(t), Log: s.Log,
	}
	if err := Run(ctx, j, Steps(j.Config)); err != nil {
		return err
	}
	t.model = j.Model
	t.results = trainingResults(j.History)
	s.count(func(c *SweepCounts) { c.Trained++ })
	return s.journal.Append(sweep.Record{
		ID: t.id, Kind: "training", Settings: t.about, Results: t.results,
		Files: map[string]string{"training": filepath.ToSlash(filepath.Join("trainings", t.id))},
	})
}

// trainingResults are the measures of the best epoch, and the time of all.
func trainingResults(h *training.History) []sweep.Result {
	best := h.Epochs[h.Best]
	var out []sweep.Result
	if best.HasVal {
		out = append(out, sweep.Result{Measure: sweep.MeasureValLoss, Value: best.ValLoss})
	}
	if best.HasF1 {
		out = append(out, sweep.Result{Measure: sweep.MeasureValF1, Value: best.ValF1})
	}
	seconds := 0.0
	for _, e := range h.Epochs {
		seconds += e.Seconds
	}
	return append(out, sweep.Result{Measure: "epoch", Value: float64(best.Epoch)}, sweep.Result{Measure: measureTraining, Value: seconds})
}

// trainingProgress passes the news of a training on: all of it where there is
// one at a time, and else the lines alone, with the settings before them.
func (s *Sweep) trainingProgress(t *sweepTraining) detection.Progress {
	if s.Progress == nil || s.Parallel <= 1 {
		return s.Progress
	}
	return detection.ProgressFunc(func(e detection.ProgressEvent) {
		if e.Line == "" {
			return
		}
		s.telling.Lock()
		defer s.telling.Unlock()
		s.Progress.Report(detection.ProgressEvent{Task: "sweep", Line: fmt.Sprintf("%s: %s", t.about, e.Line)})
	})
}

// prepare gives the job of a group its model and leaves out the test images that
// a filter removes.
func (s *Sweep) prepare(ctx context.Context, g *sweepGroup) error {
	if g.training == nil {
		return nil // the check has read the model
	}
	if err := g.training.do(ctx, s); err != nil {
		return err
	}
	j := g.job
	j.Model = &inference.ModelFile{Settings: g.training.model.Settings, Weights: g.training.model.Weights}
	used := settingsOf(j.Config, j.Model.Settings.Network)
	j.Model.Settings.Tiles, j.Model.Settings.Whole, j.Model.Settings.Views, j.Model.Settings.Combine = used.Tiles, used.Whole, used.Views, used.Combine
	j.normaliseBy = j.Model.Settings.Normalise
	if j.Config.Test.Enable {
		return j.filterTest()
	}
	return nil
}
