package weights

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
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
		writeValues(h, t.Data) // a hash never fails to write
	}
	return hex.EncodeToString(h.Sum(nil))
}

// chunk is how many values are converted at a time between bytes and numbers.
const chunk = 16 << 10

// writeValues writes little-endian float32.
func writeValues(w io.Writer, data []float32) error {
	buf := make([]byte, 0, 4*min(len(data), chunk))
	for len(data) > 0 {
		n := min(len(data), chunk)
		var err error
		if buf, err = binary.Append(buf[:0], binary.LittleEndian, data[:n]); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
