package simulate

import (
	"errors"
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// NucleiOptions configures [Nuclei]. Start from [DefaultNucleiOptions].
//
// Lengths are in the physical units of Spacing. Brightness is in grey levels
// before shading. A pair of numbers is the lowest and the highest value, both
// included; each object draws its own in between.
type NucleiOptions struct {
	// Seed determines everything that is random. Any value.
	Seed uint64
	// Dims is the size of the image in voxels, (z, y, x), at least 1 each; 2D
	// has z = 1.
	Dims [3]int
	// Spacing is the voxel size in physical units, (z, y, x). In 2D the entry
	// for z has no effect.
	Spacing detection.Spacing

	// Count is the number of nuclei. At least 0.
	Count [2]int
	// Radius is that of a circle (ball) as large as the nucleus, the geometric
	// mean of its semi-axes; all radii are alike often. Above 0.
	Radius [2]float64
	// Elongation is the long axis over the short one. At least 1, a circle
	// (ball). The long axis points anywhere.
	Elongation [2]float64
	// MinSeparation is the smallest distance of two centres, counted in the
	// sum of the two radii along the line between them. 1 is touching, less
	// lets nuclei overlap; below 0.6 two of them look like one. Above 0, at
	// most 10.
	MinSeparation float64
	// Clustering is the probability, [0, 1], that a nucleus is put next to
	// another one, closer than 1.15 times MinSeparation, and not anywhere.
	Clustering float64
	// Margin is the smallest distance of a centre from the outermost voxel
	// centres on every axis but z. At least 0, less than half the image.
	Margin float64

	// Brightness is the height of a nucleus above the background. Above 0.
	// All factors are alike often: as many nuclei from 20 to 40 as from 40
	// to 80.
	Brightness [2]float64
	// Texture is the contrast of the blotches of chromatin: the standard
	// deviation of the logarithm of the brightness within a nucleus. 0, none,
	// to 2.
	Texture float64
	// TextureSize is the standard deviation of the Gaussian that makes the
	// blotches. Above 0.
	TextureSize float64
	// DimCentres is the share of nuclei, [0, 1], whose centre has 0.3 of the
	// brightness that it would have.
	DimCentres float64
	// Blur is the standard deviation of the point spread function, a Gaussian.
	// At least 0; 0 is off.
	Blur float64

	// Background is the brightness where there is nothing. At least 0.
	Background float64
	// Gradient is what the background gains from one side to the opposite one,
	// in a random direction of the plane. At least 0.
	Gradient float64
	// Shading is the part of the light, [0, 1), that the darkest place of the
	// plane lacks. It varies smoothly and dims objects and background alike.
	Shading float64

	// Haze is the number of objects out of focus: wide Gaussian blobs, which
	// are not in the list of points. At least 0.
	Haze [2]int
	// HazeRadius is the standard deviation of such a blob. Above 0.
	HazeRadius [2]float64
	// HazeBrightness is its height. At least 0.
	HazeBrightness [2]float64
	// Debris is the number of bright specks, narrow Gaussian blobs, which are
	// not in the list of points. At least 0.
	Debris [2]int
	// DebrisRadius is the standard deviation of a speck. Above 0.
	DebrisRadius [2]float64
	// DebrisBrightness is its height. At least 0.
	DebrisBrightness [2]float64

	// Photons is the number of photons per grey level: shot noise at g grey
	// levels has a standard deviation of sqrt(g/Photons). At least 0; 0 is no
	// shot noise.
	Photons float64
	// ReadNoise is the standard deviation of the noise of the camera, in grey
	// levels. At least 0.
	ReadNoise float64
	// HotPixels is the share of voxels, [0, 1], that show 255.
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
		MinSeparation: 0.85, Clustering: 0.5, Margin: 3,
		Brightness: [2]float64{25, 125}, Texture: 0.25, TextureSize: 1.5, DimCentres: 0.2, Blur: 1,
		Background: 12, Gradient: 40, Shading: 0.6,
		Haze: [2]int{6, 12}, HazeRadius: [2]float64{12, 28}, HazeBrightness: [2]float64{20, 60},
		Debris: [2]int{15, 30}, DebrisRadius: [2]float64{0.7, 1.4}, DebrisBrightness: [2]float64{40, 150},
		Photons: 1, ReadNoise: 2, HotPixels: 0.0002,
	}
}

// Validate reports every invalid field, each by name and value.
func (o NucleiOptions) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for a, n := range o.Dims {
		check(n >= 1, "Dims along %s is %d: want at least 1", detection.AxisNames[a], n)
	}
	err := o.Spacing.Validate()
	check(err == nil, "Spacing: %w", err)
	for _, r := range []struct {
		name  string
		value [2]int
	}{{"Count", o.Count}, {"Haze", o.Haze}, {"Debris", o.Debris}} {
		check(0 <= r.value[0] && r.value[0] <= r.value[1], "%s is %v: want lowest and highest, at least 0", r.name, r.value)
	}
	for _, r := range []struct {
		name  string
		value [2]float64
		least float64
		above bool // least itself is not allowed
	}{
		{"Radius", o.Radius, 0, true}, {"Elongation", o.Elongation, 1, false}, {"Brightness", o.Brightness, 0, true},
		{"HazeRadius", o.HazeRadius, 0, true}, {"HazeBrightness", o.HazeBrightness, 0, false},
		{"DebrisRadius", o.DebrisRadius, 0, true}, {"DebrisBrightness", o.DebrisBrightness, 0, false},
	} {
		word := "at least"
		if r.above {
			word = "above"
		}
		check(r.value[0] >= r.least && (r.value[0] > r.least || !r.above) && r.value[0] <= r.value[1] && !math.IsInf(r.value[1], 0),
			"%s is %v: want lowest and highest, finite, %s %v", r.name, r.value, word, r.least)
	}
	for _, r := range []struct {
		name    string
		value   float64
		ok      bool
		allowed string
	}{
		{"MinSeparation", o.MinSeparation, o.MinSeparation > 0 && o.MinSeparation <= 10, "above 0, at most 10"},
		{"Clustering", o.Clustering, o.Clustering >= 0 && o.Clustering <= 1, "0 to 1"},
		{"Margin", o.Margin, o.marginFits(), "at least 0, less than half the image"},
		{"Texture", o.Texture, o.Texture >= 0 && o.Texture <= 2, "0 to 2"},
		{"TextureSize", o.TextureSize, o.TextureSize > 0 && !math.IsInf(o.TextureSize, 0), "a finite number above 0"},
		{"DimCentres", o.DimCentres, o.DimCentres >= 0 && o.DimCentres <= 1, "0 to 1"},
		{"Blur", o.Blur, atLeast0(o.Blur), "a finite number, at least 0"},
		{"Background", o.Background, atLeast0(o.Background), "a finite number, at least 0"},
		{"Gradient", o.Gradient, atLeast0(o.Gradient), "a finite number, at least 0"},
		{"Shading", o.Shading, o.Shading >= 0 && o.Shading < 1, "at least 0, less than 1"},
		{"Photons", o.Photons, atLeast0(o.Photons), "a finite number, at least 0"},
		{"ReadNoise", o.ReadNoise, atLeast0(o.ReadNoise), "a finite number, at least 0"},
		{"HotPixels", o.HotPixels, o.HotPixels >= 0 && o.HotPixels <= 1, "0 to 1"},
	} {
		check(r.ok, "%s is %v: want %s", r.name, r.value, r.allowed)
	}
	return errors.Join(errs...)
}

// marginFits says that a centre has room within Margin.
func (o NucleiOptions) marginFits() bool {
	for a := 1; a < 3; a++ {
		if !(o.Margin >= 0 && 2*o.Margin <= float64(o.Dims[a]-1)*o.Spacing[a]) {
			return false
		}
	}
	return true
}

func atLeast0(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
