package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
)

// Each part of an image draws from a stream of its own, so that an option of
// one part leaves the others as they are.
const (
	streamPlaces = iota
	streamLooks
	streamTexture
	streamLight
	streamHaze
	streamDebris
	streamCamera
)

func (o NucleiOptions) stream(part uint64) *rand.Rand {
	return rand.New(rand.NewPCG(o.Seed, part))
}

// uniform draws from r, all numbers alike.
func uniform(rng *rand.Rand, r [2]float64) float64 { return r[0] + rng.Float64()*(r[1]-r[0]) }

// logUniform draws from r, all factors alike.
func logUniform(rng *rand.Rand, r [2]float64) float64 {
	return r[0] * math.Pow(r[1]/r[0], rng.Float64())
}

// between draws a whole number from r.
func between(rng *rand.Rand, r [2]int) int { return r[0] + rng.IntN(r[1]-r[0]+1) }

// Nuclei makes an image of fluorescent nuclei and the list of their centres.
//
// image has opts.Dims, one channel and opts.Spacing; its values are whole
// numbers from 0 to 255. points are the centres of the nuclei in voxels, not
// rounded, in raster order of z, y and x, with ids 1..n, Prob 1 and no class.
// [detection.Point.Voxel] of each lies inside the image. The same options give
// the same result on every run; on another kind of processor the last bit of
// a sum may differ and with it, now and then, the value of a voxel.
//
// Errors: those of [NucleiOptions.Validate]; more nuclei than the image has
// room for.
func Nuclei(opts NucleiOptions) (image *detection.Volume, points []detection.Point, err error) {
	if err := opts.Validate(); err != nil {
		return nil, nil, fmt.Errorf("simulate: nuclei: %w", err)
	}
	image = detection.NewVolume(opts.Dims, 1)
	image.Spacing = opts.Spacing
	nuclei, err := place(opts, image.NDim())
	if err != nil {
		return nil, nil, fmt.Errorf("simulate: nuclei: %w", err)
	}
	if image, err = drawNuclei(image, nuclei, opts); err != nil {
		return nil, nil, fmt.Errorf("simulate: nuclei: %w", err)
	}
	drawBlobs(image, opts.stream(streamHaze), opts.Haze, opts.HazeRadius, opts.HazeBrightness)
	drawBlobs(image, opts.stream(streamDebris), opts.Debris, opts.DebrisRadius, opts.DebrisBrightness)
	illuminate(image, opts)
	record(image, opts)
	return image, centres(nuclei, opts.Spacing), nil
}

// centres are the points of nuclei.
func centres(nuclei []ellipsoid, spacing detection.Spacing) []detection.Point {
	places := make([]vector, len(nuclei))
	for i, e := range nuclei {
		places[i] = e.centre
	}
	return toPoints(places, spacing)
}
