package simulate

import (
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// illuminate adds the background and dims all light by the shading.
func illuminate(image *detection.Volume, opts NucleiOptions) {
	rng := opts.stream(streamLight)
	ramp := direction(rng, 2)
	// Waves of at most three quarters of a period along each side are smooth,
	// and the sum of a few has no simple shape.
	type wave struct{ y, x, phase, height float64 }
	waves := make([]wave, 6)
	for k := range waves {
		waves[k] = wave{y: uniform(rng, [2]float64{-1.5, 1.5}), x: uniform(rng, [2]float64{-1.5, 1.5}),
			phase: uniform(rng, [2]float64{0, 2}), height: rng.Float64()}
	}
	height, width := image.Dims[1], image.Dims[2]
	light, slope := make([]float64, height*width), make([]float64, height*width)
	for y := range height {
		for x := range width {
			v, u := place01(y, height), place01(x, width)
			i := y*width + x
			slope[i] = ramp[1]*v + ramp[2]*u
			for _, w := range waves {
				light[i] += w.height * math.Cos(math.Pi*(w.y*v+w.x*u+w.phase))
			}
		}
	}
	stretch(light)
	stretch(slope)
	for i := range image.Data {
		at := i % len(light)
		lit := float64(image.Data[i]) + opts.Background + opts.Gradient*slope[at]
		image.Data[i] = float32(lit * (1 - opts.Shading*light[at]))
	}
}

// place01 is where voxel i of n lies, from 0 to 1.
func place01(i, n int) float64 { return float64(i) / float64(max(n-1, 1)) }

// stretch maps values linearly to 0 to 1; equal ones become 0.
func stretch(values []float64) {
	lo, hi := slices.Min(values), slices.Max(values)
	scale := 0.0
	if hi > lo {
		scale = 1 / (hi - lo)
	}
	for i := range values {
		values[i] = (values[i] - lo) * scale
	}
}
