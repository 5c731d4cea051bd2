package dataset

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// Add writes an image and its points into the set in dir, in the workflow's
// layout: <split>/x/<name>.tif with samples of the given kind, and
// <split>/y/<name>.csv. split is train, val, test, or "" for a set that is a
// single folder. Folders are made; files of that name are written anew, each
// whole or not at all, the CSV last.
//
// A point has a class in the CSV when any of the image has one. Errors: another
// split, a name that is no file's, what [imageio.WriteFile] and
// [detection.WritePoints] refuse, and those of writing.
func Add(dir, split, name string, image *detection.Volume, points []detection.Point, kind imageio.SampleKind) error {
	if split != "" && !slices.Contains(splitNames(), split) {
		return fmt.Errorf("dataset: add: split %q: want train, val, test or none", split)
	}
	if name == "" || name == "." || name == ".." || name != filepath.Base(name) {
		return fmt.Errorf("dataset: add: name %q: want the name of a file without folder and extension", name)
	}
	opts := detection.WritePointsOptions{NDim: image.NDim()}
	for _, p := range points {
		opts.Class = opts.Class || p.Class != 0
	}
	x, y := filepath.Join(dir, split, "x"), filepath.Join(dir, split, "y")
	for _, folder := range []string{x, y} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("%s: cannot make the folder: %w", folder, filesys.WithoutPath(err))
		}
	}
	tiff := imageio.DefaultTIFFOptions()
	tiff.Kind = kind
	if err := imageio.WriteFile(filepath.Join(x, name+".tif"), image, tiff); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(y, name+".csv"), func(w io.Writer) error { return detection.WritePoints(w, points, opts) })
}
