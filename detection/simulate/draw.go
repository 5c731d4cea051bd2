package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
)

const (
	// dimDepth is the part of the brightness that a dim centre lacks, and
	// dimReach the depth of a nucleus at which a third of that is left.
	dimDepth, dimReach = 0.7, 0.3
	// blobTruncate is where a blob ends, in standard deviations: the step there
	// is a few ten thousandths of its height.
	blobTruncate = 4
)

// drawNuclei adds up the light of all nuclei and blurs it.
func drawNuclei(image *detection.Volume, nuclei []ellipsoid, opts NucleiOptions) (*detection.Volume, error) {
	chromatin, err := texture(image, opts)
	if err != nil {
		return nil, err
	}
	rng := opts.stream(streamLooks)
	for _, e := range nuclei {
		brightness := logUniform(rng, opts.Brightness)
		dim := 0.0
		if rng.Float64() < opts.DimCentres {
			dim = dimDepth
		}
		around(image, e.centre, e.long, func(i int, at vector) {
			depth := e.depth(at)
			if !(depth < 1) {
				return
			}
			profile := (1 - depth*depth*depth) * (1 - dim*math.Exp(-depth/dimReach))
			image.Data[i] += float32(brightness * profile * float64(chromatin.Data[i]))
		})
	}
	return detection.GaussianFilter(image, inVoxels(opts.Blur, opts.Spacing))
}

// texture is a field of blotches with a logarithm of mean 0 and standard
// deviation Texture.
func texture(like *detection.Volume, opts NucleiOptions) (*detection.Volume, error) {
	rng := opts.stream(streamTexture)
	field := detection.NewLike(like, 1)
	for i := range field.Data {
		field.Data[i] = float32(rng.NormFloat64())
	}
	field, err := detection.GaussianFilter(field, inVoxels(opts.TextureSize, opts.Spacing))
	if err != nil {
		return nil, err
	}
	var sum, squares float64
	for _, v := range field.Data {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(field.Data))
	mean := sum / n
	scale := 0.0 // a field of one voxel has no contrast
	if variance := squares/n - mean*mean; variance > 0 {
		scale = opts.Texture / math.Sqrt(variance)
	}
	for i, v := range field.Data {
		field.Data[i] = float32(math.Exp(scale * (float64(v) - mean)))
	}
	return field, nil
}

// drawBlobs adds Gaussian blobs anywhere in the image.
func drawBlobs(image *detection.Volume, rng *rand.Rand, count [2]int, radius, brightness [2]float64) {
	for range between(rng, count) {
		var centre vector
		for a, n := range image.Dims {
			centre[a] = rng.Float64() * float64(n-1) * image.Spacing[a]
		}
		sigma, height := uniform(rng, radius), uniform(rng, brightness)
		around(image, centre, blobTruncate*sigma, func(i int, at vector) {
			d := at.minus(centre)
			image.Data[i] += float32(height * math.Exp(-d.dot(d)/(2*sigma*sigma)))
		})
	}
}

// around calls do for each voxel of image that is at most reach from centre on
// every axis, with its index and its place.
func around(image *detection.Volume, centre vector, reach float64, do func(i int, at vector)) {
	var lo, hi [3]int
	for a, n := range image.Dims {
		s := image.Spacing[a]
		lo[a] = int(max(math.Ceil((centre[a]-reach)/s), 0))
		hi[a] = int(min(math.Floor((centre[a]+reach)/s), float64(n-1)))
	}
	for z := lo[0]; z <= hi[0]; z++ {
		for y := lo[1]; y <= hi[1]; y++ {
			for x := lo[2]; x <= hi[2]; x++ {
				at := vector{float64(z) * image.Spacing[0], float64(y) * image.Spacing[1], float64(x) * image.Spacing[2]}
				do(image.Index(z, y, x), at)
			}
		}
	}
}

// inVoxels turns a length in physical units into voxels along each axis.
func inVoxels(length float64, spacing detection.Spacing) (voxels [3]float64) {
	for a, s := range spacing {
		voxels[a] = length / s
	}
	return voxels
}
