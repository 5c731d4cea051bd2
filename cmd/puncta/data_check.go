package main

import (
	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/dataset"
	"github.com/puncta-bio/puncta/detection/workflow"
)

func newDataCheck(a *app) *cobra.Command {
	o := dataset.DefaultCheckOptions()
	var sheet string
	var patch, dilation []int
	var resolution []float64
	c := &cobra.Command{
		Use:   "check DIR",
		Short: "Look at a set before training: pairs, values, points, classes, duplicates",
		Long: `Reads a set, DIR/{train,val,test}/{x,y}, DIR/{x,y}, or images in DIR with their CSV files
beside them, and reports
  errors    what a training refuses, or what makes its score worthless: images without their
            CSV, faults of a CSV, a mixture of formats, one image in two splits
  warnings  what makes a training worse: points that touch, rare classes, images in two splits
            that look alike, however turned, mirrored or brightened
  notes     what is worth knowing
with tables of sizes, of points and of the distances between neighbours. Nothing is changed.

Exit status: 0 without errors, 2 with errors.`,
		Example: "  puncta data check nuclei --patch 256,256 --sheet nuclei.png",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			spacing, err := parseResolution(resolution)
			if err != nil {
				return err
			}
			o.Spacing = spacing
			if o.Patch, err = voxels("--patch", patch, o.Patch); err != nil {
				return err
			}
			if o.Radii, err = voxels("--dilation", dilation, o.Radii); err != nil {
				return err
			}
			if err := o.Validate(); err != nil {
				return usage("settings of the check: %w", err)
			}
			report, err := dataset.Check(c.Context(), args[0], o, a.progress())
			if err != nil {
				if c.Context().Err() != nil {
					return err
				}
				return workflow.Input(err)
			}
			if sheet != "" {
				if err := report.WriteSheet(c.Context(), sheet, dataset.DefaultSheetOptions()); err != nil {
					return err
				}
			}
			if err := a.result(report, report.Text()); err != nil {
				return err
			}
			if report.Errors > 0 {
				return usage("%s: the set has errors (%d), listed in the report", args[0], report.Errors)
			}
			return nil
		},
	}
	fl := c.Flags()
	fl.StringVar(&sheet, "sheet", "", "PNG for thumbnails of the images with their points, worst first")
	fl.IntSliceVar(&patch, "patch", nil, "size of the patches of the training in voxels, y,x or z,y,x: smaller images are reported")
	fl.IntSliceVar(&dilation, "dilation", []int{2}, "radius at which the training paints points, voxels; one number, y,x or z,y,x")
	fl.IntVar(&o.Classes, "classes", 0, "number of classes (default: the largest id in the set)")
	fl.Float64SliceVar(&resolution, "resolution", nil, "physical units per voxel, y,x or z,y,x, for distances (default 1)")
	return c
}

// voxels turns y,x or z,y,x into three numbers, and one number into three
// equal ones; without numbers they stay as they are. With two, z is that of
// usual.
func voxels(flag string, given []int, usual [3]int) ([3]int, error) {
	switch len(given) {
	case 0:
		return usual, nil
	case 1:
		return [3]int{given[0], given[0], given[0]}, nil
	case 2:
		return [3]int{usual[0], given[0], given[1]}, nil
	case 3:
		return [3]int(given), nil
	}
	return usual, usage("%s has %d numbers: want y,x or z,y,x", flag, len(given))
}
