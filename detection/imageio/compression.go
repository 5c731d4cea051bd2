package imageio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zlib"
	"golang.org/x/image/tiff/lzw"
)

// Compression is a TIFF compression scheme, by its number in the Compression
// tag.
type Compression uint16

// The schemes that are read. [WriteTIFF] writes NoCompression and Deflate.
const (
	NoCompression Compression = 1
	LZW           Compression = 5
	Deflate       Compression = 8
	oldDeflate    Compression = 32946
	PackBits      Compression = 32773
)

// String names the scheme.
func (c Compression) String() string {
	switch c {
	case NoCompression:
		return "none"
	case LZW:
		return "LZW"
	case Deflate, oldDeflate:
		return "deflate"
	case PackBits:
		return "PackBits"
	case 2, 3, 4:
		return "CCITT fax"
	case 6, 7:
		return "JPEG"
	case 33003, 33004, 33005, 34712:
		return "JPEG 2000"
	case 34887:
		return "LERC"
	case 34925:
		return "LZMA"
	case 50000, 34926:
		return "Zstandard"
	case 50001, 34927:
		return "WebP"
	case 22610, 34934:
		return "JPEG XR"
	case 50002, 52546:
		return "JPEG XL"
	}
	return fmt.Sprintf("number %d", uint16(c))
}

func (c Compression) supported() bool {
	switch c {
	case NoCompression, LZW, Deflate, oldDeflate, PackBits:
		return true
	}
	return false
}

// predicts says whether the Predictor tag applies; libtiff, too, ignores it
// for the other schemes.
func (c Compression) predicts() bool { return c == LZW || c == Deflate || c == oldDeflate }

// mostDecoded is the largest number of bytes that n compressed bytes can
// stand for.
//
// Deflate: 258 bytes in 2 bits, 1032 to 1. PackBits: 128 bytes in 2. LZW: the
// longest string has one byte for each of the 4096-258 codes that can be added
// to the table, and one code of 12 bits stands for it.
func (c Compression) mostDecoded(n int64) int64 {
	switch c {
	case Deflate, oldDeflate:
		return satMul(n, 1032)
	case PackBits:
		return satMul(n, 64)
	case LZW:
		return satMul(n, (4096-258)*8/12+1)
	default:
		return n
	}
}

// decompressor decompresses one segment after another. Deflate's state of some
// 40 KB is kept, since a strip may be as small as a row.
type decompressor struct {
	zlib io.ReadCloser
}

// decompress fills dst from src, which may hold more.
func (d *decompressor) decompress(c Compression, dst, src []byte) error {
	switch c {
	case LZW:
		return decompressLZW(dst, src)
	case Deflate, oldDeflate:
		return d.deflate(dst, src)
	case PackBits:
		return decompressPackBits(dst, src)
	default:
		if len(src) < len(dst) {
			return errShort(len(src), len(dst))
		}
		copy(dst, src)
		return nil
	}
}

func errShort(got, want int) error {
	return fmt.Errorf("the data end after %d of %d bytes", got, want)
}

func decompressLZW(dst, src []byte) error {
	// Before TIFF 6.0 the bits ran the other way; such data start with the
	// clear code 256 as 00 01 instead of 80 00.
	if len(src) >= 2 && src[0] == 0 && src[1]&1 == 1 {
		return errors.New("LZW in the bit order from before TIFF 6.0, which is not read")
	}
	r := lzw.NewReader(bytes.NewReader(src), lzw.MSB, 8)
	defer func() { _ = r.Close() }()
	n, err := io.ReadFull(r, dst)
	return explain("LZW", n, len(dst), err)
}

func (d *decompressor) deflate(dst, src []byte) error {
	var err error
	if d.zlib == nil {
		d.zlib, err = zlib.NewReader(bytes.NewReader(src))
	} else {
		err = d.zlib.(zlib.Resetter).Reset(bytes.NewReader(src), nil)
	}
	if err != nil {
		return explain("deflate", 0, len(dst), err)
	}
	n, err := io.ReadFull(d.zlib, dst)
	if err != nil {
		return explain("deflate", n, len(dst), err)
	}
	// The checksum is compared at the end of the stream only.
	if _, err := io.ReadFull(d.zlib, make([]byte, 1)); errors.Is(err, zlib.ErrChecksum) {
		return errors.New("deflate: the checksum does not fit the data, which are damaged")
	}
	return nil
}

// explain makes an error of a decompressor one sentence.
func explain(scheme string, got, want int, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: %w", scheme, errShort(got, want))
	default:
		return fmt.Errorf("%s: damaged data after %d of %d bytes (%s)", scheme, got, want, strings.TrimPrefix(err.Error(), strings.ToLower(scheme)+": "))
	}
}

// decompressPackBits undoes the run-length code of TIFF 6.0, section 9: a
// count byte n of 0..127 is followed by n+1 literal bytes, one of -127..-1 by a
// byte that is repeated 1-n times; -128 stands for nothing.
func decompressPackBits(dst, src []byte) error {
	filled := 0
	for filled < len(dst) {
		if len(src) == 0 {
			return fmt.Errorf("PackBits: %w", errShort(filled, len(dst)))
		}
		count := int(int8(src[0]))
		src = src[1:]
		switch {
		case count >= 0:
			n := min(count+1, len(src))
			if n == 0 {
				continue // reported by the check above
			}
			filled += copy(dst[filled:], src[:n])
			src = src[n:]
		case count > -128:
			if len(src) == 0 {
				continue
			}
			run := dst[filled:min(filled+1-count, len(dst))]
			for i := range run {
				run[i] = src[0]
			}
			filled += len(run)
			src = src[1:]
		}
	}
	return nil
}
