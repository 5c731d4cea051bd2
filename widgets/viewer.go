package widgets

import (
	"errors"
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// ViewerOptions configures [NewViewer]. Start from [DefaultViewerOptions].
type ViewerOptions struct {
	// Title stands above the viewer.
	Title string
	// Channels says how the channels of the image are shown, entry by entry; those
	// beyond its end are as [ChannelOptions] says for the zero value.
	Channels []ChannelOptions
	// Found and Truth are points to be marked; nil for none. With both of them
	// they are paired by [detection.Match] with Match, and marked as found, false and
	// missed.
	Found, Truth []detection.Point
	Match        detection.MatchOptions
	// Prob is a probability map of the image, shown as a tint over it: the largest of
	// its channels. nil for none.
	Prob *detection.Volume
	// Labels are objects, each in a colour over the image; 0 is clear. At most
	// 2^24. nil for none.
	Labels *detection.Labels
	// Opacity of map and labels to begin with, 0 to 1. Default 0.6: the image is
	// seen through them.
	Opacity float64
	// Z is the plane to begin with; -1, the default, is the one with the most
	// points, or the middle one without points.
	Z int
	// MostBytes bounds what image, map, labels and points take of the page, in
	// characters, at least 100,000; the still picture and the script add 1.5 MB at most.
	// Where all values take more they are rounded, and then pixels stand for
	// several; a note says so. Default 24,000,000: an image of 4096 x 4096 pixels of
	// 8 bits with all its pixels and values, noise and all. Notebooks that hold
	// much more are slow to open and to save.
	MostBytes int
	// Notes are sentences to stand below the viewer.
	Notes []string
}

// DefaultViewerOptions returns the defaults named at each field.
func DefaultViewerOptions() ViewerOptions {
	return ViewerOptions{Title: "Image", Match: detection.DefaultMatchOptions(), Opacity: opacity, Z: -1, MostBytes: 24_000_000}
}

// Validate reports every invalid field, each by name and value.
func (o ViewerOptions) Validate() error {
	errs := []error{o.Match.Validate(), checkMostBytes(o.MostBytes)}
	for i, c := range o.Channels {
		errs = append(errs, c.validate(i))
	}
	if !(o.Opacity >= 0 && o.Opacity <= 1) {
		errs = append(errs, fmt.Errorf("Opacity is %v: want 0 to 1", o.Opacity))
	}
	if o.Z < -1 {
		errs = append(errs, fmt.Errorf("Z is %d: want a plane, or -1", o.Z))
	}
	return errors.Join(errs...)
}

func checkMostBytes(n int) error {
	if n < 100_000 {
		return fmt.Errorf("MostBytes is %d: want at least 100000", n)
	}
	return nil
}

// Viewer shows an image with its values: channels with their contrast, planes,
// every pixel, and what is under the cursor; and points, a map and labels over
// it. Its values are those of the image, all digits, but for what a note says.
type Viewer struct {
	opts     ViewerOptions
	image    *detection.Volume
	matching *detection.Matching // nil without found and true points
	z        int

	raster, prob, labels *raster // the last two may be nil
	found, truth         *marked // may be nil
	notes                []string
}

// NewViewer prepares a viewer of an image of any number of channels. Nothing
// given is modified; the image is read again by [Viewer.PNG].
//
// Errors: those of [ViewerOptions.Validate], of the volumes and of
// [detection.Match]; a map or labels of another size ([detection.ErrShape]);
// more entries of Channels than channels, and a plane that is not there; points
// that take more than half of MostBytes.
func NewViewer(image *detection.Volume, opts ViewerOptions) (*Viewer, error) {
	v := &Viewer{opts: opts, image: image, notes: slices.Clone(opts.Notes)}
	if err := v.check(); err != nil {
		return nil, fmt.Errorf("widgets: viewer: %w", err)
	}
	if err := v.mark(); err != nil {
		return nil, fmt.Errorf("widgets: viewer: %w", err)
	}
	points := slices.Concat(opts.Found, opts.Truth)
	if v.z = opts.Z; v.z < 0 {
		v.z = planeOfMost(points, image.Dims[0])
	}
	v.pack(opts.MostBytes - v.found.size() - v.truth.size())
	return v, nil
}

func (v *Viewer) check() error {
	o := v.opts
	if err := errors.Join(v.image.Validate(), o.Validate()); err != nil {
		return err
	}
	errs := []error{checkChannels(o.Channels, v.image.Channels)}
	if o.Z >= v.image.Dims[0] {
		errs = append(errs, fmt.Errorf("Z is %d: want one of the %d planes of the image, from 0", o.Z, v.image.Dims[0]))
	}
	if o.Prob != nil {
		errs = append(errs, o.Prob.Validate())
		if o.Prob.Dims != v.image.Dims {
			errs = append(errs, fmt.Errorf("%w: the image is %v, the map %v", detection.ErrShape, v.image.Dims, o.Prob.Dims))
		}
	}
	if o.Labels != nil {
		errs = append(errs, o.Labels.Validate())
		if o.Labels.Dims != v.image.Dims {
			errs = append(errs, fmt.Errorf("%w: the image is %v, the labels %v", detection.ErrShape, v.image.Dims, o.Labels.Dims))
		} else if n := o.Labels.Max(); n > 1<<24 {
			errs = append(errs, fmt.Errorf("Labels go up to %d: want at most %d", n, 1<<24))
		}
	}
	return errors.Join(errs...)
}

// mark pairs the points and packs them.
func (v *Viewer) mark() error {
	o := v.opts
	m, err := detection.Match(o.Truth, o.Found, o.Match) // refuses points that are not finite
	if err != nil {
		return err
	}
	var ofTruth, ofFound []int
	if o.Truth != nil && o.Found != nil {
		v.matching = &m
		ofTruth, ofFound = matesOf(m, len(o.Truth), len(o.Found))
	}
	if o.Found != nil {
		v.found = markedOf(o.Found, ofFound)
	}
	if o.Truth != nil {
		v.truth = markedOf(o.Truth, ofTruth)
	}
	if size := v.found.size() + v.truth.size(); size > o.MostBytes/2 {
		return sizeError(len(o.Found)+len(o.Truth), size, o.MostBytes)
	}
	return nil
}

// pack packs image, map and labels within so many characters: map and labels
// take a quarter each at most, the image the rest.
func (v *Viewer) pack(most int) {
	rest := most
	add := func(volume *detection.Volume, pool pooling, most int, name string) *raster {
		r, notes := rasterOf(volume, pool, most)
		rest -= r.size()
		for _, n := range notes {
			v.notes = append(v.notes, name+": "+lowerFirst(n))
		}
		return &r
	}
	if v.opts.Prob != nil {
		v.prob = add(v.opts.Prob, poolLargest, most/4, "Probability map")
		probabilityContrast(v.prob.Bands)
	}
	if v.opts.Labels != nil {
		v.labels = add(labelVolume(v.opts.Labels), poolFirst, most/4, "Labels")
	}
	v.raster = add(v.image, poolMean, rest, "Image")
	describe(v.raster.Bands, v.opts.Channels)
}

// labelVolume holds labels as values.
func labelVolume(l *detection.Labels) *detection.Volume {
	v := detection.NewVolume(l.Dims, 1)
	for i, n := range l.Data {
		v.Data[i] = float32(n)
	}
	return v
}

// planeOfMost is the plane with the most points, the lowest among equals; without
// points the middle one.
func planeOfMost(points []detection.Point, planes int) int {
	counts := make([]int, planes)
	best := planes / 2
	for _, p := range points {
		if z := p.Voxel()[0]; z >= 0 && z < planes {
			counts[z]++
		}
	}
	for z, n := range counts {
		if n > counts[best] || n == counts[best] && n > 0 && z < best {
			best = z
		}
	}
	return best
}
