package imageio

import (
	"encoding/binary"
	"math"
)

// toFloat32 converts little-endian samples to float32, one for each element of
// dst. src holds at least len(dst) samples.
func (k SampleKind) toFloat32(dst []float32, src []byte) {
	le := binary.LittleEndian
	switch k {
	case Bool, Uint8:
		for i := range dst {
			dst[i] = float32(src[i])
		}
	case Int8:
		for i := range dst {
			dst[i] = float32(int8(src[i]))
		}
	case Uint16:
		for i := range dst {
			dst[i] = float32(le.Uint16(src[2*i:]))
		}
	case Int16:
		for i := range dst {
			dst[i] = float32(int16(le.Uint16(src[2*i:])))
		}
	case Float16:
		for i := range dst {
			dst[i] = halfToFloat32(le.Uint16(src[2*i:]))
		}
	case Uint32:
		for i := range dst {
			dst[i] = float32(le.Uint32(src[4*i:]))
		}
	case Int32:
		for i := range dst {
			dst[i] = float32(int32(le.Uint32(src[4*i:])))
		}
	case Float32:
		for i := range dst {
			dst[i] = math.Float32frombits(le.Uint32(src[4*i:]))
		}
	case Uint64:
		for i := range dst {
			dst[i] = float32(le.Uint64(src[8*i:]))
		}
	case Int64:
		for i := range dst {
			dst[i] = float32(int64(le.Uint64(src[8*i:])))
		}
	case Float64:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(le.Uint64(src[8*i:])))
		}
	}
}

// halfToFloat32 widens an IEEE 754 binary16, which is exact.
func halfToFloat32(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h) & 0x3ff
	switch exponent {
	case 0: // zero or subnormal: fraction x 2^-24
		f := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	default:
		return math.Float32frombits(sign | (exponent-15+127)<<23 | fraction<<13)
	}
}

// fromFloat32 stores values as little-endian samples of kind Uint8, Uint16 or
// Float32. Integers are rounded half away from zero and clamped to their range;
// NaN becomes 0.
func (k SampleKind) fromFloat32(dst []byte, values []float32) {
	switch k {
	case Uint8:
		for i, v := range values {
			dst[i] = uint8(clampRound(v, math.MaxUint8))
		}
	case Uint16:
		for i, v := range values {
			binary.LittleEndian.PutUint16(dst[2*i:], uint16(clampRound(v, math.MaxUint16)))
		}
	case Float32:
		for i, v := range values {
			binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(v))
		}
	}
}

// clampRound is written so that NaN gives 0.
func clampRound(v float32, most float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(math.Round(float64(v)), most)
}

// swapBytes reverses the bytes of each sample of size bytes.
func swapBytes(data []byte, size int) {
	switch size {
	case 2:
		for i := 0; i+2 <= len(data); i += 2 {
			data[i], data[i+1] = data[i+1], data[i]
		}
	case 4:
		for i := 0; i+4 <= len(data); i += 4 {
			b := data[i : i+4 : i+4]
			b[0], b[1], b[2], b[3] = b[3], b[2], b[1], b[0]
		}
	case 8:
		for i := 0; i+8 <= len(data); i += 8 {
			v := binary.BigEndian.Uint64(data[i:])
			binary.LittleEndian.PutUint64(data[i:], v)
		}
	}
}

// scatter copies values to dst[base], dst[base+stride], …
func scatter(dst []float32, base, stride int, values []float32) {
	if stride == 1 {
		copy(dst[base:], values)
		return
	}
	for i, v := range values {
		dst[base+i*stride] = v
	}
}
