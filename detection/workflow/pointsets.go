package workflow

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// PointSet is the points file of one image among those of several folders.
type PointSet struct {
	// Name is the name of the image: that of the file without _prob, _points
	// and extension.
	Name string
	// Folder tells images of one name apart: the subfolder, with slashes, in
	// which the file lies; with several inputs the name of the input comes
	// before it. "" at the top of a single input.
	Folder string
	// Condition is the folder as a condition: Folder, or at the top of a single
	// input the input's own name.
	Condition string
	// Path is the CSV file.
	Path string
	// Image is the image file, "" when none was found.
	Image string
	// NDim is 2 or 3, by the header of the file, once it has been read.
	NDim int
	// Points are the points, once they have been read.
	Points []detection.Point
}

// Key is Folder and Name, which no other set has.
func (s *PointSet) Key() string { return path.Join(s.Folder, s.Name) }

// PointSets lists the points files at paths, which are CSV files or folders with
// CSV files in them or in their subfolders, hidden ones passed over: inputs in
// their order, the files of a folder before those of its subfolders, both in
// natural order. Of NAME.csv, NAME_prob.csv and NAME_points.csv in one folder the
// first that is there is taken. The table of counts of "puncta detect" is none
// of them, and neither is a file named in except.
//
// Errors are for [ErrInput]: a path that is not there, a folder without CSV
// files, an image that comes twice.
func PointSets(inputs []string, except ...string) ([]PointSet, error) {
	places := make([]string, len(inputs)) // the folders of the inputs
	for i, input := range inputs {
		info, err := os.Stat(input)
		if err != nil {
			return nil, inputf("%s: want a CSV file of points or a folder of them: %w", input, filesys.WithoutPath(err))
		}
		if places[i], err = filepath.Abs(input); err != nil {
			return nil, err
		}
		if !info.IsDir() {
			places[i] = filepath.Dir(places[i])
		}
	}
	labels, several := distinctLabels(places)
	seen := map[string]string{}
	var sets []PointSet
	for i, input := range inputs {
		some, err := setsAt(input, except)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			if several {
				s.Folder = path.Join(labels[i], s.Folder)
			}
			if s.Condition = s.Folder; s.Condition == "" {
				s.Condition = labels[i]
			}
			if other, ok := seen[s.Key()]; ok {
				return nil, inputf("%s and %s are both of image %s: want each image once", other, s.Path, s.Key())
			}
			seen[s.Key()] = s.Path
			sets = append(sets, s)
		}
	}
	return sets, nil
}

// distinctLabels names each folder by as many of the last elements of its path
// as tell different folders apart, with slashes. several says that there are
// different ones.
func distinctLabels(places []string) (labels []string, several bool) {
	distinct := map[string]bool{}
	longest := 1
	for _, p := range places {
		distinct[p] = true
		longest = max(longest, len(elements(p)))
	}
	for n := 1; n <= longest; n++ {
		labels = labels[:0]
		different := map[string]bool{}
		for _, p := range places {
			e := elements(p)
			labels = append(labels, path.Join(e[max(len(e)-n, 0):]...))
			different[labels[len(labels)-1]] = true
		}
		if len(different) == len(distinct) {
			break
		}
	}
	return labels, len(distinct) > 1
}

// elements are the folders of an absolute path, without what it starts with.
func elements(place string) []string {
	return strings.Split(strings.Trim(filepath.ToSlash(strings.TrimPrefix(place, filepath.VolumeName(place))), "/"), "/")
}

// setsAt lists the points files of one input, Folder being the subfolder.
func setsAt(input string, except []string) ([]PointSet, error) {
	if !filesys.IsFolder(input) {
		if !strings.EqualFold(filepath.Ext(input), ".csv") {
			return nil, inputf("%s: want a CSV file of points or a folder of them", input)
		}
		var sets []PointSet
		for name, file := range byImage(map[string]string{filesys.Stem(input): input}) {
			sets = append(sets, PointSet{Name: name, Path: file})
		}
		return sets, nil
	}
	var sets []PointSet
	err := walkFolders(input, "", func(dir, sub string) error {
		tables, err := filesys.Tables(dir)
		if err != nil {
			return inputf("%s: %w", dir, err)
		}
		delete(tables, filesys.Stem(countsFile))
		for stem, file := range tables {
			if slices.ContainsFunc(except, func(e string) bool { return sameFile(e, file) }) {
				delete(tables, stem)
			}
		}
		files := byImage(tables)
		for _, name := range slices.SortedFunc(maps.Keys(files), imageio.CompareNatural) {
			sets = append(sets, PointSet{Name: name, Folder: sub, Path: files[name]})
		}
		return nil
	})
	if err == nil && len(sets) == 0 {
		err = inputf("%s: holds no CSV file, nor does a folder in it: want one per image", input)
	}
	return sets, err
}

// sameFile says whether two paths lead to one file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// walkFolders calls visit with dir and then with the folders below it, in
// natural order, but for hidden ones and links; sub is their path below dir,
// with slashes.
func walkFolders(dir, sub string, visit func(dir, sub string) error) error {
	if err := visit(dir, sub); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return inputf("%s: %w", dir, filesys.WithoutPath(err))
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return imageio.CompareNatural(a.Name(), b.Name()) })
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			if err := walkFolders(filepath.Join(dir, e.Name()), path.Join(sub, e.Name()), visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// FoundPointSets are the sets that [FindPoints] wrote into dir for items, with
// their images.
func FoundPointSets(items []Item, dir string) []PointSet {
	sets := make([]PointSet, len(items))
	for i, it := range items {
		sets[i] = PointSet{Name: it.Name, Condition: filepath.Base(dir), Path: filepath.Join(dir, it.Name+probSuffix), Image: it.Path}
	}
	return sets
}

// ReadPointSets reads the points of all sets. As in [ScoreFolders], points may
// share a voxel and round to a place outside the image. Errors are for
// [ErrInput], one per fault.
func ReadPointSets(sets []PointSet) error {
	var errs []error
	for i := range sets {
		if err := sets[i].read(); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return Input(limitErrors(errs))
	}
	return nil
}

func (s *PointSet) read() error {
	text, err := os.ReadFile(s.Path)
	if err != nil {
		return inputf("%s: %w", s.Path, filesys.WithoutPath(err))
	}
	s.NDim = 2
	header, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(string(text), "\ufeff")), "\n")
	for field := range strings.SplitSeq(header, ",") {
		if strings.Trim(field, " \t\r\"") == "axis-2" {
			s.NDim = 3
		}
	}
	s.Points, err = parsePoints(text, s.Path, s.NDim)
	return err
}
