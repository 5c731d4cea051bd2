package imageio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// Tags that are read or written, by their names in the TIFF 6.0 specification.
const (
	tagNewSubfileType  = 254
	tagImageWidth      = 256
	tagImageLength     = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagDescription     = 270
	tagStripOffsets    = 273
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagXResolution     = 282
	tagYResolution     = 283
	tagPlanarConfig    = 284
	tagResolutionUnit  = 296
	tagPredictor       = 317
	tagTileWidth       = 322
	tagTileLength      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagExtraSamples    = 338
	tagSampleFormat    = 339
)

// Types of tag values.
const (
	typeByte     = 1
	typeASCII    = 2
	typeShort    = 3
	typeLong     = 4
	typeRational = 5
	typeIFD      = 13
	typeLong8    = 16
	typeIFD8     = 18
)

// tiffFile is an open TIFF. The sum of what its tags make us read is bounded
// by budget, so that many directories which share one large value cannot cost
// more than a few times the size of the file.
type tiffFile struct {
	r      io.ReaderAt
	size   int64
	order  binary.ByteOrder
	big    bool
	budget int64
	// maxSegment bounds the decoded bytes of a strip or tile.
	maxSegment int64
}

// entry is one tag: its value if that fits, else the value's offset.
type entry struct {
	typ    uint16
	count  uint64
	inline [8]byte
}

// directory is an image file directory, the tags of one page.
type directory map[uint16]entry

// openTIFF reads the header and returns the offset of the first directory.
// Classic header: order(2) 42(2) offset(4). BigTIFF: order(2) 43(2) 8(2) 0(2)
// offset(8).
func openTIFF(r io.ReaderAt, size, maxSegment int64) (*tiffFile, int64, error) {
	f := &tiffFile{r: r, size: size, order: binary.LittleEndian, budget: satMul(4, size), maxSegment: min(maxSegment, math.MaxInt)}
	head := make([]byte, min(16, size))
	if err := readAt(r, head, 0); err != nil {
		return nil, 0, err
	}
	if head[0] == 'M' {
		f.order = binary.BigEndian
	}
	f.big = f.order.Uint16(head[2:]) == 43
	need := 8
	if f.big {
		need = 16
	}
	if len(head) < need {
		return nil, 0, fmt.Errorf("the file ends within its header of %d bytes", need)
	}
	if !f.big {
		return f, int64(f.order.Uint32(head[4:])), nil
	}
	if width := f.order.Uint16(head[4:]); width != 8 {
		return nil, 0, fmt.Errorf("BigTIFF with offsets of %d bytes, want 8", width)
	}
	return f, clampOffset(f.order.Uint64(head[8:])), nil
}

// clampOffset makes an offset an int64; one too large lies outside any file.
func clampOffset(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// read returns n bytes at offset, counted against the budget.
func (f *tiffFile) read(offset, n int64) ([]byte, error) {
	if offset < 0 || n < 0 || satAdd(offset, n) > f.size {
		return nil, fmt.Errorf("bytes %d to %d lie outside the file of %d bytes", offset, satAdd(offset, n), f.size)
	}
	if n > f.budget {
		return nil, errors.New("the tags share their values so often that they add up to several times the file")
	}
	f.budget -= n
	data := make([]byte, n)
	return data, readAt(f.r, data, offset)
}

// directories reads the chain of directories that starts at offset.
func (f *tiffFile) directories(offset int64) ([]directory, error) {
	var dirs []directory
	seen := map[int64]bool{}
	for offset != 0 {
		if seen[offset] {
			return nil, fmt.Errorf("page %d: the chain of pages returns to offset %d", len(dirs)+1, offset)
		}
		seen[offset] = true
		dir, next, err := f.directory(offset)
		if err != nil {
			return nil, fmt.Errorf("page %d: directory: %w", len(dirs)+1, err)
		}
		dirs = append(dirs, dir)
		offset = next
	}
	if len(dirs) == 0 {
		return nil, errors.New("TIFF without pages")
	}
	return dirs, nil
}

// directory reads one directory and the offset of the next, 0 at the end. Of a
// tag that occurs twice the first counts.
func (f *tiffFile) directory(offset int64) (directory, int64, error) {
	countSize, entrySize, nextSize := int64(2), int64(12), int64(4)
	if f.big {
		countSize, entrySize, nextSize = 8, 20, 8
	}
	head, err := f.read(offset, countSize)
	if err != nil {
		return nil, 0, err
	}
	var n int64
	if f.big {
		n = clampOffset(f.order.Uint64(head))
	} else {
		n = int64(f.order.Uint16(head))
	}
	body, err := f.read(satAdd(offset, countSize), satAdd(satMul(n, entrySize), nextSize))
	if err != nil {
		return nil, 0, fmt.Errorf("%d tags: %w", n, err)
	}
	dir := make(directory)
	for i := range n {
		raw := body[i*entrySize : (i+1)*entrySize]
		e := entry{typ: f.order.Uint16(raw[2:])}
		if f.big {
			e.count = f.order.Uint64(raw[4:])
			copy(e.inline[:], raw[12:])
		} else {
			e.count = uint64(f.order.Uint32(raw[4:]))
			copy(e.inline[:], raw[8:])
		}
		if tag := f.order.Uint16(raw); known(tag) {
			if _, twice := dir[tag]; !twice {
				dir[tag] = e
			}
		}
	}
	return dir, f.offset(body[n*entrySize:]), nil
}

// offset reads an offset as wide as the file's.
func (f *tiffFile) offset(raw []byte) int64 {
	if f.big {
		return clampOffset(f.order.Uint64(raw))
	}
	return int64(f.order.Uint32(raw))
}

// known says whether a tag is used at all, so that the many private tags of
// microscopes take no memory.
func known(tag uint16) bool { return tagName(tag) != "" }

func tagName(tag uint16) string {
	switch tag {
	case tagNewSubfileType:
		return "NewSubfileType"
	case tagImageWidth:
		return "ImageWidth"
	case tagImageLength:
		return "ImageLength"
	case tagBitsPerSample:
		return "BitsPerSample"
	case tagCompression:
		return "Compression"
	case tagPhotometric:
		return "PhotometricInterpretation"
	case tagFillOrder:
		return "FillOrder"
	case tagDescription:
		return "ImageDescription"
	case tagStripOffsets:
		return "StripOffsets"
	case tagSamplesPerPixel:
		return "SamplesPerPixel"
	case tagRowsPerStrip:
		return "RowsPerStrip"
	case tagStripByteCounts:
		return "StripByteCounts"
	case tagXResolution:
		return "XResolution"
	case tagYResolution:
		return "YResolution"
	case tagPlanarConfig:
		return "PlanarConfiguration"
	case tagResolutionUnit:
		return "ResolutionUnit"
	case tagPredictor:
		return "Predictor"
	case tagTileWidth:
		return "TileWidth"
	case tagTileLength:
		return "TileLength"
	case tagTileOffsets:
		return "TileOffsets"
	case tagTileByteCounts:
		return "TileByteCounts"
	case tagExtraSamples:
		return "ExtraSamples"
	case tagSampleFormat:
		return "SampleFormat"
	}
	return ""
}

// value returns the bytes of a tag's value, given the size of an element.
func (f *tiffFile) value(e entry, elem int64) ([]byte, error) {
	n := satMul(clampOffset(e.count), elem)
	room := int64(4)
	if f.big {
		room = 8
	}
	if n <= room {
		return e.inline[:n], nil
	}
	return f.read(f.offset(e.inline[:]), n)
}

// uints reads the unsigned integers of a tag. An absent tag gives nil.
func (f *tiffFile) uints(dir directory, tag uint16) ([]uint64, error) {
	e, ok := dir[tag]
	if !ok {
		return nil, nil
	}
	var elem int64
	switch e.typ {
	case typeByte:
		elem = 1
	case typeShort:
		elem = 2
	case typeLong, typeIFD:
		elem = 4
	case typeLong8, typeIFD8:
		elem = 8
	default:
		return nil, fmt.Errorf("tag %s has values of type %d, want unsigned integers", tagName(tag), e.typ)
	}
	raw, err := f.value(e, elem)
	if err != nil {
		return nil, fmt.Errorf("tag %s: %w", tagName(tag), err)
	}
	out := make([]uint64, e.count)
	for i := range out {
		switch elem {
		case 1:
			out[i] = uint64(raw[i])
		case 2:
			out[i] = uint64(f.order.Uint16(raw[2*i:]))
		case 4:
			out[i] = uint64(f.order.Uint32(raw[4*i:]))
		default:
			out[i] = f.order.Uint64(raw[8*i:])
		}
	}
	return out, nil
}

// one reads the first integer of a tag, or absent when there is none.
func (f *tiffFile) one(dir directory, tag uint16, absent uint64) (uint64, error) {
	values, err := f.uints(dir, tag)
	if err != nil || len(values) == 0 {
		return absent, err
	}
	return values[0], nil
}

// text reads an ASCII tag without its final zero bytes; "" when absent.
func (f *tiffFile) text(dir directory, tag uint16) (string, error) {
	e, ok := dir[tag]
	if !ok {
		return "", nil
	}
	if e.typ != typeASCII && e.typ != typeByte {
		return "", fmt.Errorf("tag %s has values of type %d, want ASCII", tagName(tag), e.typ)
	}
	raw, err := f.value(e, 1)
	if err != nil {
		return "", fmt.Errorf("tag %s: %w", tagName(tag), err)
	}
	return strings.TrimRight(string(raw), "\x00"), nil
}

// rational reads the numerator and denominator of a RATIONAL tag, 0 and 0 when
// absent.
func (f *tiffFile) rational(dir directory, tag uint16) (num, den uint32, err error) {
	e, ok := dir[tag]
	if !ok || e.count == 0 {
		return 0, 0, nil
	}
	if e.typ != typeRational {
		return 0, 0, fmt.Errorf("tag %s has values of type %d, want RATIONAL", tagName(tag), e.typ)
	}
	raw, err := f.value(e, 8)
	if err != nil {
		return 0, 0, fmt.Errorf("tag %s: %w", tagName(tag), err)
	}
	return f.order.Uint32(raw), f.order.Uint32(raw[4:]), nil
}
