package simulate

import (
	"errors"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// NucleiOptions configures [Nuclei]. Start from [DefaultNucleiOptions].
//
// Lengths are in the physical units of Spacing, and at most a million voxels.
// Brightness is in grey levels before shading, at most a million. A pair of
// numbers is the lowest and the highest value, both included: each object
// draws its own in between, all values alike unless the field says otherwise.
type NucleiOptions struct {
	// Seed determines everything that is random. Any value.
	Seed uint64
	// Dims is the size of the image in voxels, (z, y, x), at least 1 each and
	// at most 2^31 voxels; 2D has z = 1.
	Dims [3]int
	// Spacing is the voxel size in physical units, (z, y, x). In 2D the entry
	// for z has no effect.
	Spacing detection.Spacing

	// Count is the number of nuclei. 0 to a million.
	Count [2]int
	// Radius of the circle (ball) that is as large as the nucleus. At least a
	// tenth of a voxel.
	Radius [2]float64
	// Elongation is the long axis over the short one, 1 to 100; 1 is a circle
	// (ball). The long axis points anywhere.
	Elongation [2]float64
	// MinSeparation is the smallest distance of two centres, counted in the
	// sum of the two radii along the line between them, 0.1 to 10. 1 is
	// touching, less lets nuclei overlap; below 0.7 two can look like one.
	MinSeparation float64
	// Clustering is the probability, 0 to 1, that a nucleus is put next to
	// another one, at 1 to 1.15 times MinSeparation, and not anywhere.
	Clustering float64
	// Margin is the smallest distance of a centre from the outermost voxel
	// centres along y and x. At least 0, at most half the image.
	Margin float64

	// Brightness is the height of a nucleus above the background, at least
	// 0.1. All factors are alike: as many nuclei from 20 to 40 as from 40 to 80.
	Brightness [2]float64
	// Texture is the contrast of the blotches of chromatin: the standard
	// deviation of the logarithm of brightness, 0 (none) to 2.
	Texture float64
	// TextureSize is the standard deviation of the Gaussian that makes the
	// blotches. At least 0 (grain), at most the longest side of the image.
	TextureSize float64
	// DimCentres is the share of nuclei, 0 to 1, whose centre has 0.3 of the
	// brightness that it would have.
	DimCentres float64
	// Blur is the standard deviation of the point spread function, a Gaussian.
	// At least 0 (sharp), at most the longest side of the image.
	Blur float64

	// Background is the brightness where there is nothing. At least 0.
	Background float64
	// Gradient is what the background gains from one side to the opposite one,
	// in a random direction of the plane. At least 0.
	Gradient float64
	// Shading is the part of the light, 0 to 1, that the darkest place of the
	// plane lacks. It varies smoothly and dims objects and background alike.
	Shading float64

	// Haze is the number of objects out of focus: wide Gaussian blobs, which
	// have no point. 0 to a million.
	Haze [2]int
	// HazeRadius is the standard deviation of such a blob. At least a tenth of
	// a voxel.
	HazeRadius [2]float64
	// HazeBrightness is its height. At least 0.
	HazeBrightness [2]float64
	// Debris is the number of bright specks, narrow Gaussian blobs, which have
	// no point. 0 to a million.
	Debris [2]int
	// DebrisRadius is the standard deviation of a speck. At least a tenth of a
	// voxel.
	DebrisRadius [2]float64
	// DebrisBrightness is its height. At least 0.
	DebrisBrightness [2]float64

	// Photons is the number of photons per grey level: shot noise at g grey
	// levels has a standard deviation of sqrt(g/Photons). At least 0, at most
	// a million; 0 is no shot noise.
	Photons float64
	// ReadNoise is the standard deviation of the noise of the camera, in grey
	// levels. At least 0, at most a million.
	ReadNoise float64
	// HotPixels is the share of voxels, 0 to 1, that show 255.
	HotPixels float64
}

// DefaultNucleiOptions returns a crowded 2D micrograph of 256 x 256 pixels
// with 40 to 70 nuclei, 8 to 18 pixels across. Light and brightness vary so
// much that no threshold fits the whole image, and yet a person sees, and a
// small network learns, where the nuclei are.
func DefaultNucleiOptions() NucleiOptions {
	return NucleiOptions{
		Dims: [3]int{1, 256, 256}, Spacing: detection.UnitSpacing,
		Count: [2]int{40, 70}, Radius: [2]float64{4, 9}, Elongation: [2]float64{1, 1.6},
		MinSeparation: 0.9, Clustering: 0.5, Margin: 3,
		Brightness: [2]float64{40, 180}, Texture: 0.25, TextureSize: 1.5, DimCentres: 0.2, Blur: 1,
		Background: 12, Gradient: 50, Shading: 0.5,
		Haze: [2]int{6, 12}, HazeRadius: [2]float64{12, 28}, HazeBrightness: [2]float64{25, 90},
		Debris: [2]int{15, 30}, DebrisRadius: [2]float64{0.7, 1.4}, DebrisBrightness: [2]float64{60, 220},
		Photons: 1, ReadNoise: 2, HotPixels: 0.0001,
	}
}

// Validate reports every invalid field, each by name and value. Limits that
// follow from Dims and Spacing are only looked at when those are sound.
func (o NucleiOptions) Validate() error {
	errs := checkGrid(o.Dims, o.Spacing)
	side, mostMargin, voxel := math.Inf(1), math.Inf(1), 1.0
	if errs == nil {
		side, mostMargin, voxel = o.longestSide(), largestMargin(o.Dims, o.Spacing), o.Spacing[2]
	}
	for _, f := range []struct {
		name  string
		value [2]int
	}{{"Count", o.Count}, {"Haze", o.Haze}, {"Debris", o.Debris}} {
		errs = append(errs, checkCounts(f.name, f.value))
	}
	shortest, longest := leastVoxels*voxel, mostVoxels*voxel
	for _, f := range []struct {
		name     string
		value    [2]float64
		from, to float64
	}{
		{"Radius", o.Radius, shortest, longest},
		{"Elongation", o.Elongation, 1, 100},
		{"Brightness", o.Brightness, 0.1, mostGrey},
		{"HazeRadius", o.HazeRadius, shortest, longest},
		{"HazeBrightness", o.HazeBrightness, 0, mostGrey},
		{"DebrisRadius", o.DebrisRadius, shortest, longest},
		{"DebrisBrightness", o.DebrisBrightness, 0, mostGrey},
	} {
		errs = append(errs, checkPair(f.name, f.value, f.from, f.to))
	}
	for _, f := range []struct {
		name            string
		value, from, to float64
	}{
		{"MinSeparation", o.MinSeparation, 0.1, 10},
		{"Clustering", o.Clustering, 0, 1},
		{"Margin", o.Margin, 0, mostMargin},
		{"Texture", o.Texture, 0, 2},
		{"TextureSize", o.TextureSize, 0, side},
		{"DimCentres", o.DimCentres, 0, 1},
		{"Blur", o.Blur, 0, side},
		{"Background", o.Background, 0, mostGrey},
		{"Gradient", o.Gradient, 0, mostGrey},
		{"Shading", o.Shading, 0, 1},
		{"Photons", o.Photons, 0, mostGrey},
		{"ReadNoise", o.ReadNoise, 0, mostGrey},
		{"HotPixels", o.HotPixels, 0, 1},
	} {
		errs = append(errs, checkNumber(f.name, f.value, f.from, f.to))
	}
	return errors.Join(errs...)
}

func (o NucleiOptions) longestSide() (side float64) {
	for a, n := range o.Dims {
		side = max(side, float64(n)*o.Spacing[a])
	}
	return side
}
