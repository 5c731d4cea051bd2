package detection

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// GeometryOptions says how [RandomWarp] moves a training patch. Each change
// has a probability, [0, 1], and happens independently of the others; 0
// switches it off. Ranges are drawn from evenly, low end first. Start from
// [DefaultGeometryOptions].
type GeometryOptions struct {
	// FlipZ, FlipY and FlipX mirror the patch along an axis.
	FlipZ, FlipY, FlipX float64
	// Rot90 turns it by 90, 180 or 270 degrees in the (y, x) plane, evenly. Needs
	// patches with equal sides there.
	Rot90 float64
	// Rotate turns it in the (y, x) plane by an angle from RotateRange, in
	// degrees. Default range {-180, 180}.
	Rotate      float64
	RotateRange [2]float64
	// Zoom enlarges it (factor above 1) or shrinks it by a factor from
	// ZoomRange, above 0: y and x alike, and z too with ZoomZ. What is painted
	// for a point keeps its size. Default range {0.5, 1.5}, the reference's.
	Zoom      float64
	ZoomRange [2]float64
	ZoomZ     bool
	// Shear slants x along y by an angle from ShearRange, in degrees, between
	// -80 and 80. Default range {-20, 20}.
	Shear      float64
	ShearRange [2]float64
	// Shift moves y and x, each by its own share of the patch's side from
	// ShiftRange, [0, 1], to either side. Default range {0.1, 0.2}.
	Shift      float64
	ShiftRange [2]float64
	// Elastic bends it by [ElasticField] with ElasticOptions.
	Elastic        float64
	ElasticOptions ElasticOptions
}

// DefaultGeometryOptions switches everything off and sets the ranges named at
// each field.
func DefaultGeometryOptions() GeometryOptions {
	return GeometryOptions{
		RotateRange: [2]float64{-180, 180}, ZoomRange: [2]float64{0.5, 1.5}, ShearRange: [2]float64{-20, 20},
		ShiftRange: [2]float64{0.1, 0.2}, ElasticOptions: DefaultElasticOptions(),
	}
}

// Validate reports every invalid field at once, each by name and value.
func (o GeometryOptions) Validate() error {
	var errs []error
	for _, p := range []struct {
		name  string
		value float64
	}{
		{"FlipZ", o.FlipZ}, {"FlipY", o.FlipY}, {"FlipX", o.FlipX}, {"Rot90", o.Rot90}, {"Rotate", o.Rotate},
		{"Zoom", o.Zoom}, {"Shear", o.Shear}, {"Shift", o.Shift}, {"Elastic", o.Elastic},
	} {
		if !(p.value >= 0 && p.value <= 1) {
			errs = append(errs, fmt.Errorf("%s %v: want a probability, 0 to 1", p.name, p.value))
		}
	}
	for _, r := range []struct {
		name   string
		value  [2]float64
		lo, hi float64
	}{
		{"RotateRange", o.RotateRange, -360, 360}, {"ZoomRange", o.ZoomRange, 0.01, 100},
		{"ShearRange", o.ShearRange, -80, 80}, {"ShiftRange", o.ShiftRange, 0, 1},
	} {
		if !(r.lo <= r.value[0] && r.value[0] <= r.value[1] && r.value[1] <= r.hi) {
			errs = append(errs, fmt.Errorf("%s %v: want two numbers from %v to %v, the smaller first", r.name, r.value, r.lo, r.hi))
		}
	}
	if err := o.ElasticOptions.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("ElasticOptions: %w", err))
	}
	return errors.Join(errs...)
}

// Rigid says whether every warp that o draws is a symmetry, which moves voxels
// onto voxels and interpolates nothing.
func (o GeometryOptions) Rigid() bool {
	return o.Rotate == 0 && o.Zoom == 0 && o.Shear == 0 && o.Shift == 0 && o.Elastic == 0
}

// RandomWarp draws the warp of a patch of size dims (z, y, x) whose middle
// lies at centre in the source, in voxels. Flips and quarter turns come first
// to the eye, then shear, zoom and rotation, shift, and the elastic field. How
// much is drawn from rng depends on the options and dims alone.
// Errors: invalid options, and Rot90 of a patch that is not square.
//
// Source: the transforms of BiaPy's augmentor. Differs: they are one warp with
// one interpolation, the same for the image and its points, and what is beyond
// the patch comes from the image where there is some.
func RandomWarp(dims [3]int, centre [3]float64, o GeometryOptions, rng *rand.Rand) (Warp, error) {
	if err := o.Validate(); err != nil {
		return Warp{}, fmt.Errorf("detection: random warp: %w", err)
	}
	if o.Rot90 > 0 && dims[1] != dims[2] {
		return Warp{}, fmt.Errorf("detection: random warp: %w: turns by 90 degrees need square patches, these are %v", ErrShape, dims)
	}
	// Every change draws in any case, so that switching one off leaves the
	// others as they were.
	draw := func(probability float64, span [2]float64, none float64) float64 {
		value := span[0] + rng.Float64()*(span[1]-span[0])
		if rng.Float64() < probability {
			return value
		}
		return none
	}
	symmetry := randomSymmetry(o, rng)
	angle := draw(o.Rotate, o.RotateRange, 0) * math.Pi / 180
	zoom := draw(o.Zoom, o.ZoomRange, 1)
	slant := math.Tan(draw(o.Shear, o.ShearRange, 0) * math.Pi / 180)
	for axis := 1; axis < 3; axis++ {
		shift := draw(o.Shift, o.ShiftRange, 0) * float64(dims[axis])
		if rng.IntN(2) == 0 {
			shift = -shift
		}
		centre[axis] += shift
	}
	w := NewWarp(dims, centre)
	if angle != 0 || zoom != 1 || slant != 0 {
		sin, cos := math.Sincos(angle)
		zoomZ := 1.0
		if o.ZoomZ {
			zoomZ = zoom
		}
		w = w.Then([3][3]float64{{1 / zoomZ, 0, 0}, {0, cos / zoom, -sin / zoom}, {0, sin / zoom, cos / zoom}})
		w = w.Then([3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, slant, 1}})
	}
	w = w.Then(symmetry.Matrix())
	if o.Elastic > 0 {
		field, err := ElasticField(dims, o.ElasticOptions, rng)
		if err != nil {
			return Warp{}, err
		}
		if rng.Float64() < o.Elastic {
			w.Field = field
		}
	}
	return w, w.Validate()
}

// randomSymmetry draws flips and a quarter turn.
func randomSymmetry(o GeometryOptions, rng *rand.Rand) Symmetry {
	var s Symmetry
	for _, f := range []struct {
		probability float64
		flip        Symmetry
	}{{o.FlipZ, FlipZ}, {o.FlipY, FlipY}, {o.FlipX, FlipX}} {
		if rng.Float64() < f.probability {
			s = s.Then(f.flip)
		}
	}
	turns := [3]Symmetry{Rotate90, Rotate180, Rotate270}
	if turn := turns[rng.IntN(3)]; rng.Float64() < o.Rot90 {
		s = s.Then(turn)
	}
	return s
}
