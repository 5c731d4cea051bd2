package export

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/puncta-bio/puncta/detection"
)

// ROIKind says what becomes of points in a ROI set.
type ROIKind string

const (
	// MultiPoint is one multi-point selection per class, as the Multi-point tool
	// and Find Maxima make them: one line in the ROI Manager, one row per
	// point when it is measured.
	MultiPoint ROIKind = "multipoint"
	// SinglePoint is one selection per point, which can keep a probability and
	// be deleted or renamed alone. The ROI Manager takes seconds for
	// thousands of them.
	SinglePoint ROIKind = "point"
)

// maxGroup is the largest group in files of the version that is written;
// ImageJ reads larger ones from 1.54s on.
const maxGroup = 255

// ROISetOptions configures [WriteROISet]. The zero value is invalid; start
// from [DefaultROISetOptions].
type ROISetOptions struct {
	// NDim is 2 for points of an image of one plane, which the program shows on
	// all planes, and 3 for points of a stack, each shown on its own plane.
	// Default 2.
	NDim int
	// Channels is the number of channels of a stack, 1 to 1000; they come
	// between the planes of a hyperstack. 1 is right for RGB. Default 1.
	Channels int
	// Kind is what becomes of a point. Default MultiPoint: what people who
	// count by hand in Fiji have, and quick with 10,000 points.
	Kind ROIKind
	// ClassNames names the classes, class 1 first. Default none: "class 1",
	// "class 2" and so on.
	ClassNames []string
	// Probability adds the property "probability" to each SinglePoint; a
	// MultiPoint has no place for one. Default true.
	Probability bool
}

// DefaultROISetOptions returns the defaults named at each field.
func DefaultROISetOptions() ROISetOptions {
	return ROISetOptions{NDim: 2, Channels: 1, Kind: MultiPoint, Probability: true}
}

// Validate reports every invalid field at once, each by name and value.
func (o ROISetOptions) Validate() error {
	errs := []error{checkNDim(o.NDim), checkChannels(o.Channels)}
	if o.Kind != MultiPoint && o.Kind != SinglePoint {
		errs = append(errs, fmt.Errorf("Kind %q: want %q or %q", o.Kind, MultiPoint, SinglePoint))
	}
	if len(o.ClassNames) > maxGroup {
		errs = append(errs, fmt.Errorf("ClassNames has %d names: want at most %d", len(o.ClassNames), maxGroup))
	}
	return errors.Join(append(errs, checkClassNames(o.ClassNames, "")...)...)
}

func checkChannels(channels int) error {
	if channels < 1 || channels > 1000 {
		return fmt.Errorf("Channels %d: want 1 to 1000", channels)
	}
	return nil
}

// WriteROISet writes points as a ROI set: a ZIP archive that the ROI Manager
// of Fiji and ImageJ opens, also by drag and drop.
//
// The class of a point is the group of its ROI, which gives it a colour in
// ImageJ. With MultiPoint there is one ROI per class with points, ascending,
// named after the class ("points" when no point has a class, "no class" for
// those without one beside others), with the points in the order of the slice. With SinglePoint they
// are named by their place in the slice from 1, followed by their class, with
// the properties probability and, where it is not a whole number, z.
//
// The coordinates are float32, which is 0.002 pixels at 30,000. In a stack of
// one channel each point has its plane; with several channels a SinglePoint
// shows on all of them, and the points of a MultiPoint on the first. The same
// points give the same bytes. No points give an archive without files, which
// the ROI Manager refuses with a message.
//
// Errors: those of [ROISetOptions.Validate]; a point that cannot be written
// (a coordinate that is not a number, z outside the stack or not 0 in 2D, a
// class above 255 or without a name, a probability outside [0, 1]), by its place in
// the slice, with nothing written; those of w.
//
// Source: as in the package comment.
func WriteROISet(w io.Writer, points []detection.Point, opts ROISetOptions) error {
	err := opts.Validate()
	if err == nil {
		err = limits{opts.NDim, maxPlane / opts.Channels, len(opts.ClassNames), maxGroup}.checkAll(points)
	}
	if err != nil {
		return fmt.Errorf("export: write ROI set: %w", err)
	}
	archive := zip.NewWriter(w)
	names := uniqueNames{}
	for _, r := range opts.rois(points) {
		// Deflated, like ImageJ's own: Java cannot stream stored entries whose
		// size comes behind them.
		file, err := archive.CreateHeader(&zip.FileHeader{Name: names.file(r.name), Method: zip.Deflate})
		if err == nil {
			_, err = file.Write(r.encode())
		}
		if err != nil {
			return fmt.Errorf("export: write ROI set: %w", err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("export: write ROI set: %w", err)
	}
	return nil
}

// rois are the selections that points become.
func (o ROISetOptions) rois(points []detection.Point) []pointROI {
	var rois []pointROI
	if o.Kind == MultiPoint {
		groups := byClass(points)
		for _, group := range groups {
			r := pointROI{name: "points", group: group[0].Class}
			switch {
			case r.group > 0:
				r.name = className(o.ClassNames, r.group)
			case len(groups) > 1:
				r.name = "no class"
			}
			for _, p := range group {
				r.add(p, o.slice(p))
			}
			rois = append(rois, r)
		}
		return rois
	}
	digits := max(4, len(strconv.Itoa(len(points))))
	for i, p := range points {
		r := pointROI{name: fmt.Sprintf("%0*d", digits, i+1), group: p.Class}
		if p.Class > 0 {
			r.name += " " + className(o.ClassNames, p.Class)
		}
		if o.NDim == 3 && o.Channels > 1 {
			r.add(p, 0)
			r.hyperstackZ = int(math.Round(p.Pos[0])) + 1
		} else {
			r.add(p, o.slice(p))
		}
		if o.Probability {
			r.properties += "probability: " + strconv.FormatFloat(p.Prob, 'g', -1, 64) + "\n"
		}
		if z := p.Pos[0]; z != math.Round(z) {
			r.properties += "z: " + strconv.FormatFloat(z, 'g', -1, 64) + "\n"
		}
		rois = append(rois, r)
	}
	return rois
}

// slice is the place in the stack on which a point shows, from 1, channels
// running first; 0 is on all, and all there is in 2D.
func (o ROISetOptions) slice(p detection.Point) int {
	if o.NDim == 2 {
		return 0
	}
	return int(math.Round(p.Pos[0]))*o.Channels + 1
}

// uniqueNames counts how often a name has been given to a file.
type uniqueNames map[string]int

// file is the name of a ROI's file, which the ROI Manager lists: name without
// what a file system may not take, and with a number when it was given before.
func (u uniqueNames) file(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || unicode.IsControl(r) {
			return '_'
		}
		return r
	}, name)
	for {
		u[name]++
		if u[name] == 1 {
			return name + ".roi"
		}
		name += "-" + strconv.Itoa(u[name]-1)
	}
}
