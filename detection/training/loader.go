package training

import (
	"fmt"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
)

// Batch is the input of one step.
type Batch struct {
	// Images and Targets hold Size patches one after the other, each row-major
	// with channels last.
	Images, Targets []float32
	// Valid is 1 for a patch and 0 for one that only fills up the batch.
	Valid []float32
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

// Loader deals patches into batches. Every epoch sees every patch once, in an
// order and with symmetries that depend on the seed, the epoch and the
// patch's position alone.
type Loader struct {
	patches []Patch
	size    int
	shuffle bool
	augment Augment
	seed    uint64
}

// NewLoader makes a loader of training batches. Errors: no patches, patches of
// different shapes, or turns asked of patches that are not square.
func NewLoader(patches []Patch, opts Options) (*Loader, error) {
	if opts.Augment.Rot90 > 0 && len(patches) > 0 && patches[0].Image.Dims[1] != patches[0].Image.Dims[2] {
		return nil, fmt.Errorf("training: %w: turns by 90 degrees need square patches, these are %v", detection.ErrShape, patches[0].Image.Dims)
	}
	l := &Loader{patches: patches, size: opts.BatchSize, shuffle: true, augment: opts.Augment, seed: opts.Seed}
	return l, l.check()
}

// NewPlainLoader makes a loader that keeps the order and turns nothing, as
// validation needs it.
// Errors: no patches, or patches of different shapes.
func NewPlainLoader(patches []Patch, batchSize int) (*Loader, error) {
	l := &Loader{patches: patches, size: batchSize}
	return l, l.check()
}

func (l *Loader) check() error {
	if len(l.patches) == 0 || l.size < 1 {
		return fmt.Errorf("training: %d patches in batches of %d: want at least one each", len(l.patches), l.size)
	}
	first := l.patches[0]
	for i, p := range l.patches {
		if p.Image.Dims != first.Image.Dims || p.Target.Dims != first.Image.Dims ||
			p.Image.Channels != first.Image.Channels || p.Target.Channels != first.Target.Channels {
			return fmt.Errorf("training: %w: patch %d differs from the first", detection.ErrShape, i)
		}
	}
	return nil
}

// Batches is the number of batches per epoch; the last one may be filled up.
func (l *Loader) Batches() int { return (len(l.patches) + l.size - 1) / l.size }

// Batch makes batch i of an epoch, both from 0.
func (l *Loader) Batch(epoch, i int) (*Batch, error) {
	order := l.order(epoch)
	first := l.patches[0]
	b := &Batch{
		Images:  make([]float32, l.size*len(first.Image.Data)),
		Targets: make([]float32, l.size*len(first.Target.Data)),
		Valid:   make([]float32, l.size),
		Patch:   first.Image.Dims, InChannels: first.Image.Channels, OutChannels: first.Target.Channels,
	}
	for k := range l.size {
		position := i*l.size + k
		if position < len(order) {
			b.Valid[k] = 1
		}
		p := l.patches[order[position%len(order)]]
		s := l.symmetry(epoch, position)
		if err := turned(b.Images[k*len(p.Image.Data):][:len(p.Image.Data)], p.Image, s); err != nil {
			return nil, err
		}
		if err := turned(b.Targets[k*len(p.Target.Data):][:len(p.Target.Data)], p.Target, s); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// order is the order of patches in an epoch.
func (l *Loader) order(epoch int) []int {
	if l.shuffle {
		return rand.New(rand.NewPCG(l.seed, 2*uint64(epoch))).Perm(len(l.patches))
	}
	order := make([]int, len(l.patches))
	for i := range order {
		order[i] = i
	}
	return order
}

// symmetry draws how the patch at a position of an epoch is turned.
func (l *Loader) symmetry(epoch, position int) detection.Symmetry {
	rng := rand.New(rand.NewPCG(l.seed^uint64(position)<<32, 2*uint64(epoch)+1))
	var s detection.Symmetry
	for _, f := range []struct {
		probability float64
		flip        detection.Symmetry
	}{{l.augment.FlipZ, detection.FlipZ}, {l.augment.FlipY, detection.FlipY}, {l.augment.FlipX, detection.FlipX}} {
		if rng.Float64() < f.probability { // draws in any case: switching one off leaves the others
			s = s.Then(f.flip)
		}
	}
	turns := [3]detection.Symmetry{detection.Rotate90, detection.Rotate180, detection.Rotate270}
	if turn := turns[rng.IntN(3)]; rng.Float64() < l.augment.Rot90 {
		s = s.Then(turn)
	}
	return s
}

// turned writes v, rearranged by s, to dst; both have the same number of values.
func turned(dst []float32, v *detection.Volume, s detection.Symmetry) error {
	return s.Apply(&detection.Volume{Dims: s.Dims(v.Dims), Channels: v.Channels, Data: dst, Spacing: v.Spacing}, v)
}
