package imageio

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// with replaces or adds a tag of a page.
func with(p forgedPage, tags ...tagValue) forgedPage {
	for _, tag := range tags {
		p.tags = slices.DeleteFunc(slices.Clone(p.tags), func(t tagValue) bool { return t.tag == tag.tag })
		p.tags = append(p.tags, tag)
	}
	return p
}

// one is a file of one page.
func one(p forgedPage) []byte { return forge(directoryWriter{}, p) }

func description(text string) tagValue { return ascii(tagDescription, text) }

func TestReadBadTIFF(t *testing.T) {
	good := one(gray(0))
	patch := func(at int, b ...byte) []byte {
		data := bytes.Clone(good)
		copy(data[at:], b)
		return data
	}
	loop := forge(directoryWriter{}, gray(0), gray(1))
	second := int(loop[8+2+12*int(loop[8])]) // offset of page 2, below 256
	copy(loop[second+2+12*int(loop[second]):], []byte{8, 0, 0, 0})

	compressed := func(c Compression, data string) forgedPage {
		p := with(gray(0), short(tagCompression, uint64(c)))
		p.segments = [][]byte{[]byte(data)}
		return p
	}
	sharing := gray(0)
	sharing = with(sharing, long(tagImageLength, 2000), long(tagRowsPerStrip, 1),
		long(tagStripOffsets, slices.Repeat([]uint64{8}, 2000)...),
		long(tagStripByteCounts, slices.Repeat([]uint64{20}, 2000)...), long(tagImageWidth, 20))
	sharing.segments = nil

	gappy := with(gray(0), long(tagRowsPerStrip, 1), long(tagStripOffsets, 10, 13), long(tagStripByteCounts, 2, 2))

	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "the file is empty"},
		{"text", []byte("index,axis-0,axis-1\n"), "starts with 69 6e 64 65 78 2c 61 78, which is neither TIFF, PNG, JPEG nor NPY"},
		{"header only", good[:8], "page 1: directory: bytes 8 to 10 lie outside the file of 8 bytes"},
		{"half a header", good[:6], "the file ends within its header of 8 bytes"},
		{"no page", patch(4, 0, 0, 0, 0), "TIFF without pages"},
		{"directory outside", patch(4, 0xff, 0xff, 0xff, 0x7f), "page 1: directory: bytes 2147483647 to 2147483649 lie outside"},
		{"too many tags", patch(8, 0xff, 0xff), "page 1: directory: 65535 tags: bytes 10 to 786434 lie outside"},
		{"pages in a ring", loop, "page 3: the chain of pages returns to offset 8"},
		{"BigTIFF with odd offsets", []byte("II+\x00\x04\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"), "BigTIFF with offsets of 4 bytes, want 8"},
		{"short BigTIFF", []byte("II+\x00\x08\x00\x00\x00\x10\x00"), "the file ends within its header of 16 bytes"},
		{"truncated", good[:len(good)-1], "page 1: strip 1: bytes 160 to 164 lie outside the file of 163 bytes"},

		{"no width", one(with(gray(0), long(tagImageWidth, 0))), "page 1: ImageWidth is 0, want 1 to 2147483647"},
		{"enormous", one(with(gray(0), long(tagImageWidth, 1<<31-1), long(tagImageLength, 1<<31-1), long(tagRowsPerStrip, 1<<31-1))),
			"strip 1 of 4 bytes (compression none) cannot hold 4611686014132420609 bytes of pixels"},
		{"enormous, compressed", one(with(compressed(Deflate, "abcd"), long(tagImageWidth, 1<<20), long(tagImageLength, 1<<20), long(tagRowsPerStrip, 1<<20))),
			"strip 1 of 4 bytes (compression deflate) cannot hold 1099511627776 bytes"},
		{"one byte short", one(forgedPage{tags: gray(0).tags, segments: [][]byte{{1, 2, 3}}}), "strip 1 of 3 bytes (compression none) cannot hold 4 bytes"},
		{"rows without strips", one(with(gray(0), long(tagImageLength, 1<<30), long(tagRowsPerStrip, 1))), "1 strip offsets, want 1073741824 for 2 x 1073741824 pixels"},
		{"strips without counts", one(with(compressed(LZW, "abcd"), long(tagStripByteCounts))), "0 strip byte counts, want 1"},
		{"strips that overlap", one(sharing), "add up to 40000 bytes, more than the file"},
		{"tiles without size", one(forgedPage{tags: gray(0).tags, segments: gray(0).segments, tiled: true}), "tiles of 0 x 0 pixels"},
		{"12 bits", one(with(gray(0), short(tagBitsPerSample, 12))), "samples of 12 bits in format 1, want 1, 8, 16, 32 or 64 bits"},
		{"complex", one(with(gray(0), short(tagBitsPerSample, 64), short(tagSampleFormat, 6))), "samples of 64 bits in format 6"},
		{"mixed bits", one(with(gray(0), short(tagSamplesPerPixel, 2), short(tagBitsPerSample, 8, 16))), "BitsPerSample differs between samples (8 and 16)"},
		{"two bits per pixel", one(with(gray(0), short(tagSamplesPerPixel, 2), short(tagBitsPerSample, 1, 1))), "2 samples of 1 bit per pixel, want 1"},
		{"CMYK", one(with(gray(0), short(tagPhotometric, 5))), "PhotometricInterpretation is 5 (CMYK), want grey"},
		{"RGB of one", one(with(gray(0), short(tagPhotometric, 2))), "RGB with 1 samples per pixel, want at least 3"},
		{"JPEG inside", one(compressed(7, "abcd")), "compression 7 (JPEG), want none, LZW, deflate or PackBits"},
		{"unknown compression", one(compressed(4711, "abcd")), "compression 4711 (number 4711)"},
		{"unknown predictor", one(with(compressed(LZW, "abcd"), short(tagPredictor, 4))), "predictor 4, want 1, 2 or 3"},
		{"predictor 3 for integers", one(with(compressed(LZW, "abcd"), short(tagPredictor, 3))), "predictor 3 with uint8 samples"},
		{"unknown arrangement", one(with(gray(0), short(tagPlanarConfig, 3))), "PlanarConfiguration 3, want 1 or 2"},
		{"reversed bits", one(with(gray(0), short(tagFillOrder, 2))), "FillOrder 2 (bits reversed within bytes), want 1"},
		{"width as text", one(with(gray(0), ascii(tagImageWidth, "2"))), "tag ImageWidth has values of type 2, want unsigned integers"},
		{"text as number", one(with(gray(0), long(tagDescription, 7))), "tag ImageDescription has values of type 4, want ASCII"},
		{"damaged strip", one(compressed(Deflate, "abcd")), "page 1: strip 1: deflate: damaged data"},
		{"pages that differ", forge(directoryWriter{}, gray(0), with(gray(0), long(tagImageLength, 1))),
			"page 2: 2 x 1 pixels of 1 uint8, page 1 is 2 x 2 pixels of 1 uint8: the pages of one image are alike"},

		{"time", forge(directoryWriter{}, with(gray(0), description("ImageJ=1\nimages=2\nframes=2\n")), gray(4)), "2 time points (axes T=2 Z=1 C=1 Y=2 X=2), want 1"},
		{"missing pages", one(with(gray(0), description("ImageJ=1\nimages=3\n"), short(tagCompression, 5))), "ImageJ's description describes 3 pages, the file has 1"},
		{"planes behind a gap", one(with(gappy, description("ImageJ=1\nimages=2\n"))), "its strips are not one behind another"},
		{"ImageJ with words", one(with(gray(0), description("ImageJ=1\nimages=many\n"))), "ImageJ's description says images=many, want a whole number"},
		{"ImageJ with half a spacing", one(with(gray(0), description("ImageJ=1\nspacing=x\n"))), "spacing=x, want a number"},
		{"ImageJ with odd units", one(with(gray(0), description("ImageJ=1\nunit=um\nzunit=parsec\n"))), `the voxel size is in "parsec" along z and in "um" along x, want`},
		{"damaged OME", one(with(gray(0), description("<OME><Image>"))), "OME-XML: XML syntax error"},
		{"two OME images", one(with(gray(0), description("<OME><Image/><Image/></OME>"))), "OME-XML describes 2 images, want 1"},
	} {
		t.Run(tt.name, func(t *testing.T) { checkBad(t, tt.data, tt.want) })
	}
}

// checkBad writes data to a file and checks the error of reading it.
func checkBad(t *testing.T, data []byte, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bad.bin")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Read(path)
	if err == nil {
		t.Fatalf("was read, want an error with %q", want)
	}
	if got := err.Error(); !strings.HasPrefix(got, path+": ") || !strings.Contains(got, want) || strings.Contains(got, "\n") {
		t.Errorf("error %q, want one line that starts with the path and holds %q", got, want)
	}
}

// TestEveryTruncation cuts good files at every length: each gives an error, and
// none a panic. The last bytes of a forged file may be padding.
func TestEveryTruncation(t *testing.T) {
	files := handMade(t)
	l := layout{kind: Uint16, samples: 3, width: 9, height: 7, segW: 4, segH: 4, tiled: true, planar: true,
		compression: Deflate, predictor: 2}
	files["tiles"] = forge(directoryWriter{}, forgeImage(l, func(y, x, s int) float64 { return float64(y * x * s) }))
	for name, data := range files {
		for n := range data {
			if _, err := Decode(bytes.NewReader(data[:n]), int64(n), DefaultReadOptions()); err == nil && n < len(data)-4 {
				t.Errorf("%s: %d of %d bytes were read as an image", name, n, len(data))
			}
		}
	}
	// The reader may also be shorter than it was said to be.
	for name, data := range files {
		if _, err := Decode(bytes.NewReader(data[:len(data)-8]), int64(len(data)), DefaultReadOptions()); err == nil {
			t.Errorf("%s: a reader shorter than its size went unnoticed", name)
		}
	}
}

func TestReadNotAFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:                          dir + ": not a regular file",
		filepath.Join(dir, "no.tif"): filepath.Join(dir, "no.tif") + ": no such file or directory",
	} {
		if _, err := Read(path); err == nil || err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
	}
}

func TestMaxBytes(t *testing.T) {
	files := map[string][]byte{
		"TIFF": forge(directoryWriter{}, gray(0), gray(1)),
		"NPY":  npyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2)}", make([]byte, 8)),
	}
	for name, data := range files {
		opts := DefaultReadOptions()
		opts.MaxBytes = 32 // 8 values
		mustDecode(t, data, opts)
		opts.MaxBytes = 31
		_, err := Decode(bytes.NewReader(data), int64(len(data)), opts)
		if want := "8 values need 32 bytes as float32, more than MaxBytes (31)"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	// A tile counts too, however small the image.
	l := layout{kind: Uint8, samples: 1, width: 2, height: 2, segW: 64, segH: 64, tiled: true, compression: Deflate, predictor: 1}
	data := one(forgeImage(l, func(_, _, _ int) float64 { return 1 }))
	opts := DefaultReadOptions()
	opts.MaxBytes = 4095
	_, err := Decode(bytes.NewReader(data), int64(len(data)), opts)
	if want := "tile 1 of 4096 bytes of pixels, MaxBytes is 4095"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("tile: %v, want %q", err, want)
	}
}

// TestMemoryIsBounded reads small files that promise large images and watches
// what is allocated.
func TestMemoryIsBounded(t *testing.T) {
	promise := func(c Compression, tiled bool) []byte {
		p := with(gray(0), short(tagCompression, uint64(c)), long(tagImageWidth, 30000), long(tagImageLength, 30000))
		p.segments = [][]byte{make([]byte, 500)}
		if tiled {
			p.tiled = true
			p.tags = append(p.tags, long(tagTileWidth, 30000), long(tagTileLength, 30000))
		}
		p = with(p, long(tagRowsPerStrip, 30000))
		return one(p)
	}
	// 2000 pages of 1 x 1 pixel whose BitsPerSample are the same 20000 numbers.
	const numbers, pages = 20000, 2000
	d := directoryWriter{}
	sharing := d.header()
	valuesAt := int64(len(sharing)) + pages*(2+5*12+4)
	for i := range pages {
		next := int64(len(sharing)) + 2 + 5*12 + 4
		if i == pages-1 {
			next = 0
		}
		page := d.encode([]tagValue{long(tagImageWidth, 1), long(tagImageLength, 1), long(tagBitsPerSample, uint64(valuesAt)),
			long(tagStripOffsets, uint64(valuesAt)), long(tagStripByteCounts, 1)}, 0, next)
		page = page[:2+5*12+4] // without padding
		bits := page[2+2*12:]
		binary.LittleEndian.PutUint16(bits[2:], typeShort)
		binary.LittleEndian.PutUint32(bits[4:], numbers)
		sharing = append(sharing, page...)
	}
	sharing = append(sharing, bytes.Repeat([]byte{8, 0}, numbers)...)
	_, err := Decode(bytes.NewReader(sharing), int64(len(sharing)), DefaultReadOptions())
	if want := "the tags share their values so often"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("pages that share their tags: %v, want %q", err, want)
	}

	manyPages := slices.Repeat([]forgedPage{gray(0)}, 500)
	bigName := with(gray(0), description(strings.Repeat("x", 1<<16)))
	shared := forge(directoryWriter{}, append([]forgedPage{bigName}, manyPages...)...)
	files := map[string][]byte{
		"plain": promise(NoCompression, false), "deflate": promise(Deflate, false), "LZW": promise(LZW, false),
		"PackBits": promise(PackBits, false), "tiles": promise(Deflate, true), "pages": shared, "shared tags": sharing,
		"NPY": npyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (30000, 30000)}", make([]byte, 64)),
	}
	for name, data := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode(bytes.NewReader(data), int64(len(data)), DefaultReadOptions())
		runtime.ReadMemStats(&after)
		if name != "pages" && err == nil {
			t.Errorf("%s: was read", name)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
			t.Errorf("%s: %d bytes of file took %d bytes of memory", name, len(data), used)
		}
	}
}

func TestReadOptionsValidate(t *testing.T) {
	if err := DefaultReadOptions().Validate(); err != nil {
		t.Error(err)
	}
	for _, axes := range []string{"", "YX", "zyx", "TZCYX", "XY"} {
		if err := (ReadOptions{Axes: axes, MaxBytes: 1}).Validate(); err != nil {
			t.Errorf("%q: %v", axes, err)
		}
	}
	for _, axes := range []string{"ZY", "Y", "YXQ", "YXX", "ZYXS", "é"} {
		err := ReadOptions{Axes: axes}.Validate()
		if err == nil || !strings.Contains(err.Error(), "Axes") || !strings.Contains(err.Error(), "MaxBytes 0") {
			t.Errorf("%q: %v, want both fields named", axes, err)
		}
	}
	if _, err := Decode(bytes.NewReader([]byte("II*\x00")), 4, ReadOptions{}); err == nil {
		t.Error("Decode accepted invalid options")
	}
}
