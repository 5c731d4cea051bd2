package weights

import (
	"encoding/binary"
	"math"
)

// dtype is a number type in a file, little-endian.
type dtype int

const (
	f64 dtype = iota + 1
	f32
	f16
	bf16
	i64
	i32
	i16
	i8
	u64
	u32
	u16
	u8
	boolean
)

// safetensorsDTypes are the names that the safetensors header uses.
var safetensorsDTypes = map[string]dtype{
	"F64": f64, "F32": f32, "F16": f16, "BF16": bf16,
	"I64": i64, "I32": i32, "I16": i16, "I8": i8,
	"U64": u64, "U32": u32, "U16": u16, "U8": u8, "BOOL": boolean,
}

// torchStorages are the storage classes that a pickle of PyTorch names.
var torchStorages = map[string]dtype{
	"torch.DoubleStorage": f64, "torch.FloatStorage": f32,
	"torch.HalfStorage": f16, "torch.BFloat16Storage": bf16,
	"torch.LongStorage": i64, "torch.IntStorage": i32,
	"torch.ShortStorage": i16, "torch.CharStorage": i8,
	"torch.ByteStorage": u8, "torch.BoolStorage": boolean,
}

// size is the number of bytes of one value.
func (d dtype) size() int {
	switch d {
	case f64, i64, u64:
		return 8
	case f32, i32, u32:
		return 4
	case f16, bf16, i16, u16:
		return 2
	default:
		return 1
	}
}

// decode converts len(dst) values from the start of src.
func (d dtype) decode(dst []float32, src []byte) {
	le := binary.LittleEndian
	switch d {
	case f64:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(le.Uint64(src[8*i:])))
		}
	case f32:
		for i := range dst {
			dst[i] = math.Float32frombits(le.Uint32(src[4*i:]))
		}
	case f16:
		for i := range dst {
			dst[i] = halfToFloat(le.Uint16(src[2*i:]))
		}
	case bf16:
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(le.Uint16(src[2*i:])) << 16)
		}
	case i64:
		for i := range dst {
			dst[i] = float32(int64(le.Uint64(src[8*i:])))
		}
	case i32:
		for i := range dst {
			dst[i] = float32(int32(le.Uint32(src[4*i:])))
		}
	case i16:
		for i := range dst {
			dst[i] = float32(int16(le.Uint16(src[2*i:])))
		}
	case i8:
		for i := range dst {
			dst[i] = float32(int8(src[i]))
		}
	case u64:
		for i := range dst {
			dst[i] = float32(le.Uint64(src[8*i:]))
		}
	case u32:
		for i := range dst {
			dst[i] = float32(le.Uint32(src[4*i:]))
		}
	case u16:
		for i := range dst {
			dst[i] = float32(le.Uint16(src[2*i:]))
		}
	case u8:
		for i := range dst {
			dst[i] = float32(src[i])
		}
	case boolean:
		for i := range dst {
			dst[i] = 0
			if src[i] != 0 {
				dst[i] = 1
			}
		}
	}
}

// halfToFloat converts an IEEE 754 binary16 number, exactly.
func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h) & 0x3ff
	switch exp {
	case 0: // zero or subnormal: frac * 2^-24
		v := float32(frac) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	default: // the exponent's bias is 15 there and 127 here
		return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
	}
}

// floatToHalf rounds to the nearest IEEE 754 binary16 number, ties to even;
// from 65520 on that is infinity.
func floatToHalf(v float32) uint16 {
	bits := math.Float32bits(v)
	sign := uint16(bits >> 16 & 0x8000)
	size := bits &^ (1 << 31)
	switch {
	case size > 0xff<<23: // NaN stays one
		return sign | 0x7e00
	case size >= 0x477ff000: // 65520
		return sign | 0x7c00
	case size < 0x38800000: // below 2^-14: a whole number of 2^-24
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(size))*(1<<24)))
	default: // 13 bits of the fraction go; a carry moves on into the exponent
		return sign | uint16((size+0xfff+(size>>13&1))>>13-(127-15)<<10)
	}
}
