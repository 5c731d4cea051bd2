package widgets

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// unpack is the value of every voxel that a raster holds, in the layout of the
// image that it was made of; of one that is reduced, every voxel has that of its
// pixel.
func unpack(t testing.TB, r raster) []float64 {
	t.Helper()
	height, width := (r.Dims[1]+r.Factor-1)/r.Factor, (r.Dims[2]+r.Factor-1)/r.Factor
	out := make([]float64, r.Dims[0]*r.Dims[1]*r.Dims[2]*len(r.Bands))
	if len(r.Planes) != r.Dims[0] {
		t.Fatalf("%d planes of %d", len(r.Planes), r.Dims[0])
	}
	for z, plane := range r.Planes {
		for c, text := range plane {
			packed, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
			if err != nil {
				t.Fatal(err)
			}
			b, n := r.Bands[c], height*width
			if want := n * map[string]int{"uint8": 1, "uint16": 2, "float32": 4}[b.Type]; len(raw) != want {
				t.Fatalf("plane %d, channel %d of type %s: %d bytes, want %d", z, c, b.Type, len(raw), want)
			}
			for y := range r.Dims[1] {
				for x := range r.Dims[2] {
					i := y/r.Factor*width + x/r.Factor
					var whole [4]byte
					for k := range len(raw) / n {
						whole[k] = raw[k*n+i]
					}
					number := binary.LittleEndian.Uint32(whole[:])
					value := b.Offset + b.Step*float64(number)
					if b.Type == "float32" {
						value = float64(math.Float32frombits(number))
					} else if b.Gap && number == 0 {
						value = math.NaN()
					}
					out[((z*r.Dims[1]+y)*r.Dims[2]+x)*len(r.Bands)+c] = value
				}
			}
		}
	}
	return out
}

// kinds are images of every type of number, by name.
func kinds(r *rand.Rand, dims [3]int, channels int) map[string]*detection.Volume {
	of := func(value func() float64) *detection.Volume {
		v := detection.NewVolume(dims, channels)
		for i := range v.Data {
			v.Data[i] = float32(value())
		}
		return v
	}
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, math.MaxFloat32, math.SmallestNonzeroFloat32}
	return map[string]*detection.Volume{
		"uint8":    of(func() float64 { return float64(r.IntN(256)) }),
		"uint16":   of(func() float64 { return float64(r.IntN(65536)) }),
		"negative": of(func() float64 { return float64(r.IntN(200) - 100) }),
		"float32":  of(r.Float64),
		"probability": of(func() float64 {
			return math.Max(0, 1.2*r.Float64()-0.7)
		}),
		"with NaN": of(func() float64 {
			if r.IntN(5) == 0 {
				return math.NaN()
			}
			return r.NormFloat64()
		}),
		"special": of(func() float64 { return special[r.IntN(len(special))] }),
		"even":    of(func() float64 { return 7 }),
		"nothing": of(math.NaN),
	}
}

// All values are in the raster, bit by bit, and a channel of small whole numbers
// takes no more for it that another one has fractions.
func TestRasterRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, v := range kinds(r, [3]int{3, 7, 11}, 2) {
		packed, notes := rasterOf(v, poolMean, 0)
		if len(notes) > 0 || packed.Factor != 1 {
			t.Errorf("%s: factor %d, notes %q", name, packed.Factor, notes)
		}
		for i, got := range unpack(t, packed) {
			if want := v.Data[i]; math.Float32bits(float32(got)) != math.Float32bits(want) && !(got != got && want != want) {
				t.Fatalf("%s: value %d is %v, want %v", name, i, got, want)
			}
		}
	}
	mixed := detection.NewVolume([3]int{1, 5, 5}, 3)
	for i := range 25 {
		copy(mixed.Data[3*i:], []float32{float32(i), float32(i) * 1000, float32(i) / 3})
	}
	packed, _ := rasterOf(mixed, poolMean, 0)
	for c, want := range []string{"uint8", "uint16", "float32"} {
		if packed.Bands[c].Type != want {
			t.Errorf("channel %d is %s, want %s", c, packed.Bands[c].Type, want)
		}
	}
}

// Values that are rounded differ by half a step at most, and what is no number
// stays none; the steps are finer than a screen shows, and the raster is as small
// as asked for.
func TestRasterRounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	dims := [3]int{2, 120, 130}
	for name, v := range kinds(r, dims, 1) {
		exact, _ := rasterOf(v, poolMean, 0)
		all := 0
		for _, p := range exact.Planes {
			all += len(p[0])
		}
		for _, share := range []float64{0.9, 0.6, 0.4} {
			most := int(share * float64(all))
			packed, notes := rasterOf(v, poolMean, most)
			size := 0
			for _, p := range packed.Planes {
				size += len(p[0])
			}
			if size > most {
				t.Errorf("%s: %d characters, want at most %d", name, size, most)
			}
			if packed.Factor > 1 {
				continue
			}
			b := packed.Bands[0]
			if len(notes) != 1 || !strings.HasPrefix(notes[0], "Values are rounded to multiples of ") || b.Type == "float32" {
				t.Errorf("%s: type %s, notes %q", name, b.Type, notes)
			}
			if window := b.Contrast[1] - b.Contrast[0]; b.Step > window/100*1.0001 && (b.Range[1]-b.Range[0])/b.Step < 10000 {
				t.Errorf("%s: steps of %v for a contrast over %v", name, b.Step, window)
			}
			for i, got := range unpack(t, packed) {
				want := float64(v.Data[i])
				finite := !math.IsNaN(want) && !math.IsInf(want, 0)
				if finite == math.IsNaN(got) || finite && math.Abs(got-want) > b.Step/2*(1+1e-6) {
					t.Fatalf("%s: value %d of step %v is %v, want %v", name, i, b.Step, got, want)
				}
			}
		}
	}
}

// A pixel that stands for several is their mean, their largest value or the
// first, and a note says so.
func TestRasterReduces(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	v := detection.NewVolume([3]int{1, 301, 250}, 1)
	for i := range v.Data {
		v.Data[i] = float32(r.IntN(90)) // few enough to be kept whole
	}
	for pool, of := range map[pooling]func(values []float64) float64{
		poolMean: func(values []float64) float64 {
			sum := 0.0
			for _, x := range values {
				sum += x
			}
			return math.Round(sum / float64(len(values)))
		},
		poolLargest: func(values []float64) float64 {
			best := values[0]
			for _, x := range values {
				best = math.Max(best, x)
			}
			return best
		},
		poolFirst: func(values []float64) float64 { return values[0] },
	} {
		packed, notes := rasterOf(v, pool, 9000)
		f := packed.Factor
		if f < 2 || f > 6 || len(notes) != 1 || !strings.HasPrefix(notes[0], "One pixel is shown for") || len(packed.Planes[0][0]) > 9000 {
			t.Fatalf("%s: factor %d, notes %q, %d characters", pool, f, notes, len(packed.Planes[0][0]))
		}
		got := unpack(t, packed)
		for y := 0; y < 301; y += f {
			for x := 0; x < 250; x += f {
				var values []float64
				for dy := range min(f, 301-y) {
					for dx := range min(f, 250-x) {
						values = append(values, float64(v.At(0, y+dy, x+dx, 0)))
					}
				}
				if want := of(values); math.Abs(got[y*250+x]-want) > 0.001 {
					t.Fatalf("%s: pixel (%d, %d) is %v, want %v", pool, y, x, got[y*250+x], want)
				}
			}
		}
	}
}

// An image of sixteen million pixels is packed within its bound, and with all of
// its values where these fit.
func TestRasterBound(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	v := detection.NewVolume([3]int{1, 4096, 4096}, 1)
	for i := range v.Data {
		v.Data[i] = float32(min(max(60+12*r.NormFloat64(), 0), 255))
	}
	whole := v.Clone()
	for i := range whole.Data {
		whole.Data[i] = float32(math.Round(float64(whole.Data[i])))
	}
	most := DefaultViewerOptions().MostBytes
	for name, set := range map[string]struct {
		v      *detection.Volume
		most   int
		factor int
		step   float64
		kind   string
	}{
		"8 bits":            {whole, most, 1, 1, "uint8"},
		"fractions":         {v, most, 1, 0.5, "uint8"},
		"8 bits, too large": {whole, most / 5, 2, 1, "uint8"},
	} {
		packed, _ := rasterOf(set.v, poolMean, set.most)
		size := len(packed.Planes[0][0])
		t.Logf("%s: %d characters, factor %d, %s in steps of %v", name, size, packed.Factor, packed.Bands[0].Type, packed.Bands[0].Step)
		if size > set.most || packed.Factor != set.factor || packed.Bands[0].Step != set.step || packed.Bands[0].Type != set.kind {
			t.Errorf("%s: %d characters of %d, factor %d, step %v", name, size, set.most, packed.Factor, packed.Bands[0].Step)
		}
		if size < set.most/4 {
			t.Errorf("%s: %d of %d characters are used", name, size, set.most)
		}
	}
}

// FuzzRaster packs any values in any number of characters.
func FuzzRaster(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 192, 127, 0, 0, 128, 127}, uint8(1), 40)
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 0, 255, 255, 127, 127}, uint8(3), 0)
	f.Fuzz(func(t *testing.T, data []byte, width uint8, most int) {
		n := len(data) / 4 / max(int(width), 1) * max(int(width), 1)
		if n == 0 || n > 4096 || most < 0 || most > 1<<20 || most > 0 && most < 100 {
			return
		}
		v := detection.NewVolume([3]int{1, n / max(int(width), 1), max(int(width), 1)}, 1)
		for i := range v.Data {
			v.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		packed, _ := rasterOf(v, poolMean, most)
		b := packed.Bands[0]
		got := unpack(t, packed)
		if packed.Factor > 1 {
			return // values are means
		}
		for i, want := range v.Data {
			w := float64(want)
			finite := !math.IsNaN(w) && !math.IsInf(w, 0)
			if b.Type == "float32" || !finite {
				if b.Type == "float32" && math.Float32bits(float32(got[i])) != math.Float32bits(want) && want == want {
					t.Fatalf("value %d is %v, want %v", i, got[i], want)
				}
				continue
			}
			if tolerance := b.Step/2*(1+1e-6) + math.Abs(w)*1e-15; !(math.Abs(got[i]-w) <= tolerance) {
				t.Fatalf("value %d is %v, want %v within %v: %+v", i, got[i], w, tolerance, b)
			}
		}
	})
}
