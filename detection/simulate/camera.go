package simulate

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/puncta-bio/puncta/detection"
)

// white is the highest value of a voxel.
const white = 255

// record turns the light that reaches the camera into what it stores: shot
// noise, read noise, hot pixels, and rounding to 0 to 255.
func record(image *detection.Volume, opts NucleiOptions) {
	source := rand.NewPCG(opts.Seed, streamCamera)
	rng := rand.New(source)
	for i, v := range image.Data {
		grey := float64(v)
		if opts.Photons > 0 {
			grey = distuv.Poisson{Lambda: grey * opts.Photons, Src: source}.Rand() / opts.Photons
		}
		grey += opts.ReadNoise * rng.NormFloat64()
		if rng.Float64() < opts.HotPixels {
			grey = white
		}
		image.Data[i] = float32(math.Round(min(max(grey, 0), white)))
	}
}
