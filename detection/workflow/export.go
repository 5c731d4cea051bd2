package workflow

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// ExportOptions says in which format points are written for another program.
// Start from [DefaultExportOptions].
type ExportOptions struct {
	// Format is "fiji" for ROI sets (NAME.zip) or "qupath" for GeoJSON
	// (NAME.geojson).
	Format string
	// Objects is what becomes of points: "multipoint" or "point" in Fiji,
	// "detection" or "annotation" in QuPath; "" is the first of each.
	Objects string
	// ClassNames names the classes, class 1 first; none is "class 1" and so on.
	ClassNames []string
}

// Formats of [ExportOptions].
const (
	FormatFiji   = "fiji"
	FormatQuPath = "qupath"
)

// ExportFormats lists the formats.
func ExportFormats() []string { return []string{FormatFiji, FormatQuPath} }

// DefaultExportOptions is the format with the defaults of package export.
func DefaultExportOptions(format string) ExportOptions { return ExportOptions{Format: format} }

// Validate reports what no points could be written with, for [ErrInput], by the
// names of the command line.
func (o ExportOptions) Validate() error {
	objects := []string{"", string(export.MultiPoint), string(export.SinglePoint)}
	check := o.roiSet(2, 1).Validate
	switch o.Format {
	case FormatFiji:
	case FormatQuPath:
		objects = []string{"", string(export.Detection), string(export.Annotation)}
		check = o.geoJSON(2).Validate
	default:
		return inputf("--format is %q: want %q or %q", o.Format, FormatFiji, FormatQuPath)
	}
	if !slices.Contains(objects, o.Objects) {
		return inputf("--objects is %q: want %q or %q with %s", o.Objects, objects[1], objects[2], o.Format)
	}
	if err := check(); err != nil {
		return inputf("--class_names: %w", err)
	}
	return nil
}

func (o ExportOptions) roiSet(ndim, channels int) export.ROISetOptions {
	r := export.DefaultROISetOptions()
	r.NDim, r.Channels, r.ClassNames = ndim, channels, o.ClassNames
	if o.Objects != "" {
		r.Kind = export.ROIKind(o.Objects)
	}
	return r
}

func (o ExportOptions) geoJSON(ndim int) export.GeoJSONOptions {
	g := export.DefaultGeoJSONOptions()
	g.NDim, g.ClassNames = ndim, o.ClassNames
	if o.Objects != "" {
		g.Kind = export.ObjectKind(o.Objects)
	}
	return g
}

// Extension is that of the files, with its dot.
func (o ExportOptions) Extension() string {
	if o.Format == FormatFiji {
		return ".zip"
	}
	return ".geojson"
}

// Write writes the points of an image of ndim dimensions and, if it is a stack,
// of a number of channels. Probabilities are written when one of them is not 1,
// as they are of points that a person has set. Errors are for [ErrInput], but
// for those of w.
func (o ExportOptions) Write(w io.Writer, points []detection.Point, ndim, channels int) error {
	probability := slices.ContainsFunc(points, func(p detection.Point) bool { return p.Prob != 1 })
	if o.Format == FormatFiji {
		r := o.roiSet(ndim, channels)
		r.Probability = probability
		return export.WriteROISet(w, points, r)
	}
	g := o.geoJSON(ndim)
	g.Probability = probability
	return export.WriteGeoJSON(w, points, g)
}

// ExportPointSets writes the sets, which have been read, into the folder
// output, which is made: FOLDER/NAME.zip or FOLDER/NAME.geojson. The images of
// stacks that have one are read for the number of their channels. Nothing is written when one set cannot be. progress is
// told of each set; it may be nil.
func ExportPointSets(ctx context.Context, sets []PointSet, output string, opts ExportOptions, progress detection.Progress) error {
	if err := opts.Validate(); err != nil {
		return err
	}
	channels := make([]int, len(sets))
	var errs []error
	for i := range sets {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if channels[i], err = sets[i].stackChannels(); err == nil {
			err = opts.check(&sets[i], channels[i])
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return Input(limitErrors(errs))
	}
	for i, s := range sets {
		if err := ctx.Err(); err != nil {
			return err
		}
		file := filepath.Join(output, filepath.FromSlash(s.Folder), s.Name+opts.Extension())
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return inputf("cannot make the output folder: %w", err)
		}
		err := atomicfile.Write(file, func(w io.Writer) error { return opts.Write(w, s.Points, s.NDim, channels[i]) })
		if err != nil {
			return err
		}
		detection.Report(progress, detection.ProgressEvent{Task: "export", Done: i + 1, Total: len(sets), Unit: "images"})
	}
	return nil
}

// check writes a set to nowhere.
func (o ExportOptions) check(s *PointSet, channels int) error {
	for _, p := range s.Points {
		if n := len(o.ClassNames); n > 0 && p.Class > n {
			return fmt.Errorf("%s: a point has class %d, but there are names for %d", s.Path, p.Class, n)
		}
	}
	if err := o.Write(io.Discard, s.Points, s.NDim, channels); err != nil {
		return fmt.Errorf("%s: %w", s.Path, err)
	}
	return nil
}

// stackChannels is the number of channels between the planes of the image in
// ImageJ: 1 without an image, in 2D, and for RGB, which is one.
func (s *PointSet) stackChannels() (int, error) {
	if s.Image == "" || s.NDim == 2 {
		return 1, nil
	}
	image, err := s.readImage()
	if err != nil {
		return 0, err
	}
	if strings.Contains(image.Axes, "S") {
		return 1, nil
	}
	return image.Channels, nil
}
