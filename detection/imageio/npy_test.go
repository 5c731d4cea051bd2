package imageio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// npyFile puts the fixed start of version 1.0 before a header and data.
func npyFile(header string, data []byte) []byte {
	out := append([]byte(npyMagic), 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	return append(append(out, header...), data...)
}

func TestDecodeNPYTypes(t *testing.T) {
	for _, tt := range []struct {
		descr string
		data  []byte // two values
		kind  SampleKind
		want  []float32
	}{
		{"|b1", []byte{1, 0}, Bool, []float32{1, 0}},
		{"|u1", []byte{1, 255}, Uint8, []float32{1, 255}},
		{"|i1", []byte{1, 255}, Int8, []float32{1, -1}},
		{"<u2", []byte{1, 0, 0, 1}, Uint16, []float32{1, 256}},
		{">u2", []byte{0, 1, 1, 0}, Uint16, []float32{1, 256}},
		{"<i4", []byte{1, 0, 0, 0, 255, 255, 255, 255}, Int32, []float32{1, -1}},
		{">f4", []byte{0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0}, Float32, []float32{1, -2}},
		{"<f2", []byte{0, 0x3c, 0, 0xc0}, Float16, []float32{1, -2}},
		{"<f8", []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0}, Float64, []float32{1, -2}},
	} {
		head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (1, 2), }", tt.descr)
		img := mustDecode(t, npyFile(head, tt.data), DefaultReadOptions())
		if img.Kind != tt.kind || !slices.Equal(img.Data, tt.want) || img.Format != "NPY" {
			t.Errorf("%s: %v %v, want %v %v", tt.descr, img.Kind, img.Data, tt.kind, tt.want)
		}
	}
}

// TestDecodeNPYOrders reads shapes in both orders and with all namings, against
// the index formula of each order.
func TestDecodeNPYOrders(t *testing.T) {
	for _, tt := range []struct {
		shape []int
		axes  string // given, or "" for the guess
		names string // as understood
	}{
		{[]int{5, 6}, "", "YX"}, {[]int{5, 6}, "XY", "XY"},
		{[]int{5, 6, 7}, "", "ZYX"}, {[]int{5, 6, 3}, "", "YXC"}, {[]int{5, 6, 4}, "", "YXC"}, {[]int{5, 6, 5}, "", "ZYX"},
		{[]int{3, 6, 4}, "", "ZYX"}, {[]int{6, 4, 4}, "", "ZYX"}, {[]int{5, 6, 3}, "ZYX", "ZYX"}, {[]int{3, 5, 6}, "cyx", "CYX"},
		{[]int{2, 5, 6, 3}, "", "ZYXC"}, {[]int{2, 3, 5, 6}, "ZCYX", "ZCYX"}, {[]int{1, 2, 3, 5, 6}, "TZCYX", "TZCYX"},
	} {
		for _, fortran := range []string{"False", "True"} {
			n := 1
			for _, s := range tt.shape {
				n *= s
			}
			data := make([]byte, 2*n) // value i at position i
			for i := range n {
				binary.LittleEndian.PutUint16(data[2*i:], uint16(i))
			}
			shape := strings.NewReplacer("[", "(", "]", ")", " ", ", ").Replace(fmt.Sprint(tt.shape))
			head := fmt.Sprintf(`{"descr": "<u2", "fortran_order": %s, "shape": %s}`, fortran, shape)
			opts := DefaultReadOptions()
			opts.Axes = tt.axes
			img := mustDecode(t, npyFile(head, data), opts)
			for i := range n { // take the position apart, as the order says
				index := map[byte]int{}
				rest := i
				for k := range tt.shape {
					a := len(tt.shape) - 1 - k
					if fortran == "True" {
						a = k
					}
					index[tt.names[a]] = rest % tt.shape[a]
					rest /= tt.shape[a]
				}
				if got := img.At(index['Z'], index['Y'], index['X'], index['C']); got != float32(i) {
					t.Fatalf("%s as %s: position %d is %v", head, tt.names, i, got)
				}
			}
		}
	}
}

// TestDecodeNPYLongRows has a fastest axis longer than one chunk.
func TestDecodeNPYLongRows(t *testing.T) {
	const n = 10000
	data := make([]byte, 2*2*n)
	for i := range 2 * n {
		binary.LittleEndian.PutUint16(data[2*i:], uint16(i))
	}
	img := mustDecode(t, npyFile("{'descr': '<u2', 'fortran_order': False, 'shape': (2, 10000)}", data), DefaultReadOptions())
	for i, got := range img.Data {
		if got != float32(i) {
			t.Fatalf("value %d is %v", i, got)
		}
	}
}

func TestDecodeNPYVersions(t *testing.T) {
	head := "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2)}\n"
	for _, version := range []byte{2, 3} {
		data := append([]byte(npyMagic), version, 0)
		data = binary.LittleEndian.AppendUint32(data, uint32(len(head)))
		data = append(append(data, head...), 7, 9)
		if img := mustDecode(t, data, DefaultReadOptions()); !slices.Equal(img.Data, []float32{7, 9}) {
			t.Errorf("version %d: %v", version, img.Data)
		}
	}
}

func TestWriteNPYRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		dims  [3]int
		chans int
		shape string
	}{
		{[3]int{1, 5, 6}, 1, "(5, 6)"}, {[3]int{7, 5, 6}, 1, "(7, 5, 6)"}, {[3]int{7, 5, 3}, 1, "(7, 5, 3, 1)"},
		{[3]int{1, 5, 6}, 3, "(1, 5, 6, 3)"}, {[3]int{2, 5, 6}, 2, "(2, 5, 6, 2)"}, {[3]int{1, 130, 150}, 1, "(130, 150)"},
	} {
		v := ramp(tt.dims, tt.chans)
		v.Data[0] = -0.125
		var buf bytes.Buffer
		if err := WriteNPY(&buf, v); err != nil {
			t.Fatal(err)
		}
		if got := buf.String(); !strings.Contains(got, "'shape': "+tt.shape+", }") || (buf.Len()-4*len(v.Data))%64 != 0 {
			t.Errorf("%v of %d: header %q, want shape %s and a multiple of 64 bytes", tt.dims, tt.chans, got[:80], tt.shape)
		}
		img := mustDecode(t, buf.Bytes(), DefaultReadOptions())
		if img.Dims != v.Dims || img.Channels != v.Channels || !slices.Equal(img.Data, v.Data) || img.Kind != Float32 {
			t.Errorf("%v of %d: read %v of %d", tt.dims, tt.chans, img.Dims, img.Channels)
		}
	}
	if err := WriteNPY(&bytes.Buffer{}, &detection.Volume{}); err == nil {
		t.Error("an invalid volume was accepted")
	}
}

func TestReadBadNPY(t *testing.T) {
	head := func(descr, order, shape string) []byte {
		return npyFile(fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s}", descr, order, shape), make([]byte, 16))
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"magic only", []byte(npyMagic), "NPY: the file ends within its header"},
		{"version 9", append([]byte(npyMagic), 9, 0, 0, 0, 0, 0), "version 9, want 1, 2 or 3"},
		{"long header", append([]byte(npyMagic), 2, 0, 0xff, 0xff, 0xff, 0x7f), "header of 2147483647 bytes in a file of 12"},
		{"header of 100000 bytes", append(append([]byte(npyMagic), 2, 0, 0xa0, 0x86, 1, 0), make([]byte, 100020)...), "header of 100000 bytes in a file of 100032, want at most 65536"},
		{"no dictionary", npyFile("[1, 2]", nil), `header "[1, 2]", want a dictionary in braces`},
		{"no key", npyFile("{}", nil), `header without "descr"`},
		{"no shape", npyFile("{'descr': '<f4', 'fortran_order': False}", nil), `header without "shape"`},
		{"unknown key", npyFile("{'colour': 'red'}", nil), `unknown key "colour"`},
		{"no colon", npyFile("{'descr' '<f4'}", nil), `no colon behind "descr"`},
		{"no comma", npyFile("{'descr': '<f4' 'shape': (1,)}", nil), "where a comma was expected"},
		{"open string", npyFile("{'descr: 1}", nil), "string without end"},
		{"structured", head("[('a', '<f4')]", "False", "(2, 2)"), "structured arrays are not read"},
		{"complex", head("'<c8'", "False", "(2, 2)"), `type "<c8", want bool, an integer or a floating point type`},
		{"odd byte order", head("'!f4'", "False", "(2, 2)"), "unknown byte order"},
		{"order", head("'<f4'", "Maybe", "(2, 2)"), "fortran_order is Maybe"},
		{"shape", head("'<f4'", "False", "2"), "shape is 2, want a tuple"},
		{"negative", head("'<f4'", "False", "(-2, 2)"), "shape is (-2, 2), want whole numbers"},
		{"no axes", head("'<f4'", "False", "()"), "array of 0 axes, want 2 to 4"},
		{"one axis", head("'<f4'", "False", "(4,)"), "array of 1 axes, want 2 to 4"},
		{"empty", head("'<f4'", "False", "(0, 4)"), "shape [0 4] has an empty axis"},
		{"short", head("'<f4'", "False", "(2, 3)"), "shape [2 3] of float32 needs 24 bytes, the file has 16 behind its header"},
		{"overflow", head("'<f8'", "False", "(4294967296, 4294967296, 4294967296)"), "needs 9223372036854775807 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) { checkBad(t, tt.data, tt.want) })
	}
}
