package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// detectFlags are the flags of the detect command.
type detectFlags struct {
	model, prob, input, classical, output, gpu, configFile string
	threshold, radius                                      float64
	resolution                                             []float64
	smoothing, minDistance, factor, distanceSmoothing      float64
	minSize                                                int
}

func newDetect(a *app) *cobra.Command {
	f := &detectFlags{}
	c := &cobra.Command{
		Use:   "detect [IMAGE|DIR …] --model FILE",
		Short: "Find points: in images with a model, in maps, or without training",
		Long: `Finds points and writes, for each image, NAME_points.csv (napari's format), NAME_prob.csv
(with the probability of each point) and NAME.tif (the image with the points as white dots),
and for all of them cell_counter.csv.

The points come from one of
  IMAGE|DIR … --model FILE           a trained model
  --prob DIR                         probability maps, as "puncta predict" writes them
  --input DIR --classical centroid   no model: Otsu's threshold, distance transform, watershed
                                     and centroids, for bright objects on a dark ground`,
		Example: `  puncta detect cells.tif --model nuclei.safetensors
  puncta detect --prob maps --output points --threshold 0.5 --radius 6
  puncta detect --input images --classical centroid --output points`,
		RunE: func(c *cobra.Command, args []string) error { return a.detect(c, f, args) },
	}
	fl := c.Flags()
	fl.StringVar(&f.model, "model", "", "model file or weights")
	fl.StringVar(&f.configFile, "config", "", "configuration of the training, for weights without settings")
	fl.StringVar(&f.prob, "prob", "", "folder of probability maps, or one map")
	fl.StringVar(&f.input, "input", "", "folder of images, or one image")
	fl.StringVar(&f.classical, "classical", "", `detector without training: "centroid"`)
	fl.StringVar(&f.output, "output", "detections", "folder for the results")
	fl.Float64Var(&f.threshold, "threshold", 0.2, "probability that a point must exceed, 0 to 1 (default: the model's)")
	fl.Float64Var(&f.radius, "radius", 6, "of two points closer than this, physical units, the less probable goes; 0 keeps both (default: the model's)")
	fl.Float64SliceVar(&f.resolution, "resolution", nil, "physical units per voxel, y,x or z,y,x (default: the model's, or 1)")
	fl.Float64Var(&f.smoothing, "smoothing", 1, "classical: standard deviation of the smoothing, physical units")
	fl.Float64Var(&f.factor, "threshold_factor", 1, "classical: times Otsu's threshold")
	fl.IntVar(&f.minSize, "min_size", 20, "classical: smallest object, voxels")
	fl.Float64Var(&f.minDistance, "min_distance", 5, "classical: smallest distance of touching objects, physical units")
	fl.Float64Var(&f.distanceSmoothing, "distance_smoothing", 1, "classical: smoothing of the distance transform, physical units")
	addGPU(c, &f.gpu)
	return c
}

// detect finds points by the way that the flags name.
func (a *app) detect(c *cobra.Command, f *detectFlags, args []string) error {
	spacing, err := parseResolution(f.resolution)
	if err != nil {
		return err
	}
	inputs := args
	if f.input != "" {
		inputs = append(inputs, f.input)
	}
	var find workflow.Finder
	var model *detection.DetectOptions
	switch {
	case f.prob != "" && f.model == "" && f.classical == "" && len(inputs) == 0:
		inputs = []string{f.prob}
		o := detection.DefaultDetectOptions()
		o.Prune.Spacing = spacing
		model, find = &o, workflow.FindInMaps(&o)
	case f.classical != "" && f.prob == "" && f.model == "":
		if f.classical != "centroid" {
			return usage(`--classical is %q: want "centroid"`, f.classical)
		}
		o := detection.ClassicalOptions{
			Smoothing: f.smoothing, ThresholdFactor: f.factor, FillHoles: true, MinSize: f.minSize,
			DistanceSmoothing: f.distanceSmoothing, MinDistance: f.minDistance, Spacing: spacing,
		}
		if err := o.Validate(); err != nil {
			return usage("settings of the classical detector: %w", err)
		}
		find = workflow.FindClassical(o)
	case f.model != "" && f.prob == "" && f.classical == "":
		return a.detectWithModel(c, f, inputs)
	default:
		return usage("want one of --model FILE, --prob DIR and --classical centroid; see puncta detect --help")
	}
	if model != nil {
		if err := f.override(c, model); err != nil {
			return err
		}
	}
	return a.findPoints(c, f, inputs, find, nil)
}

// detectWithModel predicts and finds in one go.
func (a *app) detectWithModel(c *cobra.Command, f *detectFlags, inputs []string) error {
	cfg, err := workflow.LoadForPrediction(f.configFile)
	if err != nil {
		return err
	}
	model, err := workflow.OpenModel(f.model, cfg)
	if err != nil {
		return err
	}
	o := &model.Settings.Detect
	if err := f.override(c, o); err != nil {
		return err
	}
	dev, err := a.device(f.gpu, "")
	if err != nil {
		return err
	}
	var runtime *device.Runtime
	var p *workflow.Predictor
	defer func() {
		if p != nil {
			p.Close()
		}
		if runtime != nil {
			runtime.Close()
		}
	}()
	find := func(item *workflow.Item) ([]detection.Point, error) {
		if p == nil { // after the inputs have been checked
			if runtime, err = device.Open(c.Context(), dev); err != nil {
				return nil, err
			}
			if p, err = workflow.NewPredictor(runtime.Backend, model, nil); err != nil {
				return nil, err
			}
		}
		prob, err := p.Predict(c.Context(), item.Image)
		if err != nil {
			return nil, err
		}
		return detection.Detect(prob, *o)
	}
	return a.findPoints(c, f, inputs, find, model)
}

// override puts what was given on the command line over the options.
func (f *detectFlags) override(c *cobra.Command, o *detection.DetectOptions) error {
	changed := c.Flags().Changed
	if changed("threshold") || f.model == "" {
		if !(f.threshold >= 0 && f.threshold < 1) {
			return usage("--threshold is %v: want a probability, 0 to below 1", f.threshold)
		}
		o.Peaks.ThresholdType, o.Peaks.Threshold, o.ClassThresholds = detection.Manual, f.threshold, nil
	}
	if changed("radius") || f.model == "" {
		if !(f.radius >= 0) {
			return usage("--radius is %v: want 0 or more", f.radius)
		}
		o.RemoveClose, o.Prune.Radius, o.Prune.ClassRadii = f.radius > 0, f.radius, nil
	}
	if changed("resolution") {
		spacing, err := parseResolution(f.resolution)
		if err != nil {
			return err
		}
		o.Prune.Spacing = spacing
	}
	return nil
}

// findPoints lists the inputs, checks them (against a model, if there is one),
// and finds and writes the points.
func (a *app) findPoints(c *cobra.Command, f *detectFlags, inputs []string, find workflow.Finder, model *inference.ModelFile) error {
	if len(inputs) == 0 {
		return usage("no image: name images or folders, or give --input")
	}
	var items []workflow.Item
	for _, in := range inputs {
		some, err := workflow.Images(in)
		if err != nil {
			return err
		}
		if err := apart(in, f.output); err != nil {
			return err
		}
		items = append(items, some...)
	}
	if err := workflow.CheckImages(items, model); err != nil {
		return err
	}
	counts, err := workflow.FindPoints(c.Context(), items, f.output, find, a.progress())
	if err != nil {
		if errors.Is(err, detection.ErrShape) {
			err = workflow.Input(err)
		}
		return err
	}
	total := 0
	for _, n := range counts {
		total += n.Cells
	}
	text := fmt.Sprintf("found %d points in %d images; they are in %s\n", total, len(items), f.output)
	if len(items) == 1 {
		text = fmt.Sprintf("found %d points; they are in %s\n", total, filepath.Join(f.output, items[0].Name+"_points.csv"))
	}
	return a.result(map[string]any{"images": len(items), "points": total, "output": f.output}, text)
}
