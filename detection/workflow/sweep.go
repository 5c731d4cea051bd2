package workflow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/sweep"
)

// Sweep runs a configuration with many settings. Make it by [NewSweep], fill
// the other exported fields, then call Run.
//
// Each run comes to what "puncta run" with its settings comes to, to the last
// digit, and what runs have in common is done once. A key belongs to the first
// stage of a job that sees it ([config.Key]): runs that agree up to training
// share one training, in a job of its own; a map is made once for each image,
// model and way of predicting; and what points are found by is worked through for
// all runs together, image by image ([detection.DetectAll]).
//
//	<result_dir>/<name>/
//	  sweep.yaml             what was asked for
//	  journal.jsonl          what has been done, by which a sweep goes on
//	  table.csv, table.md    the runs with their scores
//	  best.yaml              the configuration of the best run
//	  sweep.html             the same with charts
//	  maps/<image>-<key>.tif         probability maps, by all that they depend on
//	  trainings/<key>/…              the results tree of each training, see [Layout]
//	  points/<run>/<image>_points.csv, <image>_prob.csv   if asked for
type Sweep struct {
	// Dir is the folder of the sweep.
	Dir string
	// Parallel is the number of trainings at a time, from 1. A training by itself
	// uses all processors.
	Parallel int
	// Afresh repeats what the journal says has been done.
	Afresh bool
	// Device says how the device is opened; it is opened at first use.
	Device device.Options
	// Progress is told of everything that takes long; may be nil.
	Progress detection.Progress
	// Log gets notices and warnings; nil for none.
	Log *slog.Logger
	// Charts gives the library of interactive charts for the page; nil leaves them
	// still pictures.
	Charts func() ([]byte, error)

	// Counts say what was done.
	Counts SweepCounts

	asked   *sweep.Sweep
	runs    []*sweepRun
	files   *fileHashes
	sets    map[string][]Item
	journal *sweep.Journal

	mu      sync.Mutex // guards Counts and runtime
	runtime *device.Runtime
	telling sync.Mutex // one piece of news at a time
}

// SweepCounts count the work of a sweep.
type SweepCounts struct {
	// Known are the runs that the journal had.
	Known int `json:"known"`
	// Trained and Predicted are the trainings and the maps that were made;
	// MapsFound those that were there.
	Trained   int `json:"trained"`
	Predicted int `json:"predicted"`
	MapsFound int `json:"maps_found"`
	// Settings are the different ways in which points were looked for.
	Settings int `json:"settings"`
}

// count changes the counts.
func (s *Sweep) count(change func(*SweepCounts)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.Counts)
}

func (s *Sweep) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// Config is the configuration of the first run.
func (s *Sweep) Config() *config.Config { return s.runs[0].config }

// Len is the number of runs.
func (s *Sweep) Len() int { return len(s.runs) }

// Run does the runs that the journal does not have yet and writes the table. A
// run that fails is in the table with its sentence, and the others go on.
//
// All data is read and checked before anything is made. Errors: for [ErrInput],
// what is wrong with it; when ctx ends, its error with how many runs are done,
// once what was in flight has stopped. The table holds what is there, then, too.
func (s *Sweep) Run(ctx context.Context) (*sweep.Table, error) {
	defer s.close()
	s.files, s.sets = newFileHashes(), map[string][]Item{}
	if err := s.identify(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(s.Dir); !errors.Is(err, fs.ErrNotExist) {
		if err := s.openJournal(); err != nil {
			return nil, err
		}
	}
	groups := s.groups(s.pending())
	for _, g := range groups {
		err := s.check(g)
		if err != nil && len(groups) > 1 {
			err = fmt.Errorf("run %d, %s: %w", g.runs[0].Number, s.asked.Describe(g.runs[0].Run), err)
		}
		if err != nil {
			return nil, Input(err)
		}
	}
	if s.journal == nil {
		if err := os.MkdirAll(s.Dir, 0o755); err != nil {
			return nil, inputf("cannot make the results folder: %w", err)
		}
		if err := s.openJournal(); err != nil {
			return nil, err
		}
	}
	if err := s.writeAsked(); err != nil {
		return nil, err
	}
	err := s.work(ctx, groups)
	table := s.table()
	if written := s.write(table); err == nil {
		err = written
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("%w: %d of %d runs are done; the same command goes on", ctx.Err(), len(table.Rows), len(s.runs))
	}
	return table, err
}

func (s *Sweep) openJournal() (err error) {
	s.journal, err = sweep.OpenJournal(s.Dir)
	return Input(err)
}

func (s *Sweep) close() {
	if s.runtime != nil {
		s.runtime.Close()
		s.runtime = nil
	}
	if s.journal != nil {
		_ = s.journal.Close() // every line of it is on the disk
	}
}

// work does the groups, as many at a time as there may be trainings.
func (s *Sweep) work(ctx context.Context, groups []*sweepGroup) error {
	parallel := s.Parallel
	if !s.Config().Train.Enable {
		parallel = 1
	}
	team, ctx := errgroup.WithContext(ctx)
	team.SetLimit(max(parallel, 1))
	for _, g := range groups {
		team.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return s.group(ctx, g)
		})
	}
	return team.Wait()
}

// group does the runs of a group. What goes wrong with the group is what goes
// wrong with each of its runs; the error is that of the journal, or of ctx.
func (s *Sweep) group(ctx context.Context, g *sweepGroup) error {
	err := s.prepare(ctx, g)
	var maps []mapFile
	if err == nil {
		maps, err = s.predict(ctx, g.job, g.job.Test, "predict")
	}
	if err == nil {
		err = s.find(ctx, g, maps)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return s.failed(g.runs, err)
	}
	return nil
}

// failed notes runs that came to nothing.
func (s *Sweep) failed(runs []*sweepRun, err error) error {
	var records []sweep.Record
	for _, r := range runs {
		s.log().Warn("run failed", "run", r.Number, "error", err)
		records = append(records, sweep.Record{ID: r.id, Kind: sweep.KindRun, Settings: s.asked.Describe(r.Run), Error: err.Error()})
	}
	return s.journal.Append(records...)
}

// device opens the device for predictions, once.
func (s *Sweep) device(ctx context.Context) (*device.Runtime, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runtime != nil {
		return s.runtime, nil
	}
	r, err := device.Open(ctx, s.Device)
	if err != nil {
		return nil, fmt.Errorf("no device to compute on: %w", err)
	}
	s.runtime = r
	return r, nil
}
