package imageio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// npyHeader is what stands before the data of an NPY file.
type npyHeader struct {
	kind    SampleKind
	order   binary.ByteOrder
	fortran bool
	shape   []int64
}

// readNPYHeader reads the header and returns the offset of the data. Behind the
// magic come the version (2 bytes), the length of the header (2 bytes, from
// version 2 on 4) and the header, a Python dictionary.
func readNPYHeader(r io.ReaderAt, size int64) (npyHeader, int64, error) {
	const most = 1 << 16 // NumPy's own headers have some 100 bytes
	fixed := make([]byte, min(12, size))
	if err := readAt(r, fixed, 0); err != nil {
		return npyHeader{}, 0, err
	}
	if len(fixed) < 12 {
		return npyHeader{}, 0, errors.New("the file ends within its header")
	}
	var length, start int64
	switch version := fixed[6]; version {
	case 1:
		length, start = int64(binary.LittleEndian.Uint16(fixed[8:])), 10
	case 2, 3:
		length, start = int64(binary.LittleEndian.Uint32(fixed[8:])), 12
	default:
		return npyHeader{}, 0, fmt.Errorf("version %d, want 1, 2 or 3", version)
	}
	if length > most || start+length > size {
		return npyHeader{}, 0, fmt.Errorf("header of %d bytes in a file of %d, want at most %d", length, size, most)
	}
	text := make([]byte, length)
	if err := readAt(r, text, start); err != nil {
		return npyHeader{}, 0, err
	}
	head, err := parseNPYHeader(string(text))
	return head, start + length, err
}

// parseNPYHeader reads a dictionary such as
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
func parseNPYHeader(text string) (npyHeader, error) {
	var head npyHeader
	text = strings.TrimSpace(text)
	body, opened := strings.CutPrefix(text, "{")
	body, closed := strings.CutSuffix(body, "}")
	if !opened || !closed {
		return head, fmt.Errorf("header %q, want a dictionary in braces", abbreviate(text))
	}
	found := map[string]bool{}
	for body = strings.TrimSpace(body); body != ""; {
		key, rest, err := cutQuoted(body)
		if err != nil {
			return head, err
		}
		rest, ok := strings.CutPrefix(strings.TrimSpace(rest), ":")
		if !ok {
			return head, fmt.Errorf("header has no colon behind %q", abbreviate(key))
		}
		if rest, err = head.set(key, strings.TrimSpace(rest)); err != nil {
			return head, err
		}
		found[key] = true
		rest, comma := strings.CutPrefix(strings.TrimSpace(rest), ",")
		if body = strings.TrimSpace(rest); !comma && body != "" {
			return head, fmt.Errorf("header has %q where a comma was expected", abbreviate(body))
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !found[key] {
			return head, fmt.Errorf("header without %q", key)
		}
	}
	return head, nil
}

// set stores the value of one key and returns the text behind it.
func (h *npyHeader) set(key, text string) (rest string, err error) {
	switch key {
	case "descr":
		descr, rest, err := cutQuoted(text)
		if err != nil {
			return "", fmt.Errorf("structured arrays are not read: descr is %s", abbreviate(text))
		}
		return rest, h.setType(descr)
	case "fortran_order":
		if rest, ok := strings.CutPrefix(text, "True"); ok {
			h.fortran = true
			return rest, nil
		}
		if rest, ok := strings.CutPrefix(text, "False"); ok {
			return rest, nil
		}
		return "", fmt.Errorf("fortran_order is %s, want True or False", abbreviate(text))
	case "shape":
		inside, rest, ok := strings.Cut(strings.TrimPrefix(text, "("), ")")
		if !ok || !strings.HasPrefix(text, "(") {
			return "", fmt.Errorf("shape is %s, want a tuple", abbreviate(text))
		}
		h.shape = nil
		for _, s := range strings.Split(strings.TrimSuffix(strings.TrimSpace(inside), ","), ",") {
			if strings.TrimSpace(inside) == "" {
				break
			}
			n, err := strconv.ParseInt(strings.TrimSpace(s), 10, strconv.IntSize)
			if err != nil || n < 0 {
				return "", fmt.Errorf("shape is (%s), want whole numbers", abbreviate(inside))
			}
			h.shape = append(h.shape, n)
		}
		return rest, nil
	}
	return "", fmt.Errorf("header with the unknown key %q", abbreviate(key))
}

// setType understands a type such as "<f4": byte order, kind, bytes.
func (h *npyHeader) setType(descr string) error {
	kinds := map[string]SampleKind{
		"b1": Bool,
		"u1": Uint8, "u2": Uint16, "u4": Uint32, "u8": Uint64,
		"i1": Int8, "i2": Int16, "i4": Int32, "i8": Int64,
		"f2": Float16, "f4": Float32, "f8": Float64,
	}
	var ok bool
	if len(descr) == 3 {
		h.kind, ok = kinds[descr[1:]]
	}
	if !ok {
		return fmt.Errorf("type %q, want bool, an integer or a floating point type of up to 64 bits", abbreviate(descr))
	}
	switch descr[0] {
	case '<', '|':
		h.order = binary.LittleEndian
	case '>':
		h.order = binary.BigEndian
	default:
		return fmt.Errorf("type %q with an unknown byte order, want <, > or |", descr)
	}
	return nil
}

// cutQuoted cuts a quoted string off the front of text. NumPy writes no
// escapes in the ones that are understood here.
func cutQuoted(text string) (inside, rest string, err error) {
	if text == "" || (text[0] != '\'' && text[0] != '"') {
		return "", "", fmt.Errorf("header has %q where a quoted string was expected", abbreviate(text))
	}
	inside, rest, ok := strings.Cut(text[1:], text[:1])
	if !ok {
		return "", "", fmt.Errorf("header has a string without end: %s", abbreviate(text))
	}
	return inside, rest, nil
}

// abbreviate keeps a message short whatever the file holds.
func abbreviate(s string) string {
	const most = 60
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
