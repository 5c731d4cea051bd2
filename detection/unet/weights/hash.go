package weights

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math"
)

// Hash identifies the tensors of a set: the SHA-256, as 64 hexadecimal
// digits, over each tensor in the order of the names. A tensor counts as the
// length of its name, the name, its number of axes, the length of each axis
// (all numbers as 8 bytes, little-endian) and its values as little-endian
// float32. Metadata does not count, so the same weights read from safetensors
// and from .pth have the same hash; -0 and 0, and NaNs of different bits, are
// different.
func Hash(s *Set) string {
	h := sha256.New()
	var buf []byte
	for name, t := range s.All() {
		buf = binary.LittleEndian.AppendUint64(buf[:0], uint64(len(name)))
		buf = append(buf, name...)
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(t.Shape)))
		for _, d := range t.Shape {
			buf = binary.LittleEndian.AppendUint64(buf, uint64(d))
		}
		h.Write(buf)
		writeValues(h, t.Data, f32) // a hash never fails to write
	}
	return hex.EncodeToString(h.Sum(nil))
}

// chunk is how many values are converted at a time between bytes and numbers.
const chunk = 16 << 10

// writeValues writes little-endian float32, or binary16 when as is f16.
func writeValues(w io.Writer, data []float32, as dtype) error {
	buf := make([]byte, 0, 4*min(len(data), chunk))
	for len(data) > 0 {
		n := min(len(data), chunk)
		buf = buf[:0]
		for _, v := range data[:n] {
			if as == f16 {
				buf = binary.LittleEndian.AppendUint16(buf, floatToHalf(v))
			} else {
				buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
			}
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
