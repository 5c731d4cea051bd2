package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// jobFlags are those of a command that runs a configuration.
type jobFlags struct {
	config, resultDir, name string
	runID                   int
	gpu                     string
	set                     []string
	resume                  bool
}

func (f *jobFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.config, "config", "", "configuration, a YAML file as BiaPy's (required)")
	c.Flags().StringVar(&f.resultDir, "result_dir", "", "folder under which <name>/ with all results is made (required)")
	c.Flags().StringVar(&f.name, "name", "unknown_job", "name of the job")
	c.Flags().IntVar(&f.runID, "run_id", 1, "number of the run; each has its own seed and results")
	addGPU(c, &f.gpu)
	c.Flags().StringArrayVar(&f.set, "set", nil, "KEY=VALUE over the configuration, such as TRAIN.EPOCHS=20; may be repeated")
	c.Flags().BoolVar(&f.resume, "resume", false, "go on with a training of the same job and run that was interrupted, exactly where it stopped")
	for _, name := range []string{"config", "result_dir"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that is not there
	}
}

func addGPU(c *cobra.Command, gpu *string) {
	c.Flags().StringVar(gpu, "gpu", "", `number of the GPU, or "none" for the CPU; by default a GPU when one is ready`)
}

func newRun(a *app) *cobra.Command {
	f := &jobFlags{}
	c := &cobra.Command{
		Use:     "run --config FILE --result_dir DIR --name JOB",
		Short:   "Do what a configuration asks: train, predict, detect, score, report",
		Example: "  puncta run --config nuclei.yaml --result_dir results --name nuclei --run_id 1",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.runJob(c.Context(), f, nil) },
	}
	f.add(c)
	return c
}

func newTrain(a *app) *cobra.Command {
	f := &jobFlags{}
	c := &cobra.Command{
		Use:     "train --config FILE --result_dir DIR --name JOB",
		Short:   "Train only, whatever else the configuration asks",
		Example: "  puncta train --config nuclei.yaml --result_dir results --name nuclei --set TRAIN.EPOCHS=20",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.runJob(c.Context(), f, []string{"TRAIN.ENABLE=True", "TEST.ENABLE=False"})
		},
	}
	f.add(c)
	return c
}

// runJob runs the configuration with settings of the command and of the user
// over it.
func (a *app) runJob(ctx context.Context, f *jobFlags, settings []string) error {
	cfg, warnings, err := config.Load(f.config, append(append([]string{}, f.set...), settings...)...)
	if err != nil {
		return workflow.Input(err)
	}
	for _, w := range warnings {
		a.log().Warn(w.String())
	}
	if err := workflow.CheckWork(cfg, f.config); err != nil {
		return err
	}
	dev, err := a.device(f.gpu, cfg.System.Device)
	if err != nil {
		return err
	}
	if err := limitCPUs(cfg.System.NumCPUs); err != nil {
		return err
	}
	layout, err := workflow.NewLayout(f.resultDir, f.name, f.runID)
	if err != nil {
		return err
	}
	j := &workflow.Job{Config: cfg, Layout: layout, RunID: f.runID, Resume: f.resume, Device: dev, Progress: a.progress(), Log: a.log()}
	if err := workflow.Run(ctx, j, workflow.Steps(cfg)); err != nil {
		return err
	}
	return a.jobResult(j)
}

// jobResult prints what a job came to.
func (a *app) jobResult(j *workflow.Job) error {
	type result struct {
		*detection.Metrics
		Results    string `json:"results"`
		Report     string `json:"report"`
		Checkpoint string `json:"checkpoint,omitempty"`
		Points     *int   `json:"points,omitempty"`
	}
	out := result{Results: j.Layout.Results(), Report: j.Layout.Report()}
	var text strings.Builder
	if j.History != nil {
		out.Checkpoint = j.Layout.BestCheckpoint()
		best := j.History.Epochs[j.History.Best]
		fmt.Fprintf(&text, "trained %d epochs; best is epoch %d: %s\n", len(j.History.Epochs), best.Epoch, out.Checkpoint)
	}
	if j.Config.Test.Enable {
		out.Points = &j.Counted
		fmt.Fprintf(&text, "found %d points in %d images\n", j.Counted, len(j.Test))
	}
	if j.Evaluation != nil {
		out.Metrics = &j.Evaluation.Pooled
		text.WriteString(metricsTable([]detection.Evaluation{*j.Evaluation}))
	}
	fmt.Fprintf(&text, "results are in %s; open %s in a browser\n", out.Results, out.Report)
	return a.result(out, text.String())
}

// device makes the options for opening the device from --gpu and from
// SYSTEM.DEVICE.
func (a *app) device(gpu, configured string) (device.Options, error) {
	o := device.DefaultOptions()
	o.Progress, o.Note = a.downloads(), func(s string) { a.log().Info(s) }
	if number, ok := strings.CutPrefix(configured, device.CUDA+":"); ok && gpu == "" {
		gpu = number
	}
	switch {
	case gpu == "none":
		o.Platform = device.CPU
	case gpu != "":
		o.Platform = device.CUDA
		for _, part := range strings.Split(gpu, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil || n < 0 {
				return o, usage(`--gpu is %q: want the number of a GPU, such as 0, or "none"`, gpu)
			}
			o.Devices = append(o.Devices, n)
		}
		if len(o.Devices) > 1 {
			return o, usage("--gpu is %q: this version works on one device; give one number", gpu)
		}
	case configured == device.CUDA:
		o.Platform = device.CUDA
	}
	return o, nil
}
