package dataset

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Manifest describes a public set: where each of its files is, how to know
// that it has arrived unchanged, and how its annotations become points. It is
// written as YAML with the keys named here, as the built-in ones in the folder
// manifests are.
type Manifest struct {
	// Name is that of "puncta data get".
	Name string `yaml:"name"`
	// What is a sentence about the images.
	What string `yaml:"what"`
	// Licence is its SPDX name.
	Licence string `yaml:"licence"`
	// Cite is the publication to cite.
	Cite string `yaml:"cite"`
	// Repository and Commit are where the files come from.
	Repository string `yaml:"repository"`
	Commit     string `yaml:"commit"`
	// Notes are cautions, one sentence or a few each.
	Notes []string `yaml:"notes"`
	// Files is the address of the folder that the paths start from: a file is
	// at Files + "/" + path. Either this or Archive is given.
	Files string `yaml:"files"`
	// Archive is the address of a tar.gz whose first folder holds the paths.
	// Its own bytes need not be stable: its files are checked one by one.
	Archive string `yaml:"archive"`
	// MB is about how much is downloaded, in megabytes: for people, and an
	// archive is given up when it is four times as long.
	MB int `yaml:"mb"`
	// Image is "copy" to keep the image files as they are, or "grey" to write
	// one channel of images that store grey as three equal ones.
	Image string `yaml:"image"`
	// Points is how the annotations become points.
	Points PointsRule `yaml:"points"`
	// Also are files kept beside the set, such as its licence.
	Also []File `yaml:"also"`
	// Fields are the images.
	Fields []Field `yaml:"fields"`
}

// PointsRule turns annotations into points.
type PointsRule struct {
	// Format is one of
	//	boxes  a text file with a line "class x y width height" for each
	//	       object, as YOLO's: the box's centre and size as shares of the
	//	       picture, the pixel's edge at whole numbers, classes from 0
	//	table  a CSV file with a header and columns of pixel coordinates
	//	masks  a folder with a picture for each object, above 0 inside it
	Format string `yaml:"format"`
	// Y and X name the columns of a table.
	Y string `yaml:"y"`
	X string `yaml:"x"`
	// Offset (y, x) is added to the coordinates of a table, in pixels.
	Offset [2]float64 `yaml:"offset"`
}

// File is a file of a set.
type File struct {
	Path   string `yaml:"path"`
	Bytes  int64  `yaml:"bytes"`
	SHA256 string `yaml:"sha256"`
}

// Folder is a folder of a set of which all files are used. Its SHA-256 is that
// of one line for each file, in the byte order of names:
//
//	<SHA-256 of the file>  <name>\n
type Folder struct {
	Path   string `yaml:"path"`
	Files  int    `yaml:"files"`
	SHA256 string `yaml:"sha256"`
}

// Field is an image of a set with its annotation.
type Field struct {
	// Split is train, val, test or "" for a set that is a single folder.
	Split string `yaml:"split"`
	// Name is the name of image and CSV in the set.
	Name  string `yaml:"name"`
	Image File   `yaml:"image"`
	// Points is the annotation, unless Points.Format is masks.
	Points File `yaml:"points"`
	// Masks is the annotation when Points.Format is masks.
	Masks Folder `yaml:"masks"`
	// Columns from, to: the part of the image that this field is, in pixels,
	// the second excluded. Both 0 for the whole image.
	Columns [2]int `yaml:"columns"`
}

//go:embed manifests/*.yaml
var builtin embed.FS

// Manifests returns the built-in sets in the order of their names.
func Manifests() ([]*Manifest, error) {
	files, err := fs.Glob(builtin, "manifests/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []*Manifest
	for _, name := range files {
		text, err := builtin.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := ParseManifest(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, m)
	}
	return all, nil
}

// ParseManifest reads a manifest and checks it as [Manifest.Validate] does.
// Unknown keys are errors.
func ParseManifest(text []byte) (*Manifest, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	m := &Manifest{}
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("not a manifest of a data set: %w", err)
	}
	return m, m.Validate()
}

var (
	plainName = regexp.MustCompile(`^[\pL\pN][\pL\pN._ -]*$`)
	hexSum    = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// largestFile bounds a file of a set in bytes: one out of an archive is held in
// memory.
const largestFile = 1 << 30

// mostFaults bounds the faults of a manifest in one error.
const mostFaults = 20

// Validate reports what is wrong with a manifest, the first twenty faults.
// Among them: a path that could leave the folder of the set, a file without
// its size and SHA-256, one path with two sums, and two fields of one name.
func (m *Manifest) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !plainName.MatchString(m.Name) {
		bad("name is %q: want letters, digits, '.', '_', '-' and blanks", m.Name)
	}
	for _, must := range [][2]string{{"what", m.What}, {"licence", m.Licence}, {"repository", m.Repository}, {"commit", m.Commit}} {
		if must[1] == "" {
			bad("%s is missing", must[0])
		}
	}
	if (m.Files == "") == (m.Archive == "") {
		bad("want either files or archive")
	} else if u, err := url.Parse(m.Files + m.Archive); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		bad("the address %q: want https://...", m.Files+m.Archive)
	}
	if m.MB < 1 {
		bad("mb is %d: want about how many megabytes are downloaded", m.MB)
	}
	if m.Image != "copy" && m.Image != "grey" {
		bad("image is %q: want copy or grey", m.Image)
	}
	switch m.Points.Format {
	case "boxes":
	case "masks":
		if m.Archive == "" {
			bad("points.format is masks: want archive, since the names in a folder are not known otherwise")
		}
	case "table":
		if m.Points.Y == "" || m.Points.X == "" {
			bad("points.format is table: want the columns points.y and points.x")
		}
	default:
		bad("points.format is %q: want boxes, table or masks", m.Points.Format)
	}
	if len(m.Fields) == 0 {
		bad("fields is empty")
	}
	sums := map[string]File{}
	names := map[string]bool{}
	file := func(f File) {
		errs = append(errs, f.validate()...)
		if before, ok := sums[f.Path]; ok && before != f {
			bad("%q is listed twice with different sizes or sums", f.Path)
		}
		sums[f.Path] = f
	}
	for _, f := range m.Also {
		file(f)
	}
	for _, f := range m.Fields {
		if !plainName.MatchString(f.Name) {
			bad("field %q: want a name of letters, digits, '.', '_', '-' and blanks", f.Name)
		}
		if f.Split != "" && !slices.Contains(splitNames(), f.Split) {
			bad("field %s: split is %q: want train, val or test", f.Name, f.Split)
		}
		if names[f.Split+"/"+f.Name] {
			bad("field %s of split %q is there twice", f.Name, f.Split)
		}
		names[f.Split+"/"+f.Name] = true
		if c := f.Columns; c != [2]int{} && (c[0] < 0 || c[1] <= c[0]) {
			bad("field %s: columns are %v: want from, to", f.Name, c)
		}
		file(f.Image)
		if m.Points.Format == "masks" {
			errs = append(errs, f.Masks.validate()...)
		} else {
			file(f.Points)
		}
	}
	if len(errs) > mostFaults {
		errs = append(errs[:mostFaults], fmt.Errorf("and %d more", len(errs)-mostFaults))
	}
	return errors.Join(errs...)
}

func (f File) validate() (errs []error) {
	if !localPath(f.Path) {
		errs = append(errs, fmt.Errorf("path %q: want a path within the set, with slashes", f.Path))
	}
	if f.Bytes < 1 || f.Bytes > largestFile {
		errs = append(errs, fmt.Errorf("%s: bytes is %d: want its size, 1 to %d", f.Path, f.Bytes, largestFile))
	}
	if !hexSum.MatchString(f.SHA256) {
		errs = append(errs, fmt.Errorf("%s: sha256 is %q: want 64 hexadecimal digits", f.Path, f.SHA256))
	}
	return errs
}

func (f Folder) validate() (errs []error) {
	if !localPath(f.Path) {
		errs = append(errs, fmt.Errorf("path %q: want a path within the set, with slashes", f.Path))
	}
	if f.Files < 1 {
		errs = append(errs, fmt.Errorf("%s: files is %d: want their number", f.Path, f.Files))
	}
	if !hexSum.MatchString(f.SHA256) {
		errs = append(errs, fmt.Errorf("%s: sha256 is %q: want 64 hexadecimal digits", f.Path, f.SHA256))
	}
	return errs
}

// localPath says whether p is a path that stays within its folder on every
// system.
func localPath(p string) bool {
	return fs.ValidPath(p) && p != "." && !strings.ContainsAny(p, `\:`) && filepath.IsLocal(filepath.FromSlash(p))
}

// files lists every file once, in the order of the manifest.
func (m *Manifest) files() []File {
	seen := map[string]bool{}
	var all []File
	add := func(f File) {
		if !seen[f.Path] {
			seen[f.Path] = true
			all = append(all, f)
		}
	}
	for _, f := range m.Also {
		add(f)
	}
	for _, f := range m.Fields {
		add(f.Image)
		if m.Points.Format != "masks" {
			add(f.Points)
		}
	}
	return all
}

// size is the sum of the sizes of all files in bytes, without those of
// folders, which the manifest does not say.
func (m *Manifest) size() (bytes int64) {
	for _, f := range m.files() {
		bytes += f.Bytes
	}
	return bytes
}

// address is where a file is.
func (m *Manifest) address(p string) string {
	parts := strings.Split(p, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.TrimRight(m.Files, "/") + "/" + path.Join(parts...)
}
