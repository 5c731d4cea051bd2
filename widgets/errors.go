package widgets

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// ErrorImage is an image for [NewErrorBrowser]: the true points, those found,
// and what is to be seen.
type ErrorImage struct {
	// Name is shown, and written beside the points that are exported: that of the
	// image's file.
	Name string
	// Image has any number of channels: one is shown as grey, three as colours,
	// others as their mean.
	Image *detection.Volume
	// Map is the probability map of the image, of the same size, with a channel
	// for each class; nil when it is not at hand, and then nothing is known of how
	// near a missed point was to being found.
	Map *detection.Volume
	// Load reads Image and Map when they are shown, in place of the two fields:
	// once, and not for images that show no mistake. So only one image of many is
	// in memory.
	Load func() (image, prob *detection.Volume, err error)
	// Truth are the true points, Found those that were found with their
	// probabilities.
	Truth, Found []detection.Point
}

// ErrorBrowserOptions configures [NewErrorBrowser]. Start from
// [DefaultErrorBrowserOptions].
type ErrorBrowserOptions struct {
	// Title stands above the browser.
	Title string
	// Match says which found point belongs to which true point.
	Match detection.MatchOptions
	// Crop is the side of a thumbnail, in voxels along y and x, 8 to 256. Default
	// 64: a nucleus with its neighbours; 24 or so suits spots.
	Crop int
	// MostErrors bounds the thumbnails, 1 to 5000. Where there are more mistakes, all
	// images have about as many at most, the worst images first; of an image those
	// with the highest Value stay, false and missed ones in turn, and a note says how
	// many are left out. Default 500: as many a person looks through in an hour.
	MostErrors int
	// MostBytes bounds all pictures, in characters of the page, at least 100,000.
	// Thumbnails take half of it at most and are always as sharp as the image; the
	// large pictures of the images share the rest evenly and are made smaller
	// where that is too little, which a note says. Default 8,000,000.
	MostBytes int
	// FalseVerdicts and MissedVerdicts are what can be said of a false and of a
	// missed point, 1 to 9 texts each. Default: see [VerdictLabelMissing],
	// [VerdictLabelWrong], [VerdictReallyWrong], [VerdictUnsure].
	FalseVerdicts, MissedVerdicts []string
	// Notes are sentences to stand below the browser.
	Notes []string
}

// DefaultErrorBrowserOptions returns the defaults named at each field.
func DefaultErrorBrowserOptions() ErrorBrowserOptions {
	return ErrorBrowserOptions{
		Title: "Error browser", Match: detection.DefaultMatchOptions(), Crop: 64, MostErrors: 500, MostBytes: 8_000_000,
		FalseVerdicts:  []string{VerdictLabelMissing, VerdictReallyWrong, VerdictUnsure},
		MissedVerdicts: []string{VerdictLabelWrong, VerdictReallyWrong, VerdictUnsure},
	}
}

// Validate reports every invalid field, each by name and value.
func (o ErrorBrowserOptions) Validate() error {
	errs := []error{o.Match.Validate()}
	for _, f := range []struct {
		name          string
		value, lo, hi int
	}{{"Crop", o.Crop, 8, 256}, {"MostErrors", o.MostErrors, 1, 5000}, {"MostBytes", o.MostBytes, 100_000, math.MaxInt32}} {
		if f.value < f.lo || f.value > f.hi {
			errs = append(errs, fmt.Errorf("%s is %d: want %d to %d", f.name, f.value, f.lo, f.hi))
		}
	}
	for name, list := range map[string][]string{"FalseVerdicts": o.FalseVerdicts, "MissedVerdicts": o.MissedVerdicts} {
		distinct := slices.Compact(slices.Sorted(slices.Values(list)))
		if len(list) < 1 || len(list) > 9 || len(distinct) < len(list) || distinct[0] == "" {
			errs = append(errs, fmt.Errorf("%s are %q: want 1 to 9 texts, each once", name, list))
		}
	}
	return errors.Join(errs...)
}

// Mistake is a false or a missed point.
type Mistake struct {
	// Image is the index of its image in the order given.
	Image int
	// Missed says that it is a true point without a found one (FN), and not a
	// found point without a true one (FP).
	Missed bool
	// Index is its place in Truth or Found of the image.
	Index int
	// Point is the point itself.
	detection.Point
	// Value is the probability of a false point. Of a missed one it is the largest
	// value of the map at voxels within the tolerance of it, in the channel of its
	// class where the map has several; NaN without a map.
	Value float64
}

// ErrorBrowser shows where a detection went wrong on a set of images: the worst
// images first, every false and every missed point as a thumbnail, and a larger
// view of the image around the one that is chosen. Its reader filters and orders
// the mistakes, and gives verdicts, which can be taken out as a CSV file for
// [ReadVerdicts] and [Relabel].
//
// Thumbnails and pictures have 8 bits, stretched from the 0.5th to the 99.5th
// percentile of their image. A thumbnail is the plane of the point, voxel for
// voxel, with the point's own voxel at (Crop/2, Crop/2); what lies beyond the
// image is black.
type ErrorBrowser struct {
	opts       ErrorBrowserOptions
	images     []ErrorImage
	evaluation detection.Evaluation
	order      []int     // the images, worst first
	mistakes   []Mistake // that have a thumbnail, image by image in that order
	left       int       // mistakes without one
	shown      []shownImage
	notes      []string
	volumes    bool // some image shown has several planes
	classes    bool // some point has a class
}

// NewErrorBrowser compares the points of each image with [detection.ScoreImages]
// and makes the pictures. Nothing given is modified, or read again.
//
// Errors: those of [ErrorBrowserOptions.Validate] and [detection.ScoreImages]; no
// image, or two of one name; an image with mistakes that has neither Image nor
// Load, or both; those of Load; a map of another size ([detection.ErrShape]).
func NewErrorBrowser(images []ErrorImage, opts ErrorBrowserOptions) (*ErrorBrowser, error) {
	b := &ErrorBrowser{opts: opts, images: slices.Clone(images), notes: slices.Clone(opts.Notes)}
	if err := b.prepare(); err != nil {
		return nil, fmt.Errorf("widgets: error browser: %w", err)
	}
	for i := range b.images { // all is taken from them
		b.images[i].Image, b.images[i].Map, b.images[i].Load = nil, nil, nil
	}
	return b, nil
}

func (b *ErrorBrowser) prepare() error {
	if err := b.opts.Validate(); err != nil {
		return err
	}
	if len(b.images) == 0 {
		return errors.New("no images: want at least one")
	}
	var truth, found [][]detection.Point
	names := map[string]bool{}
	for i := range b.images {
		m := &b.images[i]
		if m.Name == "" || names[m.Name] {
			return fmt.Errorf("image %d has the name %q: want one for each that no other has", i, m.Name)
		}
		names[m.Name] = true
		m.Truth, m.Found = slices.Clone(m.Truth), slices.Clone(m.Found)
		truth, found = append(truth, m.Truth), append(found, m.Found)
		for _, p := range slices.Concat(m.Truth, m.Found) {
			b.classes = b.classes || p.Class != 0
		}
	}
	var err error
	if b.evaluation, err = detection.ScoreImages(truth, found, b.opts.Match); err != nil {
		return err
	}
	b.order = make([]int, len(b.images))
	for i := range b.order {
		b.order[i] = i
	}
	slices.SortStableFunc(b.order, b.worse)
	return b.show()
}

// Title is that of the options.
func (b *ErrorBrowser) Title() string { return b.opts.Title }

// Evaluation is what [detection.ScoreImages] says of the images, in the order
// given.
func (b *ErrorBrowser) Evaluation() detection.Evaluation { return b.evaluation }

// Mistakes are those that have a thumbnail, in the order in which the browser
// begins: images by ascending F1, ties by the number of mistakes, most first,
// then by name, then in the order given; in an image by descending Value, unknown
// ones last, ties with the false before the missed, then by Index.
func (b *ErrorBrowser) Mistakes() []Mistake { return slices.Clone(b.mistakes) }
