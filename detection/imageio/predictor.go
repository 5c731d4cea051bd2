package imageio

import "encoding/binary"

// Values of the Predictor tag.
const (
	predictorNone       = 1
	predictorHorizontal = 2
	predictorFloat      = 3
)

// Both predictors work on rows of samples that are interleaved: the left
// neighbour of a sample is stride samples before it, where stride is the number
// of channels in the row. Source: TIFF 6.0 section 14; Adobe Photoshop TIFF
// Technical Note 3 for floating point.

// sumRow undoes horizontal differencing of little-endian unsigned integers of
// size bytes, modulo 2^(8 size): each sample is the sum of the differences up to
// it.
func sumRow(row []byte, size, stride int) {
	le := binary.LittleEndian
	step := size * stride
	switch size {
	case 1:
		for i := step; i < len(row); i++ {
			row[i] += row[i-step]
		}
	case 2:
		for i := step; i+2 <= len(row); i += 2 {
			le.PutUint16(row[i:], le.Uint16(row[i:])+le.Uint16(row[i-step:]))
		}
	case 4:
		for i := step; i+4 <= len(row); i += 4 {
			le.PutUint32(row[i:], le.Uint32(row[i:])+le.Uint32(row[i-step:]))
		}
	case 8:
		for i := step; i+8 <= len(row); i += 8 {
			le.PutUint64(row[i:], le.Uint64(row[i:])+le.Uint64(row[i-step:]))
		}
	}
}

// differRow is the inverse of sumRow. It runs from the right, so that each
// difference is taken between original samples.
func differRow(row []byte, size, stride int) {
	le := binary.LittleEndian
	step := size * stride
	switch size {
	case 1:
		for i := len(row) - 1; i >= step; i-- {
			row[i] -= row[i-step]
		}
	case 2:
		for i := len(row) - 2; i >= step; i -= 2 {
			le.PutUint16(row[i:], le.Uint16(row[i:])-le.Uint16(row[i-step:]))
		}
	case 4:
		for i := len(row) - 4; i >= step; i -= 4 {
			le.PutUint32(row[i:], le.Uint32(row[i:])-le.Uint32(row[i-step:]))
		}
	}
}

// joinFloatRow undoes the floating-point predictor: byte differences are summed
// along the row, and the row then holds first the most significant bytes of all
// samples, then the next ones, and so on, whatever the byte order of the file.
// The result is little-endian. scratch has the length of row.
func joinFloatRow(row, scratch []byte, size, stride int) {
	sumRow(row, 1, stride)
	copy(scratch, row)
	n := len(row) / size
	for i := range n {
		for b := range size {
			row[i*size+size-1-b] = scratch[b*n+i]
		}
	}
}

// splitFloatRow is the inverse of joinFloatRow.
func splitFloatRow(row, scratch []byte, size, stride int) {
	copy(scratch, row)
	n := len(row) / size
	for i := range n {
		for b := range size {
			row[b*n+i] = scratch[i*size+size-1-b]
		}
	}
	differRow(row, 1, stride)
}
