package imageio

import (
	"errors"
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/detection"
)

// decodeTIFF reads all pages as one volume.
func decodeTIFF(r io.ReaderAt, size int64, opts ReadOptions) (*Image, error) {
	f, first, err := openTIFF(r, size, opts.MaxBytes)
	if err != nil {
		return nil, err
	}
	dirs, err := f.directories(first)
	if err != nil {
		return nil, err
	}
	pages, err := f.pages(dirs)
	if err != nil {
		return nil, err
	}
	meta, err := f.describe(dirs[0], pages)
	if err != nil {
		return nil, err
	}
	if pages, err = f.expand(pages, meta); err != nil {
		return nil, err
	}
	stored := append(meta.axes, axis{'Y', pages[0].height}, axis{'X', pages[0].width}, axis{'S', len(pages[0].keep)})
	if stored[len(stored)-1].size == 1 {
		stored = stored[:len(stored)-1]
	}
	values := int64(1)
	for _, a := range stored {
		values = satMul(values, int64(a.size))
	}
	if err := opts.checkBytes(values); err != nil {
		return nil, err
	}
	if opts.Axes != "" {
		if stored, err = rename(stored, opts.Axes); err != nil {
			return nil, err
		}
	}
	at, err := place(stored)
	if err != nil {
		return nil, err
	}
	vol, err := newVolume(at.dims, at.channels, opts)
	if err != nil {
		return nil, err
	}
	vol.Spacing, vol.Unit = meta.spacing, meta.unit
	if err := f.decodePages(vol, pages, stored, at.strides); err != nil {
		return nil, err
	}
	return &Image{Volume: vol, Kind: pages[0].kind, Format: "TIFF", Axes: at.axes, WhiteIsZero: pages[0].whiteIsZero}, nil
}

// pages understands the directories, without thumbnails and the coarse levels
// of a pyramid, and checks that they are alike and do not share bytes.
func (f *tiffFile) pages(dirs []directory) ([]*page, error) {
	var pages []*page
	var stored int64
	for i, dir := range dirs {
		const reducedResolution = 1
		kind, err := f.one(dir, tagNewSubfileType, 0)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", i+1, err)
		}
		if kind&reducedResolution != 0 && i > 0 {
			continue
		}
		p, err := f.page(dir)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", i+1, err)
		}
		if len(pages) > 0 {
			if err := p.alike(pages[0]); err != nil {
				return nil, fmt.Errorf("page %d: %w", i+1, err)
			}
		}
		for _, count := range p.counts {
			stored = satAdd(stored, clampOffset(count))
		}
		if stored > f.size {
			return nil, fmt.Errorf("page %d: the strips or tiles up to here add up to %d bytes, more than the file of %d: they overlap", i+1, stored, f.size)
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// expand returns the pages that meta speaks of. There is one for each, except
// in ImageJ's form for stacks above 4 GiB: a single directory, and the other
// planes straight behind the first, uncompressed.
func (f *tiffFile) expand(pages []*page, meta *metadata) ([]*page, error) {
	want := int64(1)
	for _, a := range meta.axes {
		want = satMul(want, int64(a.size))
	}
	if want == int64(len(pages)) {
		return pages, nil
	}
	p := pages[0]
	if !meta.contiguous || len(pages) != 1 || p.compression != NoCompression || p.tiled {
		return nil, fmt.Errorf("%s describes %d pages, the file has %d", meta.source, want, len(pages))
	}
	bytes := int64(0)
	for i := range p.offsets {
		if i > 0 && p.offsets[i] != p.offsets[0]+uint64(bytes) {
			return nil, errors.New("one directory for several planes, but its strips are not one behind another")
		}
		bytes = satAdd(bytes, p.segBytes(i))
	}
	if end := satAdd(clampOffset(p.offsets[0]), satMul(want, bytes)); end > f.size {
		return nil, fmt.Errorf("%s describes %d planes, which end at byte %d of a file of %d bytes", meta.source, want, end, f.size)
	}
	out := make([]*page, want)
	for i := range out {
		q := *p
		q.offsets = make([]uint64, len(p.offsets))
		for j, offset := range p.offsets {
			q.offsets[j] = offset + uint64(i)*uint64(bytes)
		}
		out[i] = &q
	}
	return out, nil
}

// decodePages fills vol. The last axes of stored are those of a page, with
// their strides in vol.
func (f *tiffFile) decodePages(vol *detection.Volume, pages []*page, stored []axis, strides []int) error {
	pageAxes := len(stored) - 2
	var within pageStrides
	if len(pages[0].keep) > 1 {
		pageAxes--
		within.sample = strides[len(strides)-1]
	}
	within.y, within.x = strides[pageAxes], strides[pageAxes+1]
	d := &segmentDecoder{file: f}
	for i, p := range pages {
		base, rest := 0, i
		for a := pageAxes - 1; a >= 0; a-- {
			base += rest % stored[a].size * strides[a]
			rest /= stored[a].size
		}
		if err := d.page(vol.Data, base, within, p); err != nil {
			return fmt.Errorf("page %d: %w", i+1, err)
		}
	}
	return nil
}
