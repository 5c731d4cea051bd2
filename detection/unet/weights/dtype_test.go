package weights

import (
	"math"
	"testing"
)

// slowHalf is binary16 by its definition: sign * 2^(exp-15) * (1 + frac/1024),
// subnormal sign * 2^-14 * frac/1024.
func slowHalf(h uint16) float64 {
	sign := 1.0
	if h&0x8000 != 0 {
		sign = -1
	}
	exp, frac := int(h>>10)&31, float64(h&1023)/1024
	switch {
	case exp == 31 && frac == 0:
		return sign * math.Inf(1)
	case exp == 31:
		return math.NaN()
	case exp == 0:
		return sign * math.Ldexp(frac, -14)
	}
	return sign * math.Ldexp(1+frac, exp-15)
}

func TestHalfToFloat(t *testing.T) {
	for i := range 1 << 16 {
		got, want := halfToFloat(uint16(i)), slowHalf(uint16(i))
		if want != want {
			if got == got {
				t.Fatalf("%#04x: %v, want NaN", i, got)
			}
			continue
		}
		if float64(got) != want || math.Signbit(float64(got)) != (i >= 1<<15) {
			t.Fatalf("%#04x: %v, want %v", i, got, want)
		}
	}
}

// Every number of binary16 stays itself, and what lies between two of them
// goes to the nearer one, in the middle to the even one.
func TestFloatToHalf(t *testing.T) {
	check := func(v float32, want uint16) {
		t.Helper()
		for _, sign := range []uint16{0, 0x8000} {
			signed := float32(math.Copysign(float64(v), 1-float64(sign)))
			if got := floatToHalf(signed); got != want|sign {
				t.Fatalf("%v: %#04x, want %#04x", signed, got, want|sign)
			}
		}
	}
	for h := range uint16(0x7c00) {
		v, next := halfToFloat(h), halfToFloat(h+1)
		check(v, h)
		if h == 0x7bff {
			next = 65536 // as if there were one more
		}
		middle := (v + next) / 2 // exact in float32
		check(middle, h+h&1)
		check(math.Nextafter32(middle, 0), h)
		check(math.Nextafter32(middle, math.MaxFloat32), h+1)
	}
	check(float32(math.Inf(1)), 0x7c00)
	check(math.MaxFloat32, 0x7c00)
	if got := floatToHalf(float32(math.NaN())); got&0x7fff <= 0x7c00 {
		t.Errorf("NaN became %#04x", got)
	}
}

func TestDecode(t *testing.T) {
	inf := float32(math.Inf(1))
	tests := []struct {
		name string
		raw  []byte
		want []float32
	}{
		{"F64", le([]float64{0.1, -2, 1e300, 1e-300}), []float32{0.1, -2, inf, 0}},
		{"F32", le([]float32{0.1, -2, inf}), []float32{0.1, -2, inf}},
		{"F16", le([]uint16{0x3c00, 0xc000, 0x0001}), []float32{1, -2, 0x1p-24}},
		{"BF16", le([]uint16{0x3f80, 0xc000, 0x7f80}), []float32{1, -2, inf}},
		// 2^24+1 is the first integer that float32 lacks: the tie goes to even.
		{"I64", le([]int64{-3, 1 << 24, 1<<24 + 1, math.MinInt64}), []float32{-3, 1 << 24, 1 << 24, -0x1p63}},
		{"I32", le([]int32{-3, 296}), []float32{-3, 296}},
		{"I16", le([]int16{-32768, 296}), []float32{-32768, 296}},
		{"I8", le([]int8{-128, 127}), []float32{-128, 127}},
		{"U64", le([]uint64{1 << 63}), []float32{0x1p63}},
		{"U32", le([]uint32{1 << 31}), []float32{0x1p31}},
		{"U16", le([]uint16{65535}), []float32{65535}},
		{"U8", le([]uint8{255}), []float32{255}},
		{"BOOL", []byte{0, 1, 2}, []float32{0, 1, 1}},
	}
	if len(tests) != len(safetensorsDTypes) {
		t.Errorf("%d cases for %d types", len(tests), len(safetensorsDTypes))
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := safetensorsDTypes[test.name]
			if d.size()*len(test.want) != len(test.raw) {
				t.Fatalf("%d bytes a value, want %d", d.size(), len(test.raw)/len(test.want))
			}
			got := []float32{9, 9, 9, 9}[:len(test.want)] // decode must overwrite
			d.decode(got, test.raw)
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("value %d is %v, want %v", i, got[i], test.want[i])
				}
			}
		})
	}
}
