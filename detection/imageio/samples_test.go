package imageio

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// halfTwin is the value of a binary16 by its definition.
func halfTwin(h uint16) float64 {
	sign := 1 - 2*float64(h>>15)
	exponent, fraction := int(h>>10)&31, float64(h&1023)
	switch exponent {
	case 0:
		return sign * fraction / 1024 * math.Exp2(-14)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * (1 + fraction/1024) * math.Exp2(float64(exponent-15))
}

// TestHalfToFloat32 compares all numbers of 16 bits with their definition.
func TestHalfToFloat32(t *testing.T) {
	for h := range 1 << 16 {
		got, want := halfToFloat32(uint16(h)), float32(halfTwin(uint16(h)))
		if got != want && !(got != got && want != want) || math.Signbit(float64(got)) != (h>>15 == 1) {
			t.Fatalf("%#04x is %v, want %v", h, got, want)
		}
	}
}

func TestToFloat32Extremes(t *testing.T) {
	u64 := func(v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v) }
	for _, tt := range []struct {
		kind SampleKind
		src  []byte
		want float32
	}{
		{Bool, []byte{1}, 1},
		{Uint8, []byte{0xff}, 255},
		{Int8, []byte{0x80}, -128},
		{Uint16, []byte{0xfe, 0xff}, 65534},
		{Int16, []byte{0x00, 0x80}, -32768},
		{Uint32, []byte{0xff, 0xff, 0xff, 0xff}, 4294967296}, // the nearest float32
		{Int32, []byte{0, 0, 0, 0x80}, -2147483648},
		{Uint64, u64(math.MaxUint64), 18446744073709551616},
		{Int64, u64(1 << 63), -9223372036854775808},
		{Float16, []byte{0x00, 0x3c}, 1},
		{Float32, []byte{0, 0, 0x80, 0xbf}, -1},
		{Float64, u64(math.Float64bits(0.1)), 0.1},
		{Float64, u64(math.Float64bits(1e300)), float32(math.Inf(1))},
	} {
		var got [1]float32
		tt.kind.toFloat32(got[:], tt.src)
		if got[0] != tt.want {
			t.Errorf("%v % x is %v, want %v", tt.kind, tt.src, got[0], tt.want)
		}
		if len(tt.src) != tt.kind.size() {
			t.Errorf("%v has %d bytes, want %d", tt.kind, tt.kind.size(), len(tt.src))
		}
	}
}

// TestClampRoundNaN asks directly, because a conversion of NaN to an integer is
// 0 on some processors only.
func TestClampRoundNaN(t *testing.T) {
	if got := clampRound(float32(math.NaN()), 255); got != 0 {
		t.Errorf("%v, want 0", got)
	}
}

func TestSwapBytes(t *testing.T) {
	for size, want := range map[int][]byte{
		1: {1, 2, 3, 4, 5, 6, 7, 8},
		2: {2, 1, 4, 3, 6, 5, 8, 7},
		4: {4, 3, 2, 1, 8, 7, 6, 5},
		8: {8, 7, 6, 5, 4, 3, 2, 1},
	} {
		data := []byte{1, 2, 3, 4, 5, 6, 7, 8}
		swapBytes(data, size)
		if !slices.Equal(data, want) {
			t.Errorf("size %d: %v, want %v", size, data, want)
		}
	}
}

func TestSampleKindString(t *testing.T) {
	for kind, want := range map[SampleKind]string{
		0: "SampleKind(0)", Bool: "bool", Uint8: "uint8", Int64: "int64", Float64: "float64", 99: "SampleKind(99)",
	} {
		if got := kind.String(); got != want {
			t.Errorf("SampleKind %d is %q, want %q", kind, got, want)
		}
	}
}
