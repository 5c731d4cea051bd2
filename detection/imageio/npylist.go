package imageio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/puncta-bio/puncta/internal/filesys"
)

// npyPreamble is all of an NPY file, version 1.0, that stands before its data.
// NumPy pads with spaces to a multiple of 64 and ends with a line feed.
func npyPreamble(descr, shape string) []byte {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape)
	const fixed = len(npyMagic) + 4
	head += strings.Repeat(" ", 63-(fixed+len(head))%64) + "\n"
	out := append([]byte(npyMagic), 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(head)))
	return append(out, head...)
}

// WriteNPYList writes numbers as a NumPy array of float64 with one axis,
// version 1.0, little-endian: np.load gives them back to the last bit.
func WriteNPYList(w io.Writer, values []float64) error {
	out := npyPreamble("<f8", fmt.Sprintf("(%d,)", len(values)))
	for _, v := range values {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
	}
	_, err := w.Write(out)
	return err
}

// maxListBytes bounds what [ReadNPYList] reads; its lists are short.
const maxListBytes = 1 << 20

// ReadNPYList reads a NumPy array of float64 or float32, of any shape, as a
// list: one number for one without axes, as np.save makes it of a single
// number.
//
// Errors start with path: a file that cannot be read, is no NPY, is larger
// than 1 MB, or holds values of another type.
func ReadNPYList(path string) ([]float64, error) {
	values, err := readNPYList(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

func readNPYList(path string) ([]float64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, filesys.WithoutPath(err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxListBytes {
		return nil, fmt.Errorf("want a file with a few numbers, of at most %d bytes", maxListBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, filesys.WithoutPath(err)
	}
	if !bytes.HasPrefix(data, []byte(npyMagic)) {
		return nil, errors.New("want a NumPy file (.npy)")
	}
	head, at, err := readNPYHeader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("NPY: %w", err)
	}
	if head.kind != Float64 && head.kind != Float32 {
		return nil, fmt.Errorf("NPY: values of type %v: want float64 or float32", head.kind)
	}
	n := int64(1)
	for _, side := range head.shape {
		n = satMul(n, side)
	}
	body, size := data[at:], head.kind.size()
	if satMul(n, int64(size)) != int64(len(body)) {
		return nil, fmt.Errorf("NPY: shape %v of %v needs %d bytes, the file has %d behind its header", head.shape, head.kind, satMul(n, int64(size)), len(body))
	}
	if head.order == binary.BigEndian {
		swapBytes(body, size)
	}
	values := make([]float64, n)
	for i := range values {
		if head.kind == Float64 {
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(body[8*i:]))
		} else {
			values[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:])))
		}
	}
	return values, nil
}
