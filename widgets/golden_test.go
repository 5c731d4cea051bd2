package widgets

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

var regen = flag.Bool("regen", false, "write the golden pictures anew")

// golden compares a picture with one of testdata, or with -regen writes that.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *regen {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	b, err := png.Decode(bytes.NewReader(want))
	if err != nil || a.Bounds() != b.Bounds() {
		t.Fatalf("size %v, want %v: %v", a.Bounds(), b.Bounds(), err)
	}
	other := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, bl2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(bl2)} {
				if d < -6<<8 || d > 6<<8 { // a step of the colours, where rounding differs between machines
					other++
				}
			}
		}
	}
	if other > 0 {
		t.Errorf("%d values differ from the golden picture", other)
	}
}

// readDoubles decodes what doubles makes.
func readDoubles(t testing.TB, text string) []float64 {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw)%8 != 0 {
		t.Fatal(len(raw), err)
	}
	out := make([]float64, len(raw)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return out
}
