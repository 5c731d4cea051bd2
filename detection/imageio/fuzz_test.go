package imageio

import (
	"bytes"
	"image"
	"math"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/fuzzkit"
)

// checkFuzzed reads data and checks what holds for all input: no panic, nothing
// above the bounds, a volume that is valid, and the same again from a file that
// we write. Beside the volume of a mebibyte there may be an image of Go's, a
// strip, and the copies of the round trip.
func checkFuzzed(t *testing.T, data []byte) {
	fuzzkit.Bounded(t, data, 32<<20, func() { checkRead(t, data) })
}

func checkRead(t *testing.T, data []byte) {
	opts := DefaultReadOptions()
	opts.MaxBytes = 1 << 20
	img, err := Decode(bytes.NewReader(data), int64(len(data)), opts)
	if err != nil {
		if img != nil || err.Error() == "" {
			t.Fatalf("image %v with error %q", img, err)
		}
		return
	}
	if err := img.Volume.Validate(); err != nil {
		t.Fatal(err)
	}
	if int64(len(img.Data))*4 > opts.MaxBytes {
		t.Fatalf("%d values were read, MaxBytes is %d", len(img.Data), opts.MaxBytes)
	}
	if img.Spacing != detection.UnitSpacing {
		return // spacings and units of nonsense may be refused by the writer
	}
	var buf bytes.Buffer
	if err := WriteNPY(&buf, img.Volume); err != nil {
		t.Fatal(err)
	}
	again := mustDecode(t, buf.Bytes(), DefaultReadOptions())
	if again.Dims != img.Dims || again.Channels != img.Channels {
		t.Fatalf("%v of %d became %v of %d", img.Dims, img.Channels, again.Dims, again.Channels)
	}
	for i, v := range img.Data {
		if math.Float32bits(v) != math.Float32bits(again.Data[i]) {
			t.Fatalf("value %d was %v and became %v", i, v, again.Data[i])
		}
	}
}

func FuzzDecodeTIFF(f *testing.F) {
	for _, data := range handMade(f) {
		f.Add(data)
	}
	for _, l := range []layout{
		{kind: Uint8, samples: 3, width: 5, height: 4, segW: 4, segH: 2, tiled: true, compression: LZW, predictor: 2},
		{kind: Float32, samples: 2, width: 5, height: 4, segH: 3, planar: true, compression: Deflate, predictor: 3},
		{kind: Int16, samples: 1, width: 5, height: 4, segH: 2, compression: PackBits, predictor: 1, directoryWriter: directoryWriter{big: true, bigEndian: true}},
	} {
		f.Add(forge(l.directoryWriter, forgeImage(l, func(y, x, s int) float64 { return float64(y + x + s) })))
	}
	for _, text := range []string{
		"ImageJ=1.53t\nimages=2\nslices=2\nunit=um\nspacing=0.5\n", `{"shape": [2, 2, 2], "axes": "ZYX"}`,
		omeHead + `DimensionOrder="XYCZT" SizeZ="2" SizeC="1" SizeT="1" PhysicalSizeX="1"><TiffData/></Pixels></Image></OME>`,
	} {
		f.Add(forge(directoryWriter{}, with(gray(0), description(text)), gray(1)))
	}
	f.Fuzz(checkFuzzed)
}

func FuzzDecodeNPY(f *testing.F) {
	f.Add(npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", make([]byte, 16)))
	f.Add(npyFile("{'descr': '>u2', 'fortran_order': True, 'shape': (2, 3, 4), }", make([]byte, 48)))
	f.Add(npyFile("{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2, 3, 4)}", make([]byte, 24)))
	f.Fuzz(checkFuzzed)
}

func FuzzDecodePNG(f *testing.F) {
	f.Add(encoded(f, image.NewGray(image.Rect(0, 0, 3, 2))))
	f.Add(encoded(f, image.NewNRGBA64(image.Rect(0, 0, 3, 2))))
	f.Fuzz(checkFuzzed)
}
