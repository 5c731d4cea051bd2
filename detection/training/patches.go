package training

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// Sample is an image with its target: same spatial shape, the image
// normalised, the target in [0, 1] with one channel per class.
type Sample struct {
	// Name is used in messages.
	Name          string
	Image, Target *detection.Volume
}

// Patch is a piece of a sample, of the size that the network takes.
type Patch struct {
	Image, Target *detection.Volume
}

// CutPatches cuts samples into patches on the tile grid of opts, without
// padding: every voxel is in at least one patch, and the overlap is the least
// that covers the image. An image smaller than the patch is first completed
// by reflection. The order is that of samples, then raster order.
//
// Errors: a sample whose image and target differ in shape, or whose channels
// differ from those of the first sample; each names the sample.
func CutPatches(samples []Sample, opts detection.TileOptions) ([]Patch, error) {
	var patches []Patch
	for _, s := range samples {
		if err := s.check(samples[0]); err != nil {
			return nil, err
		}
		image, err := detection.PadToPatch(s.Image, opts.Patch)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		target, err := detection.PadToPatch(s.Target, opts.Patch)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		grid, err := detection.PlanTiles(image.Dims, opts)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		for i := range grid.Len() {
			p := Patch{
				Image:  detection.NewVolume(opts.Patch, image.Channels),
				Target: detection.NewVolume(opts.Patch, target.Channels),
			}
			if err := grid.Extract(p.Image, image, i); err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			if err := grid.Extract(p.Target, target, i); err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			patches = append(patches, p)
		}
	}
	return patches, nil
}

func (s Sample) check(first Sample) error {
	for _, v := range []*detection.Volume{s.Image, s.Target} {
		if err := v.Validate(); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	if s.Image.Dims != s.Target.Dims {
		return fmt.Errorf("%s: %w: the image is %v and its target %v", s.Name, detection.ErrShape, s.Image.Dims, s.Target.Dims)
	}
	if s.Image.Channels != first.Image.Channels || s.Target.Channels != first.Target.Channels {
		return fmt.Errorf("%s: %w: %d image and %d target channels, but %s has %d and %d", s.Name, detection.ErrShape,
			s.Image.Channels, s.Target.Channels, first.Name, first.Image.Channels, first.Target.Channels)
	}
	return nil
}
