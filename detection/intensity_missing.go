package detection

import (
	"errors"
	"math"
	"math/rand/v2"
)

// MissingSectionsOptions configures [MissingSections]. Start from
// [DefaultMissingSectionsOptions].
type MissingSectionsOptions struct {
	// Reach is how far the gap extends from its line, in voxels counted along
	// y and x, lower and upper, 0 to 1000; a gap across the rows is 2*Reach+1
	// voxels wide. One reach is drawn for the whole image. Default 10 to 30: a
	// narrow gap is bridged by the network, and one of 60 voxels takes a
	// quarter of a patch of 256.
	Reach [2]int
	// Probability of a plane to get a gap, [0, 1]. Default 0.5.
	Probability float64
}

// DefaultMissingSectionsOptions makes gaps of 10 to 30 voxels either way in
// half of the planes that may have one.
func DefaultMissingSectionsOptions() MissingSectionsOptions {
	return MissingSectionsOptions{Reach: [2]int{10, 30}, Probability: 0.5}
}

// Validate reports every invalid field, each by name and value.
func (o MissingSectionsOptions) Validate() error {
	return errors.Join(checkWholeRange("Reach", o.Reach, 0, 1000), checkShare("Probability", o.Probability))
}

// MissingSections wipes out bands of v, in place, as a torn or folded section
// leaves them: around a line from one edge of a plane to the opposite one,
// at random places, all voxels get the mean of the plane in that channel. The
// mean says least on every scale, and no value leaves the range of its plane.
//
// Channels get their gaps independently, and along z at least two planes
// without a gap follow one that has it. In 2D the channels take the part of
// the planes, so an image of three channels has a gap in one at most.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: missing_parts of PyTorch Connectomics, as BiaPy has it. Differs: the
// upper end of the reach can be drawn, lines may start in a corner, and planes
// of one or two voxels have gaps as well.
func MissingSections(v *Volume, opts MissingSectionsOptions, rng *rand.Rand) error {
	if err := checkIntensity("missing sections", v, opts, rng); err != nil {
		return err
	}
	reach := drawWhole(rng, opts.Reach)
	along := func(n int, cut func(i int)) {
		for i := 0; i < n; i++ {
			if rng.Float64() < opts.Probability {
				cut(i)
				i += 2
			}
		}
	}
	if v.Dims[0] == 1 {
		along(v.Channels, func(c int) { cutSection(v, 0, c, reach, rng) })
		return nil
	}
	for c := range v.Channels {
		along(v.Dims[0], func(z int) { cutSection(v, z, c, reach, rng) })
	}
	return nil
}

// cutSection fills the voxels of one plane and channel that are at most reach
// steps along y and x away from a random line.
func cutSection(v *Volume, z, c, reach int, rng *rand.Rand) {
	height, width := v.Dims[1], v.Dims[2]
	from, to := [2]int{0, rng.IntN(width)}, [2]int{height - 1, rng.IntN(width)}
	if other := [2]int{rng.IntN(height), rng.IntN(height)}; rng.Float64() < 0.5 {
		from, to = [2]int{other[0], 0}, [2]int{other[1], width - 1}
	}
	plane := v.Data[v.Index(z, 0, 0):v.Index(z+1, 0, 0)]
	sum := 0.0
	for i := c; i < len(plane); i += v.Channels {
		sum += float64(plane[i])
	}
	mean := float32(sum / float64(height*width))
	steps := max(abs(to[0]-from[0]), abs(to[1]-from[1]), 1)
	for s := range steps + 1 {
		share := float64(s) / float64(steps)
		y := from[0] + int(math.Round(share*float64(to[0]-from[0])))
		x := from[1] + int(math.Round(share*float64(to[1]-from[1])))
		for row := max(y-reach, 0); row <= min(y+reach, height-1); row++ {
			reachX := reach - abs(row-y)
			for column := max(x-reachX, 0); column <= min(x+reachX, width-1); column++ {
				plane[(row*width+column)*v.Channels+c] = mean
			}
		}
	}
}
