package widgets

import (
	"errors"
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// Version is one of the two things that a [Compare] compares.
type Version struct {
	// Name is what it is called, such as "raw"; "" is "A" for the first one and "B"
	// for the second.
	Name string
	// Image is what is seen. The second version may have nil: then both show that of
	// the first one, under two sets of points.
	Image *detection.Volume
	// Channels says how the channels of the image are shown; see [ViewerOptions].
	// The second version, without an image, has none.
	Channels []ChannelOptions
	// Points are those that this version found; nil for none.
	Points []detection.Point
}

// CompareOptions configures [NewCompare]. Start from [DefaultCompareOptions].
type CompareOptions struct {
	// Title stands above the comparison.
	Title string
	// Match says how near two points of the two versions are one, and how near a
	// point finds a true one.
	Match detection.MatchOptions
	// Truth are the true points; nil when they are not known. With them the points
	// of each version have a score.
	Truth []detection.Point
	// Z is the plane to begin with; -1, the default, is the one with the most
	// points, or the middle one without points.
	Z int
	// MostBytes bounds what images and points take of the page; see
	// [ViewerOptions].
	MostBytes int
	// Notes are sentences to stand below the comparison.
	Notes []string
}

// DefaultCompareOptions returns the defaults named at each field.
func DefaultCompareOptions() CompareOptions {
	return CompareOptions{Title: "Before and after", Match: detection.DefaultMatchOptions(), Z: -1, MostBytes: DefaultViewerOptions().MostBytes}
}

// Validate reports every invalid field, each by name and value.
func (o CompareOptions) Validate() error {
	errs := []error{o.Match.Validate(), checkMostBytes(o.MostBytes)}
	if o.Z < -1 {
		errs = append(errs, fmt.Errorf("Z is %d: want a plane, or -1", o.Z))
	}
	return errors.Join(errs...)
}

// Compare shows two versions of an image, such as before and after
// normalisation, or two sets of points, such as those of two models: with a
// divider between them, side by side, or one after the other at the same place.
// Of two sets of points it says which ones both found and which only one, as
// [detection.Match] pairs them, and their scores where the true points are known.
type Compare struct {
	opts     CompareOptions
	versions [2]Version
	z        int

	agreement detection.Matching    // of the points of both, the first ones as true
	scored    [2]detection.Matching // of each with the true points
	rasters   [2]*raster            // the second one is nil where both show one image
	notes     []string
}

// NewCompare prepares a comparison of versions a and b. Nothing given is
// modified; the images are read again by [Compare.PNG].
//
// Errors: those of [CompareOptions.Validate], of the volumes and of
// [detection.Match]; no image; images of different dimensions
// ([detection.ErrShape]), which may have different channels; invalid entries of
// Channels or more of them than channels; a plane that is not there; true points
// without points of a version; points that take more than half of MostBytes.
func NewCompare(a, b Version, opts CompareOptions) (*Compare, error) {
	c := &Compare{opts: opts, versions: [2]Version{a, b}, notes: slices.Clone(opts.Notes)}
	for k, name := range []string{"A", "B"} {
		if c.versions[k].Name == "" {
			c.versions[k].Name = name
		}
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("widgets: compare: %w", err)
	}
	if err := c.match(); err != nil {
		return nil, fmt.Errorf("widgets: compare: %w", err)
	}
	points := slices.Concat(a.Points, b.Points)
	size := markedOf(opts.Truth, nil).size()
	for k := range c.versions {
		size += c.marks(k).size()
	}
	if size > opts.MostBytes/2 {
		return nil, fmt.Errorf("widgets: compare: %w", sizeError(len(points)+len(opts.Truth), size, opts.MostBytes))
	}
	if c.z = opts.Z; c.z < 0 {
		c.z = planeOfMost(slices.Concat(points, opts.Truth), a.Image.Dims[0])
	}
	c.pack(opts.MostBytes - size)
	return c, nil
}

func (c *Compare) check() error {
	a, b := c.versions[0], c.versions[1]
	if err := errors.Join(a.Image.Validate(), c.opts.Validate()); err != nil {
		return err
	}
	errs := []error{checkChannels(a.Channels, a.Image.Channels)}
	switch {
	case b.Image == nil && len(b.Channels) > 0:
		errs = append(errs, fmt.Errorf("version %s has Channels and no Image: want none, both versions show one image", b.Name))
	case b.Image != nil:
		errs = append(errs, b.Image.Validate(), checkChannels(b.Channels, b.Image.Channels))
		if a.Image.Dims != b.Image.Dims {
			errs = append(errs, fmt.Errorf("%w: the image of %s is %v, that of %s %v", detection.ErrShape, a.Name, a.Image.Dims, b.Name, b.Image.Dims))
		}
	}
	if c.opts.Z >= a.Image.Dims[0] {
		errs = append(errs, fmt.Errorf("Z is %d: want one of the %d planes of the image, from 0", c.opts.Z, a.Image.Dims[0]))
	}
	if c.opts.Truth != nil && a.Points == nil && b.Points == nil {
		errs = append(errs, errors.New("Truth is set, and no version has Points that it could score"))
	}
	return errors.Join(errs...)
}

// match pairs the points of both, and of each with the true points.
func (c *Compare) match() (err error) {
	a, b := c.versions[0].Points, c.versions[1].Points
	if c.agreement, err = detection.Match(a, b, c.opts.Match); err != nil { // refuses points that are not finite
		return err
	}
	for k, v := range c.versions {
		if c.scored[k], err = detection.Match(c.opts.Truth, v.Points, c.opts.Match); err != nil {
			return err
		}
	}
	return nil
}

// pack packs the images within so many characters, half for each of two.
func (c *Compare) pack(most int) {
	for k, v := range c.versions {
		if v.Image == nil {
			continue
		}
		name := "Image"
		if c.versions[1].Image != nil {
			name = "Image of " + v.Name
			most = most / (2 - k)
		}
		r, notes := rasterOf(v.Image, poolMean, most)
		describe(r.Bands, v.Channels)
		for _, n := range notes {
			c.notes = append(c.notes, name+": "+lowerFirst(n))
		}
		c.rasters[k] = &r
	}
}

// bothSets says that there are two sets of points.
func (c *Compare) bothSets() bool {
	return c.versions[0].Points != nil && c.versions[1].Points != nil
}

// marks are the points of version k for the script, with those of the other one as
// mates; nil for none.
func (c *Compare) marks(k int) *marked {
	points := c.versions[k].Points
	if points == nil {
		return nil
	}
	if !c.bothSets() {
		return markedOf(points, nil)
	}
	ofA, ofB := matesOf(c.agreement, len(c.versions[0].Points), len(c.versions[1].Points))
	return markedOf(points, [][]int{ofA, ofB}[k])
}

// Matching pairs the points of the first version, as true points, with those of
// the second one.
func (c *Compare) Matching() detection.Matching { return c.agreement }

// Scores are those of both versions against the true points; zeros where these
// are not known, or the version has no points.
func (c *Compare) Scores() (scores [2]detection.Score) {
	for k, m := range c.scored {
		if c.opts.Truth != nil && c.versions[k].Points != nil {
			scores[k] = m.Score()
		}
	}
	return scores
}
