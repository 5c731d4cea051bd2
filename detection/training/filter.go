package training

import (
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// ErrAllRemoved is wrapped when a [Filter] leaves nothing to deal.
var ErrAllRemoved = errors.New("no sample is left")

// Filter leaves patches out by what is in them, before any change.
type Filter struct {
	// Conditions say which are removed.
	Conditions detection.SampleFilter
	// ByImage judges each sample as a whole, and its patches with it. Patches that
	// are drawn are always judged so.
	ByImage bool
	// Images are looked at in the place of the samples' own, of the same number
	// and sizes, such as the same images before they were normalised; nil for the
	// samples' own.
	Images []*detection.Volume
}

// Judgement is what a [Filter] found of a patch, or of a sample as a whole.
type Judgement struct {
	// Sample is the index of the sample.
	Sample int
	// Start is the first voxel (z, y, x) in the sample, which for a patch with
	// mirrored parts may lie before it; Dims is the size.
	Start, Dims [3]int
	Stats       detection.SampleStats
	Removed     bool
}

// apply judges all places and returns those that stay.
func (f *Filter) apply(d Data, all []place) ([]place, []Judgement, error) {
	if err := f.Conditions.Validate(); err != nil {
		return nil, nil, fmt.Errorf("training: filter: %w", err)
	}
	if f.Images != nil && len(f.Images) != len(d.Samples) {
		return nil, nil, fmt.Errorf("training: filter: %d images for %d samples", len(f.Images), len(d.Samples))
	}
	var kept []place
	var judged []Judgement
	for i, s := range d.Samples {
		image := f.image(d, i)
		whole, ranges, err := f.whole(i, image, s, d.Target)
		if err != nil {
			return nil, nil, fmt.Errorf("training: filter: %s: %w", s.Name, err)
		}
		byImage := f.ByImage || d.Random != nil
		if byImage {
			judged = append(judged, whole)
		}
		for _, p := range all {
			if p.sample != i {
				continue
			}
			j := whole
			if !byImage {
				if j, err = f.patch(p, image, s, d, ranges); err != nil {
					return nil, nil, fmt.Errorf("training: filter: %s: %w", s.Name, err)
				}
				judged = append(judged, j)
			}
			if !j.Removed {
				kept = append(kept, p)
			}
		}
	}
	if len(kept) == 0 {
		return nil, nil, fmt.Errorf("training: filter: %w of %d", ErrAllRemoved, len(judged))
	}
	return kept, judged, nil
}

// image is what is looked at for a sample.
func (f *Filter) image(d Data, sample int) *detection.Volume {
	if f.Images != nil {
		return f.Images[sample]
	}
	return d.Samples[sample].Image
}

// Judged is what Data.Filter found of each patch, or of each sample; nil without
// a filter.
func (l *Loader) Judged() []Judgement { return l.judged }

// Look returns the pixels that a judgement is about, of the images that the
// filter looked at.
func (l *Loader) Look(j Judgement) (*detection.Volume, error) {
	return j.warp().Image(l.data.Filter.image(l.data, j.Sample))
}

// warp cuts out what is judged.
func (j Judgement) warp() detection.Warp {
	var centre [3]float64
	for a, n := range j.Dims {
		centre[a] = float64(j.Start[a]) + float64(n-1)/2
	}
	return detection.NewWarp(j.Dims, centre)
}

// whole judges a sample as a whole.
func (f *Filter) whole(i int, image *detection.Volume, s Sample, target Target) (Judgement, detection.SampleRanges, error) {
	painted, err := target.Paint(image.Dims, s.Points)
	if err != nil {
		return Judgement{}, detection.SampleRanges{}, err
	}
	ranges := detection.MeasureRanges(image, painted)
	j := Judgement{Sample: i, Dims: image.Dims}
	if j.Stats, err = detection.MeasureSample(image, painted, ranges); err != nil {
		return Judgement{}, ranges, err
	}
	j.Removed = f.Conditions.Removes(j.Stats)
	return j, ranges, nil
}

// patch judges the patch at a place of the grid.
func (f *Filter) patch(p place, image *detection.Volume, s Sample, d Data, ranges detection.SampleRanges) (j Judgement, err error) {
	j = Judgement{Sample: p.sample, Dims: d.Tiles.Patch}
	for a, n := range j.Dims {
		j.Start[a] = int(p.centre[a] - float64(n-1)/2)
	}
	warp := j.warp()
	piece, err := warp.Image(image)
	if err != nil {
		return j, err
	}
	points, err := warp.Points(s.Points, image.Dims, d.Target.Reach)
	if err != nil {
		return j, err
	}
	target, err := d.Target.Paint(j.Dims, points)
	if err != nil {
		return j, err
	}
	if j.Stats, err = detection.MeasureSample(piece, target, ranges); err != nil {
		return j, err
	}
	j.Removed = f.Conditions.Removes(j.Stats)
	return j, nil
}
