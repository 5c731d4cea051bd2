package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference"
)

// Finder finds the points of an image, whose Image has been read.
type Finder func(item *Item) ([]detection.Point, error)

// FindInMaps finds points in images that are probability maps. The options
// are read at each call.
func FindInMaps(o *detection.DetectOptions) Finder {
	return func(item *Item) ([]detection.Point, error) {
		if err := checkProbabilities(item); err != nil {
			return nil, err
		}
		return detection.Detect(item.Image.Volume, *o)
	}
}

// ReadMap reads a probability map. Errors, a value outside 0 to 1 among them, are
// for [ErrInput].
func ReadMap(path string) (*detection.Volume, error) {
	it := Item{Path: path}
	var err error
	if it.Image, err = it.load(); err != nil {
		return nil, err
	}
	return it.Image.Volume, checkProbabilities(&it)
}

// checkProbabilities refuses an image with values outside 0 to 1.
func checkProbabilities(item *Item) error {
	if lo, hi := item.Image.Range(); !(lo >= 0 && hi <= 1) {
		return inputf("%s: values from %v to %v: want a probability map, 0 to 1", item.Path, lo, hi)
	}
	return nil
}

// FindClassical finds points without training; an image of several channels
// is averaged over them first.
func FindClassical(o detection.ClassicalOptions) Finder {
	return func(item *Item) ([]detection.Point, error) {
		points, err := detection.Classical(item.Image.Grey(), o)
		return points, Input(err) // of valid options: the image's
	}
}

// FindLoG finds points by the Laplacian of Gaussian; an image of several
// channels is averaged over them first.
func FindLoG(o detection.LoGOptions) Finder {
	return func(item *Item) ([]detection.Point, error) {
		points, err := detection.DetectLoG(item.Image.Grey(), o)
		return points, Input(err) // of valid options: the image's
	}
}

// CheckImages reads every image that is not in memory and reports those that cannot be read or do
// not fit the model, all in one error for ErrInput. model may be nil. Images
// of one name, whose results would replace each other, are refused before any
// is read.
func CheckImages(items []Item, model *inference.ModelFile) error {
	if err := uniqueNames(items); err != nil {
		return err
	}
	var errs []error
	for _, it := range items {
		image, err := it.load()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if model == nil {
			continue
		}
		n := model.Settings.Network
		switch {
		case image.Channels != n.InChannels:
			errs = append(errs, fmt.Errorf("%s: the image has %d channels, the model takes %d", it.Path, image.Channels, n.InChannels))
		case n.NDim == 2 && image.Dims[0] > 1:
			errs = append(errs, fmt.Errorf("%s: the image has %d planes, the model is 2D", it.Path, image.Dims[0]))
		}
	}
	if len(errs) > 0 {
		return Input(limitErrors(errs))
	}
	return nil
}

// FindPoints finds the points of each image and writes them as [WritePoints]
// does, with cell_counter.csv, into dir, which is made once the first image
// has been done. progress is told of each image; it may be nil. The images have
// passed [CheckImages].
func FindPoints(ctx context.Context, items []Item, dir string, find Finder, progress detection.Progress) ([]Count, error) {
	counts := make([]Count, len(items))
	for i := range items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		it := items[i]
		var err error
		if it.Image, err = it.load(); err != nil {
			return nil, err
		}
		points, err := find(&it)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.Path, err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, inputf("cannot make the output folder: %w", err)
		}
		if err := WritePoints(dir, it.Name, points, it.Image.NDim(), it.Image.Volume); err != nil {
			return nil, err
		}
		counts[i] = Count{filepath.Base(it.Path), len(points)}
		detection.Report(progress, detection.ProgressEvent{Task: "detect", Done: i + 1, Total: len(items), Unit: "images"})
	}
	return counts, WriteCounts(filepath.Join(dir, countsFile), counts)
}

// uniqueNames refuses images of different folders whose results would have
// the same name.
func uniqueNames(items []Item) error {
	var errs []error
	byName := map[string]string{}
	for _, it := range items {
		if other, ok := byName[it.Name]; ok {
			errs = append(errs, fmt.Errorf("%s and %s have the same name: their results would replace each other", other, it.Path))
		}
		byName[it.Name] = it.Path
	}
	return Input(errors.Join(errs...))
}
