package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/inference/pretrained"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
	"github.com/puncta-bio/puncta/widgets"
)

// exploreFlags are those of explore; what says how points are found is that of
// detect.
type exploreFlags struct {
	detectFlags
	gt        string
	lowest    float64
	mostPeaks int
}

func newExplore(a *app) *cobra.Command {
	f := &exploreFlags{}
	c := &cobra.Command{
		Use:   "explore IMAGE",
		Short: "Write a page with sliders for threshold, close points and tolerance",
		Long: `Writes a page that shows one image with its probability map and the points in it, and
sliders for the threshold, the close-point radius and, with --gt, the tolerance: marks,
precision, recall, F1 and their curves follow. The page is one file that needs no network
and no server. What it shows is what "puncta detect" and "puncta score" compute.

The map is that of --prob, or is predicted: by the model nuclei2d, which comes with Puncta,
or by --model. Points are shown before refinement to centroids, which looks at all points
together.`,
		Example: `  puncta explore image.tif --gt image.csv -o explorer.html
  puncta explore image.tif --prob maps/image.tif --gt image.csv --tolerance 5
  puncta explore cells.tif --model cells.safetensors`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.explore(c, f, args[0]) },
	}
	fl, d := c.Flags(), widgets.DefaultExplorerOptions()
	fl.StringVar(&f.prob, "prob", "", "probability map of the image, as \"puncta predict\" writes it; without one it is predicted")
	fl.StringVar(&f.gt, "gt", "", "CSV file of the true points")
	fl.StringVar(&f.model, "model", "", "model file or weights, or a model that comes with Puncta: "+pretrained.Names()+" (default, without --prob, the first of these)")
	fl.StringVar(&f.configFile, "config", "", "configuration of the training, for weights without settings")
	fl.StringVarP(&f.output, "output", "o", "explorer.html", "the page")
	fl.StringVar(&f.settings, "settings", "", `file of settings, as "puncta tune --output" writes it, to begin with`)
	fl.Float64Var(&f.threshold, "threshold", 0.2, "threshold to begin with (default: the model's)")
	fl.Float64Var(&f.radius, "radius", 6, "close-point radius to begin with, physical units; 0 keeps all (default: the model's)")
	fl.Float64Var(&f.tolerance, "tolerance", 10, "tolerance to begin with, physical units; with --settings also which of them (default: that of the settings or the model)")
	fl.Float64SliceVar(&f.resolution, "resolution", nil, "physical units per voxel, y,x or z,y,x (default: the model's, or 1)")
	fl.Float64Var(&f.smoothing, "smoothing", 0, "smoothing of the map, physical units (default: the model's)")
	fl.StringVar(&f.refine, "refine", "none", `what moves points off their voxels, "none" or "subpixel" (default: the model's)`)
	fl.Float64Var(&f.lowest, "lowest", d.Lowest, "lowest threshold of the slider")
	fl.IntVar(&f.mostPeaks, "most_peaks", d.MostPeaks, "largest number of peaks in the page; where there are more, the slider begins higher")
	addGPU(c, &f.gpu)
	return c
}

// explore writes the page.
func (a *app) explore(c *cobra.Command, f *exploreFlags, path string) error {
	changed := c.Flags().Changed
	if f.prob != "" {
		for _, name := range []string{"model", "config", "gpu"} {
			if changed(name) {
				return usage("--%s has no meaning with --prob", name)
			}
		}
	}
	if filesys.IsFolder(f.output) {
		return usage("--output %s is a folder: want a file", f.output)
	}
	if !changed("tolerance") {
		f.tolerance = 0 // that of the settings
	} else if !(f.tolerance > 0) {
		return usage("--tolerance is %v: want a distance above 0", f.tolerance)
	}
	image, err := imageio.Read(path)
	if err != nil {
		return workflow.Input(err)
	}
	o := widgets.DefaultExplorerOptions()
	o.Title, o.Lowest, o.MostPeaks = filepath.Base(path), f.lowest, f.mostPeaks
	var model *inference.ModelFile
	var prob *detection.Volume
	classes := 1
	if f.prob != "" {
		if prob, err = workflow.ReadMap(f.prob); err != nil {
			return err
		}
		if prob.Dims != image.Dims {
			return usage("%s: the map is %v, the image %v (z, y, x): want one size", f.prob, prob.Dims, image.Dims)
		}
		classes = prob.Channels
	} else {
		if f.model == "" {
			f.model = pretrained.List()[0].Name
		}
		if model, err = openModel(f.model, f.configFile); err != nil {
			return err
		}
		if err := workflow.CheckImages([]workflow.Item{{Name: filesys.Stem(path), Path: path, Image: image}}, model); err != nil {
			return err
		}
		o.Detect, classes = model.Settings.Detect, model.Settings.Network.OutChannels
	}
	if err := f.begin(c, &o, model); err != nil {
		return err
	}
	o.Match.ClassAware = classes > 1
	var truth []detection.Point
	if f.gt != "" {
		if truth, err = readTruePoints(f.gt, image.Dims, classes); err != nil {
			return err
		}
	}
	if o.Detect.Refine == detection.RefineCentroid {
		o.Detect.Refine = detection.RefineNone
		o.Notes = append(o.Notes, "The settings move points to the centroids of their objects, which depends on all points together: shown are points before that, and their scores.")
		a.log().Info("the points of the page are not moved to the centroids of their objects, as these settings do in detect")
	}
	if err := o.Validate(); err != nil {
		return usage("%s: %w", path, err)
	}
	if model != nil {
		p, closeAll, err := a.openPredictor(c.Context(), f.gpu, model)
		if err != nil {
			return err
		}
		defer closeAll()
		if prob, err = p.Predict(c.Context(), image); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return a.writeExplorer(f, image.Volume, prob, truth, o)
}

// begin puts the file of settings and the command line over the options, and
// finds the tolerance to begin with.
func (f *exploreFlags) begin(c *cobra.Command, o *widgets.ExplorerOptions, model *inference.ModelFile) error {
	changed := c.Flags().Changed
	if changed("refine") && f.refine != "none" && f.refine != string(detection.RefinePeak) {
		return usage(`--refine is %q: want "none" or %q`, f.refine, detection.RefinePeak)
	}
	if err := f.overMaps(c, &o.Detect); err != nil {
		return err
	}
	switch {
	case changed("tolerance"):
		o.Match.Tolerance = f.tolerance
	case f.settings != "":
		tuned, err := workflow.LoadTuned(f.settings, workflow.DetectorMaps, 0)
		if err != nil {
			return err
		}
		o.Match.Tolerance = tuned.Tolerance
	case model != nil && len(model.Settings.Tolerance) > 0:
		o.Match.Tolerance = model.Settings.Tolerance[0]
	}
	o.Match.Spacing = o.Detect.Prune.Spacing
	return nil
}

// writeExplorer makes the page and says what it holds.
func (a *app) writeExplorer(f *exploreFlags, image, prob *detection.Volume, truth []detection.Point, o widgets.ExplorerOptions) error {
	e, err := widgets.NewExplorer(image, prob, truth, o)
	if err != nil {
		return workflow.Input(err)
	}
	if err := atomicfile.Write(f.output, func(w io.Writer) error { return widgets.WritePage(w, e.Title(), e) }); err != nil {
		return err
	}
	type result struct {
		Output string `json:"output"`
		Peaks  int    `json:"peaks"`
		Points int    `json:"points"`
		*detection.Metrics
	}
	start := e.Initial()
	points, err := e.Points(start)
	if err != nil {
		return err
	}
	out := result{Output: f.output, Peaks: e.Peaks(), Points: len(points)}
	text := fmt.Sprintf("%d peaks, %d points at threshold %g and radius %g", out.Peaks, out.Points, start.Threshold, start.Radius)
	if truth != nil {
		m, err := e.Match(start)
		if err != nil {
			return err
		}
		metrics := m.Score().At(start.Tolerance)
		out.Metrics = &metrics
		text += fmt.Sprintf(", F1 %.3f at a tolerance of %g", metrics.F1, start.Tolerance)
	}
	return a.result(out, text+"; open "+f.output+" in a browser\n")
}

// readTruePoints reads a CSV file of true points; an empty list says that there
// are none.
func readTruePoints(path string, dims [3]int, classes int) ([]detection.Point, error) {
	if filesys.IsFolder(path) {
		return nil, usage("%s: want a CSV file of points: is a folder", path)
	}
	points, err := workflow.ReadTruth(path, dims, classes)
	if err == nil && points == nil {
		points = []detection.Point{}
	}
	return points, err
}
