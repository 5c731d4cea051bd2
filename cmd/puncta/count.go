package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// countFlags are the flags of the count command.
type countFlags struct {
	by, conditions, output, unit string
	images                       []string
	resolution                   []float64
}

func newCount(a *app) *cobra.Command {
	f := &countFlags{}
	c := &cobra.Command{
		Use:   "count POINTS|DIR …",
		Short: "Counts per image and per condition, with densities",
		Long: `Counts CSV files of points, as "puncta detect" and napari write them, per image and per
condition: number of images, total, mean, standard deviation and median over the images, for
all points and for each class. Images without points count as 0. The condition of an image is

  --by folder            the folder of its points: control, treated (the default)
  --by 'EXPRESSION'      what the named groups of a regular expression find in folder/name, each a
                         factor: --by '(?P<treatment>[a-z]+)_(?P<dose>[0-9]+)uM'
  --conditions FILE      its row in a CSV file with the columns image and condition

Where the size of every image and of its pixels is known there are densities, too, per mm2 or, for
stacks, per mm3. Images are looked for beside the points, where "puncta detect" puts them, or in
--image; the size of a pixel is that in their metadata, or --resolution.

--output writes counts.csv, one row per image, and counts_conditions.csv, one row per condition
and class.`,
		Example: `  puncta detect control --output points/control
  puncta detect treated --output points/treated
  puncta count points --resolution 0.65,0.65 --output counts.csv`,
		RunE: func(c *cobra.Command, args []string) error { return a.count(c, f, args) },
	}
	fl := c.Flags()
	fl.StringVar(&f.by, "by", "folder", `"folder", or a regular expression with named groups`)
	fl.StringVar(&f.conditions, "conditions", "", "CSV file with the columns image and condition")
	fl.StringVar(&f.output, "output", "", "CSV file for the counts of images; that of conditions gets its name with _conditions")
	fl.StringSliceVar(&f.images, "image", nil, "folder of the images, for their size; several with commas")
	fl.Float64SliceVar(&f.resolution, "resolution", nil, "size of a pixel, y,x or z,y,x in --unit (default: the metadata of the images)")
	fl.StringVar(&f.unit, "unit", "um", "unit of --resolution: um, nm, mm …, or px for none")
	return c
}

// count counts, writes and shows.
func (a *app) count(c *cobra.Command, f *countFlags, inputs []string) error {
	size, err := f.pixelSize(c)
	if err != nil {
		return err
	}
	if f.conditions != "" && c.Flags().Changed("by") {
		return usage("--by and --conditions: want one of the two")
	}
	if err := f.checkOutput(inputs); err != nil {
		return err
	}
	var except []string
	if f.conditions != "" {
		except = []string{f.conditions}
	}
	sets, err := pointSets(inputs, except...)
	if err != nil {
		return err
	}
	by, err := f.grouping(sets)
	if err != nil {
		return err
	}
	if err := workflow.FindImages(sets, f.images); err != nil {
		return err
	}
	table, why, err := workflow.CountPointSets(c.Context(), sets, by, size, a.progress())
	if err != nil {
		return err
	}
	if why != "" {
		a.log().Info("no densities: " + why)
	}
	if f.output != "" {
		if err := workflow.WriteCountTables(f.output, table); err != nil {
			return err
		}
	}
	conditions, err := table.Conditions()
	if err != nil {
		return err
	}
	text := conditionsText(table, conditions)
	if f.output != "" {
		text += fmt.Sprintf("the counts are in %s and %s\n", f.output, workflow.ConditionsFile(f.output))
	}
	return a.result(countResult(table, conditions, f.output), text)
}

// grouping sorts sets and says which condition each belongs to.
func (f *countFlags) grouping(sets []workflow.PointSet) (workflow.Grouping, error) {
	switch {
	case f.conditions != "":
		return workflow.ByTable(sets, f.conditions)
	case f.by == "folder":
		return workflow.ByFolder(sets), nil
	}
	return workflow.ByPattern(sets, f.by)
}

// pixelSize is what the flags say about the size of a pixel.
func (f *countFlags) pixelSize(c *cobra.Command) (workflow.PixelSize, error) {
	size := workflow.PixelSize{Unit: f.unit, Required: len(f.images) > 0 || len(f.resolution) > 0}
	if _, ok := imageio.Micrometres(f.unit); !ok {
		if f.unit != "px" {
			return size, usage("--unit is %q: want um, nm, mm, cm, m, inch, or px for none", f.unit)
		}
		size.Unit = ""
	}
	if !c.Flags().Changed("resolution") {
		if c.Flags().Changed("unit") {
			return size, usage("--unit is that of --resolution: want both")
		}
		return size, nil
	}
	spacing, err := parseResolution(f.resolution)
	size.Spacing = &spacing
	return size, err
}

// checkOutput refuses a file among the points, which would be read as points the
// next time, and one that cannot be made.
func (f *countFlags) checkOutput(inputs []string) error {
	if f.output == "" {
		return nil
	}
	if filesys.IsFolder(f.output) {
		return usage("--output %s is a folder: want a CSV file", f.output)
	}
	if !filesys.IsFolder(filepath.Dir(f.output)) {
		return usage("--output %s: there is no folder %s", f.output, filepath.Dir(f.output))
	}
	for _, in := range inputs {
		if !filesys.IsFolder(in) {
			continue
		}
		dir, errDir := real(in)
		file, errFile := real(filepath.Dir(f.output))
		if errDir != nil || errFile != nil {
			continue
		}
		if below, err := filepath.Rel(dir, file); err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator)) {
			return usage("--output %s is in %s, whose CSV files are points: want another folder", f.output, in)
		}
	}
	return nil
}

// real is the path of a folder without links.
func real(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}
