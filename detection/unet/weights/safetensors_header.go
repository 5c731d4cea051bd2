package weights

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// maxHeader is the largest header that the reference implementation reads, in
// bytes.
const maxHeader = 100_000_000

// entry is a checked line of the header: size() * values bytes at begin,
// counted from the start of the data.
type entry struct {
	name   string
	dtype  dtype
	shape  []int
	values int
	begin  int64
	end    int64
}

// readHeader reads and checks the header of a file of the given size. It
// returns the entries in the order of their data, and the offset of the data
// in the file.
func readHeader(r io.ReaderAt, size int64) (entries []entry, metadata map[string]string, data int64, err error) {
	if size < 8 {
		return nil, nil, 0, fmt.Errorf("the file has %d bytes, fewer than the 8 that hold the length of a safetensors header", size)
	}
	var prefix [8]byte
	if _, err := readFullAt(r, prefix[:], 0); err != nil {
		return nil, nil, 0, err
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	if length > maxHeader {
		return nil, nil, 0, fmt.Errorf("safetensors header of %d bytes, want at most %d", length, maxHeader)
	}
	data = 8 + int64(length)
	if data > size {
		return nil, nil, 0, fmt.Errorf("safetensors header of %d bytes in a file of %d bytes", length, size)
	}
	text := make([]byte, length)
	if _, err := readFullAt(r, text, 8); err != nil {
		return nil, nil, 0, err
	}
	entries, metadata, err = parseHeader(text)
	if err != nil {
		return nil, nil, 0, err
	}
	if err := checkOffsets(entries, size-data); err != nil {
		return nil, nil, 0, err
	}
	return entries, metadata, data, nil
}

// parseHeader reads the JSON object. It goes through it key by key because the
// format forbids a name twice, which unmarshalling into a map would hide.
func parseHeader(text []byte) (entries []entry, metadata map[string]string, err error) {
	if len(text) == 0 || text[0] != '{' {
		return nil, nil, errors.New("the safetensors header does not start with '{'")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return nil, nil, fmt.Errorf("safetensors header: %w", err)
	}
	seen := make(map[string]bool)
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("safetensors header: %w", err)
		}
		name, ok := token.(string)
		if !ok {
			return nil, nil, fmt.Errorf("safetensors header: %v where a name was expected", token)
		}
		if seen[name] {
			return nil, nil, fmt.Errorf("safetensors header: %q is there twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			if err := dec.Decode(&metadata); err != nil {
				return nil, nil, fmt.Errorf("safetensors header: %s, want text by key: %w", metadataKey, err)
			}
			continue
		}
		var raw rawEntry
		if err := dec.Decode(&raw); err != nil {
			return nil, nil, fmt.Errorf("safetensors header: tensor %q: %w", name, err)
		}
		e, err := raw.check(name)
		if err != nil {
			return nil, nil, fmt.Errorf("safetensors header: tensor %q: %w", name, err)
		}
		entries = append(entries, e)
	}
	if _, err := dec.Token(); err != nil {
		return nil, nil, fmt.Errorf("safetensors header: %w", noEOF(err))
	}
	if rest := bytes.TrimRight(text[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, nil, fmt.Errorf("safetensors header: %d bytes after the closing '}'", len(rest))
	}
	return entries, metadata, nil
}

// rawEntry is one tensor as the header says it. The slices tell "missing" and
// null (nil) from empty.
type rawEntry struct {
	DType   string  `json:"dtype"`
	Shape   []int64 `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

func (r rawEntry) check(name string) (entry, error) {
	e := entry{name: name, shape: make([]int, len(r.Shape))}
	var ok bool
	if e.dtype, ok = safetensorsDTypes[r.DType]; !ok {
		return e, fmt.Errorf("dtype %q, want one of %s", r.DType, strings.Join(dtypeNames(), ", "))
	}
	if r.Shape == nil {
		return e, errors.New("no shape")
	}
	if len(r.Offsets) != 2 || r.Offsets[0] < 0 || r.Offsets[1] < r.Offsets[0] {
		return e, fmt.Errorf("data_offsets %v, want a begin and an end", r.Offsets)
	}
	for i, d := range r.Shape {
		if d < 0 || d > math.MaxInt {
			return e, fmt.Errorf("shape %v has an axis out of range", r.Shape)
		}
		e.shape[i] = int(d)
	}
	var err error
	if e.values, err = product(e.shape); err != nil {
		return e, err
	}
	e.begin, e.end = r.Offsets[0], r.Offsets[1]
	length, size := e.end-e.begin, int64(e.dtype.size())
	if length%size != 0 || length/size != int64(e.values) {
		return e, fmt.Errorf("data_offsets %v span %d bytes, want %d values of %d bytes for shape %v",
			r.Offsets, length, e.values, size, r.Shape)
	}
	return e, nil
}

// checkOffsets sorts the entries by offset and reports holes, overlaps, and
// data that does not end where the file ends.
func checkOffsets(entries []entry, length int64) error {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	end := int64(0)
	for _, e := range entries {
		if e.begin != end {
			return fmt.Errorf("safetensors header: tensor %q begins at byte %d of the data, want %d (no holes, no overlap)", e.name, e.begin, end)
		}
		end = e.end
	}
	if end != length {
		return fmt.Errorf("the safetensors header describes %d bytes of data, the file holds %d", end, length)
	}
	return nil
}

func dtypeNames() []string {
	return slices.Sorted(maps.Keys(safetensorsDTypes))
}

// readFullAt fills buf; the end of the file before that is an error.
func readFullAt(r io.ReaderAt, buf []byte, off int64) (int, error) {
	n, err := r.ReadAt(buf, off)
	if n == len(buf) {
		return n, nil
	}
	return n, noEOF(err)
}

// noEOF makes a plain end of input an unexpected one.
func noEOF(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
