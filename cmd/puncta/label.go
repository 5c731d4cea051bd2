package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
	"github.com/puncta-bio/puncta/widgets"
)

// labelFlags are those of label.
type labelFlags struct {
	points, suggest, output string
	classes                 []string
	snap                    string
}

func newLabel(a *app) *cobra.Command {
	f := &labelFlags{}
	c := &cobra.Command{
		Use:   "label IMAGE",
		Short: "Write a page in which points are put on an image by hand",
		Long: `Writes a page that shows one image, in which somebody adds, moves, deletes and classifies
points, with undo. The page is one file that needs no network and no server; it gives the
points back as a download: the CSV file that training, score and napari read.

--points are those to begin with. --suggest are points of a detector, as "puncta detect"
writes them: they are accepted or rejected one by one, or all above a probability.

In a notebook the same editor saves into a file: see docs/kernel.md.`,
		Example: `  puncta label cells.tif
  puncta label cells.tif --points cells.csv --classes lymphocyte,monocyte
  puncta detect cells.tif --output found && puncta label cells.tif --suggest found/cells.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.label(f, args[0]) },
	}
	fl := c.Flags()
	fl.StringVar(&f.points, "points", "", "CSV file of the points to begin with")
	fl.StringVar(&f.suggest, "suggest", "", "CSV file of points that may be accepted or rejected, with a column probability where it is known")
	fl.StringSliceVar(&f.classes, "classes", nil, "names of the classes, up to 9 (default: those of the points, by number)")
	fl.StringVar(&f.snap, "snap", string(widgets.SnapOff), `what new points snap to, to begin with: "off", "bright" or "dark"`)
	fl.StringVarP(&f.output, "output", "o", "", "the page (default: label-NAME.html)")
	return c
}

// label writes the page.
func (a *app) label(f *labelFlags, path string) error {
	stem := filesys.Stem(path)
	if f.output == "" {
		f.output = "label-" + stem + ".html"
	}
	if filesys.IsFolder(f.output) {
		return usage("--output %s is a folder: want a file", f.output)
	}
	image, err := imageio.Read(path)
	if err != nil {
		return workflow.Input(err)
	}
	o := widgets.DefaultEditorOptions()
	o.Title, o.FileName, o.Snap, o.Classes = filepath.Base(path), stem+".csv", widgets.Snapping(f.snap), widgets.Classes(f.classes...)
	if err := o.Validate(); err != nil {
		return usage("%w", err)
	}
	points, err := f.read(f.points, image.Dims)
	if err != nil {
		return err
	}
	if o.Suggestions, err = f.read(f.suggest, image.Dims); err != nil {
		return err
	}
	e, err := widgets.NewEditor(image.Volume, points, o)
	if err != nil {
		return workflow.Input(err)
	}
	if err := atomicfile.Write(f.output, func(w io.Writer) error { return widgets.WritePage(w, e.Title(), e) }); err != nil {
		return err
	}
	type result struct {
		Output      string `json:"output"`
		Points      int    `json:"points"`
		Suggestions int    `json:"suggestions"`
	}
	out := result{f.output, len(e.Points()), len(e.Suggestions())}
	return a.result(out, fmt.Sprintf("%d points, %d suggestions; open %s in a browser\n", out.Points, out.Suggestions, out.Output))
}

// read reads points. What a training would refuse can be mended in the page, all
// but points outside the image. None for no file.
func (f *labelFlags) read(path string, dims [3]int) ([]detection.Point, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, workflow.Input(fmt.Errorf("%s: %w", path, filesys.WithoutPath(err)))
	}
	o := detection.DefaultReadPointsOptions()
	o.Dims, o.Classes, o.AllowUnclassed, o.AllowRepeated = dims, len(f.classes), true, true
	points, err := detection.ReadPoints(bytes.NewReader(text), path, o)
	return points, workflow.Input(err)
}
