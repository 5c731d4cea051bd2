package imageio

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/zlib"

	"github.com/puncta-bio/puncta/detection"
)

// WriteTIFF writes v with ImageJ's metadata, so that Fiji and tifffile see its
// axes (z, channel, y, x, those longer than 1), voxel size and unit.
//
// Each page is one plane of one channel, the channel running fastest, in
// strips. Three channels as [Uint8] are written as RGB pages instead. The same
// volume and options give the same bytes: there is no time stamp. ImageJ has one
// unit for all axes, v.Unit. The tags hold pixels per unit along y and x as
// ratios of 32-bit numbers, which give back decimal spacings of up to nine
// digits exactly and others to about 1e-15.
//
// Errors: the joined field errors of [TIFFOptions.Validate]; those of
// [detection.Volume.Validate]; a y or x spacing outside 1e-9 to 1e9; a control
// character in the unit; errors of w.
func WriteTIFF(w io.Writer, v *detection.Volume, opts TIFFOptions) error {
	if err := opts.Validate(); err != nil {
		return err
	}
	if err := checkWritable(v); err != nil {
		return err
	}
	e := newEncoder(w, v, opts)
	if err := e.header(); err != nil {
		return err
	}
	for i := range e.pages {
		if err := e.page(i); err != nil {
			return fmt.Errorf("page %d: %w", i+1, err)
		}
	}
	return nil
}

// encoder writes the pages one behind another: the directory, the values that
// do not fit into it, the strips. Since the strips of a page are compressed
// before its directory is written, w need not seek.
type encoder struct {
	w    io.Writer
	vol  *detection.Volume
	opts TIFFOptions
	dirs directoryWriter
	pos  int64 // bytes written

	pages        int
	samples      int // per pixel: 3 for RGB pages
	rowsPerStrip int
	scratch      []byte
	values       []float32
	zlib         *zlib.Writer
}

func newEncoder(w io.Writer, v *detection.Volume, opts TIFFOptions) *encoder {
	e := &encoder{w: w, vol: v, opts: opts, pages: v.Dims[0] * v.Channels, samples: 1}
	if opts.Kind == Uint8 && v.Channels == 3 {
		e.pages, e.samples = v.Dims[0], 3
	}
	e.rowsPerStrip = min(max(1, opts.StripBytes/e.rowBytes()), v.Dims[1])
	e.dirs = directoryWriter{bigEndian: opts.BigEndian, big: opts.BigTIFF || e.mostBytes() > math.MaxUint32}
	return e
}

func (e *encoder) rowBytes() int { return e.vol.Dims[2] * e.samples * e.opts.Kind.size() }

func (e *encoder) strips() int { return (e.vol.Dims[1]-1)/e.rowsPerStrip + 1 }

// mostBytes is more than the size of the file can be, with 64 bytes of overhead
// for a strip and 5 for each 16 KiB that deflate cannot shrink.
func (e *encoder) mostBytes() int64 {
	raw := satMul(int64(e.pages), int64(e.vol.Dims[1]), int64(e.rowBytes()))
	strips := satMul(int64(e.pages), int64(e.strips()), 64)
	return satAdd(satAdd(raw, raw/1024), satAdd(strips, satMul(int64(e.pages), 1024)))
}

func (e *encoder) write(data []byte) error {
	n, err := e.w.Write(data)
	e.pos += int64(n)
	return err
}

func (e *encoder) header() error { return e.write(e.dirs.header()) }

// page writes page i and the offset of the next page, or 0.
func (e *encoder) page(i int) error {
	strips := make([][]byte, e.strips())
	total := int64(0)
	for s := range strips {
		data, err := e.strip(i, s)
		if err != nil {
			return err
		}
		strips[s] = data
		total += int64(len(data))
	}
	tags := e.tags(i, strips)
	dirSize := e.dirs.size(tags)
	at := e.pos + dirSize
	for t := range tags {
		if tags[t].tag == tagStripOffsets {
			for s := range strips {
				tags[t].values[s] = uint64(at)
				at += int64(len(strips[s]))
			}
		}
	}
	end := e.pos + dirSize + total
	padding := e.dirs.padding(end)
	next := end + padding
	if i == e.pages-1 {
		next = 0
	}
	if err := e.write(e.dirs.encode(tags, e.pos, next)); err != nil {
		return err
	}
	for _, data := range strips {
		if err := e.write(data); err != nil {
			return err
		}
	}
	if next == 0 {
		return nil
	}
	return e.write(make([]byte, padding))
}

// strip returns the stored bytes of strip s of page i.
func (e *encoder) strip(i, s int) ([]byte, error) {
	y0 := s * e.rowsPerStrip
	rows := min(e.rowsPerStrip, e.vol.Dims[1]-y0)
	data := make([]byte, rows*e.rowBytes())
	for r := range rows {
		e.row(data[r*e.rowBytes():(r+1)*e.rowBytes()], i, y0+r)
	}
	if e.opts.Compression == NoCompression {
		return data, nil
	}
	var packed bytes.Buffer
	if e.zlib == nil {
		e.zlib = zlib.NewWriter(&packed)
	} else {
		e.zlib.Reset(&packed) // setting one up costs more than a small strip
	}
	if _, err := e.zlib.Write(data); err != nil {
		return nil, err
	}
	if err := e.zlib.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// row stores row y of page i in dst, with the predictor and in the byte order
// of the file.
func (e *encoder) row(dst []byte, i, y int) {
	n := e.vol.Dims[2] * e.samples
	z, c := i, 0
	if e.samples == 1 {
		z, c = i/e.vol.Channels, i%e.vol.Channels
	}
	values := e.vol.Data[e.vol.Index(z, y, 0)+c:]
	if e.samples == 1 && e.vol.Channels > 1 {
		e.values = grow(e.values, n)
		for x := range e.values {
			e.values[x] = values[x*e.vol.Channels]
		}
		values = e.values
	}
	kind := e.opts.Kind
	kind.fromFloat32(dst, values[:n])
	switch {
	case e.opts.Predictor && kind == Float32:
		e.scratch = grow(e.scratch, len(dst))
		splitFloatRow(dst, e.scratch, kind.size(), e.samples)
		return // in one byte order whatever that of the file
	case e.opts.Predictor:
		differRow(dst, kind.size(), e.samples)
	}
	if e.opts.BigEndian {
		swapBytes(dst, kind.size())
	}
}

// tags lists the tags of page i in ascending order. The offsets of the strips
// are filled in once the size of the directory is known.
func (e *encoder) tags(i int, strips [][]byte) []tagValue {
	bits := make([]uint64, e.samples)
	formats := make([]uint64, e.samples)
	photometric, format, predictor := uint64(photometricBlackIsZero), uint64(1), uint64(predictorNone)
	if e.samples == 3 {
		photometric = photometricRGB
	}
	if e.opts.Kind == Float32 {
		format = 3
	}
	switch {
	case e.opts.Predictor && e.opts.Kind == Float32:
		predictor = predictorFloat
	case e.opts.Predictor:
		predictor = predictorHorizontal
	}
	for s := range e.samples {
		bits[s], formats[s] = uint64(8*e.opts.Kind.size()), format
	}
	counts := make([]uint64, len(strips))
	for s := range strips {
		counts[s] = uint64(len(strips[s]))
	}
	tags := []tagValue{
		long(tagImageWidth, uint64(e.vol.Dims[2])),
		long(tagImageLength, uint64(e.vol.Dims[1])),
		short(tagBitsPerSample, bits...),
		short(tagCompression, uint64(e.opts.Compression)),
		short(tagPhotometric, photometric),
	}
	if i == 0 {
		tags = append(tags, ascii(tagDescription, imageJDescription(e.vol, e.pages, e.samples == 3)))
	}
	xnum, xden := ratio(e.vol.Spacing[2])
	ynum, yden := ratio(e.vol.Spacing[1])
	tags = append(tags,
		e.dirs.offsets(tagStripOffsets, make([]uint64, len(strips))...),
		short(tagSamplesPerPixel, uint64(e.samples)),
		long(tagRowsPerStrip, uint64(e.rowsPerStrip)),
		e.dirs.offsets(tagStripByteCounts, counts...),
		rational(tagXResolution, xden, xnum),
		rational(tagYResolution, yden, ynum),
		short(tagPlanarConfig, 1),
		short(tagResolutionUnit, 1),
	)
	if e.opts.Predictor {
		tags = append(tags, short(tagPredictor, predictor))
	}
	return append(tags, short(tagSampleFormat, formats...))
}
