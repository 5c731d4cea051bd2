package imageio

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/image/tiff/lzw"
)

func TestDecompressInverts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var d decompressor
	for range 200 {
		data := make([]byte, rng.IntN(2000))
		for i := range data {
			data[i] = byte(rng.IntN(3)) // short runs
		}
		for _, c := range []Compression{NoCompression, LZW, Deflate, oldDeflate, PackBits} {
			got := make([]byte, len(data))
			if err := d.decompress(c, got, pack(c, data)); err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%v of %d bytes: %v", c, len(data), err)
			}
		}
	}
}

// TestPackBitsExample is the example of TIFF 6.0, section 9 (Apple's note).
func TestPackBitsExample(t *testing.T) {
	packed := unhex(t, "FE AA 02 80 00 2A FD AA 03 80 00 2A 22 F7 AA")
	want := unhex(t, "AA AA AA 80 00 2A AA AA AA AA 80 00 2A 22 AA AA AA AA AA AA AA AA AA AA")
	got := make([]byte, len(want))
	if err := new(decompressor).decompress(PackBits, got, packed); err != nil || !bytes.Equal(got, want) {
		t.Errorf("% x (%v), want % x", got, err, want)
	}
}

func TestDecompressDamaged(t *testing.T) {
	data := bytes.Repeat([]byte("damaged data "), 50)
	deflated := pack(Deflate, data)
	checksum := bytes.Clone(deflated)
	checksum[len(checksum)-1] ^= 1
	var d decompressor // one for all: damage must not outlast its segment
	for _, tt := range []struct {
		name string
		c    Compression
		src  []byte
		want string
	}{
		{"short plain", NoCompression, data[:10], "the data end after 10 of 650 bytes"},
		{"short LZW", LZW, pack(LZW, data)[:20], "LZW: the data end after"},
		{"LZW without codes", LZW, nil, "LZW: the data end after 0 of 650"},
		{"LZW of nonsense", LZW, bytes.Repeat([]byte{0xff}, 99), "LZW: damaged data"},
		{"old LZW", LZW, []byte{0, 1, 2, 3}, "bit order from before TIFF 6.0"},
		{"short deflate", Deflate, deflated[:20], "deflate: the data end after"},
		{"no deflate", Deflate, []byte("nothing of the kind"), "deflate: damaged data"},
		{"wrong checksum", Deflate, checksum, "the checksum does not fit"},
		{"short PackBits", PackBits, pack(PackBits, data)[:7], "PackBits: the data end after"},
		{"PackBits run without its byte", PackBits, []byte{0x81}, "PackBits: the data end after 0 of 650"},
		{"PackBits literal without bytes", PackBits, []byte{5}, "PackBits: the data end after 0 of 650"},
	} {
		err := d.decompress(tt.c, make([]byte, len(data)), tt.src)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err := d.decompress(Deflate, make([]byte, len(data)), deflated); err != nil {
			t.Errorf("good data after %s: %v", tt.name, err)
		}
	}
}

// TestMostDecoded compares the bounds with the best that real encoders reach:
// a bound below that would refuse good files.
func TestMostDecoded(t *testing.T) {
	const n = 1 << 22
	zeros := make([]byte, n)
	for _, c := range []Compression{NoCompression, Deflate, PackBits} {
		packed := int64(len(pack(c, zeros)))
		if most := c.mostDecoded(packed); most < n {
			t.Errorf("%v: %d bytes stand for %d, bound %d", c, packed, n, most)
		}
	}
	// LZW of zeros: the codes 0, 258, 259 … each one byte longer than the one
	// before, then the longest again and again.
	var codes []byte
	var acc uint64
	var bits, width uint = 0, 9
	emit := func(code uint64) {
		acc, bits = acc<<width|code, bits+width
		for ; bits >= 8; bits -= 8 {
			codes = append(codes, byte(acc>>(bits-8)))
		}
	}
	emit(256)
	emit(0)
	for code := uint64(258); code < 4096; code++ {
		if code+1 >= 1<<width && width < 12 {
			width++
		}
		emit(code)
	}
	for range 20000 {
		emit(4094)
	}
	decoded, err := io.Copy(io.Discard, lzw.NewReader(bytes.NewReader(codes), lzw.MSB, 8))
	if decoded < 1<<26 {
		t.Fatalf("only %d bytes came out (%v): the test does not test", decoded, err)
	}
	if most := LZW.mostDecoded(int64(len(codes))); most < decoded || most > 2*decoded {
		t.Errorf("LZW: %d bytes stand for %d, bound %d", len(codes), decoded, most)
	}
}
