package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// tuneFlags are the flags of the tune command.
type tuneFlags struct {
	model, prob, input, classical, gt, configFile, gpu string
	tolerances, resolution                             []float64
	thresholds, radii, smoothings, sigmas              string
	absolute, dark, save                               bool
	refine                                             []string
	output, curve                                      string
}

// tuneWays are the flags of tune that only some ways have.
var tuneWays = map[string][]string{
	"input":      {wayModel, wayLoG, wayCentroid},
	"config":     {wayModel},
	"gpu":        {wayModel},
	"save":       {wayModel},
	"radii":      {wayModel, wayMaps},
	"smoothings": {wayModel, wayMaps, wayCentroid},
	"sigmas":     {wayLoG},
	"absolute":   {wayLoG},
	"dark":       {wayModel, wayLoG},
	"refine":     {wayModel, wayMaps},
}

func newTune(a *app) *cobra.Command {
	f := &tuneFlags{}
	c := &cobra.Command{
		Use:   "tune --prob DIR --gt DIR --tolerance T[,T…]",
		Short: "Find the best threshold, radius and smoothing on images with true points",
		Long: `Tries a grid of settings on images whose points are known and shows the best: the highest
F1, pooled over all images, for each tolerance. Use validation images, and score the result
on others.

What is tuned is one of
  --prob DIR                         the search for points in probability maps
  --model FILE --input DIR           the same after a prediction; --save stores the settings in
                                     the model file, where "puncta detect" takes them from
  --input DIR --classical log        scale and threshold of the Laplacian of Gaussian
  --input DIR --classical centroid   the classical detector

Where maps have several channels, the CSV files need a column class; then each class gets a
threshold and a radius of its own, so that the mean F1 of the classes is highest.

A grid is lo:hi:step, ends included, lo:hi:xfactor, such as 1:100:x1.2, or values with
commas. "puncta detect --settings FILE" uses the file of --output.`,
		Example: `  puncta tune --prob maps --gt val/y --tolerance 5 --output settings.json --curve f1.png
  puncta tune --model nuclei.safetensors --input val/x --gt val/y --tolerance 5 --save
  puncta tune --classical log --input train/x --gt train/y --tolerance 2 --output spots.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.tune(c, f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.prob, "prob", "", "folder of probability maps")
	fl.StringVar(&f.model, "model", "", "model file or weights")
	fl.StringVar(&f.configFile, "config", "", "configuration of the training, for weights without settings")
	fl.StringVar(&f.classical, "classical", "", `detector without training: "log" or "centroid"`)
	fl.StringVar(&f.input, "input", "", "folder of images")
	fl.StringVar(&f.gt, "gt", "", "folder of CSV files with true points (required)")
	fl.Float64SliceVar(&f.tolerances, "tolerance", nil, "largest distance of a match, physical units; several with commas (required)")
	fl.Float64SliceVar(&f.resolution, "resolution", nil, "physical units per voxel, y,x or z,y,x (default: the model's, or 1)")
	fl.StringVar(&f.thresholds, "thresholds", "", "grid of thresholds (default 0.05:0.95:0.05 and 0.01, 0.02, 0.03; log: shares of the highest response, 0.016 to 0.84 by 19 %; centroid: factors of Otsu's threshold, 0.6,0.8,1)")
	fl.StringVar(&f.radii, "radii", "", "maps and models: grid of radii of close points, physical units (default 0:16:2)")
	fl.StringVar(&f.smoothings, "smoothings", "", "grid of smoothings, physical units (default 0:3:1, of the map; centroid: 0.5,1,2 voxels)")
	fl.StringVar(&f.sigmas, "sigmas", "", "log: grid of scales, physical units (default 1 to 11.3 voxels by 19 %)")
	fl.BoolVar(&f.absolute, "absolute", false, "log: --thresholds are responses in the units of the image")
	fl.StringSliceVar(&f.refine, "refine", nil, "maps and models: refinements to try, none, subpixel and, with a model, centroid (default all of them)")
	fl.BoolVar(&f.dark, "dark", false, "log and refinement to centroids: dark objects on a bright ground")
	fl.StringVar(&f.output, "output", "", "file for the settings, JSON")
	fl.BoolVar(&f.save, "save", false, "store the settings in the model file")
	fl.StringVar(&f.curve, "curve", "", "file for F1, precision and recall over the threshold, .csv or .png")
	addGPU(c, &f.gpu)
	for _, name := range []string{"gt", "tolerance"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that is not there
	}
	return c
}

// tune searches by the way that the flags name.
func (a *app) tune(c *cobra.Command, f *tuneFlags) error {
	way, err := wayOf(f.model, f.prob, f.classical)
	if err != nil {
		return err
	}
	if err := refuseOthers(c, way, tuneWays); err != nil {
		return err
	}
	if way != wayMaps && f.input == "" {
		return usage("%s needs images: want --input DIR", way)
	}
	if err := f.check(); err != nil {
		return err
	}
	spacing, err := parseResolution(f.resolution)
	if err != nil {
		return err
	}
	switch way {
	case wayModel:
		return a.tuneModel(c, f)
	case wayMaps:
		return a.tuneMaps(f, spacing)
	case wayLoG:
		grid, err := f.logGrid(spacing)
		if err != nil {
			return err
		}
		items, err := workflow.TruePairs(f.input, f.gt, 1)
		if err != nil {
			return err
		}
		return a.tuneItems(f, workflow.DetectorLoG, len(items), nil, func(tolerance float64) (workflow.Tuned, error) {
			return workflow.TuneLoG(c.Context(), items, grid, tolerance, spacing)
		})
	}
	grid, err := f.centroidGrid(spacing)
	if err != nil {
		return err
	}
	items, err := workflow.TruePairs(f.input, f.gt, 1)
	if err != nil {
		return err
	}
	return a.tuneItems(f, workflow.DetectorCentroid, len(items), nil, func(tolerance float64) (workflow.Tuned, error) {
		return workflow.TuneCentroid(c.Context(), items, grid, tolerance, spacing)
	})
}

// tuneMaps searches in maps that there are.
func (a *app) tuneMaps(f *tuneFlags, spacing detection.Spacing) error {
	base := detection.DefaultDetectOptions()
	base.Prune.Spacing = spacing
	grid, err := f.mapGrid(wayMaps, spacing)
	if err != nil {
		return err
	}
	items, err := workflow.MapPairs(f.prob, f.gt)
	if err != nil {
		return err
	}
	return a.tuneItems(f, workflow.DetectorMaps, len(items), nil, func(tolerance float64) (workflow.Tuned, error) {
		grid.Match.Tolerance = tolerance
		return workflow.TuneMaps(items, base, grid)
	})
}

// refinements are those of --refine, all that can be tried without it.
func (f *tuneFlags) refinements(way string) ([]detection.Refinement, error) {
	possible := detection.AllRefinements()
	if way == wayMaps {
		possible = slices.DeleteFunc(possible, func(r detection.Refinement) bool { return r.Kind == detection.RefineCentroid })
	}
	if len(f.refine) == 0 {
		return possible, nil
	}
	var chosen []detection.Refinement
	for _, name := range f.refine {
		kind := detection.RefineKind(name)
		if name == "none" {
			kind = detection.RefineNone
		}
		n := len(chosen)
		for _, r := range possible {
			if r.Kind == kind && name != "" {
				chosen = append(chosen, r)
			}
		}
		if len(chosen) == n {
			return nil, usage("--refine has %q: want none, subpixel or, with --model, centroid", name)
		}
	}
	return chosen, nil
}

// tuneModel predicts the maps and searches in them.
func (a *app) tuneModel(c *cobra.Command, f *tuneFlags) error {
	model, err := openModel(f.model, f.configFile)
	if err != nil {
		return err
	}
	base := model.Settings.Detect
	if len(f.resolution) > 0 {
		if base.Prune.Spacing, err = parseResolution(f.resolution); err != nil {
			return err
		}
	}
	base.Centroid.Dark = base.Centroid.Dark || f.dark
	grid, err := f.mapGrid(wayModel, base.Prune.Spacing)
	if err != nil {
		return err
	}
	items, err := workflow.TruePairs(f.input, f.gt, model.Settings.Network.OutChannels)
	if err != nil {
		return err
	}
	if err := workflow.CheckImages(items, model); err != nil {
		return err
	}
	p, closeAll, err := a.openPredictor(c.Context(), f.gpu, model)
	if err != nil {
		return err
	}
	defer closeAll()
	if grid.Images, err = workflow.PredictMaps(c.Context(), p, items, a.progress()); err != nil {
		return err
	}
	return a.tuneItems(f, workflow.DetectorMaps, len(items), model, func(tolerance float64) (workflow.Tuned, error) {
		grid.Match.Tolerance = tolerance
		return workflow.TuneMaps(items, base, grid)
	})
}

// tuneItems searches at each tolerance, writes what was asked for and prints
// the result. model is where --save goes, and may be nil.
func (a *app) tuneItems(f *tuneFlags, detector string, images int, model *inference.ModelFile, search func(tolerance float64) (workflow.Tuned, error)) error {
	file := workflow.TunedFile{Detector: detector, Images: images}
	for _, tolerance := range f.tolerances {
		tuned, err := search(tolerance)
		if err != nil {
			return err
		}
		file.Settings = append(file.Settings, tuned)
	}
	var written []string
	if f.output != "" {
		if err := file.Save(f.output); err != nil {
			return err
		}
		written = append(written, "settings are in "+f.output)
	}
	if f.curve != "" {
		if err := workflow.WriteCurves(f.curve, file.Settings); err != nil {
			return err
		}
		written = append(written, "the curve is in "+f.curve)
	}
	if f.save {
		model.Settings.Detect, model.Settings.Tolerance = *file.Settings[0].Detect, f.tolerances
		if err := model.Save(f.model); err != nil {
			return err
		}
		written = append(written, "settings are stored in "+f.model)
	}
	text := tunedTable(file)
	if len(written) > 0 {
		text += strings.Join(written, "; ") + "\n"
	}
	if len(file.Settings) == 1 {
		return a.result(file.Settings[0], text)
	}
	return a.result(file.Settings, text)
}

// tunedTable shows the best settings as lines.
func tunedTable(file workflow.TunedFile) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%9s  %6s %9s %6s  %6s %6s %6s  best settings on %d images\n", "tolerance", "F1", "precision", "recall", "TP", "FP", "FN", file.Images)
	for _, t := range file.Settings {
		fmt.Fprintf(&b, "%9g  %6.3f %9.3f %6.3f  %6d %6d %6d  %s\n", t.Tolerance, t.F1, t.Precision, t.Recall, t.TP, t.FP, t.FN, t.Describe())
		for _, c := range t.Classes {
			fmt.Fprintf(&b, "%9s  %6.3f %9.3f %6.3f  %6d %6d %6d\n", fmt.Sprintf("class %d", c.Class), c.F1, c.Precision, c.Recall, c.TP, c.FP, c.FN)
		}
	}
	return b.String()
}

// check looks at what can be seen to be wrong before any file is read.
func (f *tuneFlags) check() error {
	for i, t := range f.tolerances {
		if !(t > 0) {
			return usage("--tolerance is %v: want a distance above 0", t)
		}
		if slices.Contains(f.tolerances[:i], t) {
			return usage("--tolerance has %v twice", t)
		}
	}
	if f.save && len(f.tolerances) > 1 {
		return usage("--save with %d tolerances: a model file holds settings for one; give one", len(f.tolerances))
	}
	if f.save && !strings.EqualFold(filepath.Ext(f.model), ".safetensors") {
		return usage("--save: %s is no .safetensors file, the only kind that holds settings; use --output", f.model)
	}
	if f.curve != "" {
		if err := workflow.CheckCurveFile(f.curve); err != nil {
			return usage("--curve %w", err)
		}
	}
	for _, out := range []struct{ flag, path string }{{"--output", f.output}, {"--curve", f.curve}} {
		if out.path == "" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(out.path)); err != nil || !info.IsDir() {
			return usage("%s %s: there is no folder %s: make it first", out.flag, out.path, filepath.Dir(out.path))
		}
		if info, err := os.Stat(out.path); err == nil && info.IsDir() {
			return usage("%s %s is a folder: want a file", out.flag, out.path)
		}
	}
	if f.output != "" && f.output == f.curve {
		return usage("--output and --curve are both %s: want two files", f.output)
	}
	return nil
}
