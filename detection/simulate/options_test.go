package simulate

import (
	"math"
	"strings"
	"testing"
)

func TestNucleiOptionsValidate(t *testing.T) {
	if err := DefaultNucleiOptions().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		name string // and how the error starts
		set  func(*NucleiOptions)
	}{
		{"Dims along z is 0", func(o *NucleiOptions) { o.Dims[0] = 0 }},
		{"Dims along x is -3", func(o *NucleiOptions) { o.Dims[2] = -3 }},
		{"Dims [1 65536 65536]", func(o *NucleiOptions) { o.Dims = [3]int{1, 1 << 16, 1 << 16} }},
		{"Spacing: spacing along y is 0", func(o *NucleiOptions) { o.Spacing[1] = 0 }},
		{"Count is [-1 5]", func(o *NucleiOptions) { o.Count = [2]int{-1, 5} }},
		{"Count is [6 5]", func(o *NucleiOptions) { o.Count = [2]int{6, 5} }},
		{"Haze is [0 1000001]", func(o *NucleiOptions) { o.Haze = [2]int{0, 1_000_001} }},
		{"Debris is [2 1]", func(o *NucleiOptions) { o.Debris = [2]int{2, 1} }},
		{"Radius is [0 4]", func(o *NucleiOptions) { o.Radius = [2]float64{0, 4} }},
		{"Radius is [4 NaN]", func(o *NucleiOptions) { o.Radius[1] = nan }},
		{"Radius is [NaN 9]", func(o *NucleiOptions) { o.Radius[0] = nan }},
		{"Radius is [4 3]", func(o *NucleiOptions) { o.Radius[1] = 3 }},
		{"Elongation is [0.5 1.6]", func(o *NucleiOptions) { o.Elongation[0] = 0.5 }},
		{"MinSeparation is 0:", func(o *NucleiOptions) { o.MinSeparation = 0 }},
		{"Clustering is 1.1", func(o *NucleiOptions) { o.Clustering = 1.1 }},
		{"Margin is -1", func(o *NucleiOptions) { o.Margin = -1 }},
		{"Margin is 128", func(o *NucleiOptions) { o.Margin = 128 }},
		{"Brightness is [0 ", func(o *NucleiOptions) { o.Brightness[0] = 0 }},
		{"Texture is 3", func(o *NucleiOptions) { o.Texture = 3 }},
		{"TextureSize is 300", func(o *NucleiOptions) { o.TextureSize = 300 }},
		{"DimCentres is NaN", func(o *NucleiOptions) { o.DimCentres = nan }},
		{"Blur is -1", func(o *NucleiOptions) { o.Blur = -1 }},
		{"Background is +Inf", func(o *NucleiOptions) { o.Background = inf }},
		{"Gradient is -1", func(o *NucleiOptions) { o.Gradient = -1 }},
		{"Shading is 1.5", func(o *NucleiOptions) { o.Shading = 1.5 }},
		{"HazeRadius is [0 ", func(o *NucleiOptions) { o.HazeRadius[0] = 0 }},
		{"HazeBrightness is [-1 ", func(o *NucleiOptions) { o.HazeBrightness[0] = -1 }},
		{"DebrisRadius is [0.05 ", func(o *NucleiOptions) { o.DebrisRadius[0] = 0.05 }},
		{"DebrisBrightness is [-1 ", func(o *NucleiOptions) { o.DebrisBrightness[0] = -1 }},
		{"Photons is -1", func(o *NucleiOptions) { o.Photons = -1 }},
		{"ReadNoise is NaN", func(o *NucleiOptions) { o.ReadNoise = nan }},
		{"HotPixels is 2", func(o *NucleiOptions) { o.HotPixels = 2 }},
	} {
		opts := DefaultNucleiOptions()
		test.set(&opts)
		err := opts.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), test.name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", test.name, err)
		}
		if _, _, err := Nuclei(opts); err == nil || !strings.HasPrefix(err.Error(), "simulate: nuclei: "+test.name) {
			t.Errorf("%s: Nuclei gives %v", test.name, err)
		}
	}
	// all at once: one line each
	err := NucleiOptions{Margin: nan, Texture: -1}.Validate()
	for _, field := range []string{"Dims along z", "Dims along y", "Dims along x", "Spacing", "Radius", "Elongation", "MinSeparation", "Margin", "Brightness", "Texture", "HazeRadius", "DebrisRadius"} {
		found := false
		for line := range strings.Lines(err.Error()) {
			found = found || strings.HasPrefix(line, field)
		}
		if !found {
			t.Errorf("the zero value has no error for %s:\n%v", field, err)
		}
	}
}

// Options that are taken give an image, whatever they are: no panic, no NaN.
func FuzzNuclei(f *testing.F) {
	f.Add(uint64(1), 3, 4, 0.1, 100.0, 1e6, 10.0, 2.0)
	f.Add(uint64(2), 1, 0, 1e6, 1.0, 0.0, 1e-300, 0.0)
	f.Add(uint64(3), 2, 30, 5.0, 1.0, 50.0, 1.0, 1.0)
	f.Fuzz(func(t *testing.T, seed uint64, planes, objects int, length, elongation, grey, spacing, other float64) {
		o := bare()
		o.Seed, o.Dims = seed, [3]int{planes, 16, 12}
		o.Spacing[0] = spacing
		o.Count, o.Haze, o.Debris = [2]int{0, objects}, [2]int{0, objects}, [2]int{0, objects}
		o.Radius, o.HazeRadius, o.DebrisRadius = [2]float64{0.1, length}, [2]float64{0.1, length}, [2]float64{0.1, length}
		o.Elongation, o.Brightness = [2]float64{1, elongation}, [2]float64{0.1, grey}
		o.HazeBrightness, o.DebrisBrightness = [2]float64{0, grey}, [2]float64{0, grey}
		o.Texture, o.TextureSize, o.Blur, o.Shading, o.MinSeparation = other, other, other, other, 0.1
		o.Background, o.Gradient, o.Photons, o.ReadNoise = grey, grey, grey, grey
		if planes > 64 || objects > 64 || o.Validate() != nil {
			return // refused, or too slow for a test
		}
		image, points, err := Nuclei(o)
		if err != nil {
			if !strings.Contains(err.Error(), "no place for nucleus") {
				t.Fatalf("accepted by Validate, but: %v", err)
			}
			return
		}
		for i, v := range image.Data {
			if !(v >= 0 && v <= 255) {
				t.Fatalf("value %d is %v", i, v)
			}
		}
		for _, p := range points {
			if !image.Contains(p.Voxel()) {
				t.Fatalf("point %+v is outside", p)
			}
		}
	})
}
