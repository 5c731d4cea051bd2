package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// dark is an image without light, seen by a camera without noise that shows
// 10 grey levels for a photon, so that rounding hides little.
func dark() SpotsOptions {
	return SpotsOptions{
		Dims: [3]int{1, 64, 80}, Spacing: detection.UnitSpacing,
		PSF: [3]float64{2, 1.3, 1.3}, Light: [2]float64{1000, 1000},
		HazeRadius: [2]float64{9, 9}, DebrisRadius: [2]float64{3, 3}, Gain: 10,
	}
}

// single is one spot, far from the borders.
func single() SpotsOptions {
	o := dark()
	o.Count, o.Margin = [2]int{1, 1}, 20
	return o
}

func mustSpots(t testing.TB, o SpotsOptions) (*detection.Volume, []detection.Point) {
	t.Helper()
	image, points, err := Spots(o)
	if err != nil {
		t.Fatal(err)
	}
	return image, points
}

// The numbers were printed by this test when the defaults were chosen. They
// change when, and only when, the same seed begins to give other images.
func TestSpotsPinned(t *testing.T) {
	if runtime.GOARCH != "amd64" || fuses() {
		t.Skip("skipped: other rounding on this processor")
	}
	volume := DefaultSpotsOptions()
	volume.Dims, volume.Count, volume.Spacing = [3]int{12, 48, 40}, [2]int{10, 20}, detection.Spacing{2, 1, 1}
	for _, test := range []struct {
		name   string
		opts   SpotsOptions
		points int
		hash   string
	}{
		{"2D", DefaultSpotsOptions(), 128, "65ece6bbdd1f2780"},
		{"3D", volume, 16, "4bbacfe72e7bb571"},
	} {
		test.opts.Seed = 1
		image, points := mustSpots(t, test.opts)
		sum := sha256.New()
		for _, v := range image.Data {
			_ = binary.Write(sum, binary.LittleEndian, uint16(v))
		}
		for _, p := range points {
			fmt.Fprintf(sum, "%d %.3f\n", p.ID, p.Pos)
		}
		hash := fmt.Sprintf("%x", sum.Sum(nil))[:16]
		if len(points) != test.points || hash != test.hash {
			t.Errorf("%s: %d points and pixels of hash %q, want %d and %q", test.name, len(points), hash, test.points, test.hash)
		}
	}
}

func TestSpotsSeed(t *testing.T) {
	opts := DefaultSpotsOptions()
	first, firstPoints := mustSpots(t, opts)
	again, againPoints := mustSpots(t, opts)
	if !slices.Equal(first.Data, again.Data) || !slices.Equal(firstPoints, againPoints) {
		t.Error("two runs with one seed differ")
	}
	opts.Seed++
	if other, otherPoints := mustSpots(t, opts); slices.Equal(firstPoints, otherPoints) || slices.Equal(first.Data, other.Data) {
		t.Error("the next seed gives the same")
	}
}

// What the doc comments promise of any image.
func TestSpotsPromises(t *testing.T) {
	stack := DefaultSpotsOptions()
	stack.Dims, stack.Spacing, stack.Count = [3]int{10, 64, 80}, detection.Spacing{3, 0.8, 1.2}, [2]int{30, 60}
	free := dark()
	free.Dims, free.Count = [3]int{1, 1, 20}, [2]int{0, 5}
	for name, opts := range map[string]SpotsOptions{"2D": DefaultSpotsOptions(), "3D": stack, "row": free} {
		counts := map[int]bool{}
		for seed := range uint64(6) {
			opts.Seed = seed
			image, points := mustSpots(t, opts)
			if err := image.Validate(); err != nil || image.Dims != opts.Dims || image.Channels != 1 || image.Spacing != opts.Spacing {
				t.Fatalf("%s: image %v, %d channels, %v, %v", name, image.Dims, image.Channels, image.Spacing, err)
			}
			for i, v := range image.Data {
				if !(v >= 0 && v <= 65535) || v != float32(math.Trunc(float64(v))) {
					t.Fatalf("%s seed %d: value %d is %v, want a whole number from 0 to 65535", name, seed, i, v)
				}
			}
			counts[len(points)] = true
			if n := len(points); n < opts.Count[0] || n > opts.Count[1] {
				t.Errorf("%s seed %d: %d points, want %v", name, seed, n, opts.Count)
			}
			for i, p := range points {
				if p.ID != i+1 || p.Prob != 1 || p.Class != 0 || !image.Contains(p.Voxel()) {
					t.Errorf("%s seed %d: point %d is %+v", name, seed, i, p)
				}
				for a := 1; a < 3; a++ {
					if edge := min(p.Pos[a], float64(opts.Dims[a]-1)-p.Pos[a]) * opts.Spacing[a]; edge < opts.Margin-1e-9 {
						t.Errorf("%s seed %d: point %+v is %v from the edge, want at least %v", name, seed, p, edge, opts.Margin)
					}
				}
				if i > 0 && slices.Compare(points[i-1].Pos[:], p.Pos[:]) > 0 {
					t.Errorf("%s seed %d: points %d and %d are not in raster order", name, seed, i-1, i)
				}
				for _, q := range points[:i] {
					if d := detection.Distance(p, q, opts.Spacing); d < opts.MinSeparation-1e-9 {
						t.Errorf("%s seed %d: two centres are %v apart, want at least %v", name, seed, d, opts.MinSeparation)
					}
				}
			}
		}
		if len(counts) == 1 {
			t.Errorf("%s: always %v points, want all of %v", name, counts, opts.Count)
		}
	}
}

// light is the sum over an image, in photons, its centroid and its variance
// along each axis, in voxels.
func light(v *detection.Volume, o SpotsOptions) (sum float64, centre, variance [3]float64) {
	for z := range v.Dims[0] {
		for y := range v.Dims[1] {
			for x := range v.Dims[2] {
				g := (float64(v.At(z, y, x, 0)) - o.Offset) / o.Gain
				sum += g
				for a, i := range [3]int{z, y, x} {
					centre[a] += g * float64(i)
					variance[a] += g * float64(i) * float64(i)
				}
			}
		}
	}
	for a := range centre {
		centre[a] /= sum
		variance[a] = variance[a]/sum - centre[a]*centre[a]
	}
	return sum, centre, variance
}

// Each option does to the image what its comment says. The expected numbers
// are arithmetic; tolerances are rounding, or four standard errors.
func TestSpotsOptionEffects(t *testing.T) {
	image := func(t *testing.T, o SpotsOptions, set func(*SpotsOptions)) (*detection.Volume, []detection.Point, SpotsOptions) {
		set(&o)
		v, points := mustSpots(t, o)
		return v, points, o
	}
	for _, test := range []struct {
		name  string
		check func(t *testing.T)
	}{
		{"nothing", func(t *testing.T) {
			v, _, _ := image(t, dark(), func(*SpotsOptions) {})
			checkNear(t, "lit voxels", float64(above(v.Data, 0)), 0, 0)
		}},
		{"Light, PSF and place", func(t *testing.T) { // a box of one voxel adds 1/12 to the variance of the Gaussian
			for seed := range uint64(5) {
				v, points, o := image(t, single(), func(o *SpotsOptions) {
					o.Seed, o.Spacing, o.PSF = seed, detection.Spacing{1, 0.5, 0.8}, [3]float64{9, 1, 2}
					o.Margin, o.Gain = 13, 60
				})
				sum, centre, variance := light(v, o)
				checkNear(t, "light", sum, 1000, 3)
				for a := 1; a < 3; a++ {
					checkNear(t, "centroid", centre[a], points[0].Pos[a], 0.01)
					sigma := o.PSF[a] / o.Spacing[a]
					checkNear(t, "variance", variance[a], sigma*sigma+1.0/12, 0.05)
				}
			}
		}},
		{"PSF in 3D", func(t *testing.T) {
			v, points, o := image(t, single(), func(o *SpotsOptions) {
				o.Dims, o.Spacing, o.Seed = [3]int{40, 64, 64}, detection.Spacing{0.6, 1, 1}, 5 // far from first and last plane
				o.Gain = 60
			})
			sum, centre, variance := light(v, o)
			checkNear(t, "light", sum, 1000, 5)
			for a, sigma := range [3]float64{2 / 0.6, 1.3, 1.3} {
				checkNear(t, "centroid", centre[a], points[0].Pos[a], 0.02)
				checkNear(t, "variance", variance[a], sigma*sigma+1.0/12, 0.15)
			}
		}},
		{"Light is spread over factors", func(t *testing.T) {
			v, _, o := image(t, dark(), func(o *SpotsOptions) {
				o.Dims, o.Count, o.Light = [3]int{1, 400, 400}, [2]int{300, 300}, [2]float64{100, 1600}
				o.Margin, o.Seed = 10, 3
			})
			sum, _, _ := light(v, o)
			// of a log-uniform variable: mean (b-a)/ln(b/a) = 541, standard deviation 424
			checkNear(t, "mean light", sum/300, 541, 4*424/math.Sqrt(300))
		}},
		{"Background and Gain and Offset", func(t *testing.T) {
			v, _, _ := image(t, dark(), func(o *SpotsOptions) { o.Background, o.Gain, o.Offset = 12, 2.5, 100 })
			mean, sd := moments(v.Data)
			checkNear(t, "mean", mean, 130, 0)
			checkNear(t, "standard deviation", sd, 0, 0)
		}},
		{"ShotNoise", func(t *testing.T) { // Poisson: variance = mean; rounding adds 1/12
			v, _, _ := image(t, dark(), func(o *SpotsOptions) { o.Background, o.ShotNoise, o.Gain = 50, true, 1 })
			mean, sd := moments(v.Data)
			n := math.Sqrt(64 * 80)
			checkNear(t, "mean", mean, 50, 4*math.Sqrt(50)/n)
			checkNear(t, "standard deviation", sd, math.Sqrt(50), 4*math.Sqrt(50)/n)
		}},
		{"ReadNoise", func(t *testing.T) {
			v, _, _ := image(t, dark(), func(o *SpotsOptions) { o.Background, o.ReadNoise, o.Gain = 50, 6, 2 })
			mean, sd := moments(v.Data)
			n := math.Sqrt(64 * 80)
			checkNear(t, "mean", mean, 100, 4*12/n)
			checkNear(t, "standard deviation", sd, math.Sqrt(144+1.0/12), 4*12/n)
		}},
		{"Haze", func(t *testing.T) { // height 30 photons, standard deviation 9: 2 pi 81 * 30 in an image that holds it
			v, _, o := image(t, dark(), func(o *SpotsOptions) {
				o.Dims, o.Haze, o.HazeLight = [3]int{1, 1000, 1000}, [2]int{3, 3}, [2]float64{30, 30}
			})
			sum, _, _ := light(v, o)
			checkNear(t, "light", sum, 3*2*math.Pi*81*30, 0.01*3*2*math.Pi*81*30)
		}},
		{"Debris", func(t *testing.T) {
			v, points, o := image(t, dark(), func(o *SpotsOptions) {
				o.Dims, o.Debris, o.DebrisLight = [3]int{1, 1000, 1000}, [2]int{3, 3}, [2]float64{40, 40}
			})
			sum, _, _ := light(v, o)
			checkNear(t, "light", sum, 3*2*math.Pi*9*40, 0.01*3*2*math.Pi*9*40)
			checkNear(t, "points", float64(len(points)), 0, 0)
		}},
		{"white", func(t *testing.T) {
			v, _, _ := image(t, dark(), func(o *SpotsOptions) { o.Background = 1e6 })
			checkNear(t, "lowest value", float64(slices.Min(v.Data)), 65535, 0)
		}},
	} {
		t.Run(test.name, test.check)
	}
}

// Options of one part of the image leave the places alone.
func TestSpotsStreamsApart(t *testing.T) {
	opts := DefaultSpotsOptions()
	_, want := mustSpots(t, opts)
	for name, set := range map[string]func(*SpotsOptions){
		"Light":     func(o *SpotsOptions) { o.Light = [2]float64{9, 9} },
		"Haze":      func(o *SpotsOptions) { o.Haze = [2]int{} },
		"Debris":    func(o *SpotsOptions) { o.Debris = [2]int{90, 90} },
		"ShotNoise": func(o *SpotsOptions) { o.ShotNoise = false },
		"PSF":       func(o *SpotsOptions) { o.PSF[1] = 3 },
	} {
		o := opts
		set(&o)
		if _, got := mustSpots(t, o); !slices.Equal(got, want) {
			t.Errorf("%s moves the spots", name)
		}
	}
}

// The boxes find the neighbours that a look at all places finds.
func TestNeighbourhoodMatchesSlow(t *testing.T) {
	for _, distance := range []float64{0, 0.3, 2, 50} {
		rng := dark().stream(9)
		near := newNeighbourhood(distance)
		var kept []vector
		refused := 0
		for range 400 {
			c := vector{rng.Float64() * 5, rng.Float64() * 20, rng.Float64() * 20}
			want := !slices.ContainsFunc(kept, func(o vector) bool { return c.minus(o).length() < distance })
			if got := near.add(c); got != want {
				t.Fatalf("distance %v: %v taken %v, want %v", distance, c, got, want)
			}
			if want {
				kept = append(kept, c)
			} else {
				refused++
			}
		}
		if distance > 0.3 && refused == 0 || distance == 0 && refused > 0 {
			t.Errorf("distance %v: %d refused", distance, refused)
		}
	}
}

func TestSpotsCrowded(t *testing.T) {
	opts := single()
	opts.Count, opts.MinSeparation = [2]int{60, 60}, 20
	if _, _, err := Spots(opts); err == nil || !strings.Contains(err.Error(), "of 60 in an image of [1 64 80] voxels") {
		t.Errorf("60 spots that do not fit: error %v", err)
	}
}

func TestSpotsOptionsValidate(t *testing.T) {
	if err := DefaultSpotsOptions().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	nan := math.NaN()
	for _, test := range []struct {
		name string // and how the error starts
		set  func(*SpotsOptions)
	}{
		{"Dims along y is 0", func(o *SpotsOptions) { o.Dims[1] = 0 }},
		{"Spacing: spacing along x is -1", func(o *SpotsOptions) { o.Spacing[2] = -1 }},
		{"Count is [6 5]", func(o *SpotsOptions) { o.Count = [2]int{6, 5} }},
		{"Haze is [-1 5]", func(o *SpotsOptions) { o.Haze = [2]int{-1, 5} }},
		{"Debris is [0 1000001]", func(o *SpotsOptions) { o.Debris = [2]int{0, 1_000_001} }},
		{"Light is [0.5 1500]", func(o *SpotsOptions) { o.Light[0] = 0.5 }},
		{"Light is [200 NaN]", func(o *SpotsOptions) { o.Light[1] = nan }},
		{"HazeRadius is [0 ", func(o *SpotsOptions) { o.HazeRadius[0] = 0 }},
		{"HazeLight is [-1 ", func(o *SpotsOptions) { o.HazeLight[0] = -1 }},
		{"DebrisRadius is [0.05 ", func(o *SpotsOptions) { o.DebrisRadius[0] = 0.05 }},
		{"DebrisLight is [-1 ", func(o *SpotsOptions) { o.DebrisLight[0] = -1 }},
		{"PSF along y is 0.05", func(o *SpotsOptions) { o.PSF[1] = 0.05 }},
		{"PSF along x is NaN", func(o *SpotsOptions) { o.PSF[2] = nan }},
		{"PSF along z is 0:", func(o *SpotsOptions) { o.Dims[0], o.PSF[0] = 2, 0 }},
		{"MinSeparation is -1", func(o *SpotsOptions) { o.MinSeparation = -1 }},
		{"Margin is 128", func(o *SpotsOptions) { o.Margin = 128 }},
		{"Background is NaN", func(o *SpotsOptions) { o.Background = nan }},
		{"ReadNoise is -1", func(o *SpotsOptions) { o.ReadNoise = -1 }},
		{"Offset is 65536", func(o *SpotsOptions) { o.Offset = 65536 }},
		{"Gain is 0", func(o *SpotsOptions) { o.Gain = 0 }},
		{"Gain is NaN", func(o *SpotsOptions) { o.Gain = nan }},
	} {
		opts := DefaultSpotsOptions()
		test.set(&opts)
		err := opts.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), test.name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", test.name, err)
		}
		if _, _, err := Spots(opts); err == nil || !strings.HasPrefix(err.Error(), "simulate: spots: "+test.name) {
			t.Errorf("%s: Spots gives %v", test.name, err)
		}
	}
	flat := DefaultSpotsOptions()
	flat.PSF[0] = 0 // has no effect in 2D
	if err := flat.Validate(); err != nil {
		t.Error(err)
	}
	// all at once: one line each
	err := SpotsOptions{Background: -1}.Validate()
	for _, field := range []string{"Dims along z", "Spacing", "Light", "HazeRadius", "DebrisRadius", "PSF along y", "Background", "Gain"} {
		if !strings.Contains("\n"+err.Error(), "\n"+field) {
			t.Errorf("the zero value has no error for %s:\n%v", field, err)
		}
	}
}

// Options that are taken give an image, whatever they are: no panic, no NaN.
func FuzzSpots(f *testing.F) {
	f.Add(uint64(1), 3, 4, 0.1, 1e6, 10.0, 2.0)
	f.Add(uint64(2), 1, 0, 1e6, 1.0, 1e-300, 0.0)
	f.Add(uint64(3), 2, 30, 5.0, 50.0, 1e300, 1.0)
	f.Fuzz(func(t *testing.T, seed uint64, planes, objects int, length, lightest, spacing, other float64) {
		o := dark()
		o.Seed, o.Dims = seed, [3]int{planes, 16, 12}
		o.Spacing[0] = spacing
		o.Count, o.Haze, o.Debris = [2]int{0, objects}, [2]int{0, objects}, [2]int{0, objects}
		o.PSF = [3]float64{length * spacing, length, length}
		o.HazeRadius, o.DebrisRadius = [2]float64{0.1, length}, [2]float64{0.1, length}
		o.Light, o.HazeLight, o.DebrisLight = [2]float64{1, lightest}, [2]float64{0, lightest}, [2]float64{0, lightest}
		o.MinSeparation, o.Margin, o.Background, o.ReadNoise, o.Gain, o.ShotNoise = other, other, other, other, lightest, true
		if planes > 64 || objects > 64 || o.Validate() != nil {
			return // refused, or too slow for a test
		}
		image, points, err := Spots(o)
		if err != nil {
			if !strings.Contains(err.Error(), "no place for spot") {
				t.Fatalf("accepted by Validate, but: %v", err)
			}
			return
		}
		for i, v := range image.Data {
			if !(v >= 0 && v <= 65535) {
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
