package imageio

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNPYListRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	for _, want := range [][]float64{{0.1}, {1e-300, -math.Pi, 65535}, {}} {
		var b bytes.Buffer
		if err := WriteNPYList(&b, want); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadNPYList(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v became %v, %v", want, got, err)
		}
	}
}

// The bytes are those of numpy 2.4.6: np.save(f, np.float64(2.5)), and
// np.save(f, np.array([[1, -2]], dtype=">f4")).
func TestNPYListReadsOtherShapes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	for _, tt := range []struct {
		file []byte
		want []float64
	}{
		{npyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", []byte{0, 0, 0, 0, 0, 0, 4, 64}), []float64{2.5}},
		{npyFile("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }", []byte{63, 128, 0, 0, 192, 0, 0, 0}), []float64{1, -2}},
	} {
		if err := os.WriteFile(path, tt.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadNPYList(path); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("got %v, %v, want %v", got, err, tt.want)
		}
	}
}

func TestNPYListErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	for want, file := range map[string][]byte{
		"want a NumPy file":              []byte("1 2 3"),
		"the file ends within":           []byte(npyMagic + "\x01"),
		"want float64 or float32":        npyFile("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", make([]byte, 4)),
		"needs 16 bytes, the file has 8": npyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", make([]byte, 8)),
		"of at most 1048576 bytes":       make([]byte, maxListBytes+1),
	} {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadNPYList(path); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := ReadNPYList(filepath.Join(t.TempDir(), "none.npy")); err == nil || strings.Count(err.Error(), "none.npy") != 1 {
		t.Errorf("no file: %v", err)
	}
}
