package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/workflow"
)

func newExport(a *app) *cobra.Command {
	var output, format, objects string
	var classNames, images []string
	c := &cobra.Command{
		Use:   "export POINTS|DIR … --format fiji|qupath --output DIR",
		Short: "Points for Fiji and QuPath",
		Long: `Writes CSV files of points, as "puncta detect" and napari write them, in the format of
another program: one file per image, in the same subfolders. Of NAME.csv, NAME_prob.csv and
NAME_points.csv the first that is there is taken.

  --format fiji     NAME.zip, a ROI set: drag it into Fiji, or open it in the ROI Manager. One
                    multi-point selection per class, whose group is the class; in a stack each
                    point on its slice. --objects point makes a selection of each point, which
                    keeps its probability as a property.
  --format qupath   NAME.geojson: drag it onto the image in QuPath (0.4 and later). One detection
                    per point, with its classification, colour and probability, on its plane.
                    --objects annotation makes one points annotation per class and plane.

docs/export.md says how coordinates are converted.`,
		Example: `  puncta export detections --format fiji --output fiji
  puncta export points/a_prob.csv --format qupath --class_names neuron,glia --output qupath`,
		RunE: func(c *cobra.Command, args []string) error {
			opts := workflow.DefaultExportOptions(format)
			opts.Objects, opts.ClassNames = objects, classNames
			if err := opts.Validate(); err != nil {
				return err
			}
			sets, err := pointSets(args)
			if err != nil {
				return err
			}
			if c.Flags().Changed("image") {
				if err := workflow.FindImages(sets, images); err != nil {
					return err
				}
			}
			if err := workflow.ExportPointSets(c.Context(), sets, output, opts, a.progress()); err != nil {
				return err
			}
			total := totalPoints(sets)
			text := fmt.Sprintf("exported %d points of %d images; they are in %s\n", total, len(sets), output)
			return a.result(map[string]any{"images": len(sets), "points": total, "format": format, "output": output}, text)
		},
	}
	fl := c.Flags()
	fl.StringVar(&format, "format", "", strings.Join(workflow.ExportFormats(), " or ")+" (required)")
	fl.StringVar(&output, "output", "", "folder for the results (required)")
	fl.StringVar(&objects, "objects", "", "what a point becomes: fiji: multipoint (default) or point; qupath: detection (default) or annotation")
	fl.StringSliceVar(&classNames, "class_names", nil, "names of the classes, class 1 first, with commas (default class 1, class 2 …)")
	fl.StringSliceVar(&images, "image", nil, "folder of the images, for the number of channels of a stack; several with commas")
	for _, name := range []string{"format", "output"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that is not there
	}
	return c
}

// pointSets lists and reads the points files of the command line.
func pointSets(inputs []string, except ...string) ([]workflow.PointSet, error) {
	if len(inputs) == 0 {
		return nil, usage("no points: name CSV files or folders of them")
	}
	sets, err := workflow.PointSets(inputs, except...)
	if err != nil {
		return nil, err
	}
	return sets, workflow.ReadPointSets(sets)
}

func totalPoints(sets []workflow.PointSet) int {
	total := 0
	for _, s := range sets {
		total += len(s.Points)
	}
	return total
}
