package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// sweepFlags are the flags of the command sweep.
type sweepFlags struct {
	resultDir, name, gpu string
	parallel             int
	set                  []string
	afresh               bool
}

// errRunsFailed is what a sweep ends with when some of its runs did.
var errRunsFailed = errors.New("runs failed")

func newSweep(a *app) *cobra.Command {
	f := &sweepFlags{}
	c := &cobra.Command{
		Use:   "sweep FILE --result_dir DIR",
		Short: "Run a configuration with many settings, and compare them",
		Long: `Runs a configuration with every combination of some values, or with combinations that are
drawn at random, and writes a table of the scores and the configuration of the best run. FILE
says what is varied, such as

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

A sweep that was stopped, or killed, goes on with the same command. So does one whose file has
been changed: runs that are known are not repeated. docs/sweep.md says more.`,
		Example: "  puncta sweep sweep.yaml --result_dir results\n  puncta run --config results/sweep/best.yaml --result_dir results --name best",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.sweep(c.Context(), f, args[0]) },
	}
	fl := c.Flags()
	fl.StringVar(&f.resultDir, "result_dir", "", "folder under which <name>/ with all results is made (required)")
	fl.StringVar(&f.name, "name", "", "name of the sweep (default: the file's, without extension)")
	fl.IntVar(&f.parallel, "parallel", 0, "trainings at a time (default: what the file says, or 1: a training uses all processors)")
	fl.StringArrayVar(&f.set, "set", nil, "KEY=VALUE over the configuration, for all runs; may be repeated")
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

// bestShown is the number of runs that the terminal shows.
const bestShown = 10

// sweepResult prints what a sweep came to.
func (a *app) sweepResult(t *sweep.Table, dir string, counts workflow.SweepCounts) error {
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
		workflow.SweepCounts
	}{Runs: len(t.Rows), Failed: t.Failures(), Results: dir, SweepCounts: counts}
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
		fmt.Fprintf(&text, "\nbest by %s: run %d; its configuration is %s\n", t.Objective.Measure, row.Number, out.Best.Config)
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
