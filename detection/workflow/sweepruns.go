package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/training"
)

// sweepRun is a run of a sweep.
type sweepRun struct {
	sweep.Run
	config *config.Config
	id     string // of all that its result depends on
}

// sweepGroup are runs whose maps are made in the same way.
type sweepGroup struct {
	runs     []*sweepRun
	config   *config.Config // of the first
	training *sweepTraining // nil without one
	job      *Job
}

// NewSweep reads the configuration of each run and checks it. set are settings
// over those of the file, KEY=VALUE. Nothing else is read and nothing made.
//
// Errors: for [ErrInput], everything that is wrong with any of the
// configurations, each once.
func NewSweep(asked *sweep.Sweep, set []string) (*Sweep, []config.Warning, error) {
	for _, setting := range set {
		key, _, _ := strings.Cut(setting, "=")
		if slices.ContainsFunc(asked.Parameters, func(p sweep.Parameter) bool { return p.Name == strings.TrimSpace(key) }) {
			return nil, nil, inputf("--set %s: %s varies it", key, asked.File)
		}
	}
	s := &Sweep{asked: asked, Parallel: max(asked.Parallel, 1)}
	fixed := slices.Concat(asked.Set, set)
	var warnings []config.Warning
	var wrong []error
	told := map[string]bool{}
	for _, run := range asked.Runs() {
		var c *config.Config
		var err error
		if len(s.runs) == 0 {
			c, warnings, err = config.Load(asked.Config, slices.Concat(fixed, asked.Settings(run))...)
			if err != nil {
				return nil, warnings, Input(asked.AtParameters(err))
			}
			if err := checkObjective(asked, c); err != nil {
				return nil, warnings, err
			}
		} else {
			c = s.Config().Clone()
			if _, err = c.Set(asked.Settings(run)...); err == nil {
				err = c.Validate()
			}
		}
		for _, f := range faultsOf(asked.AtParameters(err)) {
			if !told[f.Error()] {
				told[f.Error()] = true
				wrong = append(wrong, fmt.Errorf("%w (run %d: %s)", f, run.Number, asked.Describe(run)))
			}
		}
		s.runs = append(s.runs, &sweepRun{Run: run, config: c})
	}
	if len(wrong) > 0 {
		return nil, warnings, Input(limitErrors(wrong))
	}
	return s, warnings, nil
}

// faultsOf are the single faults of a configuration.
func faultsOf(err error) []error {
	var faults config.Faults
	if errors.As(err, &faults) {
		return faults.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// checkObjective refuses a sweep whose runs would not have the measure that is
// to be compared, and what a sweep cannot do.
func checkObjective(asked *sweep.Sweep, c *config.Config) error {
	if err := CheckWork(c, asked.Config); err != nil {
		return err
	}
	switch measure := asked.Objective.Measure; measure {
	case sweep.MeasureValF1, sweep.MeasureValLoss:
		if !c.Train.Enable {
			return inputf("%s: objective is %s, which is of a training, and TRAIN.ENABLE is False", asked.File, measure)
		}
	default:
		if !c.Test.Enable || !c.Data.Test.LoadGT {
			return inputf("%s: objective is %s, which is of the test images: want TEST.ENABLE and DATA.TEST.LOAD_GT True, or objective: %s", asked.File, measure, sweep.MeasureValLoss)
		}
	}
	if m := c.Model; m.LoadCheckpoint && c.Paths.CheckpointFile == "" {
		return inputf("%s: MODEL.LOAD_CHECKPOINT is True without PATHS.CHECKPOINT_FILE: a sweep has no checkpoint of its own to begin with", asked.File)
	}
	return nil
}

// identify gives each run its ID: a hash of every key that its result depends
// on, and of the contents of every file that it reads.
func (s *Sweep) identify() error {
	for _, r := range s.runs {
		if err := r.config.CheckPaths(); err != nil {
			return Input(s.asked.AtParameters(err))
		}
		inputs, err := s.files.inputs(r.config)
		if err != nil {
			return err
		}
		r.id = sweep.ID("run", r.config.Seen(config.StageScoring), inputs)
	}
	return nil
}

// pending are the runs that are to be done, each ID once.
func (s *Sweep) pending() []*sweepRun {
	var out []*sweepRun
	seen := map[string]bool{}
	for _, r := range s.runs {
		if s.journal != nil && !s.Afresh {
			if _, done := s.journal.Done(r.id); done {
				s.count(func(c *SweepCounts) { c.Known++ })
				continue
			}
		}
		if !seen[r.id] {
			out = append(out, r)
		}
		seen[r.id] = true
	}
	return out
}

// groups puts runs together that agree up to their maps.
func (s *Sweep) groups(runs []*sweepRun) []*sweepGroup {
	var groups []*sweepGroup
	byKey := map[string]*sweepGroup{}
	trainings := map[string]*sweepTraining{}
	for _, r := range runs {
		trained := s.seenByTraining(r.config)
		key := trained + "\x00" + r.config.Seen(config.StagePrediction)
		g := byKey[key]
		if g == nil {
			g = &sweepGroup{config: r.config}
			if r.config.Train.Enable {
				if trainings[trained] == nil {
					trainings[trained] = newSweepTraining(s, r.config, trained)
				}
				g.training = trainings[trained]
			}
			byKey[key] = g
			groups = append(groups, g)
		}
		g.runs = append(g.runs, r)
	}
	return groups
}

// seenByTraining is what the training of a configuration depends on, "" without
// one. Where F1 on validation patches counts, it finds and scores points.
func (s *Sweep) seenByTraining(c *config.Config) string {
	switch {
	case !c.Train.Enable:
		return ""
	case training.Monitor(c.Train.CheckpointMonitor) == training.MonitorF1, s.asked.Objective.Measure == sweep.MeasureValF1:
		return c.Seen(config.StageTraining) + c.Seen(config.StageScoring)
	}
	return c.Seen(config.StageTraining)
}

// check reads the data of a group and looks at everything that can be wrong
// with it, so that no run stops a sweep halfway.
func (s *Sweep) check(g *sweepGroup) error {
	g.job = s.newJob(g.config)
	if g.training == nil {
		return g.job.verify()
	}
	if err := g.training.check(s); err != nil {
		return err
	}
	if c := g.config; c.Puncta.Tune || c.Test.Enable && c.Data.Test.UseValAsTest {
		if err := g.job.readTraining(); err != nil {
			return err
		}
	}
	if g.config.Test.Enable {
		return g.job.checkTest()
	}
	return nil
}

// newJob is the job of a configuration, for the parts of a job that a sweep
// does itself.
func (s *Sweep) newJob(c *config.Config) *Job {
	return &Job{Config: c.Clone(), RunID: 1, Device: s.Device, Log: s.Log, sets: s.sets}
}
