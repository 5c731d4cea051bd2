package workflow

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Suffixes of the files that [WritePoints] writes for an image.
const (
	pointsSuffix = "_points.csv"
	probSuffix   = "_prob.csv"
)

// WritePoints writes what was found in one image into dir, which exists:
//
//	<name>_points.csv   the points in napari's format
//	<name>_prob.csv     the same with the probability of each
//	<name>.tif          the image with the points as white dots, 8-bit
//
// The column class is there when a point has a class. Without points the
// files have a header only. image may be nil: then there is no picture.
func WritePoints(dir, name string, points []detection.Point, ndim int, image *detection.Volume) error {
	opts := detection.WritePointsOptions{NDim: ndim}
	for _, p := range points {
		opts.Class = opts.Class || p.Class > 0
	}
	for _, file := range []struct {
		suffix      string
		probability bool
	}{{pointsSuffix, false}, {probSuffix, true}} {
		opts.Probability = file.probability
		err := atomicfile.Write(filepath.Join(dir, name+file.suffix), func(w io.Writer) error {
			return detection.WritePoints(w, points, opts)
		})
		if err != nil {
			return err
		}
	}
	if image == nil {
		return nil
	}
	drawn, err := detection.DrawPoints(image, points, detection.DefaultDrawOptions())
	if err != nil {
		return err
	}
	tiff := imageio.DefaultTIFFOptions()
	tiff.Kind = imageio.Uint8
	return imageio.WriteFile(filepath.Join(dir, name+".tif"), drawn, tiff)
}

// Count is the number of points found in an image.
type Count struct {
	Image string
	Cells int
}

// countsFile is the name of the table of counts.
const countsFile = "cell_counter.csv"

// WriteCounts writes a table of counts: filename, cells.
func WriteCounts(path string, counts []Count) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if _, err := fmt.Fprintln(w, "filename,cells"); err != nil {
			return err
		}
		for _, c := range counts {
			if _, err := fmt.Fprintf(w, "%s,%d\n", csvField(c.Image), c.Cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// csvField quotes a field that needs it.
func csvField(s string) string {
	if !strings.ContainsAny(s, ",\"\n\r") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func detectStep() Step {
	return Step{Name: "detect", Doc: "finds the points in the maps of the test images", Run: detect}
}

func detect(ctx context.Context, j *Job) error {
	if err := os.MkdirAll(j.Layout.Points(), 0o755); err != nil {
		return err
	}
	opts := j.detectOptions()
	counts := make([]Count, len(j.Test))
	for i, it := range j.Test {
		if err := ctx.Err(); err != nil {
			return err
		}
		prob, err := imageio.Read(j.mapPath(it))
		if err != nil {
			return err
		}
		image, err := it.load()
		if err != nil {
			return err
		}
		points, err := detection.DetectInImage(prob.Volume, image.Volume, opts)
		if err != nil {
			return fmt.Errorf("%s: %w", it.Path, err)
		}
		if err := WritePoints(j.Layout.Points(), it.Name, points, j.Config.NDim(), image.Volume); err != nil {
			return err
		}
		counts[i] = Count{filepath.Base(it.Path), len(points)}
		j.Counted += len(points)
		detection.Report(j.Progress, detection.ProgressEvent{Task: "detect", Done: i + 1, Total: len(j.Test), Unit: "images"})
	}
	return WriteCounts(j.Layout.Results(countsFile), counts)
}

// detectOptions are those of the configuration, but for what the tune step
// chose.
func (j *Job) detectOptions() detection.DetectOptions {
	if j.Tuned != nil {
		return j.Model.Settings.Detect
	}
	return detectOptions(j.Config)
}

func (j *Job) mapPath(it Item) string { return filepath.Join(j.Layout.Maps(), it.Name+".tif") }
