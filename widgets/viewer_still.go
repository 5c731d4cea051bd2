package widgets

import (
	"fmt"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// PNG is the still picture: the plane to begin with, its channels, map and
// marks, 640 pixels along its longer side, small images enlarged three times at
// most; labels are not in it. The same viewer gives the same bytes on one kind of
// machine.
//
// Errors: none for a viewer of [NewViewer].
func (v *Viewer) PNG() ([]byte, error) {
	o := v.opts
	rgb, factor := composite(v.image, v.raster.Bands, v.z, stillSide)
	var tint *detection.Volume
	if o.Prob != nil {
		tint = tinted(pooled(planeOf(o.Prob, v.z), factor, poolLargest))
		for i := range tint.Data {
			tint.Data[i] *= float32(o.Opacity / opacity)
		}
	}
	s, err := newStill(rgb, tint, v.z, stillSide, len(o.Found)+len(o.Truth))
	if err != nil {
		return nil, fmt.Errorf("widgets: viewer: %w", err)
	}
	s.scale /= float64(factor)
	v.drawMarks(s)
	picture, err := s.encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: viewer: %w", err)
	}
	return picture, nil
}

// drawMarks draws the points, mistakes on top.
func (v *Viewer) drawMarks(s still) {
	found, truth := v.opts.Found, v.opts.Truth
	if v.matching == nil {
		s.draw(markTruth, truth...)
		s.draw(markFound, found...)
		return
	}
	s.drawMatching(truth, found, *v.matching)
}

// text says in words what the still picture shows.
func (v *Viewer) text() string {
	parts := []string{"image of " + sizeText(v.image.Dims)}
	if v.image.Dims[0] > 1 {
		parts[0] += fmt.Sprintf(" (shown: plane z = %d)", v.z)
	}
	if n := v.image.Channels; n > 1 {
		parts = append(parts, fmt.Sprintf("%d channels", n))
	}
	switch {
	case v.matching != nil:
		s := v.matching.Score()
		parts = append(parts, fmt.Sprintf("%d found, %d false, %d missed", s.TP, s.FP, s.FN))
	case v.found != nil:
		parts = append(parts, fmt.Sprintf("%d points", v.found.Count))
	case v.truth != nil:
		parts = append(parts, fmt.Sprintf("%d true points", v.truth.Count))
	}
	return v.opts.Title + ": " + strings.Join(parts, ", ") + "."
}

// legend explains the marks of the still picture.
func (v *Viewer) legend() string {
	switch {
	case v.matching != nil:
		return " Green circles are found, yellow squares missed, orange crosses false."
	case v.found != nil:
		return " Blue circles are points."
	case v.truth != nil:
		return " Yellow squares are true points."
	}
	return ""
}

// sizeText is the size of an image in words.
func sizeText(d [3]int) string {
	if d[0] > 1 {
		return fmt.Sprintf("%d x %d x %d voxels", d[0], d[1], d[2])
	}
	return fmt.Sprintf("%d x %d pixels", d[1], d[2])
}
