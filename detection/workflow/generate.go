package workflow

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Generate writes a generated data set in the workflow's layout:
// dir/{train,val,test}/x/<name>.tif, 8-bit, and .../y/<name>.csv. An image
// that is there already is written anew. progress may be nil.
func Generate(ctx context.Context, dir string, opts simulate.DatasetOptions, progress detection.Progress) error {
	if err := opts.Validate(); err != nil {
		return Input(err)
	}
	total, done := opts.Train+opts.Val+opts.Test, 0
	tiff := imageio.DefaultTIFFOptions()
	tiff.Kind = imageio.Uint8
	for s, err := range simulate.Dataset(opts) {
		if err != nil {
			return Input(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		split := filepath.Join(dir, string(s.Split))
		for _, sub := range []string{"x", "y"} {
			if err := os.MkdirAll(filepath.Join(split, sub), 0o755); err != nil {
				return inputf("cannot make the output folder: %w", err)
			}
		}
		if err := imageio.WriteFile(filepath.Join(split, "x", s.Name+".tif"), s.Image, tiff); err != nil {
			return err
		}
		err := atomicfile.Write(filepath.Join(split, "y", s.Name+".csv"), func(w io.Writer) error {
			return detection.WritePoints(w, s.Points, detection.WritePointsOptions{NDim: s.Image.NDim()})
		})
		if err != nil {
			return err
		}
		done++
		detection.Report(progress, detection.ProgressEvent{Task: "generate", Done: done, Total: total, Unit: "images"})
	}
	return nil
}
