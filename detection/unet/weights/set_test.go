package weights

import (
	"math"
	"slices"
	"testing"
)

func TestSetAdd(t *testing.T) {
	tests := []struct {
		name   string
		tensor string
		value  Tensor
		want   []string // words of the error; nil for none
	}{
		{"vector", "a", Tensor{[]int{2}, []float32{1, 2}}, nil},
		{"scalar", "a", Tensor{nil, []float32{1}}, nil},
		{"empty axis", "a", Tensor{[]int{3, 0}, nil}, nil},
		{"empty axis beside lengths whose product does not fit", "a",
			Tensor{[]int{math.MaxInt, 0, math.MaxInt}, nil}, nil},
		{"no name", "", Tensor{[]int{1}, []float32{1}}, []string{"empty name"}},
		{"name not UTF-8", "\xff", Tensor{[]int{1}, []float32{1}}, []string{"UTF-8"}},
		{"reserved name", "__metadata__", Tensor{[]int{1}, []float32{1}}, []string{"__metadata__", "reserved"}},
		{"twice", "taken", Tensor{[]int{1}, []float32{1}}, []string{"taken", "twice"}},
		{"too few values", "a", Tensor{[]int{2, 3}, []float32{1}}, []string{`"a"`, "[2 3]", "1 values", "want 6"}},
		{"scalar without a value", "a", Tensor{}, []string{"0 values", "want 1"}},
		{"negative axes with a positive product", "a", Tensor{[]int{-1, -2}, []float32{1, 2}}, []string{"negative"}},
		{"product of 2^64", "a", Tensor{[]int{1 << 32, 1 << 32}, nil}, []string{"more values than can be counted"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s Set
			if err := s.Add("taken", Tensor{Data: []float32{0}}); err != nil {
				t.Fatal(err)
			}
			err := s.Add(test.tensor, test.value)
			if test.want != nil {
				wantError(t, err, test.want...)
				if s.Len() != 1 {
					t.Fatalf("%d tensors after an error, want 1", s.Len())
				}
				return
			}
			if err != nil || s.Len() != 2 {
				t.Fatalf("%d tensors, error %v", s.Len(), err)
			}
		})
	}
}

func TestSetIsWalkedByName(t *testing.T) {
	var s Set
	for i, name := range []string{"b", "a.10", "a.2", "B"} {
		if err := s.Add(name, Tensor{[]int{i}, make([]float32, i)}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"B", "a.10", "a.2", "b"}
	if got := s.Names(); !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	var walked []string
	for name := range s.All() {
		if walked = append(walked, name); len(walked) == 2 {
			break // a walk may stop early
		}
	}
	if !slices.Equal(walked, want[:2]) {
		t.Errorf("walked %q, want %q", walked, want[:2])
	}
	if got := s.Values(); got != 0+1+2+3 {
		t.Errorf("%d values, want 6", got)
	}
}

func setOf(t testing.TB, tensors map[string]Tensor) *Set {
	t.Helper()
	var s Set
	for name, tensor := range tensors {
		if err := s.Add(name, tensor); err != nil {
			t.Fatal(err)
		}
	}
	return &s
}

func TestHash(t *testing.T) {
	base := map[string]Tensor{"a": {[]int{2, 3}, []float32{1, 2, 3, 4, 5, 6}}, "b": {nil, []float32{0}}}
	// Computed with Python's hashlib and struct over the layout that the
	// comment of Hash describes.
	const want = "c7662a2d33bd254d4e36e22c6a8c61a722525ddbdfaae77d5a1f5f9e32b0416d"
	if got := Hash(setOf(t, base)); got != want {
		t.Fatalf("hash %s, want %s", got, want)
	}
	for name, other := range map[string]map[string]Tensor{
		"a value":      {"a": {[]int{2, 3}, []float32{1, 2, 3, 4, 5, 7}}, "b": base["b"]},
		"a shape":      {"a": {[]int{3, 2}, base["a"].Data}, "b": base["b"]},
		"a name":       {"c": base["a"], "b": base["b"]},
		"negative 0":   {"a": base["a"], "b": {nil, []float32{float32(math.Copysign(0, -1))}}},
		"names merged": {"ab": base["a"]},
	} {
		if Hash(setOf(t, other)) == want {
			t.Errorf("%s does not change the hash", name)
		}
	}
	same := setOf(t, base)
	same.Metadata = map[string]string{"k": "v"}
	if Hash(same) != want {
		t.Error("metadata changes the hash")
	}
}

func TestHashCountsEveryChunk(t *testing.T) {
	long := make([]float32, chunk+5)
	s := setOf(t, map[string]Tensor{"x": {[]int{len(long)}, long}})
	before := Hash(s)
	long[len(long)-1] = 1
	if Hash(s) == before {
		t.Error("the last value does not change the hash")
	}
}
