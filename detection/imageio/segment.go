package imageio

import (
	"encoding/binary"
	"fmt"
)

// pageStrides are the distances in the volume between neighbours of a page.
type pageStrides struct{ y, x, sample int }

// segmentDecoder decodes strips and tiles, one after another, and keeps its
// buffers between them.
type segmentDecoder struct {
	file    *tiffFile
	unpack  decompressor
	packed  []byte
	raw     []byte
	scratch []byte
	values  []float32
}

// page stores the pixels of p in dst; its first pixel goes to dst[base].
func (d *segmentDecoder) page(dst []float32, base int, strides pageStrides, p *page) error {
	slot := make([]int, p.samples) // sample -> channel within the page, -1: dropped
	for s := range slot {
		slot[s] = -1
	}
	for channel, s := range p.keep {
		slot[s] = channel
	}
	perPlane := p.across() * p.down()
	for i := range p.offsets {
		plane := i / perPlane
		channels := slot
		if p.planar {
			channels = slot[plane : plane+1]
			if channels[0] < 0 {
				continue
			}
		}
		if err := d.segment(p, i); err != nil {
			return fmt.Errorf("%s %d: %w", p.segName(), i+1, err)
		}
		y0 := i % perPlane / p.across() * p.segHeight
		x0 := i % p.across() * p.segWidth
		d.store(dst, base+y0*strides.y+x0*strides.x, strides, p, channels,
			min(p.segHeight, p.height-y0), min(p.segWidth, p.width-x0))
	}
	return nil
}

// segment leaves the decoded, little-endian samples of segment i in d.raw.
func (d *segmentDecoder) segment(p *page, i int) error {
	d.raw = grow(d.raw, int(p.segBytes(i)))
	if p.compression == NoCompression {
		if err := readAt(d.file.r, d.raw, int64(p.offsets[i])); err != nil {
			return err
		}
	} else {
		d.packed = grow(d.packed, int(p.counts[i]))
		if err := readAt(d.file.r, d.packed, int64(p.offsets[i])); err != nil {
			return err
		}
		if err := d.unpack.decompress(p.compression, d.raw, d.packed); err != nil {
			return err
		}
	}
	d.unpredict(p, i)
	return nil
}

// unpredict undoes the predictor and makes the samples little-endian.
func (d *segmentDecoder) unpredict(p *page, i int) {
	size, rowBytes := p.kind.size(), int(p.rowBytes())
	if p.predictor == predictorFloat {
		d.scratch = grow(d.scratch, rowBytes)
		for r := range p.segRows(i) {
			joinFloatRow(d.raw[r*rowBytes:(r+1)*rowBytes], d.scratch, size, p.interleaved())
		}
		return
	}
	if d.file.order == binary.BigEndian {
		swapBytes(d.raw, size)
	}
	if p.predictor == predictorHorizontal {
		for r := range p.segRows(i) {
			sumRow(d.raw[r*rowBytes:(r+1)*rowBytes], size, p.interleaved())
		}
	}
}

// store converts the first rows x cols pixels of d.raw into dst, from base on.
// channels[s] is where interleaved sample s goes, or -1.
func (d *segmentDecoder) store(dst []float32, base int, strides pageStrides, p *page, channels []int, rows, cols int) {
	n, rowBytes := len(channels), int(p.rowBytes())
	d.values = grow(d.values, cols*n)
	together := n == len(p.keep) && strides.x == n && (n == 1 || strides.sample == 1)
	for r := range rows {
		row := d.raw[r*rowBytes : (r+1)*rowBytes]
		if p.kind == Bool {
			d.scratch = grow(d.scratch, cols)
			row = unpackBits(d.scratch, row)
		}
		at := base + r*strides.y
		if together {
			p.kind.toFloat32(dst[at:at+cols*n], row)
			continue
		}
		p.kind.toFloat32(d.values, row)
		for s, channel := range channels {
			if channel < 0 {
				continue
			}
			start := at + channel*strides.sample
			for x := range cols {
				dst[start+x*strides.x] = d.values[x*n+s]
			}
		}
	}
}

// unpackBits makes each bit of src, most significant first, a byte of dst.
func unpackBits(dst, src []byte) []byte {
	for i := range dst {
		dst[i] = src[i/8] >> (7 - i%8) & 1
	}
	return dst
}

// grow returns a slice of n elements, buf's memory if that is enough.
func grow[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n)
	}
	return buf[:n]
}
