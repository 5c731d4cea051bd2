package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/fuzzkit"
)

// container puts a header and data together. A length below 0 means the true
// one.
func container(length int64, header string, data ...byte) []byte {
	if length < 0 {
		length = int64(len(header))
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(length))
	return append(append(out, header...), data...)
}

func parseSafetensors(data []byte) (*Set, error) {
	return ReadSafetensors(bytes.NewReader(data), int64(len(data)))
}

func writeBytes(t testing.TB, s *Set) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSafetensors(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadSafetensors(t *testing.T) {
	// The data lies in another order than the header, with an empty tensor at
	// a border, spaces after the header, and an odd offset for F32.
	header := `{"__metadata__":{"format":"pt"},` +
		`"w":{"dtype":"F32","shape":[1,2],"data_offsets":[3,11]},` +
		`"none":{"dtype":"F32","shape":[0,2],"data_offsets":[3,3]},` +
		`"flag":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},` +
		`"half":{"dtype":"F16","shape":[1],"data_offsets":[1,3]}}   `
	s, err := parseSafetensors(container(-1, header, append([]byte{1, 0x00, 0x3c}, le([]float32{-1, 0.5})...)...))
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 4 || s.Metadata["format"] != "pt" {
		t.Errorf("%d tensors, metadata %v", s.Len(), s.Metadata)
	}
	wantTensor(t, s, "w", []int{1, 2}, -1, 0.5)
	wantTensor(t, s, "none", []int{0, 2})
	wantTensor(t, s, "flag", nil, 1)
	wantTensor(t, s, "half", []int{1}, 1)
}

func TestReadSafetensorsRefuses(t *testing.T) {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"x":{"dtype":%s,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	pair := func(a, b string) string {
		return `{"a":{"dtype":"U8","shape":[2],"data_offsets":` + a + `},"b":{"dtype":"U8","shape":[2],"data_offsets":` + b + `}}`
	}
	four := []byte{0, 0, 0, 0}
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty file", nil, "0 bytes"},
		{"cut length", []byte{0, 0, 0, 0, 0, 0, 0}, "7 bytes"},
		{"header beyond the file", container(100, `{}`), "100 bytes in a file of 10"},
		{"header above 100 MB", container(100_000_001, `{}`), "at most 100000000"},
		{"header of 2^63-1", container(1<<63-1, `{}`), "at most 100000000"},
		{"no header", container(0, ""), "'{'"},
		{"leading space", container(-1, ` {}`), "'{'"},
		{"not an object", container(-1, `[]`), "'{'"},
		{"not JSON", container(-1, `{"a"`), "header"},
		{"not closed", container(-1, `{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`), "EOF"},
		{"text after the header", container(-1, `{}x`), "1 bytes after"},
		{"name twice", container(-1, `{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`), "twice"},
		{"metadata twice", container(-1, `{"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}}`), "twice"},
		{"empty name", container(-1, `{"":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`), "empty name"},
		{"metadata not text", container(-1, `{"__metadata__":{"a":1}}`), "__metadata__"},
		{"unknown dtype", container(-1, one(`"F8_E4M3"`, `[4]`, `[0,4]`), four...), "F8_E4M3"},
		{"no dtype", container(-1, `{"x":{"shape":[4],"data_offsets":[0,4]}}`, four...), "dtype"},
		{"no shape", container(-1, `{"x":{"dtype":"U8","data_offsets":[0,1]}}`, 0), "no shape"},
		{"shape null", container(-1, one(`"U8"`, `null`, `[0,1]`), 0), "no shape"},
		{"negative axis", container(-1, one(`"U8"`, `[-1,-4]`, `[0,4]`), four...), "out of range"},
		{"axis not whole", container(-1, one(`"U8"`, `[4.5]`, `[0,4]`), four...), "x"},
		{"axis beyond 64 bits", container(-1, one(`"U8"`, `[18446744073709551617]`, `[0,1]`), 0), "x"},
		{"product beyond 64 bits", container(-1, one(`"U8"`, `[4294967296,4294967296]`, `[0,0]`)), "more values"},
		{"bytes beyond 64 bits", container(-1, one(`"F64"`, `[2305843009213693952]`, `[0,0]`)), "span 0 bytes"},
		{"no offsets", container(-1, `{"x":{"dtype":"U8","shape":[1]}}`, 0), "want a begin and an end"},
		{"one offset", container(-1, one(`"U8"`, `[4]`, `[4]`), four...), "want a begin and an end"},
		{"three offsets", container(-1, one(`"U8"`, `[4]`, `[0,4,4]`), four...), "want a begin and an end"},
		{"offsets backwards", container(-1, one(`"U8"`, `[4]`, `[4,0]`), four...), "want a begin and an end"},
		{"negative offset", container(-1, one(`"U8"`, `[4]`, `[-4,0]`), four...), "want a begin and an end"},
		{"offsets not of the shape", container(-1, one(`"U8"`, `[3]`, `[0,4]`), four...), "span 4 bytes, want 3"},
		{"offsets not of the dtype", container(-1, one(`"F32"`, `[1]`, `[0,3]`), 0, 0, 0), "span 3 bytes"},
		{"offsets longer by part of a value", container(-1, one(`"F32"`, `[1]`, `[0,7]`), 0, 0, 0, 0, 0, 0, 0), "span 7 bytes"},
		{"hole at the start", container(-1, one(`"U8"`, `[3]`, `[1,4]`), four...), "begins at byte 1"},
		{"hole", container(-1, pair("[0,2]", "[3,5]"), 0, 0, 0, 0, 0), `"b" begins at byte 3 of the data, want 2`},
		{"overlap", container(-1, pair("[0,2]", "[1,3]"), 0, 0, 0), `"b" begins at byte 1 of the data, want 2`},
		{"same bytes twice", container(-1, pair("[0,2]", "[0,2]"), 0, 0), "want 2"},
		{"data cut", container(-1, one(`"U8"`, `[4]`, `[0,4]`), 0, 0, 0), "4 bytes of data, the file holds 3"},
		{"data after the last tensor", container(-1, one(`"U8"`, `[4]`, `[0,4]`), 0, 0, 0, 0, 0), "the file holds 5"},
		{"a terabyte", container(-1, one(`"F32"`, `[274877906944]`, `[0,1099511627776]`), four...), "the file holds 4"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := parseSafetensors(test.file)
			runtime.ReadMemStats(&after)
			wantError(t, err, test.want)
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
				t.Errorf("%d bytes allocated for a file of %d", used, len(test.file))
			}
		})
	}
}

// failing answers every read with an error.
type failing struct{}

var errDisk = errors.New("disk on fire")

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errDisk }
func (failing) Write([]byte) (int, error)         { return 0, errDisk }

func TestSafetensorsPassesErrorsOn(t *testing.T) {
	if _, err := ReadSafetensors(failing{}, 100); !errors.Is(err, errDisk) {
		t.Errorf("read: error %v, want %v", err, errDisk)
	}
	// A size that the reader does not have.
	data := container(-1, `{}      `)
	if _, err := ReadSafetensors(bytes.NewReader(data[:12]), 16); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short read: error %v, want %v", err, io.ErrUnexpectedEOF)
	}
	if err := WriteSafetensors(failing{}, &Set{}); !errors.Is(err, errDisk) {
		t.Errorf("write: error %v, want %v", err, errDisk)
	}
	large := setOf(t, map[string]Tensor{"x": {[]int{chunk}, make([]float32, chunk)}})
	if err := WriteSafetensors(failing{}, large); !errors.Is(err, errDisk) {
		t.Errorf("large write: error %v, want %v", err, errDisk)
	}
}

// The bytes are those of the safetensors package for Python 0.8.0:
// safetensors.numpy.save of the same arrays and, with metadata, of one key.
func TestWriteSafetensorsBytes(t *testing.T) {
	s := setOf(t, map[string]Tensor{
		"b<é>": {nil, []float32{-1}},
		"a":    {[]int{2, 1}, []float32{1, 2}},
		"e":    {[]int{0}, nil},
	})
	header := `{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},` +
		`"b<é>":{"dtype":"F32","shape":[],"data_offsets":[8,12]},` +
		`"e":{"dtype":"F32","shape":[0],"data_offsets":[12,12]}}`
	data := le([]float32{1, 2, -1})
	tests := []struct {
		name     string
		metadata map[string]string
		header   string
	}{
		{"no metadata", nil, header},
		{"empty metadata", map[string]string{}, header},
		{"metadata", map[string]string{"format": "pt"}, `{"__metadata__":{"format":"pt"},` + header[1:]},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.Metadata = test.metadata
			for len(test.header)%8 != 0 {
				test.header += " "
			}
			if got, want := writeBytes(t, s), container(-1, test.header, data...); !bytes.Equal(got, want) {
				t.Errorf("wrote\n%q, want\n%q", got, want)
			}
		})
	}
	if got, want := writeBytes(t, &Set{}), container(-1, "{}      "); !bytes.Equal(got, want) {
		t.Errorf("empty set: wrote %q, want %q", got, want)
	}
}

func TestWriteSafetensorsRefusesMetadata(t *testing.T) {
	for _, m := range []map[string]string{{"\xff": "v"}, {"k": "\xff"}} {
		wantError(t, WriteSafetensors(io.Discard, &Set{Metadata: m}), "UTF-8")
	}
}

func TestSafetensorsFile(t *testing.T) {
	n := 2*chunk + 3 // more than one piece, the last one short
	long := make([]float32, n)
	for i := range long {
		long[i] = float32(i) / 7
	}
	s := setOf(t, map[string]Tensor{"long": {[]int{n}, long}, "short": {[]int{1}, []float32{-1}}})
	s.Metadata = map[string]string{"b": "2", "a": "1", "c": "line\nbreak"}
	path := filepath.Join(t.TempDir(), "x.bin")
	if err := WriteSafetensorsFile(path, s); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSafetensorsFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if Hash(got) != Hash(s) || !maps.Equal(got.Metadata, s.Metadata) {
		t.Error("the set read differs from the set written")
	}
	// A failed write leaves the old file.
	wantError(t, WriteSafetensorsFile(path, &Set{Metadata: map[string]string{"k": "\xff"}}), "UTF-8")
	if again, err := ReadSafetensorsFile(path); err != nil || Hash(again) != Hash(s) {
		t.Errorf("after a failed write: %v", err)
	}
	wantError(t, func() error { _, err := ReadSafetensorsFile(filepath.Dir(path)); return err }(), "folder")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = ReadSafetensorsFile(path)
	wantError(t, err, path, "1 bytes")
}

// Whatever is read can be written and read again, to the same tensors; and
// what was written once is written the same again.
func FuzzReadSafetensors(f *testing.F) {
	f.Add([]byte{})
	f.Add(container(-1, `{}`))
	f.Add(container(-1, `{"__metadata__":{"k":"v"},"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 0, 0x3c, 1, 0x7c))
	f.Add(container(-1, `{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"b":{"dtype":"I64","shape":[1,1],"data_offsets":[1,9]}}`, 1, 2, 3, 4, 5, 6, 7, 8, 9))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzkit.Bounded(t, data, 32<<20, func() { checkSafetensors(t, data) })
	})
}

func checkSafetensors(t *testing.T, data []byte) {
	s, err := parseSafetensors(data)
	if err != nil {
		return
	}
	written := writeBytes(t, s)
	again, err := parseSafetensors(written)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v\n%q", err, written)
	}
	if Hash(again) != Hash(s) || !maps.Equal(again.Metadata, s.Metadata) {
		t.Fatalf("%q came back different", strings.Join(s.Names(), " "))
	}
	if !bytes.Equal(writeBytes(t, again), written) {
		t.Fatal("written differently the second time")
	}
}

// Half precision takes half the space, and what fits into it comes back.
func TestWriteSafetensorsHalf(t *testing.T) {
	set := &Set{Metadata: map[string]string{"format": "pt"}}
	if err := set.Add("a", Tensor{Shape: []int{2, 2}, Data: []float32{0, -1.5, 0x1p-24, 65504}}); err != nil {
		t.Fatal(err)
	}
	if err := set.Add("b", Tensor{Data: []float32{0.1}}); err != nil {
		t.Fatal(err)
	}
	var half bytes.Buffer
	if err := WriteSafetensorsHalf(&half, set); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(half.Bytes(), []byte(`"dtype":"F16"`)); n != 2 {
		t.Errorf("%d tensors say F16, want 2", n)
	}
	got, err := ReadSafetensors(bytes.NewReader(half.Bytes()), int64(half.Len()))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := got.Get("a")
	b, _ := got.Get("b")
	if want := []float32{0, -1.5, 0x1p-24, 65504}; !slices.Equal(a.Data, want) || !slices.Equal(a.Shape, []int{2, 2}) {
		t.Errorf("a is %v of %v, want %v", a.Data, a.Shape, want)
	}
	if want := float32(0x1.998p-4); b.Data[0] != want || got.Metadata["format"] != "pt" { // 0.1 to 11 bits
		t.Errorf("b is %v, want %v", b.Data, want)
	}
	a.Data[0] = 65520
	if err := set.Add("c", a); err != nil {
		t.Fatal(err)
	}
	if err := WriteSafetensorsHalf(&half, set); err == nil || !strings.Contains(err.Error(), `"c": 65520`) {
		t.Errorf("a value too large: %v", err)
	}
}
