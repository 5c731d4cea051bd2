package weights

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// Tensor is an array of float32 in C order: the last axis varies fastest.
type Tensor struct {
	// Shape holds the length of each axis, at least 0; a scalar has none.
	Shape []int
	// Data holds the values, as many as the product of Shape.
	Data []float32
}

// Set is a collection of tensors by name. It is walked in the byte order of
// the names. The zero value is an empty set, ready for use. A Set may be read
// by several goroutines at once as long as none changes it.
type Set struct {
	// Metadata is free text by key that travels with the tensors in a
	// safetensors file. It is no part of [Hash]. nil and empty mean the same.
	Metadata map[string]string

	tensors map[string]Tensor
}

// metadataKey is the name that the safetensors header keeps for itself.
const metadataKey = "__metadata__"

// Add puts a tensor into the set. The set keeps t.Shape and t.Data, it does
// not copy them.
//
// Errors: a name that is empty, not UTF-8, reserved ("__metadata__") or
// already taken; a negative axis; a number of values that is not the product
// of the shape.
func (s *Set) Add(name string, t Tensor) error {
	switch {
	case name == "":
		return fmt.Errorf("a tensor of shape %v has an empty name", t.Shape)
	case !utf8.ValidString(name):
		return fmt.Errorf("tensor name %q is not valid UTF-8", name)
	case name == metadataKey:
		return fmt.Errorf("tensor name %q is reserved by the safetensors format", name)
	}
	n, err := product(t.Shape)
	if err != nil {
		return fmt.Errorf("tensor %q: %w", name, err)
	}
	if n != len(t.Data) {
		return fmt.Errorf("tensor %q of shape %v holds %d values, want %d", name, t.Shape, len(t.Data), n)
	}
	if _, taken := s.tensors[name]; taken {
		return fmt.Errorf("tensor %q is there twice", name)
	}
	if s.tensors == nil {
		s.tensors = make(map[string]Tensor)
	}
	s.tensors[name] = t
	return nil
}

// Get returns the tensor of that name and whether there is one. Its slices are
// the set's own.
func (s *Set) Get(name string) (Tensor, bool) {
	t, ok := s.tensors[name]
	return t, ok
}

// StatePrefix begins the names of what is no parameter of a network but the
// state of a training: an optimiser's moments, counters.
const StatePrefix = "training/"

// Params returns the set without the state of a training. Tensors are shared.
func (s *Set) Params() *Set {
	out := &Set{tensors: make(map[string]Tensor)}
	for name, t := range s.tensors {
		if !strings.HasPrefix(name, StatePrefix) {
			out.tensors[name] = t
		}
	}
	for key, text := range s.Metadata {
		if !strings.HasPrefix(key, StatePrefix) {
			if out.Metadata == nil {
				out.Metadata = make(map[string]string)
			}
			out.Metadata[key] = text
		}
	}
	return out
}

// Len is the number of tensors.
func (s *Set) Len() int { return len(s.tensors) }

// Names returns the names in byte order.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.tensors)) }

// All walks the tensors in the order of [Set.Names].
func (s *Set) All() iter.Seq2[string, Tensor] {
	return func(yield func(string, Tensor) bool) {
		for _, name := range s.Names() {
			if !yield(name, s.tensors[name]) {
				return
			}
		}
	}
}

// Values is the number of values in all tensors together: the number of
// parameters of the network.
func (s *Set) Values() int {
	n := 0
	for _, t := range s.tensors {
		n += len(t.Data)
	}
	return n
}

// product is the number of values of a shape, checked: a negative axis and a
// product that does not fit are errors.
func product(shape []int) (int, error) {
	n, empty := uint64(1), false
	overflow := false
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative axis", shape)
		}
		if d == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(n, uint64(d))
		overflow = overflow || hi != 0 || lo > math.MaxInt
		n = lo
	}
	switch {
	case empty:
		return 0, nil
	case overflow:
		return 0, fmt.Errorf("shape %v holds more values than can be counted", shape)
	}
	return int(n), nil
}
