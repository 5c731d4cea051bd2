package export

import (
	"encoding/binary"
	"math"
	"unicode/utf16"

	"github.com/puncta-bio/puncta/detection"
)

// Places in a .roi file: a header, whole coordinates (x then y, 16 bits),
// float coordinates (x then y, 32 bits), a second header, then name and
// properties in UTF-16 and the counters. Numbers are big-endian. The names are
// those of ij/io/RoiDecoder.java.
const (
	roiMagic      = "Iout"
	roiHeader     = 64 // bytes of each header
	roiVersion    = 4
	roiType       = 6
	roiTop        = 8 // then left, bottom, right
	roiCount      = 16
	roiSize       = 18 // number of points where roiCount is too small for it
	roiMarkSize   = 34
	roiOptions    = 50
	roiPosition   = 56
	roiHeader2    = 60
	roiZ          = 8 // in the second header, like those below
	roiName       = 16
	roiNameLength = 20
	roiGroup      = 30
	roiProps      = 40
	roiPropsLen   = 44
	roiCounters   = 48

	roiPoint        = 10  // type
	roiSubPixel     = 128 // option
	roiVersionNow   = 228 // of ImageJ 1.52t to 1.54r
	roiFirstSub     = 222 // first version with float coordinates
	roiFirstCount   = 227 // first version with counters
	roiFirstGroup   = 228 // first version with groups
	roiMarkSmall    = 1   // the program's default size of a point
	roiSlicesDiffer = -2  // position of a ROI whose points are on several planes
	roiMostCount    = 0xffff
)

// pointROI is one point selection, single or multiple.
type pointROI struct {
	name string
	// group is the class; 0 is none.
	group int
	// x and y have pixel centres at whole numbers.
	x, y []float32
	// slices are the places in the stack, from 1, on which the points show; 0
	// is on all.
	slices []int
	// counters are the numbers of the points' counters, 0 to 255; nil is all 0.
	counters []int
	// hyperstackZ is the plane of a hyperstack, from 1, on which the ROI
	// shows, whatever the channel; 0 is none.
	hyperstackZ int
	// properties are lines of "key: value".
	properties string
}

// add appends a point that shows on a place of the stack.
func (r *pointROI) add(p detection.Point, slice int) {
	r.x = append(r.x, float32(p.Pos[2]))
	r.y = append(r.y, float32(p.Pos[1]))
	r.slices = append(r.slices, slice)
}

// encode is the contents of the .roi file, the same bytes that ImageJ 1.54p
// writes for such a selection without a stroke colour.
func (r *pointROI) encode() []byte {
	n := len(r.x)
	name, properties := utf16.Encode([]rune(r.name)), utf16.Encode([]rune(r.properties))
	header2 := roiHeader + 12*n
	b := make([]byte, header2+roiHeader+2*len(name)+2*len(properties)+4*n)
	short := func(at, v int) { binary.BigEndian.PutUint16(b[at:], uint16(v)) } // the low 16 bits, as ImageJ does
	long := func(at, v int) { binary.BigEndian.PutUint32(b[at:], uint32(int32(v))) }

	copy(b, roiMagic)
	short(roiVersion, roiVersionNow)
	b[roiType] = roiPoint
	left, right := bounds(r.x)
	top, bottom := bounds(r.y)
	for i, v := range []float64{math.Floor(top + 0.5), math.Floor(left + 0.5), math.Floor(bottom + 1.5), math.Floor(right + 1.5)} {
		short(roiTop+2*i, int(v))
	}
	if n > roiMostCount {
		long(roiSize, n)
	} else {
		short(roiCount, n)
	}
	short(roiMarkSize, roiMarkSmall)
	short(roiOptions, roiSubPixel)
	if r.hyperstackZ == 0 {
		long(roiPosition, r.position())
	}
	long(roiHeader2, header2)
	for i := range n {
		short(roiHeader+2*i, int(math.Floor(float64(r.x[i]-float32(left))+0.5)))
		short(roiHeader+2*n+2*i, int(math.Floor(float64(r.y[i]-float32(top))+0.5)))
		long(roiHeader+4*n+4*i, int(math.Float32bits(r.x[i])))
		long(roiHeader+8*n+4*i, int(math.Float32bits(r.y[i])))
	}

	at := header2 + roiHeader
	text := func(where, length int, s []uint16) {
		if len(s) == 0 {
			return
		}
		long(header2+where, at)
		long(header2+length, len(s))
		for _, unit := range s {
			short(at, int(unit))
			at += 2
		}
	}
	long(header2+roiZ, r.hyperstackZ)
	b[header2+roiGroup] = byte(r.group)
	text(roiName, roiNameLength, name)
	text(roiProps, roiPropsLen, properties)
	long(header2+roiCounters, at)
	for i, slice := range r.slices {
		v := slice << 8
		if r.counters != nil {
			v |= r.counters[i]
		}
		long(at+4*i, v)
	}
	return b
}

// position is the place in the stack of the whole ROI.
func (r *pointROI) position() int {
	for _, s := range r.slices {
		if s != r.slices[0] {
			return roiSlicesDiffer
		}
	}
	return r.slices[0]
}

// bounds are the smallest and the largest of values.
func bounds(values []float32) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		lo, hi = min(lo, float64(v)), max(hi, float64(v))
	}
	return lo, hi
}
