package imageio

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// encoded is img as a PNG.
func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestDecodePNG(t *testing.T) {
	r := image.Rect(0, 0, 2, 1)
	palette := color.Palette{color.NRGBA{1, 2, 3, 255}, color.NRGBA{200, 100, 50, 128}}
	for _, tt := range []struct {
		name  string
		img   image.Image
		kind  SampleKind
		chans int
		want  []float32
	}{
		{"grey", &image.Gray{Pix: []byte{7, 200}, Stride: 2, Rect: r}, Uint8, 1, []float32{7, 200}},
		{"grey 16", &image.Gray16{Pix: []byte{1, 2, 0xff, 0xff}, Stride: 4, Rect: r}, Uint16, 1, []float32{258, 65535}},
		{"RGB", &image.RGBA{Pix: []byte{1, 2, 3, 255, 4, 5, 6, 255}, Stride: 8, Rect: r}, Uint8, 3, []float32{1, 2, 3, 4, 5, 6}},
		{"alpha is dropped, not multiplied", &image.NRGBA{Pix: []byte{100, 2, 3, 10, 4, 5, 6, 0}, Stride: 8, Rect: r}, Uint8, 3, []float32{100, 2, 3, 4, 5, 6}},
		{"RGB 16", &image.RGBA64{Pix: []byte{1, 0, 2, 0, 3, 0, 255, 255, 0, 4, 0, 5, 0, 6, 255, 255}, Stride: 16, Rect: r}, Uint16, 3, []float32{256, 512, 768, 4, 5, 6}},
		{"RGBA 16", &image.NRGBA64{Pix: []byte{1, 0, 2, 0, 3, 0, 0, 9, 0, 4, 0, 5, 0, 6, 0, 0}, Stride: 16, Rect: r}, Uint16, 3, []float32{256, 512, 768, 4, 5, 6}},
		{"palette", &image.Paletted{Pix: []byte{1, 0}, Stride: 2, Rect: r, Palette: palette}, Uint8, 3, []float32{200, 100, 50, 1, 2, 3}},
	} {
		img := mustDecode(t, encoded(t, tt.img), DefaultReadOptions())
		if img.Kind != tt.kind || img.Channels != tt.chans || img.Dims != [3]int{1, 1, 2} || !slices.Equal(img.Data, tt.want) {
			t.Errorf("%s: %v %v of %d channels %v, want %v", tt.name, img.Kind, img.Dims, img.Channels, img.Data, tt.want)
		}
		if img.Format != "PNG" || img.Spacing != detection.UnitSpacing {
			t.Errorf("%s: format %s, spacing %v", tt.name, img.Format, img.Spacing)
		}
	}
}

// TestDecodePNGGreyAlpha reads a grey PNG with alpha, which the standard library
// does not write and decodes as colour. The file was put together with Python's
// zlib and binascii.
func TestDecodePNGGreyAlpha(t *testing.T) {
	// 2 x 1 pixels, colour type 4, one row: filter 0, pixels 7 255 and 200 0.
	data := unhex(t, `
		89504e470d0a1a0a
		0000000d 49484452 00000002 00000001 08 04 00 00 00 5e2bb701
		0000000d49444154789c6360ff7f82010004ae01cf75aa7493
		00000000 49454e44 ae426082`)
	img := mustDecode(t, data, DefaultReadOptions())
	if img.Channels != 1 || !slices.Equal(img.Data, []float32{7, 200}) {
		t.Errorf("%d channels %v, want 7 200", img.Channels, img.Data)
	}
}

func TestDecodeJPEG(t *testing.T) {
	r := image.Rect(0, 0, 16, 8)
	grey, colour := image.NewGray(r), image.NewRGBA(r)
	for i := range grey.Pix {
		grey.Pix[i] = 90
	}
	for i := range 16 * 8 {
		copy(colour.Pix[4*i:], []byte{200, 100, 50, 255})
	}
	for _, tt := range []struct {
		name  string
		img   image.Image
		chans int
		want  []float32
	}{{"grey", grey, 1, []float32{90}}, {"colour", colour, 3, []float32{200, 100, 50}}} {
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, tt.img, &jpeg.Options{Quality: 100}); err != nil {
			t.Fatal(err)
		}
		img := mustDecode(t, buf.Bytes(), DefaultReadOptions())
		if img.Channels != tt.chans || img.Dims != [3]int{1, 8, 16} || img.Format != "JPEG" || img.Kind != Uint8 {
			t.Fatalf("%s: %v of %d channels, %v %s", tt.name, img.Dims, img.Channels, img.Kind, img.Format)
		}
		for i, got := range img.Data {
			if d := got - tt.want[i%tt.chans]; d < -2 || d > 2 { // JPEG loses a little
				t.Fatalf("%s: value %d is %v, want about %v", tt.name, i, got, tt.want[i%tt.chans])
			}
		}
	}
}

func TestReadBadPNGAndJPEG(t *testing.T) {
	good := encoded(t, image.NewGray(image.Rect(0, 0, 300, 300)))
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, image.NewGray(image.Rect(0, 0, 30, 30)), nil); err != nil {
		t.Fatal(err)
	}
	cmyk := bytes.Clone(buf.Bytes())
	sof := bytes.Index(cmyk, []byte{0xff, 0xc0})
	frame := []byte{0xff, 0xc0, 0, 20, 8, 0, 30, 0, 30, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0}
	cmyk = slices.Replace(cmyk, sof, sof+13, frame...)
	large := bytes.Clone(buf.Bytes())
	copy(large[sof+5:], []byte{0xff, 0xff, 0xff, 0xff})
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"short PNG header", good[:20], "PNG: the file ends within its header"},
		{"short PNG", good[:len(good)-30], "PNG: invalid format: not enough pixel data"},
		{"damaged PNG", append(bytes.Clone(good[:50]), bytes.Repeat([]byte{1}, len(good))...), "PNG: flate: corrupt input"},
		{"large PNG", hugePNG(t), "bytes cannot hold 60000 x 60000 pixels"},
		{"short JPEG", buf.Bytes()[:sof], "JPEG: the file ends before the image does"},
		{"large JPEG", large, "bytes cannot hold 65535 x 65535 pixels"},
		{"CMYK", cmyk, "JPEG: CMYK colours, want grey or RGB"},
	} {
		t.Run(tt.name, func(t *testing.T) { checkBad(t, tt.data, tt.want) })
	}
	opts := DefaultReadOptions()
	opts.MaxBytes = 4*300*300 - 1
	if _, err := Decode(bytes.NewReader(good), int64(len(good)), opts); err == nil || !strings.Contains(err.Error(), "more than MaxBytes") {
		t.Errorf("PNG above MaxBytes: %v", err)
	}
}

// hugePNG is a header that promises more pixels than its file can hold.
func hugePNG(t testing.TB) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), 60000)
	head = binary.BigEndian.AppendUint32(head, 60000)
	head = append(head, 8, 0, 0, 0, 0)
	data := append(unhex(t, "89504e470d0a1a0a 0000000d"), head...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(head))
}

func TestWritePNG(t *testing.T) {
	for _, channels := range []int{1, 3} {
		v := ramp([3]int{1, 4, 5}, channels)
		v.Data[0], v.Data[1], v.Data[2] = -3, 300, 1.5
		var buf bytes.Buffer
		if err := WritePNG(&buf, v); err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(v.Data)
		want[0], want[1], want[2] = 0, 255, 2
		img := mustDecode(t, buf.Bytes(), DefaultReadOptions())
		if img.Channels != channels || img.Dims != v.Dims || !slices.Equal(img.Data, want) {
			t.Errorf("%d channels: %v of %d: %v, want %v", channels, img.Dims, img.Channels, img.Data, want)
		}
	}
	for _, v := range []*detection.Volume{ramp([3]int{2, 4, 5}, 1), ramp([3]int{1, 4, 5}, 2), nil} {
		if err := WritePNG(&bytes.Buffer{}, v); err == nil {
			t.Errorf("%+v was accepted", v)
		}
	}
}
