package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// wantError checks that err mentions every one of the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Fatalf("error %q does not mention %q", err, w)
		}
	}
}

// wantTensor compares shape and bits.
func wantTensor(t *testing.T, s *Set, name string, shape []int, data ...float32) {
	t.Helper()
	got, ok := s.Get(name)
	if !ok {
		t.Fatalf("no tensor %q among %q", name, s.Names())
	}
	if len(got.Shape) != len(shape) || len(got.Data) != len(data) {
		t.Fatalf("%s: shape %v with %d values, want %v with %d", name, got.Shape, len(got.Data), shape, len(data))
	}
	for i := range shape {
		if got.Shape[i] != shape[i] {
			t.Fatalf("%s: shape %v, want %v", name, got.Shape, shape)
		}
	}
	for i := range data {
		if math.Float32bits(got.Data[i]) != math.Float32bits(data[i]) {
			t.Fatalf("%s: values %v, want %v", name, got.Data, data)
		}
	}
}

// pkl writes pickles, one instruction after the other.
type pkl struct{ bytes.Buffer }

// raw writes opcodes and operands as they are.
func (p *pkl) raw(s string) *pkl { p.WriteString(s); return p }

func (p *pkl) str(s string) *pkl {
	p.WriteByte('X')
	p.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
	return p.raw(s)
}

func (p *pkl) int(i int) *pkl {
	if int(int32(i)) != i {
		p.raw("\x8a\x08")
		p.Write(binary.LittleEndian.AppendUint64(nil, uint64(i)))
		return p
	}
	p.WriteByte('J')
	p.Write(binary.LittleEndian.AppendUint32(nil, uint32(i)))
	return p
}

func (p *pkl) ints(values ...int) *pkl {
	p.raw("(")
	for _, v := range values {
		p.int(v)
	}
	return p.raw("t")
}

func (p *pkl) global(module, name string) *pkl { return p.raw("c" + module + "\n" + name + "\n") }

// tensor writes what torch.save writes for one: a call of _rebuild_tensor_v2.
func (p *pkl) tensor(storage, key string, length, offset int, shape, stride []int) *pkl {
	p.global("torch._utils", "_rebuild_tensor_v2").raw("(")
	p.raw("(").str("storage").global("torch", storage).str(key).str("cpu").int(length).raw("tQ")
	p.int(offset).ints(shape...).ints(stride...)
	p.raw("\x89").global("collections", "OrderedDict").raw(")R") // requires_grad, hooks
	return p.raw("tR")
}

// vector writes a contiguous tensor that is the whole of storage key.
func (p *pkl) vector(key string, n int) *pkl {
	return p.tensor("FloatStorage", key, n, 0, []int{n}, []int{1})
}

// program puts the frame of a pickle around the instructions.
func (p *pkl) program() []byte { return []byte("\x80\x02" + p.String() + ".") }

// zipEntry is an entry of a hand-made archive.
type zipEntry struct {
	name string
	data []byte
}

// pth builds what torch.save writes: the pickle, and storages 0, 1, ….
func pth(t testing.TB, program []byte, storages ...[]byte) []byte {
	t.Helper()
	entries := []zipEntry{{"checkpoint/data.pkl", program}, {"checkpoint/byteorder", []byte("little")}}
	for i, s := range storages {
		entries = append(entries, zipEntry{"checkpoint/data/" + string(rune('0'+i)), s})
	}
	return archiveOf(t, zip.Store, entries...)
}

func archiveOf(t testing.TB, method uint16, entries ...zipEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lie sets the sizes of an entry in the directory of an archive.
func lie(t testing.TB, archive []byte, name string, size uint32) []byte {
	t.Helper()
	// In the directory the name follows 46 bytes after the start of its
	// record, and the two sizes stand at 20 and 24.
	record := bytes.LastIndex(archive, []byte(name)) - 46
	if record < 0 || !bytes.HasPrefix(archive[record:], []byte("PK\x01\x02")) {
		t.Fatalf("no directory record of %s", name)
	}
	binary.LittleEndian.PutUint32(archive[record+20:], size)
	binary.LittleEndian.PutUint32(archive[record+24:], size)
	return archive
}

// le writes numbers as little-endian bytes.
func le(values any) []byte {
	b, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		panic(err)
	}
	return b
}

func parsePTH(data []byte) (*Checkpoint, error) {
	return readPTH(bytes.NewReader(data), int64(len(data)))
}
