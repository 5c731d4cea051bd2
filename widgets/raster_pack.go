package widgets

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
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
	packed, numbers := 0, 0
	for k := range strips {
		n := min(area, strip)
		middle := (2*k + 1) * all / (2 * strips)
		first := min(max(middle%area-n/2, 0), area-n)
		for c := range r.Bands {
			packed += len(r.deflated(r.bytes(v, middle/area, c, first, n)))
		}
		numbers += n
	}
	return int(float64(packed) / 3 * 4 * float64(all) / float64(numbers))
}

// pack is every plane as text, and how many characters that makes.
func (r *raster) pack(v *detection.Volume) (planes [][]string, size int) {
	for z := range v.Dims[0] {
		var plane []string
		for c := range r.Bands {
			text := base64.StdEncoding.EncodeToString(r.deflated(r.bytes(v, z, c, 0, v.Dims[1]*v.Dims[2])))
			plane, size = append(plane, text), size+len(text)
		}
		planes = append(planes, plane)
	}
	return planes, size
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

// deflated compresses, fast where there is much.
func (r *raster) deflated(raw []byte) []byte {
	level := flate.DefaultCompression
	if r.Dims[0]*r.Dims[1]*r.Dims[2]*len(r.Bands) > 1<<20 {
		level = flate.BestSpeed
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err == nil {
		_, err = w.Write(raw)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(fmt.Sprintf("widgets: %v", err)) // a buffer takes everything
	}
	return b.Bytes()
}
