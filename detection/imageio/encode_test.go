package imageio

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"github.com/puncta-bio/puncta/detection"
)

// ramp is a volume whose values are whole, all different where the range
// allows, and below 256.
func ramp(dims [3]int, channels int) *detection.Volume {
	v := detection.NewVolume(dims, channels)
	for i := range v.Data {
		v.Data[i] = float32(i * 37 % 251)
	}
	return v
}

func TestWriteTIFFRoundTrip(t *testing.T) {
	volumes := []*detection.Volume{
		ramp([3]int{1, 1, 1}, 1), ramp([3]int{1, 6, 5}, 1), ramp([3]int{1, 6, 5}, 3), ramp([3]int{1, 6, 5}, 4),
		ramp([3]int{4, 6, 5}, 1), ramp([3]int{4, 6, 5}, 2), ramp([3]int{4, 6, 5}, 3),
	}
	spacings := []struct {
		s    detection.Spacing
		unit string
	}{
		{detection.UnitSpacing, ""},
		{detection.Spacing{0.2837, 0.127, 0.126999999}, "um"},
		{detection.Spacing{5, 1e-9, 1e9}, "nm"},
		{detection.Spacing{1.5, 0.25, 0.25}, "µarcsec"}, // beyond ASCII and unknown
	}
	for i, v := range volumes {
		for _, kind := range []SampleKind{Uint8, Uint16, Float32} {
			for bits := range 1 << 4 {
				opts := DefaultTIFFOptions()
				opts.Kind = kind
				opts.BigEndian, opts.BigTIFF = bits&1 != 0, bits&2 != 0
				opts.Predictor = bits&4 != 0
				if bits&8 != 0 {
					opts.StripBytes = 25 // a row to a few, not dividing the page
				}
				if bits%3 == 0 && !opts.Predictor {
					opts.Compression = NoCompression
				}
				sp := spacings[(i+bits)%len(spacings)]
				v.Spacing, v.Unit = sp.s, sp.unit
				name := fmt.Sprintf("%v of %d, %+v, %v %s", v.Dims, v.Channels, opts, v.Spacing, v.Unit)
				var buf bytes.Buffer
				if err := WriteTIFF(&buf, v, opts); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got := mustDecode(t, buf.Bytes(), DefaultReadOptions())
				if got.Dims != v.Dims || got.Channels != v.Channels || got.Kind != kind || !slices.Equal(got.Data, v.Data) {
					t.Errorf("%s: read %v of %d %v", name, got.Dims, got.Channels, got.Kind)
				}
				if got.Spacing != v.Spacing || got.Unit != v.Unit {
					t.Errorf("%s: spacing %v %q", name, got.Spacing, got.Unit)
				}
				var again bytes.Buffer
				if err := WriteTIFF(&again, v, opts); err != nil || !bytes.Equal(again.Bytes(), buf.Bytes()) {
					t.Errorf("%s: written twice, differs (%v)", name, err)
				}
			}
		}
	}
}

// TestWriteTIFFBytes holds a whole file, so that no change of the format goes
// unseen. Its bytes were checked by hand against TIFF 6.0.
func TestWriteTIFFBytes(t *testing.T) {
	v := ramp([3]int{1, 1, 2}, 1)
	v.Data = []float32{1, 258}
	opts := TIFFOptions{Kind: Uint16, Compression: NoCompression, StripBytes: 1 << 18, BigEndian: true}
	var buf bytes.Buffer
	if err := WriteTIFF(&buf, v, opts); err != nil {
		t.Fatal(err)
	}
	want := unhex(t, `
		4d4d002a 00000008
		000f
		0100 0004 00000001 00000002
		0101 0004 00000001 00000001
		0102 0003 00000001 00100000
		0103 0003 00000001 00010000
		0106 0003 00000001 00010000
		010e 0002 0000003b 000000c4   # ImageDescription, 59 bytes at 196
		0111 0004 00000001 00000110   # StripOffsets 272
		0115 0003 00000001 00010000
		0116 0004 00000001 00000001
		0117 0004 00000001 00000004
		011a 0005 00000001 00000100   # XResolution at 256
		011b 0005 00000001 00000108
		011c 0003 00000001 00010000
		0128 0003 00000001 00010000
		0153 0003 00000001 00010000
		00000000 0000                 # no next page; padding
	`)
	want = append(want, "ImageJ=1.11a\nimages=1\nmode=grayscale\nspacing=1\nloop=false\n\x00"...)
	want = append(want, make([]byte, 256-len(want))...)
	want = append(want, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 2)
	if !bytes.Equal(buf.Bytes(), want) {
		t.Errorf("got  % x\nwant % x", buf.Bytes(), want)
	}
}

func TestWriteTIFFClampsAndRounds(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	in := []float32{-1, -0.5, 0.49, 0.5, 1.5, 2.5, 254.6, 255.4, 256, 65534.5, 65535, 70000, nan, inf, -inf}
	for _, tt := range []struct {
		kind SampleKind
		want []float32 // rounded half away from zero, NaN as 0
	}{
		{Uint8, []float32{0, 0, 0, 1, 2, 3, 255, 255, 255, 255, 255, 255, 0, 255, 0}},
		{Uint16, []float32{0, 0, 0, 1, 2, 3, 255, 255, 256, 65535, 65535, 65535, 0, 65535, 0}},
	} {
		v := detection.NewVolume([3]int{1, 1, len(in)}, 1)
		copy(v.Data, in)
		opts := DefaultTIFFOptions()
		opts.Kind = tt.kind
		var buf bytes.Buffer
		if err := WriteTIFF(&buf, v, opts); err != nil {
			t.Fatal(err)
		}
		if got := mustDecode(t, buf.Bytes(), DefaultReadOptions()).Data; !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.kind, got, tt.want)
		}
	}
}

// TestWriteTIFFFloatBits checks that no bit of a float is lost, NaN included.
func TestWriteTIFFFloatBits(t *testing.T) {
	v := detection.NewVolume([3]int{2, 9, 7}, 1)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range v.Data {
		v.Data[i] = math.Float32frombits(rng.Uint32())
	}
	v.Data[0] = float32(math.NaN())
	for _, predictor := range []bool{false, true} {
		opts := DefaultTIFFOptions()
		opts.Predictor = predictor
		var buf bytes.Buffer
		if err := WriteTIFF(&buf, v, opts); err != nil {
			t.Fatal(err)
		}
		for i, got := range mustDecode(t, buf.Bytes(), DefaultReadOptions()).Data {
			if math.Float32bits(got) != math.Float32bits(v.Data[i]) {
				t.Fatalf("predictor %v: value %d is %x, want %x", predictor, i, math.Float32bits(got), math.Float32bits(v.Data[i]))
			}
		}
	}
}

// TestWriteTIFFAgainstXImage reads what we write with golang.org/x/image/tiff,
// which knows single pages of integers.
func TestWriteTIFFAgainstXImage(t *testing.T) {
	for _, channels := range []int{1, 3} {
		v := ramp([3]int{1, 9, 8}, channels)
		for _, kind := range []SampleKind{Uint8, Uint16} {
			if channels == 3 && kind == Uint16 {
				continue // three pages, of which x/image reads the first
			}
			for _, predictor := range []bool{false, true} {
				for _, bigEndian := range []bool{false, true} {
					opts := DefaultTIFFOptions()
					opts.Kind, opts.Predictor, opts.BigEndian, opts.StripBytes = kind, predictor, bigEndian, 30
					var buf bytes.Buffer
					if err := WriteTIFF(&buf, v, opts); err != nil {
						t.Fatal(err)
					}
					img, err := tiff.Decode(&buf)
					if err != nil {
						t.Errorf("%+v: %v", opts, err)
						continue
					}
					for i := range v.Voxels() {
						r, g, b, _ := img.At(i%8, i/8).RGBA() // 16 bits, 8-bit values times 257
						for c, got := range []uint32{r, g, b}[:channels] {
							want := uint32(v.Data[i*channels+c])
							if kind == Uint8 {
								want *= 257
							}
							if got != want {
								t.Fatalf("%+v: pixel %d channel %d is %d, want %d", opts, i, c, got, want)
							}
						}
					}
				}
			}
		}
	}
}

func TestTIFFOptionsValidate(t *testing.T) {
	if err := DefaultTIFFOptions().Validate(); err != nil {
		t.Error(err)
	}
	bad := TIFFOptions{Kind: Int8, Compression: LZW, StripBytes: 0}
	err := bad.Validate()
	for _, field := range []string{"Kind int8", "Compression 5 (LZW)", "StripBytes 0"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%v does not name %q", err, field)
		}
	}
	opts := DefaultTIFFOptions()
	opts.Predictor, opts.Compression = true, NoCompression
	if err := opts.Validate(); err == nil {
		t.Error("a predictor without compression was accepted")
	}
	if err := WriteTIFF(&bytes.Buffer{}, ramp([3]int{1, 1, 1}, 1), bad); err == nil {
		t.Error("WriteTIFF accepted invalid options")
	}
}

func TestWriteTIFFRefusesVolumes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*detection.Volume)
		want   string
	}{
		{"short data", func(v *detection.Volume) { v.Data = v.Data[1:] }, "holds 7 values, want 8"},
		{"spacing 0", func(v *detection.Volume) { v.Spacing[0] = 0 }, "spacing along z is 0"},
		{"spacing too small", func(v *detection.Volume) { v.Spacing[1] = 1e-12 }, "spacing along y is 1e-12"},
		{"spacing too large", func(v *detection.Volume) { v.Spacing[2] = 1e12 }, "spacing along x is 1e+12"},
		{"unit of two lines", func(v *detection.Volume) { v.Unit = "um\nimages=7" }, "control character"},
	} {
		v := ramp([3]int{2, 2, 2}, 1)
		tt.change(v)
		err := WriteTIFF(&bytes.Buffer{}, v, DefaultTIFFOptions())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if err := WriteTIFF(&bytes.Buffer{}, nil, DefaultTIFFOptions()); err == nil {
		t.Error("a nil volume was accepted")
	}
}

// TestBigTIFFByItself checks the decision alone: 4 GiB are too much to write
// in a test.
func TestBigTIFFByItself(t *testing.T) {
	for _, tt := range []struct {
		dims [3]int
		big  bool
	}{
		{[3]int{100, 1000, 1000}, false},
		{[3]int{1000, 1024, 1024}, false},
		{[3]int{1024, 1024, 1024}, true}, // 4 GiB of float32 exactly
	} {
		v := &detection.Volume{Dims: tt.dims, Channels: 1}
		if got := newEncoder(nil, v, DefaultTIFFOptions()).dirs.big; got != tt.big {
			t.Errorf("%v: BigTIFF %v, want %v", tt.dims, got, tt.big)
		}
	}
}

// TestDescriptionIsASCII: ImageJ reads the description as Latin-1, others as
// UTF-8, and \u00B5 means the same to both.
func TestDescriptionIsASCII(t *testing.T) {
	v := ramp([3]int{1, 1, 1}, 1)
	v.Unit = "µarcsec"
	if got := imageJDescription(v, 1, false); !strings.Contains(got, "\nunit=\\u00B5arcsec\n") {
		t.Errorf("description %q, want the unit escaped", got)
	}
}

func TestRatio(t *testing.T) {
	for _, tt := range []struct {
		v        float64
		num, den uint32
	}{
		{1, 1, 1}, {0.127, 127, 1000}, {0.2837, 2837, 10000}, {0.107517, 107517, 1e6}, {1e9, 1e9, 1}, {1e-9, 1, 1e9}, {2.5, 25, 10}, {1.0 / 3, 1, 3}, {22.0 / 7, 22, 7}, {355.0 / 113, 355, 113},
		{1.1e9, 0, 0}, {0.9e-9, 0, 0}, {math.NaN(), 0, 0}, {-1, 0, 0},
	} {
		if num, den := ratio(tt.v); num != tt.num || den != tt.den {
			t.Errorf("ratio(%v) = %d/%d, want %d/%d", tt.v, num, den, tt.num, tt.den)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 { // decimals of up to nine digits come back exactly
		v := float64(1+rng.IntN(1e9-1)) / 1e9
		if num, den := ratio(v); float64(num)/float64(den) != v {
			t.Errorf("ratio(%v) = %d/%d = %v", v, num, den, float64(num)/float64(den))
		}
	}
	for range 2000 {
		v := math.Exp(rng.Float64()*40 - 20)
		num, den := ratio(v)
		if got := float64(num) / float64(den); math.Abs(got-v) > 1e-9*v {
			t.Errorf("ratio(%v) = %d/%d = %v", v, num, den, got)
		}
	}
}
