package workflow

import (
	"context"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/dataset"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/simulate"
)

// Generate writes a generated data set in the workflow's layout:
// dir/{train,val,test}/x/<name>.tif, 8-bit, and .../y/<name>.csv. An image
// that is there already is written anew. progress may be nil.
func Generate(ctx context.Context, dir string, opts simulate.DatasetOptions, progress detection.Progress) error {
	if err := opts.Validate(); err != nil {
		return Input(err)
	}
	total, done := opts.Train+opts.Val+opts.Test, 0
	for s, err := range simulate.Dataset(opts) {
		if err != nil {
			return Input(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(dir, string(s.Split)), 0o755); err != nil {
			return inputf("cannot make the output folder: %w", err)
		}
		if err := dataset.Add(dir, string(s.Split), s.Name, s.Image, s.Points, imageio.Uint8); err != nil {
			return err
		}
		done++
		detection.Report(progress, detection.ProgressEvent{Task: "generate", Done: done, Total: total, Unit: "images"})
	}
	return nil
}
