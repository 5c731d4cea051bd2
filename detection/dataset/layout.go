package dataset

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// ErrLayout is wrapped by the error about a folder that is not a set.
var ErrLayout = errors.New("not a set of images and points")

// splitNames are the splits of a set, in the order of a report.
func splitNames() []string { return []string{"train", "val", "test"} }

// item is an image of a set, or a CSV file that has no image.
type item struct {
	split  *split
	name   string // file name without extension
	image  string // "" without one
	points string // "" without one
}

// split is a pair of folders.
type split struct {
	name           string // "" when the set is a single folder
	images, points string
	items          []item
}

// findSplits finds the splits of dir. Errors wrap [ErrLayout].
func findSplits(dir string) ([]*split, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", dir, ErrLayout, filesys.WithoutPath(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: %w: want a folder", dir, ErrLayout)
	}
	at := func(name string) *split {
		return &split{name: name, images: filepath.Join(dir, name, "x"), points: filepath.Join(dir, name, "y")}
	}
	var splits []*split
	for _, name := range splitNames() {
		if s := at(name); filesys.IsFolder(s.images) || filesys.IsFolder(s.points) {
			splits = append(splits, s)
		}
	}
	if s := at(""); filesys.IsFolder(s.images) || filesys.IsFolder(s.points) {
		if len(splits) > 0 {
			return nil, fmt.Errorf("%s: %w: it has both x or y and %s; want one of the two layouts", dir, ErrLayout, splits[0].name)
		}
		splits = append(splits, s)
	}
	if len(splits) == 0 && isMixed(dir) {
		splits = append(splits, &split{images: dir, points: dir})
	}
	if len(splits) == 0 {
		return nil, fmt.Errorf("%s: %w: want the folders x (images) and y (CSV files of points), or train, val and test with these in each, or images with their CSV files beside them", dir, ErrLayout)
	}
	return splits, nil
}

// isMixed says whether a folder holds both images and CSV files.
func isMixed(dir string) bool {
	images, err := imageio.List(dir)
	if err != nil || len(images) == 0 {
		return false
	}
	tables, err := filesys.Tables(dir)
	return err == nil && len(tables) > 0
}

// list fills s.items in natural order and returns what is wrong with the
// pairing. A test split, or one without a name, may do without points.
func (s *split) list() []Finding {
	var found []Finding
	add := func(severity Severity, kind Kind, file, other, format string, args ...any) {
		found = append(found, Finding{Severity: severity, Kind: kind, File: file, Other: other, Message: fmt.Sprintf(format, args...)})
	}
	files := map[string]string{}
	if !filesys.IsFolder(s.images) {
		add(Error, KindLayout, s.images, "", "the folder of images is missing")
	} else if paths, err := imageio.List(s.images); err != nil {
		add(Error, KindLayout, s.images, "", "%s", strings.TrimPrefix(err.Error(), "folder "+s.images+": "))
	} else {
		for _, p := range paths {
			if other, ok := files[filesys.Stem(p)]; ok {
				add(Error, KindPair, p, other, "has the name of %s but for the extension, and a CSV belongs to one image: rename one", filepath.Base(other))
				continue
			}
			files[filesys.Stem(p)] = p
		}
	}
	hasPoints := filesys.IsFolder(s.points)
	tables, err := filesys.Tables(s.points)
	switch {
	case !hasPoints && (s.name == "test" || s.name == ""):
		add(Warning, KindLayout, s.points, "", "the folder of points is missing: without it results cannot be scored")
	case !hasPoints:
		add(Error, KindLayout, s.points, "", "the folder of points is missing")
	case err != nil:
		add(Error, KindLayout, s.points, "", "%v", err)
	}
	for _, name := range slices.SortedFunc(maps.Keys(files), imageio.CompareNatural) {
		it := item{split: s, name: name, image: files[name], points: tables[name]}
		if it.points == "" && hasPoints {
			add(Error, KindPair, it.image, "", "has no points file: want %s", filepath.Join(s.points, name+".csv"))
		}
		s.items = append(s.items, it)
	}
	for _, name := range slices.SortedFunc(maps.Keys(tables), imageio.CompareNatural) {
		if files[name] == "" {
			add(Error, KindPair, tables[name], "", "has no image: want %s with the extension of an image", filepath.Join(s.images, name))
			s.items = append(s.items, item{split: s, name: name, points: tables[name]})
		}
	}
	return found
}
