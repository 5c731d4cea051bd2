package simulate

import (
	"math"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// moments are the mean and the standard deviation.
func moments(data []float32) (mean, sd float64) {
	for _, v := range data {
		mean += float64(v)
	}
	mean /= float64(len(data))
	for _, v := range data {
		sd += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(sd / float64(len(data)))
}

// above counts values over t.
func above(data []float32, t float32) (n int) {
	for _, v := range data {
		if v > t {
			n++
		}
	}
	return n
}

func checkNear(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, tolerance)
	}
}

// Each option does to the image what its comment says. The expected numbers
// are arithmetic; tolerances are rounding, or four standard errors.
func TestOptionEffects(t *testing.T) {
	image := func(t *testing.T, base NucleiOptions, set func(*NucleiOptions)) []float32 {
		set(&base)
		v, _ := mustNuclei(t, base)
		return v.Data
	}
	for _, test := range []struct {
		name  string
		check func(t *testing.T)
	}{
		{"nothing", func(t *testing.T) {
			checkNear(t, "lit voxels", float64(above(image(t, bare(), func(*NucleiOptions) {}), 0)), 0, 0)
		}},
		{"Radius", func(t *testing.T) { // the area of a circle; 0.5 grey levels are rounded up at the rim
			data := image(t, one(), func(o *NucleiOptions) { o.Radius = [2]float64{20, 20} })
			checkNear(t, "area", float64(above(data, 0)), math.Pi*400, 0.02*math.Pi*400)
		}},
		{"Radius in 3D", func(t *testing.T) { // the volume of a ball, in voxels of 2 x 1 x 1
			data := image(t, one(), func(o *NucleiOptions) {
				o.Dims, o.Radius, o.Spacing = [3]int{41, 64, 64}, [2]float64{15, 15}, detection.Spacing{2, 1, 1}
				o.Seed = 3 // whose centre is far from the first and the last plane
			})
			checkNear(t, "volume", float64(above(data, 0)), 4.0/3*math.Pi*3375/2, 0.03*4.0/3*math.Pi*3375/2)
		}},
		{"Spacing", func(t *testing.T) { // a circle of radius 8 in pixels of 0.5 x 0.8
			data := image(t, one(), func(o *NucleiOptions) { o.Spacing, o.Margin = detection.Spacing{1, 0.5, 0.8}, 20 })
			checkNear(t, "area", float64(above(data, 0)), math.Pi*64/0.4, 0.03*math.Pi*64/0.4)
		}},
		{"Elongation", func(t *testing.T) { // the spread along the axes has the ratio of their lengths
			data := image(t, one(), func(o *NucleiOptions) { o.Elongation = [2]float64{2.5, 2.5} })
			long, short := spread(data, 128)
			checkNear(t, "long over short axis", long/short, 2.5, 0.05)
			checkNear(t, "area", float64(above(data, 0)), math.Pi*64, 0.05*math.Pi*64)
		}},
		{"Brightness", func(t *testing.T) {
			data := image(t, one(), func(o *NucleiOptions) { o.Brightness = [2]float64{170, 170} })
			checkNear(t, "highest value", float64(slices.Max(data)), 170, 1)
		}},
		{"Blur", func(t *testing.T) { // a Gaussian moves light and makes none
			sharp := image(t, one(), func(*NucleiOptions) {})
			blurred := image(t, one(), func(o *NucleiOptions) { o.Blur = 3 })
			before, _ := moments(sharp)
			after, _ := moments(blurred)
			checkNear(t, "mean", after, before, 0.01*before)
			if above(blurred, 0) < above(sharp, 0)*3/2 || slices.Max(blurred) >= slices.Max(sharp) {
				t.Error("the blurred nucleus is no wider, or no darker")
			}
		}},
		{"Blur is in physical units", func(t *testing.T) { // a circle stays one, in pixels half as high as wide
			long, short := spread(image(t, one(), func(o *NucleiOptions) {
				o.Spacing, o.Blur, o.Margin, o.Radius = detection.Spacing{1, 0.5, 1}, 3, 20, [2]float64{4, 4}
			}), 128)
			checkNear(t, "height over width in pixels", long/short, 2, 0.05)
		}},
		{"DimCentres", func(t *testing.T) {
			o := one()
			o.DimCentres = 1
			v, points := mustNuclei(t, o)
			at := points[0].Voxel()
			// 30, and what depth 2*0.5²/64 adds to it at most
			checkNear(t, "value at the centre", float64(v.At(0, at[1], at[2], 0)), 30.9, 1.5)
			if slices.Max(v.Data) < 60 {
				t.Errorf("the highest value is %v, want a bright rim", slices.Max(v.Data))
			}
		}},
		{"Background", func(t *testing.T) {
			mean, sd := moments(image(t, bare(), func(o *NucleiOptions) { o.Background = 42 }))
			checkNear(t, "mean", mean, 42, 0)
			checkNear(t, "standard deviation", sd, 0, 0)
		}},
		{"Gradient", func(t *testing.T) {
			data := image(t, bare(), func(o *NucleiOptions) { o.Background, o.Gradient = 20, 150 })
			checkNear(t, "lowest value", float64(slices.Min(data)), 20, 0)
			checkNear(t, "highest value", float64(slices.Max(data)), 170, 0)
			for i, v := range data { // a slope is as far above its middle on one side as below on the other
				if sum := v + data[len(data)-1-i]; sum < 189 || sum > 191 {
					t.Fatalf("values %d from both ends are %v together, want 190", i, sum)
				}
			}
			for i := 1; i+1 < 128; i++ { // and straight, but for rounding
				checkNear(t, "bend along x", float64(data[i-1]-2*data[i]+data[i+1]), 0, 2)
				checkNear(t, "bend along y", float64(data[(i-1)*128]-2*data[i*128]+data[(i+1)*128]), 0, 2)
			}
		}},
		{"Shading", func(t *testing.T) {
			data := image(t, bare(), func(o *NucleiOptions) { o.Background, o.Shading = 200, 0.75 })
			checkNear(t, "lowest value", float64(slices.Min(data)), 50, 0)
			checkNear(t, "highest value", float64(slices.Max(data)), 200, 0)
			for i := range data {
				if i%128 > 0 && math.Abs(float64(data[i]-data[i-1])) > 10 {
					t.Fatalf("from %v to %v in one step: not smooth", data[i-1], data[i])
				}
			}
		}},
		{"Shading dims nuclei", func(t *testing.T) {
			full := slices.Max(image(t, one(), func(*NucleiOptions) {}))
			dark := slices.Max(image(t, one(), func(o *NucleiOptions) { o.Shading = 0.9 }))
			if dark >= full {
				t.Errorf("a nucleus is %v with shading and %v without", dark, full)
			}
		}},
		{"Haze", func(t *testing.T) {
			checkBlob(t, image(t, bare(), func(o *NucleiOptions) {
				o.Haze, o.HazeRadius, o.HazeBrightness, o.Seed = [2]int{1, 1}, [2]float64{9, 9}, [2]float64{200, 200}, insideSeed(t, streamHaze, 30)
			}), 9, 200)
		}},
		{"Debris", func(t *testing.T) {
			checkBlob(t, image(t, bare(), func(o *NucleiOptions) {
				o.Debris, o.DebrisRadius, o.DebrisBrightness, o.Seed = [2]int{1, 1}, [2]float64{3, 3}, [2]float64{150, 150}, insideSeed(t, streamDebris, 30)
			}), 3, 150)
		}},
		{"Photons", func(t *testing.T) { // Poisson: variance = mean, in photons
			mean, sd := moments(image(t, bare(), func(o *NucleiOptions) { o.Background, o.Photons = 100, 4 }))
			checkNear(t, "mean", mean, 100, 4*5.0/128)
			checkNear(t, "standard deviation", sd, math.Sqrt(100.0/4+1.0/12), 4*5.0/128)
		}},
		{"ReadNoise", func(t *testing.T) { // rounding adds 1/12
			mean, sd := moments(image(t, bare(), func(o *NucleiOptions) { o.Background, o.ReadNoise = 100, 7 }))
			checkNear(t, "mean", mean, 100, 4*7.0/128)
			checkNear(t, "standard deviation", sd, math.Sqrt(49+1.0/12), 4*7.0/128)
		}},
		{"HotPixels", func(t *testing.T) {
			data := image(t, bare(), func(o *NucleiOptions) { o.HotPixels = 0.02 })
			hot := above(data, 254)
			checkNear(t, "share", float64(hot)/(128*128), 0.02, 4*math.Sqrt(0.02*0.98)/128)
			checkNear(t, "other lit voxels", float64(above(data, 0)-hot), 0, 0)
		}},
	} {
		t.Run(test.name, test.check)
	}
}

// spread is the standard deviation of the places of lit pixels along their
// two principal axes.
func spread(data []float32, width int) (long, short float64) {
	var n, y, x, yy, xx, xy float64
	for i, v := range data {
		if v > 0 {
			a, b := float64(i/width), float64(i%width)
			n, y, x, yy, xx, xy = n+1, y+a, x+b, yy+a*a, xx+b*b, xy+a*b
		}
	}
	yy, xx, xy = yy/n-y*y/n/n, xx/n-x*x/n/n, xy/n-x*y/n/n
	root := math.Sqrt((yy-xx)*(yy-xx)/4 + xy*xy)
	return math.Sqrt((yy+xx)/2 + root), math.Sqrt((yy+xx)/2 - root)
}

// insideSeed finds a seed whose first blob is at least edge from all borders.
func insideSeed(t *testing.T, part uint64, edge float64) uint64 {
	for seed := range uint64(1000) {
		o := bare()
		o.Seed = seed
		image := detection.NewVolume(o.Dims, 1)
		drawBlobs(image, o.stream(part), [2]int{1, 1}, [2]float64{0.5, 0.5}, [2]float64{100, 100})
		best := 0
		for i, v := range image.Data {
			if v > image.Data[best] {
				best = i
			}
		}
		y, x := float64(best/128), float64(best%128)
		if image.Data[best] > 90 && min(y, x, 127-y, 127-x) >= edge {
			return seed
		}
	}
	t.Fatal("no seed puts a blob inside")
	return 0
}

// checkBlob compares a Gaussian blob with its height and its integral,
// 2 pi sigma² height.
func checkBlob(t *testing.T, data []float32, sigma, height float64) {
	t.Helper()
	mean, _ := moments(data)
	light := 2 * math.Pi * sigma * sigma * height
	checkNear(t, "sum", mean*128*128, light, 0.01*light)
	checkNear(t, "highest value", float64(slices.Max(data)), height, 0.05*height)
}

func TestTexture(t *testing.T) {
	opts := bare()
	opts.Texture, opts.TextureSize = 0.4, 2
	like := detection.NewVolume(opts.Dims, 1)
	// correlation of neighbours along x, of the logarithm
	logs := func() []float32 {
		field, err := texture(like, opts)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range field.Data {
			field.Data[i] = float32(math.Log(float64(v)))
		}
		return field.Data
	}
	neighbours := func(data []float32) float64 {
		var sum float64
		for i := 1; i < len(data); i++ {
			sum += float64(data[i]) * float64(data[i-1])
		}
		_, sd := moments(data)
		return sum / float64(len(data)) / (sd * sd)
	}
	mean, sd := moments(logs())
	checkNear(t, "mean", mean, 0, 1e-6)
	checkNear(t, "standard deviation", sd, 0.4, 1e-6)
	// white noise through a Gaussian of sigma 2: exp(-1/(4 sigma²)) at a distance of 1
	checkNear(t, "correlation", neighbours(logs()), math.Exp(-1.0/16), 0.02)
	opts.TextureSize = 0
	checkNear(t, "correlation of grain", neighbours(logs()), 0, 4.0/128)

	o := one()
	smooth, _ := mustNuclei(t, o)
	o.Texture = 0.4
	blotched, points := mustNuclei(t, o)
	if slices.Equal(smooth.Data, blotched.Data) || len(points) != 1 {
		t.Error("texture does not reach the image")
	}
}

// Options of one part of the image leave the others alone.
func TestStreamsApart(t *testing.T) {
	opts := DefaultNucleiOptions()
	_, want := mustNuclei(t, opts)
	for name, set := range map[string]func(*NucleiOptions){
		"Brightness": func(o *NucleiOptions) { o.Brightness = [2]float64{9, 9} },
		"Texture":    func(o *NucleiOptions) { o.Texture = 0 },
		"DimCentres": func(o *NucleiOptions) { o.DimCentres = 0 },
		"Haze":       func(o *NucleiOptions) { o.Haze = [2]int{} },
		"Debris":     func(o *NucleiOptions) { o.Debris = [2]int{90, 90} },
		"Photons":    func(o *NucleiOptions) { o.Photons = 0 },
		"Shading":    func(o *NucleiOptions) { o.Shading = 0 },
	} {
		o := opts
		set(&o)
		if _, got := mustNuclei(t, o); !slices.Equal(got, want) {
			t.Errorf("%s moves the nuclei", name)
		}
	}
	opts.Photons, opts.ReadNoise, opts.HotPixels = 0, 0, 0
	clean, _ := mustNuclei(t, opts)
	opts.Haze = [2]int{}
	clear, _ := mustNuclei(t, opts)
	for i, v := range clear.Data {
		if v > clean.Data[i] {
			t.Fatalf("value %d is %v without haze and %v with: something else changed", i, v, clean.Data[i])
		}
	}
}

// Where nuclei go: in the mean over seeds, distances follow the options.
func TestPlacement(t *testing.T) {
	nearest := func(set func(*NucleiOptions)) float64 {
		sum, n := 0.0, 0
		for seed := range uint64(10) {
			o := bare()
			o.Seed, o.Count, o.Radius, o.Elongation = seed, [2]int{12, 12}, [2]float64{4, 4}, [2]float64{1, 1.5}
			set(&o)
			_, points := mustNuclei(t, o)
			for _, p := range points {
				least := math.Inf(1)
				for _, q := range points {
					if p != q {
						least = min(least, detection.Distance(p, q, o.Spacing))
					}
				}
				sum, n = sum+least, n+1
			}
		}
		return sum / float64(n)
	}
	apart := nearest(func(o *NucleiOptions) {})
	clustered := nearest(func(o *NucleiOptions) { o.Clustering = 1 })
	overlapping := nearest(func(o *NucleiOptions) { o.Clustering, o.MinSeparation = 1, 0.7 })
	far := nearest(func(o *NucleiOptions) { o.MinSeparation = 2 })
	// radii along a line are 4/sqrt(1.5) to 4*sqrt(1.5): touching is 6.5 to 9.8
	if !(clustered >= 6.5 && clustered <= 1.15*9.8 && apart > 1.2*clustered && overlapping < 0.85*clustered && far > 13) {
		t.Errorf("nearest neighbours: %.2f apart, %.2f clustered, %.2f overlapping, %.2f far", apart, clustered, overlapping, far)
	}
}

func TestNewEllipsoid(t *testing.T) {
	for _, e := range []float64{1, 1.5, 4} {
		flat, solid := newEllipsoid(5, e, vector{0, 0, 1}, 2), newEllipsoid(5, e, vector{1, 0, 0}, 3)
		checkNear(t, "axes in 2D", flat.long/flat.short, e, 1e-12)
		checkNear(t, "axes in 3D", solid.long/solid.short, e, 1e-12)
		checkNear(t, "radius of the circle", math.Sqrt(flat.long*flat.short), 5, 1e-12)
		checkNear(t, "radius of the ball", math.Cbrt(solid.long*solid.short*solid.short), 5, 1e-12)
		checkNear(t, "reach along the axis", solid.reach(vector{1, 0, 0}), solid.long, 1e-12)
		checkNear(t, "reach across the axis", solid.reach(vector{0, 0.6, 0.8}), solid.short, 1e-12)
	}
}

func TestBetween(t *testing.T) {
	rng, drawn := bare().stream(0), map[int]int{}
	for range 300 {
		drawn[between(rng, [2]int{2, 4})]++
	}
	if len(drawn) != 3 || drawn[2] < 70 || drawn[3] < 70 || drawn[4] < 70 { // 100 each; four standard errors are 33
		t.Errorf("drawn %v, want 2, 3 and 4 alike", drawn)
	}
}

func TestLogUniform(t *testing.T) {
	rng := bare().stream(0)
	below := 0
	for range 4096 {
		v := logUniform(rng, [2]float64{20, 80})
		if v < 20 || v > 80 {
			t.Fatalf("%v: want 20 to 80", v)
		}
		if v < 40 {
			below++
		}
	}
	checkNear(t, "share from 20 to 40", float64(below)/4096, 0.5, 4*0.5/64)
}
