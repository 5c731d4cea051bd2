package detection

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// ElasticOptions configures [ElasticField]. Start from
// [DefaultElasticOptions].
type ElasticOptions struct {
	// Alpha is the range from which the strength is drawn evenly, in voxels, at
	// least 0, low end first. A strength of alpha moves voxels by about
	// 0.16·alpha/Sigma in 2D. Default {12, 16}, the reference's: half a voxel,
	// which changes outlines and not places. Several times more moves points
	// between objects that touch.
	Alpha [2]float64
	// Sigma is the standard deviation of the Gaussian that smooths the random
	// field, in voxels, above 0. Default 4. Smaller tears objects, larger turns
	// into a mere shift of whole regions.
	Sigma float64
}

// DefaultElasticOptions returns the defaults named at each field.
func DefaultElasticOptions() ElasticOptions {
	return ElasticOptions{Alpha: [2]float64{12, 16}, Sigma: 4}
}

// Validate reports every invalid field at once, each by name and value.
func (o ElasticOptions) Validate() error {
	errs := []error{checkLength("Alpha[0]", o.Alpha[0]), checkLength("Alpha[1]", o.Alpha[1])}
	if o.Alpha[0] > o.Alpha[1] {
		errs = append(errs, fmt.Errorf("Alpha %v: want the low end first", o.Alpha))
	}
	if !(o.Sigma > 0 && o.Sigma <= maxRadius) {
		errs = append(errs, fmt.Errorf("Sigma %v: want above 0, at most %d", o.Sigma, maxRadius))
	}
	return errors.Join(errs...)
}

// ElasticField draws a smooth random displacement for [Warp.Field]: a volume
// of size dims (z, y, x) with three channels, displacements along z, y and x
// in voxels. Even noise from -1 to 1 per voxel and axis is smoothed by a
// Gaussian and multiplied by a strength drawn from Alpha. Along an axis of one
// voxel nothing is displaced. The result depends on the arguments and the
// state of rng alone.
// Errors: a size below 1, invalid options.
//
// Source: P. Simard, D. Steinkraus, J. Platt, ICDAR 2003. The reference draws
// one field for the image and another for its mask, which is an error of it.
func ElasticField(dims [3]int, opts ElasticOptions, rng *rand.Rand) (*Volume, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("detection: elastic field: %w", err)
	}
	if !sizeFits(dims, 3) {
		return nil, fmt.Errorf("detection: elastic field: %w: %v: want at least 1 along every axis", ErrShape, dims)
	}
	alpha := opts.Alpha[0] + rng.Float64()*(opts.Alpha[1]-opts.Alpha[0])
	field := NewVolume(dims, 3)
	for i := range field.Data {
		field.Data[i] = 2*rng.Float32() - 1
	}
	field, err := GaussianFilter(field, [3]float64{opts.Sigma, opts.Sigma, opts.Sigma})
	if err != nil {
		return nil, err
	}
	for i := range field.Data {
		if dims[i%3] == 1 {
			field.Data[i] = 0
		}
		field.Data[i] *= float32(alpha)
	}
	return field, nil
}
