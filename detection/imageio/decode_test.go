package imageio

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestDecodeLayouts reads every way of storing an image against the formula of
// its values.
func TestDecodeLayouts(t *testing.T) {
	type shape struct {
		tiled      bool
		segW, segH int
	}
	shapes := []shape{{false, 0, 5}, {false, 0, 2}, {true, 4, 4}, {true, 16, 16}}
	kinds := []SampleKind{Uint8, Uint16, Uint32, Uint64, Int8, Int16, Int32, Int64, Float16, Float32, Float64}
	files := 0
	for _, kind := range kinds {
		for _, compression := range []Compression{NoCompression, LZW, Deflate, oldDeflate, PackBits} {
			for predictor := 1; predictor <= 3; predictor++ {
				float := kind == Float16 || kind == Float32 || kind == Float64
				if predictor > 1 && !compression.predicts() || predictor == 3 && !float {
					continue
				}
				for i := range 2 * 2 * len(shapes) * 3 {
					s := shapes[i%len(shapes)]
					l := layout{
						directoryWriter: directoryWriter{bigEndian: i/4%2 == 1, big: i%3 == 0},
						kind:            kind, samples: []int{1, 2, 3}[i/16], planar: i/8%2 == 1,
						width: 7, height: 5, segW: s.segW, segH: s.segH, tiled: s.tiled,
						compression: compression, predictor: predictor,
					}
					checkLayout(t, l)
					files++
				}
			}
		}
	}
	if files < 1000 {
		t.Errorf("%d files were tried, the loops are wrong", files)
	}
}

func checkLayout(t *testing.T, l layout) {
	t.Helper()
	value := func(y, x, s int) float64 {
		v := float64((y*31 + x*17 + s*101) % 120) // fits all kinds
		switch l.kind {
		case Int8, Int16, Int32, Int64, Float16, Float32, Float64:
			v -= 60
		}
		return v
	}
	name := fmt.Sprintf("%+v", l)
	data := forge(l.directoryWriter, forgeImage(l, value))
	img, err := Decode(bytes.NewReader(data), int64(len(data)), DefaultReadOptions())
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if img.Kind != l.kind || img.Dims != [3]int{1, l.height, l.width} || img.Channels != l.samples {
		t.Errorf("%s: read %v with %d channels of %v", name, img.Dims, img.Channels, img.Kind)
		return
	}
	for y := range l.height {
		for x := range l.width {
			for s := range l.samples {
				if got, want := img.At(0, y, x, s), float32(value(y, x, s)); got != want {
					t.Errorf("%s: (%d, %d) sample %d is %v, want %v", name, y, x, s, got, want)
					return
				}
			}
		}
	}
}

// unhex reads bytes written by hand, with comments from # to the end of a line.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	data, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The files below were written down from the TIFF 6.0 specification and the
// BigTIFF design, byte by byte.
func handMade(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"little-endian": unhex(t, `
			49492a00 08000000             # II 42, directory at 8
			0700                          # 7 tags
			0001 0300 01000000 03000000   # ImageWidth 3
			0101 0300 01000000 02000000   # ImageLength 2
			0201 0300 01000000 10000000   # BitsPerSample 16
			0301 0300 01000000 01000000   # Compression none
			0601 0300 01000000 01000000   # black is zero
			1101 0400 01000000 62000000   # StripOffsets 98
			1701 0400 01000000 0c000000   # StripByteCounts 12
			00000000                      # no next page
			0100 0200 0300 0400 0500 ff7f`),
		"big-endian": unhex(t, `
			4d4d002a 00000008
			0007
			0100 0003 00000001 00030000
			0101 0003 00000001 00020000
			0102 0003 00000001 00100000
			0103 0003 00000001 00010000
			0106 0003 00000001 00010000
			0111 0004 00000001 00000062
			0117 0004 00000001 0000000c
			00000000
			0001 0002 0003 0004 0005 7fff`),
		"BigTIFF": unhex(t, `
			49492b00 0800 0000 1000000000000000
			0700000000000000
			0001 0300 0100000000000000 0300000000000000
			0101 0300 0100000000000000 0200000000000000
			0201 0300 0100000000000000 1000000000000000
			0301 0300 0100000000000000 0100000000000000
			0601 0300 0100000000000000 0100000000000000
			1101 1000 0100000000000000 ac00000000000000   # StripOffsets 172, LONG8
			1701 1000 0100000000000000 0c00000000000000
			0000000000000000
			0100 0200 0300 0400 0500 ff7f`),
	}
}

func TestDecodeHandMade(t *testing.T) {
	want := []float32{1, 2, 3, 4, 5, 0x7fff}
	for name, data := range handMade(t) {
		img := mustDecode(t, data, DefaultReadOptions())
		if img.Dims != [3]int{1, 2, 3} || img.Channels != 1 || !slices.Equal(img.Data, want) {
			t.Errorf("%s: %v of %d channels: %v, want %v", name, img.Dims, img.Channels, img.Data, want)
		}
		if img.Kind != Uint16 || img.Format != "TIFF" || img.Axes != "YX" || img.WhiteIsZero {
			t.Errorf("%s: %v %s %s", name, img.Kind, img.Format, img.Axes)
		}
	}
}

// gray is a 2 x 2 page of uint8 with the values v, v+1, v+2, v+3.
func gray(v byte, extra ...tagValue) forgedPage {
	l := layout{kind: Uint8, samples: 1, width: 2, height: 2, segH: 2, compression: NoCompression, predictor: 1}
	return forgeImage(l, func(y, x, _ int) float64 { return float64(v) + float64(2*y+x) }, extra...)
}

func TestDecodePages(t *testing.T) {
	thumbnail := gray(90, long(tagNewSubfileType, 1))
	for _, tt := range []struct {
		name  string
		pages []forgedPage
		axes  string
		dims  [3]int
		chans int
		want  []float32
	}{
		{"pages are z", []forgedPage{gray(0), gray(10)}, "", [3]int{2, 2, 2}, 1, []float32{0, 1, 2, 3, 10, 11, 12, 13}},
		{"pages are channels", []forgedPage{gray(0), gray(10)}, "CYX", [3]int{1, 2, 2}, 2, []float32{0, 10, 1, 11, 2, 12, 3, 13}},
		{"reduced pages are passed over", []forgedPage{gray(0), thumbnail, gray(10)}, "", [3]int{2, 2, 2}, 1, []float32{0, 1, 2, 3, 10, 11, 12, 13}},
		{"y and x exchanged", []forgedPage{gray(0)}, "xy", [3]int{1, 2, 2}, 1, []float32{0, 2, 1, 3}},
		{"of a tag that occurs twice the first counts", []forgedPage{gray(0, long(tagImageWidth, 7))}, "", [3]int{1, 2, 2}, 1, []float32{0, 1, 2, 3}},
		{"one page may be named z", []forgedPage{gray(0)}, "ZYX", [3]int{1, 2, 2}, 1, []float32{0, 1, 2, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := DefaultReadOptions()
			opts.Axes = tt.axes
			img := mustDecode(t, forge(directoryWriter{}, tt.pages...), opts)
			if img.Dims != tt.dims || img.Channels != tt.chans || !slices.Equal(img.Data, tt.want) {
				t.Errorf("%v of %d channels: %v, want %v of %d: %v", img.Dims, img.Channels, img.Data, tt.dims, tt.chans, tt.want)
			}
		})
	}
}

func TestDecodeColour(t *testing.T) {
	rgba := func(samples int, extra ...tagValue) []byte {
		l := layout{kind: Uint8, samples: samples, width: 2, height: 1, segH: 1, compression: NoCompression, predictor: 1}
		return forge(directoryWriter{}, forgeImage(l, func(_, x, s int) float64 { return float64(10*x + s) }, extra...))
	}
	for _, tt := range []struct {
		name string
		data []byte
		want []float32
	}{
		{"RGB", rgba(3), []float32{0, 1, 2, 10, 11, 12}},
		{"straight alpha is dropped", rgba(4, short(tagExtraSamples, 2)), []float32{0, 1, 2, 10, 11, 12}},
		{"premultiplied alpha is dropped", rgba(4, short(tagExtraSamples, 1)), []float32{0, 1, 2, 10, 11, 12}},
		{"unspecified sample is kept", rgba(4, short(tagExtraSamples, 0)), []float32{0, 1, 2, 3, 10, 11, 12, 13}},
		{"alpha between others", rgba(5, short(tagExtraSamples, 2, 0)), []float32{0, 1, 2, 4, 10, 11, 12, 14}},
		{"grey with alpha", rgba(2, short(tagExtraSamples, 2)), []float32{0, 10}},
	} {
		if img := mustDecode(t, tt.data, DefaultReadOptions()); !slices.Equal(img.Data, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, img.Data, tt.want)
		}
	}
}

func TestDecodeStoredValues(t *testing.T) {
	page := func(photometric uint64) forgedPage {
		p := gray(5)
		for i := range p.tags {
			if p.tags[i].tag == tagPhotometric {
				p.tags[i].values = []uint64{photometric}
			}
		}
		return p
	}
	for _, tt := range []struct {
		photometric uint64
		white       bool
	}{{0, true}, {1, false}, {3, false}, {4, false}} {
		img := mustDecode(t, forge(directoryWriter{}, page(tt.photometric)), DefaultReadOptions())
		if !slices.Equal(img.Data, []float32{5, 6, 7, 8}) || img.WhiteIsZero != tt.white {
			t.Errorf("photometric %d: %v, white is zero %v", tt.photometric, img.Data, img.WhiteIsZero)
		}
	}
}

// TestDecodeBits reads rows of 10 pixels of 1 bit, which end within a byte.
func TestDecodeBits(t *testing.T) {
	p := forgedPage{tags: []tagValue{
		long(tagImageWidth, 10), long(tagImageLength, 2), short(tagPhotometric, 1),
	}, segments: [][]byte{{0b10110000, 0b01_111111, 0b00000001, 0b10_000000}}}
	img := mustDecode(t, forge(directoryWriter{}, p), DefaultReadOptions())
	want := []float32{1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0}
	if img.Kind != Bool || !slices.Equal(img.Data, want) {
		t.Errorf("%v %v, want %v", img.Kind, img.Data, want)
	}
}

// TestDecodeContiguous reads ImageJ's form for large stacks: one directory, all
// planes behind one another.
func TestDecodeContiguous(t *testing.T) {
	description := ascii(tagDescription, "ImageJ=1.53t\nimages=6\nchannels=2\nslices=3\n")
	p := gray(0, description)
	p.segments[0] = append(p.segments[0], 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33, 40, 41, 42, 43, 50, 51, 52, 53)
	data := forge(directoryWriter{bigEndian: true}, p)
	img := mustDecode(t, data, DefaultReadOptions())
	if img.Dims != [3]int{3, 2, 2} || img.Channels != 2 || img.Axes != "ZCYX" {
		t.Fatalf("%v of %d channels, axes %s", img.Dims, img.Channels, img.Axes)
	}
	for z := range 3 {
		for i := range 4 {
			for c := range 2 {
				if got, want := img.At(z, i/2, i%2, c), float32(10*(2*z+c)+i); got != want {
					t.Errorf("z %d pixel %d channel %d is %v, want %v", z, i, c, got, want)
				}
			}
		}
	}
	short := data[:len(data)-1]
	_, err := Decode(bytes.NewReader(short), int64(len(short)), DefaultReadOptions())
	if err == nil || !strings.Contains(err.Error(), "describes 6 planes, which end at byte") {
		t.Errorf("truncated: %v", err)
	}
}

// TestDecodeTilesInTheWay checks that only what is inside the page is taken from
// a tile, in a volume where the page is not contiguous.
func TestDecodeTilesInTheWay(t *testing.T) {
	l := layout{kind: Uint16, samples: 3, width: 5, height: 3, segW: 4, segH: 2, tiled: true,
		compression: NoCompression, predictor: 1}
	var pages []forgedPage
	for z := range 2 {
		pages = append(pages, forgeImage(l, func(y, x, s int) float64 { return float64(1000*z + 100*y + 10*x + s) }))
	}
	opts := DefaultReadOptions()
	opts.Axes = "ZYXC"
	img := mustDecode(t, forge(directoryWriter{}, pages...), opts)
	opts.Axes = "CYXZ"
	odd := mustDecode(t, forge(directoryWriter{}, pages...), opts)
	if odd.Dims != [3]int{3, 3, 5} || odd.Channels != 2 {
		t.Fatalf("%v of %d channels", odd.Dims, odd.Channels)
	}
	for z := range 2 {
		for y := range 3 {
			for x := range 5 {
				for s := range 3 {
					want := float32(1000*z + 100*y + 10*x + s)
					if a, b := img.At(z, y, x, s), odd.At(s, y, x, z); a != want || b != want {
						t.Fatalf("page %d (%d, %d) sample %d: %v and %v, want %v", z, y, x, s, a, b, want)
					}
				}
			}
		}
	}
}
