package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference/pretrained"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// The ways to find points, as the command line says them.
const (
	wayModel    = "--model"
	wayMaps     = "--prob"
	wayLoG      = "--classical log"
	wayCentroid = "--classical centroid"
)

// wayOf is the way that exactly one of three flags asks for.
func wayOf(model, prob, classical string) (string, error) {
	given := 0
	for _, v := range []string{model, prob, classical} {
		if v != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return "", usage("want one of --model FILE, --prob DIR, --classical log and --classical centroid")
	case model != "":
		return wayModel, nil
	case prob != "":
		return wayMaps, nil
	case classical != workflow.DetectorLoG && classical != workflow.DetectorCentroid:
		return "", usage("--classical is %q: want %q or %q", classical, workflow.DetectorLoG, workflow.DetectorCentroid)
	}
	return "--classical " + classical, nil
}

// refuseOthers refuses flags that say nothing to a way to find points. ways
// holds, for flags that not all ways have, those that have it.
func refuseOthers(c *cobra.Command, way string, ways map[string][]string) error {
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		if c.Flags().Changed(name) && !slices.Contains(ways[name], way) {
			return usage("--%s has no meaning with %s", name, way)
		}
	}
	return nil
}

// detectFlags are the flags of the detect command.
type detectFlags struct {
	model, prob, input, classical, output, gpu, configFile, settings string
	threshold, radius, tolerance                                     float64
	resolution, sigma                                                []float64
	smoothing, minDistance, factor, distanceSmoothing                float64
	refine                                                           string
	centroidFactor                                                   float64
	minSize                                                          int
	absolute, dark, subpixel                                         bool
	export                                                           []string
}

// detectWays are the flags of detect that only some ways have.
var detectWays = map[string][]string{
	"config":             {wayModel},
	"gpu":                {wayModel},
	"threshold":          {wayModel, wayMaps, wayLoG},
	"radius":             {wayModel, wayMaps, wayLoG},
	"smoothing":          {wayModel, wayMaps, wayCentroid},
	"refine":             {wayModel, wayMaps},
	"centroid_factor":    {wayModel},
	"sigma":              {wayLoG},
	"absolute":           {wayLoG},
	"dark":               {wayModel, wayLoG},
	"subpixel":           {wayLoG},
	"threshold_factor":   {wayCentroid},
	"min_size":           {wayCentroid},
	"min_distance":       {wayCentroid},
	"distance_smoothing": {wayCentroid},
}

func (f *detectFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.model, "model", "", "model file or weights, or a model that comes with Puncta: "+pretrained.Names()+" (default, with images, the first of these)")
	fl.StringVar(&f.configFile, "config", "", "configuration of the training, for weights without settings")
	fl.StringVar(&f.prob, "prob", "", "folder of probability maps, or one map")
	fl.StringVar(&f.input, "input", "", "folder of images, or one image")
	fl.StringVar(&f.classical, "classical", "", `detector without training: "log" or "centroid"`)
	fl.StringVar(&f.output, "output", "detections", "folder for the results")
	fl.StringSliceVar(&f.export, "export", nil, "write the points for other programs, too: "+strings.Join(workflow.ExportFormats(), ", "))
	fl.StringVar(&f.settings, "settings", "", `file of settings, as "puncta tune --output" writes it`)
	fl.Float64Var(&f.tolerance, "tolerance", 0, "which of the settings of the file, where it holds those for several tolerances")
	fl.Float64Var(&f.threshold, "threshold", 0.2, "value that a point must exceed: a probability, or log: a share of the highest response, 0 to 1 (default: the model's)")
	fl.Float64Var(&f.radius, "radius", 6, "of two points closer than this, physical units, the less probable goes; 0 keeps both (default: the model's; log: 0)")
	fl.Float64SliceVar(&f.resolution, "resolution", nil, "physical units per voxel, y,x or z,y,x (default: the model's, or 1)")
	fl.Float64Var(&f.smoothing, "smoothing", 1, "centroid: standard deviation of the smoothing of the image, physical units; maps and models: that of the map (default 0, or the model's)")
	fl.Float64SliceVar(&f.sigma, "sigma", []float64{2}, "log: standard deviation of the Gaussian, physical units; about 0.7 times the radius of the objects; several with commas for a range of sizes")
	fl.BoolVar(&f.absolute, "absolute", false, "log: --threshold is a response in the units of the image")
	fl.StringVar(&f.refine, "refine", "none", `maps and models: what moves points off their voxels, "none", "subpixel" or, with a model, "centroid": the centroid of the object in the image (default: the model's)`)
	fl.Float64Var(&f.centroidFactor, "centroid_factor", 0.6, "models: threshold that outlines objects for --refine centroid, in Otsu thresholds above the ground (default: the model's)")
	fl.BoolVar(&f.dark, "dark", false, "log, and models with --refine centroid: dark objects on a bright ground")
	fl.BoolVar(&f.subpixel, "subpixel", true, "log: place points between the voxels")
	fl.Float64Var(&f.factor, "threshold_factor", 1, "centroid: times Otsu's threshold")
	fl.IntVar(&f.minSize, "min_size", 20, "centroid: smallest object, voxels")
	fl.Float64Var(&f.minDistance, "min_distance", 5, "centroid: smallest distance of touching objects, physical units")
	fl.Float64Var(&f.distanceSmoothing, "distance_smoothing", 1, "centroid: smoothing of the distance transform, physical units")
	addGPU(c, &f.gpu)
}

// overMaps puts the file of settings and what was given on the command line
// over options for maps.
func (f *detectFlags) overMaps(c *cobra.Command, o *detection.DetectOptions) error {
	if f.settings != "" {
		tuned, err := workflow.LoadTuned(f.settings, workflow.DetectorMaps, f.tolerance)
		if err != nil {
			return err
		}
		*o = *tuned.Detect
	}
	changed := c.Flags().Changed
	if changed("threshold") {
		if !(f.threshold >= 0 && f.threshold < 1) {
			return usage("--threshold is %v: want a probability, 0 to below 1", f.threshold)
		}
		o.Peaks.ThresholdType, o.Peaks.Threshold, o.ClassThresholds = detection.Manual, f.threshold, nil
	}
	if changed("radius") {
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
		for a := range o.Smooth { // what it was in physical units it stays
			o.Smooth[a] *= o.Prune.Spacing[a] / spacing[a]
		}
		o.Prune.Spacing = spacing
	}
	if changed("smoothing") {
		if !(f.smoothing >= 0) {
			return usage("--smoothing is %v: want 0 or more", f.smoothing)
		}
		for a, voxel := range o.Prune.Spacing {
			o.Smooth[a] = f.smoothing / voxel
		}
	}
	if changed("refine") {
		o.Refine = detection.RefineKind(f.refine)
		if f.refine == "none" {
			o.Refine = detection.RefineNone
		}
	}
	if o.Refine == detection.RefineCentroid {
		if changed("centroid_factor") {
			o.Centroid.ThresholdFactor = f.centroidFactor
		}
		if changed("dark") {
			o.Centroid.Dark = f.dark
		}
	} else if changed("centroid_factor") || changed("dark") {
		return usage("--centroid_factor and --dark have no meaning without --refine centroid")
	}
	if err := o.Validate(); err != nil {
		return usage("settings for maps: %w", err)
	}
	return nil
}

// logOptions are those of the Laplacian of Gaussian: the defaults, then the
// file of settings, then the command line.
func (f *detectFlags) logOptions(c *cobra.Command) (detection.LoGOptions, error) {
	o := detection.DefaultLoGOptions()
	if f.settings != "" {
		tuned, err := workflow.LoadTuned(f.settings, workflow.DetectorLoG, f.tolerance)
		if err != nil {
			return o, err
		}
		o = *tuned.LoG
	}
	changed := c.Flags().Changed
	if changed("absolute") && f.absolute == o.Relative && !changed("threshold") {
		return o, usage("--absolute changes the meaning of the threshold: want --threshold too")
	}
	if changed("absolute") {
		o.Relative = !f.absolute
	}
	if changed("sigma") {
		o.Sigma, o.Sigmas = [3]float64{}, f.sigma
	}
	if changed("threshold") {
		o.Threshold = f.threshold
	}
	if changed("dark") {
		o.DarkBlobs = f.dark
	}
	if changed("subpixel") {
		o.Refine = f.subpixel
	}
	if changed("radius") {
		if !(f.radius >= 0) {
			return o, usage("--radius is %v: want 0 or more", f.radius)
		}
		o.RemoveClose, o.Prune.Radius = f.radius > 0, f.radius
	}
	if changed("resolution") {
		spacing, err := parseResolution(f.resolution)
		if err != nil {
			return o, err
		}
		o.Spacing, o.Prune.Spacing = spacing, spacing
	}
	if err := o.Validate(); err != nil {
		return o, usage("settings of the Laplacian of Gaussian: %w", err)
	}
	return o, nil
}

// centroidOptions are those of the classical detector: the defaults, then the
// file of settings, then the command line.
func (f *detectFlags) centroidOptions(c *cobra.Command) (detection.ClassicalOptions, error) {
	o := detection.DefaultClassicalOptions()
	if f.settings != "" {
		tuned, err := workflow.LoadTuned(f.settings, workflow.DetectorCentroid, f.tolerance)
		if err != nil {
			return o, err
		}
		o = *tuned.Centroid
	}
	changed := c.Flags().Changed
	for _, length := range []struct {
		name      string
		from, dst *float64
	}{
		{"smoothing", &f.smoothing, &o.Smoothing}, {"threshold_factor", &f.factor, &o.ThresholdFactor},
		{"min_distance", &f.minDistance, &o.MinDistance}, {"distance_smoothing", &f.distanceSmoothing, &o.DistanceSmoothing},
	} {
		if changed(length.name) {
			*length.dst = *length.from
		}
	}
	if changed("min_size") {
		o.MinSize = f.minSize
	}
	if changed("resolution") {
		spacing, err := parseResolution(f.resolution)
		if err != nil {
			return o, err
		}
		o.Spacing = spacing
	}
	if err := o.Validate(); err != nil {
		return o, usage("settings of the classical detector: %w", err)
	}
	return o, nil
}
