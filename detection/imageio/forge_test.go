package imageio

import (
	"bytes"
	"compress/zlib"
	"io"
	"math"
	"slices"
	"sync"
	"testing"
)

// forgedPage is a page for forge: its tags without those of the segments.
type forgedPage struct {
	tags     []tagValue
	segments [][]byte
	tiled    bool
}

// forge builds a TIFF from tags and segments that may be as wrong as a test
// wants them: directories first, segments behind each.
func forge(d directoryWriter, pages ...forgedPage) []byte {
	out := d.header()
	for i, p := range pages {
		offsetTag, countTag := uint16(tagStripOffsets), uint16(tagStripByteCounts)
		if p.tiled {
			offsetTag, countTag = tagTileOffsets, tagTileByteCounts
		}
		offsets := make([]uint64, len(p.segments))
		counts := make([]uint64, len(p.segments))
		for s := range p.segments {
			counts[s] = uint64(len(p.segments[s]))
		}
		tags := slices.Clone(p.tags)
		has := func(tag uint16) bool {
			return slices.ContainsFunc(tags, func(t tagValue) bool { return t.tag == tag })
		}
		if !has(offsetTag) {
			tags = append(tags, d.offsets(offsetTag, offsets...))
		}
		if !has(countTag) {
			tags = append(tags, d.offsets(countTag, counts...))
		}
		slices.SortStableFunc(tags, func(a, b tagValue) int { return int(a.tag) - int(b.tag) })
		pos := int64(len(out))
		at := pos + d.size(tags)
		for s := range offsets {
			offsets[s] = uint64(at)
			at += int64(len(p.segments[s]))
		}
		next := at + d.padding(at)
		end := next
		if i == len(pages)-1 {
			next = 0
		}
		out = append(out, d.encode(tags, pos, next)...)
		for _, s := range p.segments {
			out = append(out, s...)
		}
		out = append(out, make([]byte, end-int64(len(out)))...)
	}
	return out
}

// layout says how forgeImage stores an image.
type layout struct {
	directoryWriter
	kind          SampleKind
	samples       int
	width, height int
	segW, segH    int // of tiles; of strips segH only
	tiled, planar bool
	compression   Compression
	predictor     int
}

// forgeImage stores value(y, x, s), one sample at a time and without any of the
// code that reads. Tiles are padded with ones.
func forgeImage(l layout, value func(y, x, s int) float64, extra ...tagValue) forgedPage {
	p := forgedPage{tiled: l.tiled}
	bits, format := uint64(8*l.kind.size()), uint64(1)
	switch l.kind {
	case Int8, Int16, Int32, Int64:
		format = 2
	case Float16, Float32, Float64:
		format = 3
	}
	photometric, planar := uint64(1), uint64(1)
	if l.samples >= 3 {
		photometric = 2
	}
	if l.planar {
		planar = 2
	}
	p.tags = append([]tagValue{
		long(tagImageWidth, uint64(l.width)), long(tagImageLength, uint64(l.height)),
		short(tagBitsPerSample, slices.Repeat([]uint64{bits}, l.samples)...),
		short(tagSampleFormat, slices.Repeat([]uint64{format}, l.samples)...),
		short(tagSamplesPerPixel, uint64(l.samples)), short(tagCompression, uint64(l.compression)),
		short(tagPhotometric, photometric), short(tagPlanarConfig, planar),
		short(tagPredictor, uint64(l.predictor)),
	}, extra...)
	segW := l.width
	if l.tiled {
		segW = l.segW
		p.tags = append(p.tags, long(tagTileWidth, uint64(l.segW)), long(tagTileLength, uint64(l.segH)))
	} else {
		p.tags = append(p.tags, long(tagRowsPerStrip, uint64(l.segH)))
	}
	planes, together := 1, l.samples
	if l.planar {
		planes, together = l.samples, 1
	}
	for plane := range planes {
		for y0 := 0; y0 < l.height; y0 += l.segH {
			for x0 := 0; x0 < l.width; x0 += segW {
				rows := l.segH
				if !l.tiled {
					rows = min(rows, l.height-y0)
				}
				var segment []byte
				for y := y0; y < y0+rows; y++ {
					var row []uint64 // bit patterns
					for x := x0; x < x0+segW; x++ {
						for s := range together {
							v := 1.0
							if y < l.height && x < l.width {
								v = value(y, x, plane+s)
							}
							row = append(row, pattern(l.kind, v))
						}
					}
					segment = append(segment, forgeRow(l, row, together)...)
				}
				p.segments = append(p.segments, pack(l.compression, segment))
			}
		}
	}
	return p
}

// pattern is the bit pattern of a value that the kind holds exactly.
func pattern(kind SampleKind, v float64) uint64 {
	switch kind {
	case Float16:
		fraction, exponent := math.Frexp(math.Abs(v)) // fraction from 0.5 to 1
		if v == 0 {
			return 0
		}
		h := uint64(exponent-1+15)<<10 | uint64((fraction*2-1)*1024)
		if v < 0 {
			h |= 1 << 15
		}
		return h
	case Float32:
		return uint64(math.Float32bits(float32(v)))
	case Float64:
		return math.Float64bits(v)
	}
	return uint64(int64(v))
}

// forgeRow applies the predictor as its definition says and stores the row.
func forgeRow(l layout, row []uint64, stride int) []byte {
	size := l.kind.size()
	var out []byte
	if l.predictor == predictorFloat {
		for b := size - 1; b >= 0; b-- { // planes, most significant byte first
			for _, v := range row {
				out = append(out, byte(v>>(8*b)))
			}
		}
		plain := slices.Clone(out)
		for i := stride; i < len(out); i++ {
			out[i] = plain[i] - plain[i-stride]
		}
		return out
	}
	for i, v := range row {
		if l.predictor == predictorHorizontal && i >= stride {
			v -= row[i-stride]
		}
		switch size {
		case 1:
			out = append(out, byte(v))
		case 2:
			out = l.order().AppendUint16(out, uint16(v))
		case 4:
			out = l.order().AppendUint32(out, uint32(v))
		default:
			out = l.order().AppendUint64(out, v)
		}
	}
	return out
}

// zlibWriters are kept because setting one up takes longer than a test image.
var zlibWriters = sync.Pool{New: func() any { return zlib.NewWriter(io.Discard) }}

// pack compresses in the simplest way that each scheme allows.
func pack(c Compression, data []byte) []byte {
	switch c {
	case LZW:
		return packLZW(data)
	case Deflate, oldDeflate:
		var b bytes.Buffer
		w := zlibWriters.Get().(*zlib.Writer)
		defer zlibWriters.Put(w)
		w.Reset(&b)
		_, _ = w.Write(data) // to memory
		_ = w.Close()
		return b.Bytes()
	case PackBits:
		return packPackBits(data)
	}
	return data
}

// packLZW writes literal codes only and clears the table before the codes would
// grow beyond 9 bits.
func packLZW(data []byte) []byte {
	const clear, eoi = 256, 257
	var out []byte
	var acc, n uint32
	emit := func(code uint32) {
		acc, n = acc<<9|code, n+9
		for n >= 8 {
			out = append(out, byte(acc>>(n-8)))
			n -= 8
		}
	}
	for i, b := range data {
		if i%200 == 0 {
			emit(clear)
		}
		emit(uint32(b))
	}
	emit(eoi)
	return append(out, byte(acc<<(8-n)))
}

// packPackBits writes runs of equal bytes as runs and everything else as
// literals of one byte, with a do-nothing byte in front.
func packPackBits(data []byte) []byte {
	out := []byte{0x80}
	for len(data) > 0 {
		n := 1
		for n < len(data) && n < 128 && data[n] == data[0] {
			n++
		}
		if n == 1 {
			out = append(out, 0, data[0])
		} else {
			out = append(out, byte(1-n), data[0])
		}
		data = data[n:]
	}
	return out
}

// mustDecode decodes data, which are good.
func mustDecode(t testing.TB, data []byte, opts ReadOptions) *Image {
	t.Helper()
	img, err := Decode(bytes.NewReader(data), int64(len(data)), opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := img.Volume.Validate(); err != nil {
		t.Fatal(err)
	}
	return img
}
