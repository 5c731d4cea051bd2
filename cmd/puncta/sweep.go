package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/filesys"
	"github.com/puncta-bio/puncta/kernel/batch"
)

// sweepFlags are the flags of the command sweep.
type sweepFlags struct {
	resultDir, name, gpu string
	parallel             int
	set                  []string
	afresh               bool
	timeout              time.Duration
}

// errRunsFailed is what a sweep ends with when some of its runs did.
var errRunsFailed = errors.New("runs failed")

func newSweep(a *app) *cobra.Command {
	f := &sweepFlags{}
	c := &cobra.Command{
		Use:   "sweep FILE --result_dir DIR",
		Short: "Run a configuration or a notebook with many settings, and compare them",
		Long: `Runs a configuration, or a notebook, with every combination of some values, or with
combinations that are drawn at random, and writes a table of the scores, a page with charts, and
the settings of the best run. FILE says what is varied, such as

  config: nuclei.yaml
  set:
    DATA.TEST.PATH: data/val/x
    DATA.TEST.GT_PATH: data/val/y
  parameters:
    TEST.DET_MIN_TH_TO_BE_PEAK: {from: 0.1, to: 0.6, step: 0.05}
    TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: [4, 6, 8]
    PUNCTA.SMOOTHING: [0, 1, 2]
  objective: f1

Each run comes to what "puncta run" would, to the last digit. What runs have in common is done
once: runs that differ in how points are found share their maps, and runs that train alike
share their training. Choose settings on validation images, and score the best ones on others.

With "notebook: explore.ipynb" in place of "config:" the parameters are those of the notebook's
cell tagged "parameters", and the scores what its cells report by display.Result.

A sweep that was stopped, or killed, goes on with the same command. So does one whose file has
been changed: runs that are known are not repeated. docs/sweep.md says more.`,
		Example: "  puncta sweep sweep.yaml --result_dir results\n  puncta run --config results/sweep/best.yaml --result_dir results --name best",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.sweep(c.Context(), f, args[0]) },
	}
	fl := c.Flags()
	fl.StringVar(&f.resultDir, "result_dir", "", "folder under which <name>/ with all results is made (required)")
	fl.StringVar(&f.name, "name", "", "name of the sweep (default: the file's, without extension)")
	fl.IntVar(&f.parallel, "parallel", 0, "trainings or notebooks at a time (default: what the file says, or 1 training, which uses all processors, or notebooks on half the processors)")
	fl.StringArrayVar(&f.set, "set", nil, "KEY=VALUE over the configuration, or a parameter of the notebook, for all runs; may be repeated")
	fl.DurationVar(&f.timeout, "timeout", 0, "longest time of a notebook's cell, such as 90s or 10m (0: no limit)")
	fl.BoolVar(&f.afresh, "afresh", false, "repeat runs that are known")
	addGPU(c, &f.gpu)
	_ = c.MarkFlagRequired("result_dir") // fails only for a flag that is not there
	return c
}

// sweep reads the file and does what it asks for.
func (a *app) sweep(ctx context.Context, f *sweepFlags, path string) error {
	asked, err := sweep.Load(path)
	if err != nil {
		return workflow.Input(err)
	}
	name := f.name
	if name == "" {
		name = filesys.Stem(path)
	}
	layout, err := workflow.NewLayout(f.resultDir, name, 1)
	if err != nil {
		return err
	}
	if f.parallel < 0 {
		return usage("--parallel is %d: want 1 or more", f.parallel)
	}
	if asked.Notebook != "" {
		return a.sweepNotebook(ctx, f, asked, layout.Dir)
	}
	if f.timeout > 0 {
		return usage("--timeout is for sweeps of a notebook, and %s is one of a configuration", path)
	}
	return a.sweepConfig(ctx, f, asked, layout.Dir)
}

// sweepConfig runs a sweep over the keys of a configuration.
func (a *app) sweepConfig(ctx context.Context, f *sweepFlags, asked *sweep.Sweep, dir string) error {
	s, warnings, err := workflow.NewSweep(asked, f.set)
	for _, w := range warnings {
		a.log().Warn(w.String())
	}
	if err != nil {
		return err
	}
	if s.Device, err = a.device(f.gpu, s.Config().System.Device); err != nil {
		return err
	}
	if err := limitCPUs(s.Config().System.NumCPUs); err != nil {
		return err
	}
	if f.parallel > 0 {
		s.Parallel = f.parallel
	}
	s.Dir, s.Afresh, s.Progress, s.Log = dir, f.afresh, a.progress(), a.log()
	s.Charts = chartLibrary
	table, err := s.Run(ctx)
	if err != nil {
		return err
	}
	return a.sweepResult(table, dir, s.Counts)
}

// sweepNotebook runs a sweep over the parameters of a notebook. Its kernels share
// one engine, so that what one run has had predicted the others have, too.
func (a *app) sweepNotebook(ctx context.Context, f *sweepFlags, asked *sweep.Sweep, dir string) error {
	b, err := batch.New(asked, f.set)
	if err != nil {
		return workflow.Input(err)
	}
	if f.parallel > 0 {
		b.Parallel = f.parallel
	}
	b.Dir, b.Afresh, b.Progress, b.Library, b.Runner.Timeout = dir, f.afresh, a.progress(), chartLibrary, f.timeout
	env, stop, err := a.sharedEngine(f.gpu)
	if err != nil {
		return err
	}
	b.Runner.Env = env
	table, err := b.Run(ctx)
	if err = errors.Join(err, stop()); err != nil {
		if errors.Is(err, batch.ErrInput) {
			err = workflow.Input(err)
		}
		return err
	}
	return a.sweepResult(table, dir, struct {
		Known int `json:"known"`
	}{b.Known})
}

// bestShown is the number of runs that the terminal shows.
const bestShown = 10

// sweepResult prints what a sweep came to.
// Counts say what was done.
func (a *app) sweepResult(t *sweep.Table, dir string, counts any) error {
	type bestRun struct {
		Run      int                `json:"run"`
		Settings map[string]string  `json:"settings"`
		Results  map[string]float64 `json:"results"`
		Config   string             `json:"config,omitempty"`
	}
	out := struct {
		Runs    int      `json:"runs"`
		Failed  int      `json:"failed"`
		Best    *bestRun `json:"best,omitempty"`
		Results string   `json:"results"`
		Done    any      `json:"done"`
	}{Runs: len(t.Rows), Failed: t.Failures(), Results: dir, Done: counts}
	var text strings.Builder
	if err := t.WriteMarkdown(&text, bestShown); err != nil {
		return err
	}
	if i, ok := t.Best(); ok {
		row := t.Rows[i]
		out.Best = &bestRun{Run: row.Number, Settings: map[string]string{}, Results: map[string]float64{}, Config: filepath.Join(dir, "best.yaml")}
		for k, v := range row.Values {
			out.Best.Settings[t.Parameters[k]] = v.Text
		}
		for _, m := range row.Results {
			if m.Value-m.Value == 0 {
				out.Best.Results[m.Measure] = m.Value
			}
		}
		fmt.Fprintf(&text, "\nbest by %s: run %d; its settings are in %s\n", t.Objective.Measure, row.Number, out.Best.Config)
	}
	fmt.Fprintf(&text, "results are in %s; open %s in a browser\n", dir, filepath.Join(dir, "sweep.html"))
	if err := a.result(out, text.String()); err != nil {
		return err
	}
	if out.Failed > 0 {
		return fmt.Errorf("%d of %d %w: see %s; the same command tries them again", out.Failed, out.Runs, errRunsFailed, filepath.Join(dir, "table.csv"))
	}
	return nil
}
