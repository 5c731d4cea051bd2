package detection

import (
	"errors"
	"fmt"
)

// WatershedOptions configures [Watershed]. Start from
// [DefaultWatershedOptions].
type WatershedOptions struct {
	// Connectivity says between which voxels the flood passes.
	Connectivity Connectivity
	// Mask limits the flood to its voxels that are not zero; one channel, the
	// dimensions of the image. Markers outside are dropped. nil floods all.
	Mask *Volume
}

// DefaultWatershedOptions returns face connectivity without a mask.
func DefaultWatershedOptions() WatershedOptions { return WatershedOptions{Connectivity: Face} }

// Validate reports every invalid field.
func (o WatershedOptions) Validate() error {
	var errs []error
	if err := o.Connectivity.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Connectivity: %w", err))
	}
	if o.Mask != nil {
		if err := checkMap(o.Mask); err != nil {
			errs = append(errs, fmt.Errorf("Mask: %w", err))
		}
	}
	return errors.Join(errs...)
}

// Watershed floods image from markers and returns which marker's water
// reaches each voxel first. Labels that are not zero are the markers; a
// marker may have many voxels and several parts. The water rises through the
// values of image; at one level, voxels are flooded in the order in which
// the water came to stand beside them, so that a plateau is shared between
// the floods from its sides, and so is a basin without a marker that the
// water runs down into. Voxels that no flood reaches (cut off by the mask)
// stay 0. There is no line between the regions.
//
// image has one channel; it and markers have the same dimensions and are not
// modified. Ties are decided: the voxels of markers are all of one age, and
// those at one level start in the order in which a binary heap gives them
// back that was filled in raster order and takes in the neighbours of each
// voxel, nearest first: an arbitrary order, but always the same and that of
// scikit-image.
//
// Errors: those of [WatershedOptions.Validate], [Volume.Validate] and
// [Labels.Validate]; dimensions that differ ([ErrShape]); NaN in image.
//
// Source: P. Soille and M. Ansoult, Signal Processing 20 (1990) 171-182, as
// skimage.segmentation.watershed with compactness 0 and no watershed line,
// whose labels it reproduces, those of tied voxels included.
func Watershed(image *Volume, markers *Labels, opts WatershedOptions) (*Labels, error) {
	if err := errors.Join(checkMap(image), markers.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: watershed: %w", err)
	}
	if image.Dims != markers.Dims {
		return nil, fmt.Errorf("detection: watershed: %w: image %v, markers %v", ErrShape, image.Dims, markers.Dims)
	}
	if opts.Mask != nil && opts.Mask.Dims != image.Dims {
		return nil, fmt.Errorf("detection: watershed: %w: image %v, mask %v", ErrShape, image.Dims, opts.Mask.Dims)
	}
	for i, v := range image.Data {
		if v != v {
			return nil, fmt.Errorf("detection: watershed: %w", nanError(image.Dims, i))
		}
	}
	return flood(image, markers, opts), nil
}

// flood is Watershed on arguments that have been checked.
func flood(image *Volume, markers *Labels, opts WatershedOptions) *Labels {
	out := NewLabels(image.Dims)
	around := newNeighbourhood(image.Dims, opts.Connectivity)
	inside := func(i int) bool { return opts.Mask == nil || opts.Mask.Data[i] != 0 }
	var front floodHeap
	for i, label := range markers.Data {
		if label != 0 && inside(i) {
			out.Data[i] = label
			front.push(floodVoxel{floodKey(image.Data[i]) << 32, i})
		}
	}
	age := uint64(1)
	for len(front) > 0 {
		at := front.pop()
		for _, j := range around.of(at.index) {
			if out.Data[j] != 0 || !inside(j) {
				continue
			}
			out.Data[j] = out.Data[at.index]
			level := max(floodKey(image.Data[j]), at.key>>32)
			front.push(floodVoxel{level<<32 | age, j})
			age++
		}
	}
	return out
}

// floodVoxel is a voxel beside which the water stands.
type floodVoxel struct {
	// key is the level of the water in the upper half and the age in the
	// lower. Every voxel is pushed once, so that ages last for 2^32 voxels.
	key   uint64
	index int
}

// floodKey sorts like value, in 32 bits.
func floodKey(value float32) uint64 {
	if value == 0 {
		value = 0 // -0 and 0 are one level
	}
	return uint64(orderedBits(value))
}

// floodHeap is a binary heap, the smallest key first. Which of several equal
// keys it gives back follows from the comparisons below: a voxel moves past
// another only when its key is smaller, and the left child goes first.
type floodHeap []floodVoxel

func (h *floodHeap) push(v floodVoxel) {
	s := append(*h, v)
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if s[parent].key <= v.key {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = v
	*h = s
}

func (h *floodHeap) pop() floodVoxel {
	s := *h
	top, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if child+1 < len(s) && s[child+1].key < s[child].key {
			child++
		}
		if s[child].key >= last.key {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = last
	return top
}
