package weights

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/nlpodyssey/gopickle/pickle"
)

// archive is an opened .pth file: a zip with one folder that holds data.pkl,
// the pickle, and data/0, data/1, …, the storages that it refers to.
type archive struct {
	files  map[string]*zip.File // by name below the folder
	raw    map[string][]byte    // storages read so far
	size   int64                // bytes of the file
	budget int64                // bytes of memory that storages and tensors may still take
}

const (
	// maxGrowth bounds the memory for storages and tensors, in multiples of
	// the file: one storage may serve many tensors, but a small file is not to
	// fill the memory. Bytes become float32 (4 times); tied weights double it.
	maxGrowth = 16
	// minBudget is what a small file may always use, in bytes.
	minBudget = 64 << 20
)

func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("not a whole zip archive as torch.save writes it: %w", err)
	}
	a := &archive{
		files:  make(map[string]*zip.File, len(z.File)),
		raw:    make(map[string][]byte),
		size:   size,
		budget: max(minBudget, maxGrowth*size),
	}
	root := ""
	for i, f := range z.File {
		folder, name, ok := strings.Cut(f.Name, "/")
		if i == 0 {
			root = folder
		}
		if !ok || folder != root {
			return nil, fmt.Errorf("zip entry %q, want all entries in one folder as torch.save writes them", f.Name)
		}
		if a.files[name] != nil {
			return nil, fmt.Errorf("zip entry %q is there twice", f.Name)
		}
		a.files[name] = f
	}
	if a.files["constants.pkl"] != nil {
		return nil, errors.New("a TorchScript archive, which holds a program; want a checkpoint written by torch.save")
	}
	if a.files["byteorder"] != nil {
		order, err := a.read("byteorder")
		if err != nil {
			return nil, err
		}
		if string(order) != "little" {
			return nil, fmt.Errorf("byte order %q, want little", order)
		}
	}
	return a, nil
}

// read returns the bytes of an entry. torch.save stores entries without
// compression; because others are refused, no entry is larger than the file.
func (a *archive) read(name string) ([]byte, error) {
	f := a.files[name]
	if f == nil {
		return nil, fmt.Errorf("the archive has no %s", name)
	}
	if f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64 {
		return nil, fmt.Errorf("zip entry %q is compressed; torch.save stores entries as they are", f.Name)
	}
	if f.UncompressedSize64 > uint64(a.size) {
		return nil, fmt.Errorf("zip entry %q of %d bytes in a file of %d bytes", f.Name, f.UncompressedSize64, a.size)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("zip entry %q: %w", f.Name, err)
	}
	defer r.Close()
	data := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("zip entry %q: %w", f.Name, noEOF(err))
	}
	// The checksum is compared at the end of the entry.
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, fmt.Errorf("zip entry %q: %w", f.Name, cmp.Or(err, errors.New("longer than the archive says")))
	}
	return data, nil
}

// unpickle runs data.pkl. Tensors come out as [tensorRef], not read yet.
func (a *archive) unpickle() (value any, err error) {
	if f := a.files["data.pkl"]; f != nil && f.UncompressedSize64 > maxPickle {
		return nil, fmt.Errorf("pickle of %d bytes, want at most %d", f.UncompressedSize64, maxPickle)
	}
	program, err := a.read("data.pkl")
	if err != nil {
		return nil, err
	}
	return unpickle(program)
}

func unpickle(program []byte) (value any, err error) {
	if err := scanPickle(program); err != nil {
		return nil, err
	}
	// The interpreter indexes its stack without checks, so a pickle that
	// scanPickle cannot see to be wrong may make it panic.
	defer func() {
		if r := recover(); r != nil {
			value, err = nil, errors.New("the pickle is damaged: "+shorten(fmt.Sprint(r)))
		}
	}()
	u := pickle.NewUnpickler(bytes.NewReader(program))
	u.FindClass = findClass
	u.PersistentLoad = loadStorage
	if value, err = u.Load(); err != nil {
		return nil, errors.New("the pickle cannot be read: " + shorten(err.Error()))
	}
	return value, nil
}

// shorten keeps the interpreter's messages, which may print whole objects, at
// a length that can be read.
func shorten(s string) string {
	const longest = 200
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + " …"
}

// spend takes the memory for n values out of the budget.
func (a *archive) spend(n, width int) error {
	if int64(n) > a.budget/int64(width) {
		return fmt.Errorf("the tensors take more than %d times the memory of the file", maxGrowth)
	}
	a.budget -= int64(n) * int64(width)
	return nil
}

// tensor reads a tensor from its storage.
func (a *archive) tensor(t *tensorRef) (Tensor, error) {
	if err := a.spend(t.values, 4); err != nil {
		return Tensor{}, err
	}
	key := t.storage.key
	raw, done := a.raw[key]
	if !done {
		if err := a.spend(t.storage.length, t.storage.dtype.size()); err != nil {
			return Tensor{}, err
		}
		var err error
		if raw, err = a.read("data/" + key); err != nil {
			return Tensor{}, err
		}
		a.raw[key] = raw
	}
	if width := t.storage.dtype.size(); len(raw)%width != 0 || len(raw)/width != t.storage.length {
		return Tensor{}, fmt.Errorf("storage %q holds %d bytes, want %d values of %d bytes", key, len(raw), t.storage.length, width)
	}
	return t.read(raw), nil
}
