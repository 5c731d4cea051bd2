package training

import (
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// Sample is an image to learn from, with the points in it.
type Sample struct {
	// Name is used in messages.
	Name string
	// Image is normalised, as the network is to see it.
	Image *detection.Volume
	// Points are in voxels of the image.
	Points []detection.Point
}

// Target is what the network is to learn: how points are painted.
type Target struct {
	// Paint makes the target of a patch of size dims (z, y, x), one channel per
	// class, values in [0, 1]. Points outside dims count as far as what is
	// painted for them reaches in.
	Paint func(dims [3]int, points []detection.Point) (*detection.Volume, error)
	// Reach is how far from its point something is painted, in voxels along an
	// axis: points farther outside a patch are not given to Paint.
	Reach float64
}

// Disks paints the ellipsoids of [detection.PointMask]. Points are not
// checked: [detection.CheckPoints] does that on whole images.
func Disks(opts detection.MaskOptions) Target {
	opts.Check = false
	return Target{
		Paint: func(dims [3]int, points []detection.Point) (*detection.Volume, error) {
			return detection.PointMask(dims, points, opts)
		},
		Reach: float64(max(opts.Radii[0], opts.Radii[1], opts.Radii[2])) + 1,
	}
}

// Gaussians paints the peaks of [detection.Heatmap].
func Gaussians(opts detection.HeatmapOptions) Target {
	return Target{
		Paint: func(dims [3]int, points []detection.Point) (*detection.Volume, error) {
			return detection.Heatmap(dims, points, opts)
		},
		Reach: opts.Truncate*max(opts.Sigma[0], opts.Sigma[1], opts.Sigma[2]) + 1,
	}
}

// Data is what a [Loader] deals: samples, and where patches are cut.
type Data struct {
	Samples []Sample
	Target  Target
	// Tiles is the grid of patches: Patch, Overlap as the least that
	// neighbours share, and Padding as the margin without which they still cover
	// the sample, so that neighbours share twice as much and the outermost show
	// mirror images beyond the border. A sample smaller than the patch is
	// completed by reflection on both sides.
	Tiles detection.TileOptions
	// Random cuts one patch of every sample at a place drawn anew in every epoch
	// (see [Loader]), and not the patches of the grid; nil for the grid.
	Random *Random
	// Filter leaves patches out; nil keeps all.
	Filter *Filter
	// Repeat is how often each patch is dealt in an epoch, changed in another way
	// each time; 0 is once, as 1 is.
	Repeat int
}

// place is the middle of a patch, of the grid or drawn.
type place struct {
	sample int
	centre [3]float64
	draw   *drawing // nil: of the grid
}

// deal lists the patches that the filter keeps, all of them as often as Repeat
// says, and what the filter found.
func (d Data) deal() ([]place, []Judgement, error) {
	if d.Repeat < 0 {
		return nil, nil, fmt.Errorf("training: Repeat %d: want 0 or more", d.Repeat)
	}
	list, err := d.places()
	var judged []Judgement
	if err == nil && d.Filter != nil {
		list, judged, err = d.Filter.apply(d, list)
	}
	return slices.Repeat(list, max(d.Repeat, 1)), judged, err
}

// places lists the patches in the order of samples, then raster order.
func (d Data) places() ([]place, error) {
	var list []place
	for i, s := range d.Samples {
		if err := s.Image.Validate(); err != nil {
			return nil, fmt.Errorf("training: %s: %w", s.Name, err)
		}
		if s.Image.Channels != d.Samples[0].Image.Channels {
			return nil, fmt.Errorf("training: %s: %w: %d channels, but %s has %d", s.Name, detection.ErrShape,
				s.Image.Channels, d.Samples[0].Name, d.Samples[0].Image.Channels)
		}
		if d.Random != nil {
			draw, err := d.Random.prepare(s, d.Tiles.Patch, d.Target)
			if err != nil {
				return nil, fmt.Errorf("training: %s: %w", s.Name, err)
			}
			list = append(list, place{sample: i, draw: draw})
			continue
		}
		dims, offset := s.Image.Dims, [3]int{}
		for a, n := range d.Tiles.Patch {
			if missing := n - dims[a]; missing > 0 {
				offset[a] = missing / 2
				dims[a] = n
			}
		}
		grid, err := detection.PlanTiles(dims, d.Tiles)
		if err != nil {
			return nil, fmt.Errorf("training: %s: %w", s.Name, err)
		}
		for k := range grid.Len() {
			p := place{sample: i}
			for a, start := range grid.Start(k) {
				p.centre[a] = float64(start-grid.Padding()[a]-offset[a]) + float64(d.Tiles.Patch[a]-1)/2
			}
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("training: no images: want at least one")
	}
	return list, nil
}
