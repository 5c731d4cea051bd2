package widgets

import (
	"errors"
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// MaskTarget says what a training paints for a point: a disk (in a volume an
// ellipsoid), or a Gaussian peak. Exactly one of the fields is set.
type MaskTarget struct {
	// Mask is for [detection.PointMask]; its Check has no effect.
	Mask *detection.MaskOptions
	// Heatmap is for [detection.Heatmap].
	Heatmap *detection.HeatmapOptions
}

// DiskTargets are disks with these radii, in voxels along all axes, for so many
// classes.
func DiskTargets(classes int, radii ...int) []MaskTarget {
	var list []MaskTarget
	for _, r := range radii {
		o := detection.DefaultMaskOptions()
		o.Radii, o.Classes = [3]int{r, r, r}, classes
		list = append(list, MaskTarget{Mask: &o})
	}
	return list
}

// GaussianTargets are Gaussian peaks with these standard deviations, in voxels
// along all axes, for so many classes.
func GaussianTargets(classes int, sigmas ...float64) []MaskTarget {
	var list []MaskTarget
	for _, s := range sigmas {
		o := detection.DefaultHeatmapOptions()
		o.Sigma, o.Classes = [3]float64{s, s, s}, classes
		list = append(list, MaskTarget{Heatmap: &o})
	}
	return list
}

// Validate reports every invalid field, each by name and value.
func (t MaskTarget) Validate() error {
	switch {
	case t.Mask != nil && t.Heatmap == nil:
		return t.Mask.Validate()
	case t.Heatmap != nil && t.Mask == nil:
		return t.Heatmap.Validate()
	}
	return errors.New("Mask and Heatmap: want exactly one of the two")
}

// Paint makes the target of points in an image of size dims (z, y, x): a channel
// for each class, values in [0, 1]. Errors: those of [detection.PointMask] without
// its check, or of [detection.Heatmap].
func (t MaskTarget) Paint(dims [3]int, points []detection.Point) (*detection.Volume, error) {
	if t.Heatmap != nil {
		return detection.Heatmap(dims, points, *t.Heatmap)
	}
	o := *t.Mask
	o.Check = false
	return detection.PointMask(dims, points, o)
}

// name says what is painted, in words.
func (t MaskTarget) name(ndim int) string {
	if t.Heatmap != nil {
		return "Gaussian, sigma " + sizes(t.Heatmap.Sigma[3-ndim:])
	}
	what := map[int]string{2: "disk", 3: "ball"}[ndim]
	return what + ", radius " + sizes(t.Mask.Radii[3-ndim:])
}

// sizes writes numbers, or one of them where they are alike.
func sizes[T comparable](list []T) string {
	if i := slices.IndexFunc(list, func(v T) bool { return v != list[0] }); i < 0 {
		return fmt.Sprint(list[0])
	}
	text := fmt.Sprint(list[0])
	for _, v := range list[1:] {
		text += fmt.Sprintf(" x %v", v)
	}
	return text
}

// MaskPreviewOptions configures [NewMaskPreview]. Start from
// [DefaultMaskPreviewOptions].
type MaskPreviewOptions struct {
	// Title stands above the preview.
	Title string
	// Targets are what the points are painted as, 1 to 30; a slider goes through
	// them. Default: disks of one class with radii of 1 to 8 voxels.
	Targets []MaskTarget
	// Initial is the index of the one to begin with. Default 1, a radius of 2.
	Initial int
	// MostBytes bounds image and targets, in characters of the page, at least
	// 100,000; the image may take half of it. What does not fit is rounded or
	// made smaller, and a note says so. Default 8,000,000.
	MostBytes int
	// Notes are sentences to stand below the preview.
	Notes []string
}

// DefaultMaskPreviewOptions returns the defaults named at each field.
func DefaultMaskPreviewOptions() MaskPreviewOptions {
	return MaskPreviewOptions{Title: "What training learns from", Targets: DiskTargets(1, 1, 2, 3, 4, 5, 6, 7, 8), Initial: 1, MostBytes: 8_000_000}
}

// Validate reports every invalid field, each by name and value.
func (o MaskPreviewOptions) Validate() error {
	var errs []error
	if n := len(o.Targets); n < 1 || n > 30 {
		errs = append(errs, fmt.Errorf("%d Targets: want 1 to 30", n))
	}
	for i, t := range o.Targets {
		if err := t.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("Targets[%d]: %w", i, err))
		}
	}
	if o.Initial < 0 || o.Initial >= max(len(o.Targets), 1) {
		errs = append(errs, fmt.Errorf("Initial is %d: want the index of a target", o.Initial))
	}
	if o.MostBytes < 100_000 {
		errs = append(errs, fmt.Errorf("MostBytes is %d: want at least 100000", o.MostBytes))
	}
	return errors.Join(errs...)
}

// Painted says what became of the points in a target.
type Painted struct {
	// Target is what was painted.
	Target MaskTarget
	// Objects is how many objects a network sees for the points: the connected
	// parts of the target at half of its height (0.5) and above in any class,
	// voxels that share a corner included, in which a point lies.
	Objects int
	// Merged are the points that share an object with another, as indices,
	// ascending. A point whose own voxel is below half of the height, as that of a
	// narrow Gaussian between voxels may be, is in none.
	Merged []int
	// Foreground is the share of voxels at half of the height and above, [0, 1].
	Foreground float64

	groups [][]int // points of the objects with several, by their first one
	raster raster  // the target itself
}

// MaskPreview shows an image with what training would paint for its points, at
// one size after the other: which points touch and become one object, which share
// a voxel, which lie outside, and how much of the image is foreground at all.
type MaskPreview struct {
	opts       MaskPreviewOptions
	shape      detection.Volume // of the image, without data
	raster     raster
	notes      []string
	points     []detection.Point
	painted    []Painted
	outside    []int // indices of points
	faults     []maskFault
	grey, tint *detection.Volume // of the still picture
}

// maskFault is a finding in words, with the index of a point to look at.
type maskFault struct {
	Text  string `json:"text"`
	Point int    `json:"point"`
}

// NewMaskPreview prepares a preview of the points of an image of any number of
// channels. Nothing given is modified, or read again.
//
// Errors: those of [MaskPreviewOptions.Validate], of the image and of
// [MaskTarget.Paint].
func NewMaskPreview(image *detection.Volume, points []detection.Point, opts MaskPreviewOptions) (*MaskPreview, error) {
	if err := errors.Join(image.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("widgets: mask preview: %w", err)
	}
	m := &MaskPreview{opts: opts, shape: *image, points: slices.Clone(points), notes: slices.Clone(opts.Notes)}
	m.shape.Data = nil
	if err := m.paint(image); err != nil {
		return nil, fmt.Errorf("widgets: mask preview: %w", err)
	}
	return m, nil
}

// Title is that of the options.
func (m *MaskPreview) Title() string { return m.opts.Title }

// Painted says what became of the points, for each target.
func (m *MaskPreview) Painted() []Painted { return slices.Clone(m.painted) }
