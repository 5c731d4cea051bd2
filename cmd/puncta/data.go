package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/workflow"
)

func newData(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "data",
		Short: "Data sets: make, check, list, get",
	}, newDataMake(a), newDataCheck(a), newDataList(a), newDataGet(a))
}

func newDataMake(a *app) *cobra.Command {
	o := simulate.DefaultDatasetOptions()
	var output string
	var size []int
	c := &cobra.Command{
		Use:   "make --output DIR",
		Short: "Generate images of nuclei with their true points",
		Long: `Generates fluorescence-like images of nuclei with known centres, in the layout that the
workflow reads: DIR/{train,val,test}/x images and .../y CSV files. The same numbers and the
same seed give the same images.`,
		Example: "  puncta data make --output nuclei --train 24 --val 4 --test 12",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch len(size) {
			case 2:
				o.Nuclei.Dims = [3]int{1, size[0], size[1]}
			case 3:
				o.Nuclei.Dims = [3]int{size[0], size[1], size[2]}
			default:
				return usage("--size has %d numbers: want y,x or z,y,x", len(size))
			}
			if err := workflow.Generate(c.Context(), output, o, a.progress()); err != nil {
				return err
			}
			n := o.Train + o.Val + o.Test
			return a.result(map[string]any{"images": n, "output": output}, fmt.Sprintf("%d images are in %s\n", n, output))
		},
	}
	fl := c.Flags()
	fl.StringVar(&output, "output", "", "folder for the data (required)")
	fl.IntVar(&o.Train, "train", o.Train, "number of training images")
	fl.IntVar(&o.Val, "val", o.Val, "number of validation images")
	fl.IntVar(&o.Test, "test", o.Test, "number of test images")
	fl.Uint64Var(&o.Seed, "seed", 0, "seed of the images")
	fl.IntSliceVar(&size, "size", []int{256, 256}, "size of an image in voxels, y,x or z,y,x")
	_ = c.MarkFlagRequired("output") // fails only for a flag that is not there
	return c
}
