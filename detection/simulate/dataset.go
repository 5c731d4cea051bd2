package simulate

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
)

// Split is a part of a data set, named like its folder.
type Split string

// The splits of a data set, in their order.
const (
	Train Split = "train"
	Val   Split = "val"
	Test  Split = "test"
)

// DatasetOptions configures [Dataset]. Start from [DefaultDatasetOptions].
type DatasetOptions struct {
	// Train, Val and Test are the numbers of images of each split. At least 0
	// each, and together at most 9999, which file names have room for.
	Train, Val, Test int
	// Seed determines all images. Any value.
	Seed uint64
	// Nuclei says what the images look like. Its Seed is not used.
	Nuclei NucleiOptions
}

// DefaultDatasetOptions returns 24 images to train on, 4 to choose settings
// on and 12 to test on, of [DefaultNucleiOptions].
func DefaultDatasetOptions() DatasetOptions {
	return DatasetOptions{Train: 24, Val: 4, Test: 12, Nuclei: DefaultNucleiOptions()}
}

// mostImages keeps the numbers in names at four digits.
const mostImages = 9999

// Validate reports every invalid field, each by name and value.
func (o DatasetOptions) Validate() error {
	var errs []error
	for _, s := range o.splits() {
		if s.images < 0 || s.images > mostImages {
			errs = append(errs, fmt.Errorf("%s is %d: want 0 to %d", s.field, s.images, mostImages))
		}
	}
	if n := o.Train + o.Val + o.Test; errs == nil && n > mostImages {
		errs = append(errs, fmt.Errorf("Train, Val and Test are %d together: want at most %d", n, mostImages))
	}
	if err := o.Nuclei.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Nuclei: %w", err))
	}
	return errors.Join(errs...)
}

type split struct {
	name   Split
	field  string
	images int
}

func (o DatasetOptions) splits() [3]split {
	return [3]split{{Train, "Train", o.Train}, {Val, "Val", o.Val}, {Test, "Test", o.Test}}
}

// Sample is one image of a data set.
type Sample struct {
	Split Split
	// Name is the base name of its files, unique in the data set:
	// nuclei-0001, and so on through all splits.
	Name string
	// Options make the image again with [Nuclei]; they hold its own Seed.
	Options NucleiOptions
	Image   *detection.Volume
	Points  []detection.Point
}

// Dataset makes the images of a data set one after the other: those of
// [Train], of [Val] and of [Test]. No two have the same seed. Image i of a
// split is the same however many images there are.
//
// An error is the last that the sequence gives: that of
// [DatasetOptions.Validate], or of [Nuclei] with the name of the image.
func Dataset(opts DatasetOptions) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		if err := opts.Validate(); err != nil {
			yield(Sample{}, fmt.Errorf("simulate: data set: %w", err))
			return
		}
		n := 0
		for k, split := range opts.splits() {
			for i := range split.images {
				n++
				s := Sample{Split: split.name, Name: fmt.Sprintf("nuclei-%04d", n), Options: opts.Nuclei}
				s.Options.Seed = sampleSeed(opts.Seed, k, i)
				var err error
				if s.Image, s.Points, err = Nuclei(s.Options); err != nil {
					yield(Sample{}, fmt.Errorf("%s: %w", s.Name, err))
					return
				}
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

// sampleSeed is the seed of image i of split k. It is far from the seeds that
// people type, so that an image with Seed 1, say, is in no data set.
func sampleSeed(seed uint64, k, i int) uint64 {
	return rand.NewPCG(seed, uint64(k)<<32|uint64(i)).Uint64()
}
