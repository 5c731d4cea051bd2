package imageio

import (
	"errors"
	"fmt"
	"math"
)

// page is how one page of a TIFF is stored. Its segments are its strips or
// tiles; strips are segments as wide as the page.
type page struct {
	width, height int
	samples       int   // per pixel, as stored
	keep          []int // the samples that are not alpha
	kind          SampleKind
	bits          int
	compression   Compression
	predictor     uint64
	planar        bool // each sample in segments of its own
	whiteIsZero   bool

	tiled               bool
	segWidth, segHeight int
	offsets, counts     []uint64 // of the segments; in planes, one after another
}

// Values of the PhotometricInterpretation tag that are read.
const (
	photometricWhiteIsZero = 0
	photometricBlackIsZero = 1
	photometricRGB         = 2
	photometricPalette     = 3
	photometricMask        = 4
)

// page understands one directory and checks that the file can hold what it
// describes.
func (f *tiffFile) page(dir directory) (*page, error) {
	p := &page{}
	if err := f.shape(p, dir); err != nil {
		return nil, err
	}
	if err := f.sampleType(p, dir); err != nil {
		return nil, err
	}
	if err := f.colour(p, dir); err != nil {
		return nil, err
	}
	if err := f.coding(p, dir); err != nil {
		return nil, err
	}
	if err := f.segments(p, dir); err != nil {
		return nil, err
	}
	return p, nil
}

// shape reads width, height and samples per pixel.
func (f *tiffFile) shape(p *page, dir directory) error {
	for _, field := range []struct {
		tag    uint16
		absent uint64
		most   uint64
		dst    *int
	}{
		{tagImageWidth, 0, math.MaxInt32, &p.width},
		{tagImageLength, 0, math.MaxInt32, &p.height},
		{tagSamplesPerPixel, 1, math.MaxUint16, &p.samples},
	} {
		v, err := f.one(dir, field.tag, field.absent)
		if err != nil {
			return err
		}
		if v < 1 || v > field.most {
			return fmt.Errorf("%s is %d, want 1 to %d", tagName(field.tag), v, field.most)
		}
		*field.dst = int(v)
	}
	return nil
}

// sampleType reads the type of the samples, which is one for all channels.
func (f *tiffFile) sampleType(p *page, dir directory) error {
	bits, err := f.same(dir, tagBitsPerSample, 1)
	if err != nil {
		return err
	}
	format, err := f.same(dir, tagSampleFormat, 1)
	if err != nil {
		return err
	}
	const unsigned, signed, float, undefined = 1, 2, 3, 4
	if format == undefined {
		format = unsigned
	}
	kinds := map[[2]uint64]SampleKind{
		{unsigned, 1}: Bool, {unsigned, 8}: Uint8, {unsigned, 16}: Uint16, {unsigned, 32}: Uint32, {unsigned, 64}: Uint64,
		{signed, 8}: Int8, {signed, 16}: Int16, {signed, 32}: Int32, {signed, 64}: Int64,
		{float, 16}: Float16, {float, 32}: Float32, {float, 64}: Float64,
	}
	kind, ok := kinds[[2]uint64{format, bits}]
	if !ok {
		return fmt.Errorf("samples of %d bits in format %d, want 1, 8, 16, 32 or 64 bits unsigned (1) or signed (2), or 16, 32 or 64 bits floating point (3)", bits, format)
	}
	if kind == Bool && p.samples > 1 {
		return fmt.Errorf("%d samples of 1 bit per pixel, want 1 sample", p.samples)
	}
	p.kind, p.bits = kind, int(bits)
	return nil
}

// same reads a tag that has a value for each sample, all alike.
func (f *tiffFile) same(dir directory, tag uint16, absent uint64) (uint64, error) {
	values, err := f.uints(dir, tag)
	if err != nil || len(values) == 0 {
		return absent, err
	}
	for _, v := range values {
		if v != values[0] {
			return 0, fmt.Errorf("%s differs between samples (%d and %d), want all alike", tagName(tag), values[0], v)
		}
	}
	return values[0], nil
}

// colour reads what the samples mean and leaves alpha out of keep.
func (f *tiffFile) colour(p *page, dir directory) error {
	photometric, err := f.one(dir, tagPhotometric, photometricBlackIsZero)
	if err != nil {
		return err
	}
	colours := 1
	switch photometric {
	case photometricWhiteIsZero:
		p.whiteIsZero = true
	case photometricBlackIsZero, photometricPalette, photometricMask:
	case photometricRGB:
		colours = 3
	default:
		return fmt.Errorf("PhotometricInterpretation is %d (%s), want grey (0, 1), RGB (2) or palette (3)", photometric, photometricName(photometric))
	}
	if p.samples < colours {
		return fmt.Errorf("RGB with %d samples per pixel, want at least 3", p.samples)
	}
	extra, err := f.uints(dir, tagExtraSamples)
	if err != nil {
		return err
	}
	for s := range p.samples {
		const premultiplied, straight = 1, 2
		i := s - (p.samples - len(extra)) // extra samples are the last ones
		alpha := s >= colours && i >= 0 && (extra[i] == premultiplied || extra[i] == straight)
		if !alpha {
			p.keep = append(p.keep, s)
		}
	}
	return nil
}

func photometricName(v uint64) string {
	switch v {
	case 5:
		return "CMYK"
	case 6:
		return "YCbCr"
	case 8, 9, 10:
		return "Lab"
	case 32803:
		return "colour filter array"
	}
	return "unknown"
}

// coding reads compression, predictor and the arrangement of the samples.
func (f *tiffFile) coding(p *page, dir directory) error {
	compression, err := f.one(dir, tagCompression, uint64(NoCompression))
	if err != nil {
		return err
	}
	p.compression = Compression(min(compression, math.MaxUint16))
	if !p.compression.supported() {
		return fmt.Errorf("compression %d (%v), want none, LZW, deflate or PackBits", compression, p.compression)
	}
	if p.predictor, err = f.one(dir, tagPredictor, predictorNone); err != nil {
		return err
	}
	float := p.kind == Float16 || p.kind == Float32 || p.kind == Float64
	switch {
	case !p.compression.predicts():
		p.predictor = predictorNone
	case p.predictor < predictorNone || p.predictor > predictorFloat:
		return fmt.Errorf("predictor %d, want 1, 2 or 3", p.predictor)
	case p.predictor == predictorFloat && !float,
		p.predictor == predictorHorizontal && p.kind == Bool:
		return fmt.Errorf("predictor %d with %v samples, which it is not for", p.predictor, p.kind)
	}
	planar, err := f.one(dir, tagPlanarConfig, 1)
	if err != nil {
		return err
	}
	if planar != 1 && planar != 2 {
		return fmt.Errorf("PlanarConfiguration %d, want 1 or 2", planar)
	}
	p.planar = planar == 2 && p.samples > 1
	order, err := f.one(dir, tagFillOrder, 1)
	if err != nil {
		return err
	}
	if order != 1 {
		return fmt.Errorf("FillOrder %d (bits reversed within bytes), want 1", order)
	}
	return nil
}

// segments reads where the strips or tiles are.
func (f *tiffFile) segments(p *page, dir directory) error {
	_, p.tiled = dir[tagTileOffsets]
	offsetTag, countTag, heightTag := uint16(tagStripOffsets), uint16(tagStripByteCounts), uint16(tagRowsPerStrip)
	if p.tiled {
		offsetTag, countTag, heightTag = tagTileOffsets, tagTileByteCounts, tagTileLength
	}
	width, err := f.one(dir, tagTileWidth, 0)
	if err != nil {
		return err
	}
	height, err := f.one(dir, heightTag, 0)
	if err != nil {
		return err
	}
	if p.tiled {
		if width < 1 || height < 1 || width > math.MaxInt32 || height > math.MaxInt32 {
			return fmt.Errorf("tiles of %d x %d pixels (width x height), want at least 1 x 1", width, height)
		}
		p.segWidth, p.segHeight = int(width), int(height)
	} else {
		if height < 1 || height > uint64(p.height) { // absent, or "all rows"
			height = uint64(p.height)
		}
		p.segWidth, p.segHeight = p.width, int(height)
	}
	if p.offsets, err = f.uints(dir, offsetTag); err != nil {
		return err
	}
	if p.counts, err = f.uints(dir, countTag); err != nil {
		return err
	}
	return f.checkSegments(p)
}

// checkSegments makes sure that every segment lies in the file and can hold its
// pixels, so that memory set aside for the page is in proportion to the file.
func (f *tiffFile) checkSegments(p *page) error {
	want := satMul(int64(p.across()), int64(p.down()), int64(p.planes()))
	if int64(len(p.offsets)) < want {
		return fmt.Errorf("%d %s offsets, want %d for %d x %d pixels", len(p.offsets), p.segName(), want, p.width, p.height)
	}
	p.offsets = p.offsets[:want]
	if len(p.counts) == 0 && p.compression == NoCompression {
		for i := range p.offsets {
			p.counts = append(p.counts, uint64(p.segBytes(i)))
		}
	}
	if int64(len(p.counts)) < want {
		return fmt.Errorf("%d %s byte counts, want %d", len(p.counts), p.segName(), want)
	}
	for i, offset := range p.offsets {
		need := p.segBytes(i)
		if p.compression == NoCompression && p.counts[i] > uint64(need) {
			p.counts[i] = uint64(need) // some writers count padding that is not there
		}
		count := clampOffset(p.counts[i])
		if most := p.compression.mostDecoded(count); need > most {
			return fmt.Errorf("%s %d of %d bytes (compression %v) cannot hold %d bytes of pixels",
				p.segName(), i+1, count, p.compression, need)
		}
		if need > f.maxSegment {
			return fmt.Errorf("%s %d of %d bytes of pixels, MaxBytes is %d", p.segName(), i+1, need, f.maxSegment)
		}
		if end := satAdd(clampOffset(offset), count); end > f.size {
			return fmt.Errorf("%s %d: bytes %d to %d lie outside the file of %d bytes", p.segName(), i+1, offset, end, f.size)
		}
	}
	return nil
}

func (p *page) segName() string {
	if p.tiled {
		return "tile"
	}
	return "strip"
}

// across and down count the segments of a plane, planes the planes.
func (p *page) across() int { return (p.width-1)/p.segWidth + 1 }
func (p *page) down() int   { return (p.height-1)/p.segHeight + 1 }
func (p *page) planes() int {
	if p.planar {
		return p.samples
	}
	return 1
}

// interleaved is the number of samples of a pixel in one segment.
func (p *page) interleaved() int {
	if p.planar {
		return 1
	}
	return p.samples
}

// segRows is the number of rows of segment i; only the last strip may have
// fewer than the others, tiles are padded.
func (p *page) segRows(i int) int {
	if p.tiled {
		return p.segHeight
	}
	return min(p.segHeight, p.height-i%p.down()*p.segHeight)
}

// rowBytes is the decoded size of a row of a segment.
func (p *page) rowBytes() int64 {
	return satAdd(satMul(int64(p.segWidth), int64(p.interleaved()), int64(p.bits)), 7) / 8
}

// segBytes is the decoded size of segment i.
func (p *page) segBytes(i int) int64 { return satMul(int64(p.segRows(i)), p.rowBytes()) }

// alike reports how a page differs from the first one in what an image must
// have in common. Compression and segments may differ.
func (p *page) alike(first *page) error {
	if p.width == first.width && p.height == first.height && len(p.keep) == len(first.keep) && p.kind == first.kind {
		return nil
	}
	return errors.New(p.String() + ", page 1 is " + first.String() + ": the pages of one image are alike")
}

// String is "64 x 48 pixels of 3 uint8" (width x height).
func (p *page) String() string {
	return fmt.Sprintf("%d x %d pixels of %d %v", p.width, p.height, len(p.keep), p.kind)
}
