package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// Item is an image of a data set with what is known about it.
type Item struct {
	// Name is the file name without extension, unique in a set.
	Name string
	// Path is the image file.
	Path string
	// PointsPath is its CSV file; "" without one.
	PointsPath string
	// Image is its contents; nil while it has not been read or when it is read
	// again for each use.
	Image *imageio.Image
	// Dims is its spatial size (z, y, x), once it has been read.
	Dims [3]int
	// Truth holds the points of PointsPath, once read.
	Truth []detection.Point

	csv []byte // contents of PointsPath, for the key of the mask
}

// Images lists the images at path, which is a folder, in natural order, or a
// single image. Errors: nothing there, and two images that differ only in
// their extension, because points and results go by the rest of the name.
func Images(path string) ([]Item, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, inputf("%s: want an image or a folder of images: %w", path, filesys.WithoutPath(err))
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = imageio.List(path); err != nil {
			return nil, Input(err)
		}
	} else if !imageio.Supported(path) {
		return nil, inputf("%s: not an image by its name: want .tif, .tiff, .png, .jpg, .jpeg or .npy", path)
	}
	items := make([]Item, len(files))
	byName := map[string]string{}
	for i, f := range files {
		name := filesys.Stem(f)
		if other, ok := byName[name]; ok {
			return nil, inputf("%s and %s have the same name but for the extension: rename one", other, f)
		}
		byName[name] = f
		items[i] = Item{Name: name, Path: f}
	}
	return items, nil
}

// Pair lists the images of one folder with the CSV files of the same name in
// another. Every image without its CSV and every CSV without its image is
// named in one error.
func Pair(images, points string) ([]Item, error) {
	items, err := Images(images)
	if err != nil {
		return nil, err
	}
	tables, err := listCSV(points)
	if err != nil {
		return nil, err
	}
	var errs []error
	known := map[string]bool{}
	for i := range items {
		known[items[i].Name] = true
		path, ok := tables[items[i].Name]
		if !ok {
			errs = append(errs, fmt.Errorf("%s has no points file: want %s", items[i].Path, filepath.Join(points, items[i].Name+".csv")))
		}
		items[i].PointsPath = path
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if !known[name] {
			errs = append(errs, fmt.Errorf("%s has no image: want %s with the extension of an image", tables[name], filepath.Join(images, name)))
		}
	}
	if len(errs) > 0 {
		return nil, Input(limitErrors(errs))
	}
	return items, nil
}

// listCSV finds the CSV files of a folder by their stem.
func listCSV(dir string) (map[string]string, error) {
	tables, err := filesys.Tables(dir)
	if err != nil {
		return nil, inputf("%s: want a folder of CSV files with points: %w", dir, err)
	}
	if len(tables) == 0 {
		return nil, inputf("%s: holds no CSV file: want one per image, of the same name", dir)
	}
	return tables, nil
}

// readOptions says what the points of a set must be like.
type readOptions struct {
	ndim     int
	channels int // 0: any
	classes  int
	lenient  bool // accept repeated points and points outside
	keep     bool // keep the images in memory
}

// readItems reads images and points, and returns with the items that are good
// one error per fault of the others, so that the caller can stop or go on
// without them. Errors of images are of the first kind always: an image that
// cannot be read is never skipped silently.
func readItems(items []Item, opts readOptions) (good []Item, badPoints, badImages []error) {
	for _, item := range items {
		if item.Image == nil {
			if err := item.readImage(opts); err != nil {
				badImages = append(badImages, err)
				continue
			}
		}
		if item.PointsPath != "" {
			if err := item.readPoints(opts); err != nil {
				badPoints = append(badPoints, err)
				continue
			}
		}
		if !opts.keep {
			item.Image = nil
		}
		good = append(good, item)
	}
	return good, badPoints, badImages
}

func (it *Item) readImage(opts readOptions) error {
	image, err := imageio.Read(it.Path)
	if err != nil {
		return err
	}
	switch {
	case opts.ndim == 2 && image.Dims[0] > 1:
		return fmt.Errorf("%s: the image has %d planes, but PROBLEM.NDIM is 2D", it.Path, image.Dims[0])
	case opts.ndim == 3 && image.Dims[0] == 1:
		return fmt.Errorf("%s: the image has a single plane, but PROBLEM.NDIM is 3D", it.Path)
	case opts.channels > 0 && image.Channels != opts.channels:
		return fmt.Errorf("%s: the image has %d channels, but DATA.PATCH_SIZE asks for %d", it.Path, image.Channels, opts.channels)
	}
	it.Image, it.Dims = image, image.Dims
	return nil
}

func (it *Item) readPoints(opts readOptions) error {
	text, err := os.ReadFile(it.PointsPath)
	if err != nil {
		return fmt.Errorf("%s: %w", it.PointsPath, filesys.WithoutPath(err))
	}
	o := detection.DefaultReadPointsOptions()
	o.NDim, o.Dims, o.Classes = opts.ndim, it.Dims, opts.classes
	o.AllowRepeated, o.AllowOutside = opts.lenient, opts.lenient
	if it.Truth, err = detection.ReadPoints(bytes.NewReader(text), it.PointsPath, o); err != nil {
		return err
	}
	it.csv = text
	return nil
}

// ReadTruth reads the true points of an image of size dims (z, y, x) from a CSV
// file. As in [TruePairs], points may share a voxel and round to a place outside,
// and with several classes the file needs a column class. Errors are for
// [ErrInput].
func ReadTruth(path string, dims [3]int, classes int) ([]detection.Point, error) {
	it := Item{PointsPath: path, Dims: dims}
	err := it.readPoints(readOptions{classes: classes, lenient: true})
	return it.Truth, Input(err)
}

// load returns the image, from memory or from its file.
func (it *Item) load() (*imageio.Image, error) {
	if it.Image != nil {
		return it.Image, nil
	}
	image, err := imageio.Read(it.Path)
	return image, Input(err)
}

// mostErrors bounds how many errors of a set are shown at once.
const mostErrors = 20

// limitErrors joins errors, counting those beyond the first few.
func limitErrors(errs []error) error {
	if len(errs) > mostErrors {
		more := len(errs) - mostErrors
		errs = append(slices.Clone(errs[:mostErrors]), fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}
