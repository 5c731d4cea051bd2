package training

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// Preview is a patch of a [Loader] for people to look at.
type Preview struct {
	// Name is that of the sample that the patch was cut from.
	Name string
	// Image and Target are what the network is given.
	Image, Target *detection.Volume
	// Grid is Image as it becomes when lines have been drawn on the sample
	// beforehand, so that one sees how it was moved; nil when not asked for.
	Grid *detection.Volume
}

// Preview makes the patch at a position of an epoch, both from 0, as the
// batches of that epoch hold it. With grid above 0 it is made a second time,
// by the same changes, from the sample with a line along y and along x every
// grid voxels, as bright as its brightest voxel.
//
// Errors: a position that the epoch does not have, and those of
// [Loader.Batch].
func (l *Loader) Preview(epoch, position, grid int) (Preview, error) {
	if position < 0 || position >= l.Patches() {
		return Preview{}, fmt.Errorf("training: preview of patch %d: want 0 to %d", position, l.Patches()-1)
	}
	if l.fixed {
		epoch = 0
	}
	at := l.places[l.order(epoch)[position]]
	s := l.data.Samples[at.sample]
	p := Preview{Name: s.Name}
	patch, target, err := l.patch(epoch, position, at, s.Image)
	if p.Image, p.Target = patch.Image, target; err != nil || grid < 1 {
		return p, err
	}
	patch, _, err = l.patch(epoch, position, at, withGrid(s.Image, grid))
	p.Grid = patch.Image
	return p, err
}

// withGrid is a copy of an image with lines every so many voxels along y and x
// on every plane, the first ones at its border.
func withGrid(v *detection.Volume, every int) *detection.Volume {
	out := v.Clone()
	_, bright := v.Range()
	for i := range v.Voxels() {
		if y, x := i/v.Dims[2]%v.Dims[1], i%v.Dims[2]; y%every == 0 || x%every == 0 {
			for c := range v.Channels {
				out.Data[i*v.Channels+c] = bright
			}
		}
	}
	return out
}
