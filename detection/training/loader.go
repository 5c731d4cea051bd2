package training

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// Batch is the input of one step.
type Batch struct {
	// Images and Targets hold Size patches one after the other, each row-major
	// with channels last.
	Images, Targets []float32
	// Valid is 1 for a patch and 0 for one that only fills up the batch.
	Valid []float32
	// Points are the true points inside each patch, in its voxels.
	Points [][]detection.Point
	// Patch is the spatial shape (z, y, x) of a patch.
	Patch [3]int
	// InChannels and OutChannels are those of images and targets.
	InChannels, OutChannels int
}

// Patches is the number of valid patches.
func (b *Batch) Patches() int {
	n := 0
	for _, v := range b.Valid {
		n += int(v)
	}
	return n
}

// Loader deals patches into batches. Every epoch sees every patch once (or as
// often as Data.Repeat says), in an order, at random places and with changes
// that depend on the seed, the epoch and the position in it alone. Its methods
// may be called at the same time.
type Loader struct {
	data    Data
	places  []place
	judged  []Judgement
	size    int
	shuffle bool
	augment detection.GeometryOptions
	changes []Change
	seed    uint64
	fixed   bool // every epoch is the first one
}

// NewLoader makes a loader of training batches.
// Errors: no samples, samples with different numbers of channels, options
// that are not valid, or turns asked of patches that are not square.
func NewLoader(data Data, opts Options) (*Loader, error) {
	l := &Loader{data: data, size: opts.BatchSize, shuffle: opts.Shuffle, augment: opts.Augment, changes: opts.Changes, seed: opts.Seed}
	return l, l.prepare()
}

// NewPlainLoader makes a loader that keeps the order and changes nothing, as
// validation needs it: random places depend on the position alone, so that
// every epoch and every run is measured on the same patches. The errors are
// those of [NewLoader].
func NewPlainLoader(data Data, batchSize int) (*Loader, error) {
	l := &Loader{data: data, size: batchSize, augment: detection.DefaultGeometryOptions(), fixed: true}
	return l, l.prepare()
}

func (l *Loader) prepare() error {
	if l.size < 1 {
		return fmt.Errorf("training: batches of %d: want at least one patch", l.size)
	}
	err := errors.Join(l.data.Tiles.Validate(), l.augment.Validate())
	if patch := l.data.Tiles.Patch; l.augment.Rot90 > 0 && patch[1] != patch[2] {
		err = errors.Join(err, fmt.Errorf("%w: turns by 90 degrees need square patches, these are %v", detection.ErrShape, patch))
	}
	if err != nil {
		return fmt.Errorf("training: %w", err)
	}
	l.places, l.judged, err = l.data.deal()
	return err
}

// Batches is the number of batches per epoch; the last one may be filled up.
func (l *Loader) Batches() int { return (len(l.places) + l.size - 1) / l.size }

// Patches is the number of patches per epoch.
func (l *Loader) Patches() int { return len(l.places) }

// Batch makes batch i of an epoch, both from 0.
func (l *Loader) Batch(epoch, i int) (*Batch, error) {
	if l.fixed {
		epoch = 0
	}
	order := l.order(epoch)
	b := &Batch{Valid: make([]float32, l.size), Patch: l.data.Tiles.Patch}
	for k := range l.size {
		position := i*l.size + k
		if position < len(order) {
			b.Valid[k] = 1
		}
		at := l.places[order[position%len(order)]]
		patch, target, err := l.patch(epoch, position, at, l.data.Samples[at.sample].Image)
		if err != nil {
			return nil, err
		}
		b.InChannels, b.OutChannels = patch.Image.Channels, target.Channels
		b.Images = append(b.Images, patch.Image.Data...)
		b.Targets = append(b.Targets, target.Data...)
		b.Points = append(b.Points, inside(patch))
	}
	return b, nil
}

// order is the order of patches in an epoch.
func (l *Loader) order(epoch int) []int {
	if l.shuffle {
		return rand.New(rand.NewPCG(l.seed, 2*uint64(epoch))).Perm(len(l.places))
	}
	order := make([]int, len(l.places))
	for i := range order {
		order[i] = i
	}
	return order
}

// patch cuts the patch at a place out of source, which is the sample's image or
// one of its size, changed as the position in the epoch says.
func (l *Loader) patch(epoch, position int, at place, source *detection.Volume) (p Patch, target *detection.Volume, err error) {
	rng := rand.New(rand.NewPCG(l.seed^uint64(position)<<32, 2*uint64(epoch)+1))
	s, dims := l.data.Samples[at.sample], l.data.Tiles.Patch
	if at.draw != nil {
		at.centre = at.draw.centre(rng)
	}
	warp, err := detection.RandomWarp(dims, at.centre, l.augment, rng)
	if err != nil {
		return Patch{}, nil, err
	}
	if p.Image, err = warp.Image(source); err != nil {
		return Patch{}, nil, fmt.Errorf("training: %s: %w", s.Name, err)
	}
	if p.Points, err = warp.Points(s.Points, s.Image.Dims, l.data.Target.Reach); err != nil {
		return Patch{}, nil, fmt.Errorf("training: %s: %w", s.Name, err)
	}
	for _, c := range l.changes {
		// a generator of its own: what one change draws does not concern the next
		own := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
		if own.Float64() < c.Probability {
			if err := c.Apply(&p, own); err != nil {
				return Patch{}, nil, fmt.Errorf("training: %s: %s: %w", s.Name, c.Name, err)
			}
		}
	}
	if target, err = l.data.Target.Paint(dims, p.Points); err != nil {
		return Patch{}, nil, fmt.Errorf("training: %s: %w", s.Name, err)
	}
	return p, target, nil
}

// inside lists the points whose voxel is in the patch.
func inside(p Patch) []detection.Point {
	return slices.DeleteFunc(slices.Clone(p.Points), func(q detection.Point) bool { return !p.Image.Contains(q.Voxel()) })
}
