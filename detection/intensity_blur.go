package detection

import "math/rand/v2"

// GaussianBlurOptions configures [RandomGaussianBlur]. Start from
// [DefaultGaussianBlurOptions].
type GaussianBlurOptions struct {
	// Sigma is the standard deviation in voxels, lower and upper, [0, 100]; 0
	// changes nothing. Default 1 to 2: below half a voxel nothing happens,
	// and above the radius of an object neighbours run together.
	Sigma [2]float64
}

// DefaultGaussianBlurOptions blurs by 1 to 2 voxels.
func DefaultGaussianBlurOptions() GaussianBlurOptions {
	return GaussianBlurOptions{Sigma: [2]float64{1, 2}}
}

// Validate reports a bad range.
func (o GaussianBlurOptions) Validate() error {
	return checkDrawRange("Sigma", o.Sigma, "both from 0 to 100", o.Sigma[0] >= 0 && o.Sigma[1] <= 100)
}

// RandomGaussianBlur draws one standard deviation of opts.Sigma and smooths v
// with it, in place, along all spatial axes, z as well in 3D, by
// [GaussianFilter]. It works on every scale, and no value leaves the range of
// its channel.
//
// Errors: invalid options, all in one; those of [Volume.Validate]; no rng.
//
// Source: BiaPy's gaussian_blur. Differs: that one smooths over the channels
// too, and repeats the edge voxel instead of mirroring.
func RandomGaussianBlur(v *Volume, opts GaussianBlurOptions, rng *rand.Rand) error {
	if err := checkIntensity("random Gaussian blur", v, opts, rng); err != nil {
		return err
	}
	sigma := drawUniform(rng, opts.Sigma)
	smoothed, err := GaussianFilter(v, [3]float64{sigma, sigma, sigma})
	if err != nil {
		return err
	}
	copy(v.Data, smoothed.Data)
	return nil
}

// maxBlurKernel bounds the side of the kernels of [MedianBlur] and
// [MotionBlur]: far above an object, and its square still fits a cache.
const maxBlurKernel = 99

// paddedPlane is channel c of plane z with reach more voxels on all four
// sides, mirrored, the edge voxels repeated (d c b a | a b c d | d c b a).
func paddedPlane(v *Volume, z, c, reach int) []float32 {
	height, width := v.Dims[1]+2*reach, v.Dims[2]+2*reach
	columns := make([]int, width)
	for x := range columns {
		columns[x] = mirror(x-reach, v.Dims[2])*v.Channels + c
	}
	padded := make([]float32, 0, height*width)
	for y := range height {
		row := v.Data[v.Index(z, mirror(y-reach, v.Dims[1]), 0):]
		for _, x := range columns {
			padded = append(padded, row[x])
		}
	}
	return padded
}
