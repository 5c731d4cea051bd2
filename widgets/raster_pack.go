package widgets

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// strip is how many numbers [raster.estimate] compresses at a time, and strips
// how often.
const strip, strips = 1 << 17, 12

// estimate is about how many characters the planes of an image take, from strips
// all over it; 0 for an image that is packed as fast.
func (r *raster) estimate(v *detection.Volume) int {
	area, all := v.Dims[1]*v.Dims[2], v.Voxels()
	if all <= strips*strip {
		return 0
	}
	p := r.packer()
	packed, numbers := 0, 0
	for k := range strips {
		n := min(area, strip)
		middle := (2*k + 1) * all / (2 * strips)
		first := min(max(middle%area-n/2, 0), area-n)
		for c := range r.Bands {
			packed += len(p.deflated(r.bytes(v, middle/area, c, first, n)))
		}
		numbers += n
	}
	return int(float64(packed) / 3 * 4 * float64(all) / float64(numbers))
}

// pack is every plane as text.
func (r *raster) pack(v *detection.Volume) (planes [][]string) {
	p := r.packer()
	for z := range v.Dims[0] {
		var plane []string
		for c := range r.Bands {
			plane = append(plane, base64.StdEncoding.EncodeToString(p.deflated(r.bytes(v, z, c, 0, v.Dims[1]*v.Dims[2]))))
		}
		planes = append(planes, plane)
	}
	return planes
}

// size is how many characters the planes take.
func (r *raster) size() (size int) {
	for _, plane := range r.Planes {
		for _, text := range plane {
			size += len(text)
		}
	}
	return size
}

// bytes are the numbers of n voxels of a plane from the first one given, all
// first bytes before all second ones.
func (r *raster) bytes(v *detection.Volume, z, c, first, n int) []byte {
	b := &r.Bands[c]
	each := map[string]int{"uint8": 1, "uint16": 2, "float32": 4}[b.Type]
	raw := make([]byte, n*each)
	at := v.Index(z, 0, 0) + first*v.Channels + c
	for i := range n {
		number := b.number(v.Data[at+i*v.Channels])
		for k := range each {
			raw[k*n+i] = byte(number >> (8 * k))
		}
	}
	return raw
}

// packer compresses one piece after the other.
type packer struct {
	b bytes.Buffer
	w *flate.Writer
}

// packer is fast where there is much.
func (r *raster) packer() *packer {
	level := flate.DefaultCompression
	if r.Dims[0]*r.Dims[1]*r.Dims[2]*len(r.Bands) > 1<<20 {
		level = flate.BestSpeed
	}
	w, err := flate.NewWriter(nil, level)
	if err != nil {
		panic(fmt.Sprintf("widgets: %v", err)) // the level is one of flate
	}
	return &packer{w: w}
}

// deflated is valid until the next call.
func (p *packer) deflated(raw []byte) []byte {
	p.b.Reset()
	p.w.Reset(&p.b)
	_, err := p.w.Write(raw)
	if err = errors.Join(err, p.w.Close()); err != nil {
		panic(fmt.Sprintf("widgets: %v", err)) // a buffer takes everything
	}
	return p.b.Bytes()
}
