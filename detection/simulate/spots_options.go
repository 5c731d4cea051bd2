package simulate

import (
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// SpotsOptions configures [Spots]. Start from [DefaultSpotsOptions].
//
// Lengths are in the physical units of Spacing, and at most a million voxels.
// A pair of numbers is the lowest and the highest value, both included: each
// object draws its own in between, all values alike unless the field says
// otherwise.
type SpotsOptions struct {
	// Seed determines everything that is random. Any value.
	Seed uint64
	// Dims is the size of the image in voxels, (z, y, x), at least 1 each and
	// at most 2^31 voxels; 2D has z = 1.
	Dims [3]int
	// Spacing is the voxel size in physical units, (z, y, x). In 2D the entry
	// for z has no effect.
	Spacing detection.Spacing

	// Count is the number of spots. 0 to a million.
	Count [2]int
	// PSF holds the standard deviations, (z, y, x), of the Gaussian that stands
	// for the point spread function. At least a tenth of a voxel on each axis. In
	// 2D the entry for z has no effect.
	PSF [3]float64
	// Light is the number of photons to be expected from a spot, in all its
	// voxels together, 1 to a thousand million. All factors are alike: as many
	// spots from 200 to 400 as from 400 to 800.
	Light [2]float64
	// MinSeparation is the smallest distance of two centres. At least 0, which
	// lets spots lie anywhere, also on top of each other.
	MinSeparation float64
	// Margin is the smallest distance of a centre from the outermost voxel
	// centres along y and x. At least 0, at most half the image.
	Margin float64

	// Background is the number of photons to be expected in a voxel where there
	// is nothing. At least 0.
	Background float64
	// Haze is the number of objects out of focus: wide Gaussian blobs, which
	// have no point. 0 to a million.
	Haze [2]int
	// HazeRadius is the standard deviation of such a blob. At least a tenth of
	// a voxel.
	HazeRadius [2]float64
	// HazeLight is its height, photons in a voxel. At least 0.
	HazeLight [2]float64
	// Debris is the number of grains that are wider than a spot, such as
	// lipofuscin, Gaussian blobs which have no point. 0 to a million.
	Debris [2]int
	// DebrisRadius is the standard deviation of a grain. At least a tenth of a
	// voxel.
	DebrisRadius [2]float64
	// DebrisLight is its height, photons in a voxel. At least 0.
	DebrisLight [2]float64

	// ShotNoise draws the photons of each voxel from a Poisson distribution.
	// Otherwise they are as many as expected.
	ShotNoise bool
	// ReadNoise is the standard deviation of the noise of the camera, in
	// photons. At least 0.
	ReadNoise float64
	// Gain is the number of grey levels for a photon. Above 0.
	Gain float64
	// Offset is the grey level where there is no light. 0 to 65535.
	Offset float64
}

// DefaultSpotsOptions returns a 2D micrograph of 256 x 256 pixels with 80 to
// 160 spots of 200 to 1500 photons, a PSF of 1.3 pixels, and haze, grains and
// noise among which the dimmest spots are hard to see.
func DefaultSpotsOptions() SpotsOptions {
	return SpotsOptions{
		Dims: [3]int{1, 256, 256}, Spacing: detection.UnitSpacing,
		Count: [2]int{80, 160}, PSF: [3]float64{3, 1.3, 1.3}, Light: [2]float64{200, 1500}, MinSeparation: 4, Margin: 3,
		Background: 10,
		Haze:       [2]int{4, 8}, HazeRadius: [2]float64{12, 30}, HazeLight: [2]float64{5, 30},
		Debris: [2]int{15, 30}, DebrisRadius: [2]float64{2.5, 4}, DebrisLight: [2]float64{20, 60},
		ShotNoise: true, ReadNoise: 1.5, Gain: 2, Offset: 100,
	}
}

// mostLight bounds photons, of a spot or in a voxel.
const mostLight = 1e9

// Validate reports every invalid field, each by name and value. Limits that
// follow from Dims and Spacing are only looked at when those are sound.
func (o SpotsOptions) Validate() error {
	errs := checkGrid(o.Dims, o.Spacing)
	mostMargin, voxel := mostVoxels, detection.UnitSpacing
	if errs == nil {
		mostMargin, voxel = largestMargin(o.Dims, o.Spacing), o.Spacing
	}
	for _, f := range []struct {
		name  string
		value [2]int
	}{{"Count", o.Count}, {"Haze", o.Haze}, {"Debris", o.Debris}} {
		errs = append(errs, checkCounts(f.name, f.value))
	}
	shortest, longest := leastVoxels*voxel[2], mostVoxels*voxel[2]
	for _, f := range []struct {
		name     string
		value    [2]float64
		from, to float64
	}{
		{"Light", o.Light, 1, mostLight},
		{"HazeRadius", o.HazeRadius, shortest, longest},
		{"HazeLight", o.HazeLight, 0, mostLight},
		{"DebrisRadius", o.DebrisRadius, shortest, longest},
		{"DebrisLight", o.DebrisLight, 0, mostLight},
	} {
		errs = append(errs, checkPair(f.name, f.value, f.from, f.to))
	}
	for _, f := range []struct {
		name            string
		value, from, to float64
	}{
		{"PSF along z", o.PSF[0], leastVoxels * voxel[0], mostVoxels * voxel[0]},
		{"PSF along y", o.PSF[1], leastVoxels * voxel[1], mostVoxels * voxel[1]},
		{"PSF along x", o.PSF[2], leastVoxels * voxel[2], mostVoxels * voxel[2]},
		{"MinSeparation", o.MinSeparation, 0, longest},
		{"Margin", o.Margin, 0, mostMargin},
		{"Background", o.Background, 0, mostLight},
		{"ReadNoise", o.ReadNoise, 0, mostLight},
		{"Offset", o.Offset, 0, white16},
	} {
		if f.name == "PSF along z" && o.Dims[0] == 1 {
			continue
		}
		errs = append(errs, checkNumber(f.name, f.value, f.from, f.to))
	}
	if !(o.Gain > 0 && o.Gain <= mostLight) {
		errs = append(errs, fmt.Errorf("Gain is %v: want more than 0, at most %v", o.Gain, mostLight))
	}
	return errors.Join(errs...)
}
