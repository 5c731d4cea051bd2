package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/inference/pretrained"
	"github.com/puncta-bio/puncta/detection/workflow"
)

func newDetect(a *app) *cobra.Command {
	f := &detectFlags{}
	c := &cobra.Command{
		Use:   "detect IMAGE|DIR …",
		Short: "Find points: in images with a model, in maps, or without training",
		Long: `Finds points and writes, for each image, NAME_points.csv (napari's format), NAME_prob.csv
(with the probability of each point) and NAME.tif (the image with the points as white dots),
and for all of them cell_counter.csv. --export adds a ROI set for Fiji (NAME.zip) and GeoJSON for
QuPath (NAME.geojson); "puncta count" makes tables of the counts.

The points come from one of
  IMAGE|DIR …                        the model nuclei2d that comes with Puncta, for nuclei in 2D
                                     fluorescence images
  IMAGE|DIR … --model FILE           a model that you trained
  --prob DIR                         probability maps, as "puncta predict" writes them
  --input DIR --classical log        no model: peaks of the Laplacian of Gaussian, between the
                                     voxels, for spots and roundish objects of about one size
  --input DIR --classical centroid   no model: Otsu's threshold, distance transform, watershed
                                     and centroids, for bright objects on a dark ground

"puncta tune" finds the best settings for images with true points: --settings takes the file
that it writes. A flag of the command line goes before the file and the model.`,
		Example: `  puncta detect image.tif
  puncta detect cells.tif --model cells.safetensors
  puncta detect --prob maps --output points --threshold 0.5 --radius 6
  puncta detect --input images --classical log --sigma 1.4 --threshold 0.2 --output points
  puncta detect --input images --classical log --settings spots.json --output points`,
		RunE: func(c *cobra.Command, args []string) error { return a.detect(c, f, args) },
	}
	f.add(c)
	return c
}

// detect finds points by the way that the flags name.
func (a *app) detect(c *cobra.Command, f *detectFlags, args []string) error {
	inputs := args
	if f.input != "" {
		inputs = append(inputs, f.input)
	}
	if f.model == "" && f.prob == "" && f.classical == "" && len(inputs) > 0 {
		f.model = pretrained.List()[0].Name
	}
	way, err := wayOf(f.model, f.prob, f.classical)
	if err != nil {
		return err
	}
	if err := refuseOthers(c, way, detectWays); err != nil {
		return err
	}
	for _, format := range f.export {
		if formats := workflow.ExportFormats(); !slices.Contains(formats, format) {
			return usage("--export is %q: want %s, or both with a comma", format, strings.Join(formats, " or "))
		}
	}
	if f.tolerance != 0 && f.settings == "" {
		return usage("--tolerance chooses among the settings of a file: want --settings FILE too")
	}
	switch way {
	case wayModel:
		return a.detectWithModel(c, f, inputs)
	case wayMaps:
		if len(inputs) > 0 {
			return usage("--prob %s and images: want one of the two", f.prob)
		}
		o := detection.DefaultDetectOptions()
		if err := f.overMaps(c, &o); err != nil {
			return err
		}
		if o.Refine == detection.RefineCentroid {
			return usage("%s refines points by their images: want --model and images, or --refine none", f.settings)
		}
		return a.findIn(c, f, []string{f.prob}, workflow.FindInMaps(&o))
	case wayLoG:
		o, err := f.logOptions(c)
		if err != nil {
			return err
		}
		return a.findIn(c, f, inputs, workflow.FindLoG(o))
	}
	o, err := f.centroidOptions(c)
	if err != nil {
		return err
	}
	return a.findIn(c, f, inputs, workflow.FindClassical(o))
}

// detectWithModel predicts and finds in one go.
func (a *app) detectWithModel(c *cobra.Command, f *detectFlags, inputs []string) error {
	model, err := openModel(f.model, f.configFile)
	if err != nil {
		return err
	}
	o := &model.Settings.Detect
	if err := f.overMaps(c, o); err != nil {
		return err
	}
	items, err := f.items(inputs, model)
	if err != nil {
		return err
	}
	p, closeAll, err := a.openPredictor(c.Context(), f.gpu, model)
	if err != nil {
		return err
	}
	defer closeAll()
	return a.findPoints(c, f, items, func(item *workflow.Item) ([]detection.Point, error) {
		prob, err := p.Predict(c.Context(), item.Image)
		if err != nil {
			return nil, err
		}
		return detection.DetectInImage(prob, item.Image.Volume, *o)
	})
}

// items lists the inputs and checks them, against a model if there is one.
func (f *detectFlags) items(inputs []string, model *inference.ModelFile) ([]workflow.Item, error) {
	if len(inputs) == 0 {
		return nil, usage("no image: name images or folders, or give --input")
	}
	var items []workflow.Item
	for _, in := range inputs {
		some, err := workflow.Images(in)
		if err != nil {
			return nil, err
		}
		if err := apart(in, f.output); err != nil {
			return nil, err
		}
		items = append(items, some...)
	}
	return items, workflow.CheckImages(items, model)
}

// findIn checks the inputs, and finds and writes the points.
func (a *app) findIn(c *cobra.Command, f *detectFlags, inputs []string, find workflow.Finder) error {
	items, err := f.items(inputs, nil)
	if err != nil {
		return err
	}
	return a.findPoints(c, f, items, find)
}

// findPoints finds and writes the points of images that have been checked.
func (a *app) findPoints(c *cobra.Command, f *detectFlags, items []workflow.Item, find workflow.Finder) error {
	counts, err := workflow.FindPoints(c.Context(), items, f.output, find, a.progress())
	if err != nil {
		if errors.Is(err, detection.ErrShape) {
			err = workflow.Input(err)
		}
		return err
	}
	if err := a.exportFound(c, f, items); err != nil {
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

// exportFound writes what was found for other programs, too.
func (a *app) exportFound(c *cobra.Command, f *detectFlags, items []workflow.Item) error {
	if len(f.export) == 0 {
		return nil
	}
	sets := workflow.FoundPointSets(items, f.output)
	if f.prob != "" {
		for i := range sets {
			sets[i].Image = "" // a map, whose channels are classes
		}
	}
	if err := workflow.ReadPointSets(sets); err != nil {
		return err
	}
	for _, format := range f.export {
		if err := workflow.ExportPointSets(c.Context(), sets, f.output, workflow.DefaultExportOptions(format), a.progress()); err != nil {
			return err
		}
	}
	return nil
}
