package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/bench"
)

// benchSweep is the sweep that is measured: 60 settings behind the network.
const benchSweep = `config: use.yaml
parameters:
  TEST.DET_MIN_TH_TO_BE_PEAK: [0.1, 0.2, 0.3, 0.4, 0.5]
  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: [4, 6, 8, 10]
  PUNCTA.SMOOTHING: [0, 1, 2]
`

// benchSettings is their number.
const benchSettings = 60

// benchUse is the configuration, for images, points, model and refinement.
const benchUse = `PROBLEM: {TYPE: DETECTION, NDIM: 2D}
DATA:
  TEST: {PATH: %q, GT_PATH: %q, LOAD_GT: True, RESOLUTION: [1, 1]}
MODEL: {LOAD_CHECKPOINT: True}
PATHS: {CHECKPOINT_FILE: %q}
TEST: {ENABLE: True, FULL_IMG: True, DET_TOLERANCE: [5], POST_PROCESSING: {REMOVE_CLOSE_POINTS: True, REMOVE_CLOSE_POINTS_RADIUS: [6]}}
PUNCTA: {REFINE: %s}
`

// benchImages is the number of images that are generated.
const benchImages = 35

func newBenchSweep(a *app) *cobra.Command {
	o := bench.DefaultOptions()
	o.Rounds = 3
	var input, points, model, gpu, refine string
	c := &cobra.Command{
		Use:   "sweep [--input DIR --points DIR]",
		Short: "A sweep of 60 settings, with one prediction pass",
		Long: `Measures "puncta sweep" over 60 settings of threshold, radius and smoothing, from the start of
the process to its end, and in turn "puncta predict" of the same images by the same model: what
the settings cost beside one prediction of each image.`,
		Example: "  puncta bench sweep --input test/x --points test/y --model nuclei2d",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.Validate(); err != nil {
				return usage("%w", err)
			}
			dir, err := os.MkdirTemp("", "puncta-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			if input == "" {
				data := simulate.DefaultDatasetOptions()
				data.Train, data.Val, data.Test = 0, 0, benchImages
				if err := workflow.Generate(c.Context(), dir, data, nil); err != nil {
					return err
				}
				input, points = filepath.Join(dir, string(simulate.Test), "x"), filepath.Join(dir, string(simulate.Test), "y")
			}
			commands, err := sweepCommands(dir, input, points, model, refine, gpu)
			if err != nil {
				return err
			}
			o.Progress = a.progress()
			r, err := bench.Sweep(c.Context(), commands, o)
			return a.benchResult(r, err)
		},
	}
	addRounds(c, &o)
	fl := c.Flags()
	fl.StringVar(&input, "input", "", "folder of images (default: 35 generated ones)")
	fl.StringVar(&points, "points", "", "folder of their CSV files of points")
	fl.StringVar(&model, "model", "nuclei2d", "model file, or the name of a model that comes with Puncta")
	fl.StringVar(&refine, "refine", "none", "refinement of all settings: none, subpixel or centroid")
	addGPU(c, &gpu)
	c.MarkFlagsRequiredTogether("input", "points")
	return c
}

// sweepCommands writes the sweep and its configuration into dir and returns what
// is to be run.
func sweepCommands(dir, input, points, model, refine, gpu string) (bench.SweepCommands, error) {
	var out bench.SweepCommands
	items, err := workflow.Pair(input, points)
	if err != nil {
		return out, err
	}
	f, err := workflow.OpenModel(model, nil)
	if err != nil {
		return out, usage("--model: %w", err)
	}
	if f.Settings.Network.NDim != 2 {
		return out, usage("--model: %s is for 3D images: want one for 2D", model)
	}
	f.Settings.Whole = true // in both programs
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := f.Save(at("model.safetensors")); err != nil {
		return out, err
	}
	for name, text := range map[string]string{"use.yaml": fmt.Sprintf(benchUse, absolute(input), absolute(points), at("model.safetensors"), refine), "sweep.yaml": benchSweep} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			return out, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return out, err
	}
	out = bench.SweepCommands{
		Whole:  bench.Command{self, "sweep", at("sweep.yaml"), "--result_dir", "{output}", "--quiet"},
		Pass:   bench.Command{self, "predict", "--checkpoint", at("model.safetensors"), "--input", input, "--output", "{output}", "--quiet"},
		Images: len(items), Settings: benchSettings,
	}
	if gpu != "" {
		out.Whole, out.Pass = append(out.Whole, "--gpu", gpu), append(out.Pass, "--gpu", gpu)
	}
	return out, nil
}

// absolute is the path from the root, or as it is where the working folder is
// gone.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
