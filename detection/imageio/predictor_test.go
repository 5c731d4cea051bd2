package imageio

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestPredictorsInvert(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		size, stride, pixels := []int{1, 2, 4}[rng.IntN(3)], 1+rng.IntN(4), rng.IntN(9)
		row := make([]byte, size*stride*pixels)
		for i := range row {
			row[i] = byte(rng.Uint32())
		}
		scratch := make([]byte, len(row))

		got := bytes.Clone(row)
		differRow(got, size, stride)
		sumRow(got, size, stride)
		if !bytes.Equal(got, row) {
			t.Fatalf("horizontal, size %d, stride %d: % x, want % x", size, stride, got, row)
		}
		splitFloatRow(got, scratch, size, stride)
		joinFloatRow(got, scratch, size, stride)
		if !bytes.Equal(got, row) {
			t.Fatalf("floating point, size %d, stride %d: % x, want % x", size, stride, got, row)
		}
	}
}

// Rows worked out by hand.
func TestPredictorsByHand(t *testing.T) {
	row := []byte{10, 20, 1, 255, 2, 3} // two channels: 10 11 13 and 20 19 22
	sumRow(row, 1, 2)
	if want := []byte{10, 20, 11, 19, 13, 22}; !bytes.Equal(row, want) {
		t.Errorf("sumRow: %v, want %v", row, want)
	}
	row = []byte{0xff, 0x00, 0x01, 0x00, 0xff, 0xff} // 255, +1, -1 with carry between the bytes
	sumRow(row, 2, 1)
	if want := []byte{0xff, 0x00, 0x00, 0x01, 0xff, 0x00}; !bytes.Equal(row, want) {
		t.Errorf("sumRow: % x, want % x", row, want)
	}
	// 1.0 and -2.0 are 3f800000 and c0000000: the planes are 3f c0, 80 00, 00 00,
	// 00 00, of which differences are stored.
	row = []byte{0x3f, 0x81, 0xc0, 0x80, 0, 0, 0, 0}
	joinFloatRow(row, make([]byte, 8), 4, 1)
	if want := []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}; !bytes.Equal(row, want) {
		t.Errorf("joinFloatRow: % x, want % x", row, want)
	}
}
