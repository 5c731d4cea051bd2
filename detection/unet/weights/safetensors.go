package weights

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// ReadSafetensors reads a safetensors file of the given size in bytes. All
// number types of the format but the 8-bit floats and complex numbers are read
// and become float32, as the package comment says.
//
// Errors: a header that is cut, larger than 100 MB, not JSON or with a name
// twice; an unknown dtype; offsets that leave a hole, overlap, do not fit
// shape and dtype, or do not end where the file ends; an error of r. No memory
// is allocated for a size that the file cannot hold.
//
// Source: the safetensors format of Hugging Face, as its documentation and
// the reference implementation define it.
func ReadSafetensors(r io.ReaderAt, size int64) (*Set, error) {
	entries, metadata, data, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	set := &Set{Metadata: metadata}
	var buf []byte
	for _, e := range entries {
		values := make([]float32, e.values)
		width := e.dtype.size()
		for done := 0; done < e.values; {
			n := min(e.values-done, chunk)
			if need := n * width; cap(buf) < need {
				buf = make([]byte, need)
			}
			raw := buf[:n*width]
			if _, err := readFullAt(r, raw, data+e.begin+int64(done)*int64(width)); err != nil {
				return nil, fmt.Errorf("tensor %q: %w", e.name, err)
			}
			e.dtype.decode(values[done:done+n], raw)
			done += n
		}
		if err := set.Add(e.name, Tensor{Shape: e.shape, Data: values}); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// ReadSafetensorsFile is [ReadSafetensors] on a file; errors name it.
func ReadSafetensorsFile(path string) (*Set, error) {
	return readFile(path, ReadSafetensors)
}

// readFile opens a file, finds its size, and puts its path before an error.
func readFile[T any](path string, read func(io.ReaderAt, int64) (T, error)) (T, error) {
	var zero T
	f, err := os.Open(path)
	if err != nil {
		return zero, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return zero, err
	}
	if !info.Mode().IsRegular() {
		return zero, fmt.Errorf("%s: is a %s, want a file of weights", path, kind(info))
	}
	v, err := read(f, info.Size())
	if err != nil {
		return zero, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

func kind(info os.FileInfo) string {
	if info.IsDir() {
		return "folder"
	}
	return "special file"
}

// WriteSafetensors writes a set as float32 in the order of the names. The
// bytes depend on nothing but the set: equal tensors and metadata give equal
// files. The header is padded with spaces to a multiple of 8 bytes. Without
// metadata the file is the one that the reference implementation writes.
//
// Errors: metadata that is not UTF-8; a header above 100 MB, which no reader
// accepts; errors of w.
func WriteSafetensors(w io.Writer, s *Set) error { return writeSafetensors(w, s, f32) }

// WriteSafetensorsHalf is [WriteSafetensors] in half the space: as IEEE 754
// binary16, each value rounded to the nearest, ties to even. Probabilities of
// a network of such weights differ by about 1e-3.
//
// Errors: also a finite value that is too large for binary16, 65520 and above.
func WriteSafetensorsHalf(w io.Writer, s *Set) error {
	for name, t := range s.All() {
		for _, v := range t.Data {
			if isFinite(v) && !isFinite(halfToFloat(floatToHalf(v))) {
				return fmt.Errorf("tensor %q: %v does not fit into half precision", name, v)
			}
		}
	}
	return writeSafetensors(w, s, f16)
}

func isFinite(v float32) bool { return v-v == 0 }

func writeSafetensors(w io.Writer, s *Set, as dtype) error {
	header, err := marshalHeader(s, as)
	if err != nil {
		return err
	}
	if len(header) > maxHeader {
		return fmt.Errorf("safetensors header of %d bytes, want at most %d", len(header), maxHeader)
	}
	bw := bufio.NewWriter(w)
	var prefix [8]byte
	binary.LittleEndian.PutUint64(prefix[:], uint64(len(header)))
	bw.Write(prefix[:]) // bufio keeps the first error for Flush
	bw.Write(header)
	for _, t := range s.All() {
		if err := writeValues(bw, t.Data, as); err != nil {
			return err
		}
	}
	return bw.Flush()
}

// WriteSafetensorsFile writes a set to path, whole or not at all: a reader
// sees the old file or the new one, never a part.
func WriteSafetensorsFile(path string, s *Set) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteSafetensors(w, s) })
}

// WriteSafetensorsHalfFile is [WriteSafetensorsFile] with
// [WriteSafetensorsHalf].
func WriteSafetensorsHalfFile(path string, s *Set) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteSafetensorsHalf(w, s) })
}

// marshalHeader writes the header by hand because its keys must keep their
// order, which a Go map does not.
func marshalHeader(s *Set, as dtype) ([]byte, error) {
	var b bytes.Buffer
	// Names keep characters such as '<' as they are, as the reference does.
	text := json.NewEncoder(&b)
	text.SetEscapeHTML(false)
	put := func(v any) error {
		if err := text.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // Encode ends with a new line
		return nil
	}
	separator := "{"
	for key, value := range s.Metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("metadata %q: %q is not valid UTF-8", key, value)
		}
	}
	if len(s.Metadata) > 0 {
		b.WriteString(separator + `"` + metadataKey + `":`)
		if err := put(s.Metadata); err != nil {
			return nil, err
		}
		separator = ","
	}
	offset := int64(0)
	for name, t := range s.All() {
		b.WriteString(separator)
		separator = ","
		if err := put(name); err != nil {
			return nil, err
		}
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		end := offset + int64(as.size())*int64(len(t.Data))
		fmt.Fprintf(&b, `:{"dtype":"%s","shape":`, map[dtype]string{f32: "F32", f16: "F16"}[as])
		if err := put(shape); err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, `,"data_offsets":[%d,%d]}`, offset, end)
		offset = end
	}
	if separator == "{" {
		b.WriteString("{")
	}
	b.WriteString("}")
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	return b.Bytes(), nil
}
