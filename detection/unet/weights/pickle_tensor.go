package weights

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/nlpodyssey/gopickle/types"
)

// storageClass is a torch.…Storage class: a number type.
type storageClass dtype

// storageRef is a block of numbers in the archive, not read yet.
type storageRef struct {
	key    string
	dtype  dtype
	length int // values
}

// tensorRef is a tensor as a view of a storage: value (i, j, …) lies at
// offset + i*stride[0] + j*stride[1] + …
type tensorRef struct {
	storage *storageRef
	offset  int
	shape   []int
	stride  []int
	values  int
}

// loadStorage resolves a persistent id, the tuple
// ('storage', class, key, location, number of values).
func loadStorage(id any) (any, error) {
	tuple, ok := id.(*types.Tuple)
	if !ok || tuple.Len() != 5 || tuple.Get(0) != "storage" {
		return nil, errors.New("the pickle refers to something that is not a storage of numbers")
	}
	class, ok := tuple.Get(1).(storageClass)
	if !ok {
		return nil, errors.New("the pickle refers to a storage without a number type")
	}
	key, okKey := tuple.Get(2).(string)
	length, okLength := tuple.Get(4).(int)
	if !okKey || !okLength || length < 0 {
		return nil, fmt.Errorf("storage %q of length %v, want a name and a count", tuple.Get(2), tuple.Get(4))
	}
	return &storageRef{key: key, dtype: dtype(class), length: length}, nil
}

// rebuildTensor is torch._utils._rebuild_tensor_v2(storage, offset, size,
// stride, requires_grad, hooks[, metadata]).
func rebuildTensor(args []any) (any, error) {
	if len(args) < 6 || len(args) > 7 {
		return nil, fmt.Errorf("a tensor with %d arguments, want 6 or 7", len(args))
	}
	storage, ok := args[0].(*storageRef)
	offset, okOffset := args[1].(int)
	shape, okShape := ints(args[2])
	stride, okStride := ints(args[3])
	if !ok || !okOffset || !okShape || !okStride || len(shape) != len(stride) {
		return nil, errors.New("a tensor without storage, offset, size and stride")
	}
	t := &tensorRef{storage: storage, offset: offset, shape: shape, stride: stride}
	var err error
	if t.values, err = product(shape); err != nil {
		return nil, fmt.Errorf("a tensor in storage %q: %w", storage.key, err)
	}
	if !t.fits() {
		return nil, fmt.Errorf("a tensor of shape %v, stride %v and offset %d does not fit into storage %q of %d values",
			shape, stride, offset, storage.key, storage.length)
	}
	return t, nil
}

// rebuildParameter is torch._utils._rebuild_parameter(data, requires_grad,
// hooks).
func rebuildParameter(args []any) (any, error) {
	if len(args) != 3 {
		return nil, fmt.Errorf("a parameter with %d arguments, want 3", len(args))
	}
	t, ok := args[0].(*tensorRef)
	if !ok {
		return nil, errors.New("a parameter that is not a tensor")
	}
	return t, nil
}

// fits says whether every value of the tensor lies in its storage.
func (t *tensorRef) fits() bool {
	if t.offset < 0 || t.offset > t.storage.length {
		return false
	}
	if t.values == 0 {
		return true
	}
	last := uint64(t.offset)
	for i, d := range t.shape {
		// A negative stride, which PyTorch has not, counts as a huge one.
		hi, lo := bits.Mul64(uint64(d-1), uint64(t.stride[i]))
		if hi != 0 || lo >= uint64(t.storage.length) {
			return false
		}
		last += lo // both below 2^63
		if last >= uint64(t.storage.length) {
			return false
		}
	}
	return last < uint64(t.storage.length)
}

// contiguous says whether the values lie in C order without gaps.
func (t *tensorRef) contiguous() bool {
	want := 1
	for i := len(t.shape) - 1; i >= 0; i-- {
		if t.shape[i] != 1 && t.stride[i] != want {
			return false
		}
		want *= t.shape[i]
	}
	return true
}

// read converts the tensor from the bytes of its storage.
func (t *tensorRef) read(raw []byte) Tensor {
	out := Tensor{Shape: t.shape, Data: make([]float32, t.values)}
	d := t.storage.dtype
	if t.values == 0 {
		return out
	}
	if t.contiguous() {
		d.decode(out.Data, raw[t.offset*d.size():])
		return out
	}
	index := make([]int, len(t.shape))
	at := t.offset
	for i := range out.Data {
		d.decode(out.Data[i:i+1], raw[at*d.size():])
		for axis := len(index) - 1; axis >= 0; axis-- { // count up, last axis first
			index[axis]++
			at += t.stride[axis]
			if index[axis] < t.shape[axis] {
				break
			}
			at -= t.shape[axis] * t.stride[axis]
			index[axis] = 0
		}
	}
	return out
}

// ints reads a tuple of integers.
func ints(v any) ([]int, bool) {
	tuple, ok := v.(*types.Tuple)
	if !ok {
		return nil, false
	}
	out := make([]int, tuple.Len())
	for i := range out {
		if out[i], ok = tuple.Get(i).(int); !ok {
			return nil, false
		}
	}
	return out, true
}
