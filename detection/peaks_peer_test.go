//go:build peer

package detection_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/peer"
)

// pythonArrays opens the arrays of writeArrays by number: array(i).
const pythonArrays = `
import sys, json
import numpy as np
cases = json.load(open(sys.argv[1]))
def array(file, dims, dtype="<f4"):
    return np.fromfile(file, dtype).reshape([d for d in dims if d > 1] or [1])
`

// peerCase is a case as the Python side reads it.
type peerCase map[string]any

// askPeer runs a script over cases, which it finds in the variable cases, and
// decodes the JSON that it prints.
func askPeer(t *testing.T, cases []peerCase, script string, answer any) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cases.json")
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	out := peer.Run(t, peer.Imaging, pythonArrays+script, file)
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatalf("%v in %.200s", err, out)
	}
}

// writeArray stores values, little endian, for array().
func writeArray[T float32 | float64 | int32](t *testing.T, values []T) string {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "array")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := binary.Write(f, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// testMap is a map of blobs on noise, of few levels where levels is not 0, so
// that plateaus occur.
func testMap(seed uint64, dims [3]int, levels int) *detection.Volume {
	r := rand.New(rand.NewPCG(seed, 15))
	v := detection.NewVolume(dims, 1)
	for i := range v.Data {
		v.Data[i] = 0.1 * r.Float32()
	}
	for range v.Voxels() / 300 {
		c := [3]float64{r.Float64() * float64(dims[0]-1), r.Float64() * float64(dims[1]-1), r.Float64() * float64(dims[2]-1)}
		height, width := 0.3+0.7*r.Float64(), 2+10*r.Float64()
		for z := range dims[0] {
			for y := max(int(c[1])-12, 0); y < min(int(c[1])+13, dims[1]); y++ {
				for x := max(int(c[2])-12, 0); x < min(int(c[2])+13, dims[2]); x++ {
					dz, dy, dx := float64(z)-c[0], float64(y)-c[1], float64(x)-c[2]
					i := v.Index(z, y, x)
					v.Data[i] = max(v.Data[i], float32(height*math.Exp(-(dz*dz+dy*dy+dx*dx)/width)))
				}
			}
		}
	}
	if levels > 0 {
		for i := range v.Data {
			v.Data[i] = float32(math.Round(float64(v.Data[i])*float64(levels))) / float32(levels)
		}
	}
	return v
}

var peerMaps = []struct {
	dims   [3]int
	levels int
}{
	{[3]int{1, 128, 200}, 0},
	{[3]int{1, 128, 200}, 255},
	{[3]int{1, 100, 90}, 8},
	{[3]int{1, 64, 64}, 2},
	{[3]int{16, 40, 50}, 0},
	{[3]int{12, 30, 30}, 10},
}

// Peaks with PerPixel is peak_local_max: the same voxels in the same order.
func TestPeerPeaks(t *testing.T) {
	var cases []peerCase
	var want [][]detection.Point
	total := 0
	for k, m := range peerMaps {
		prob := testMap(uint64(k), m.dims, m.levels)
		file := writeArray(t, prob.Data)
		for _, d := range []int{1, 2, 5} {
			for _, threshold := range []float64{-1, 0.2, 0.5} {
				for _, border := range []int{0, 3} {
					opts := detection.DefaultPeakOptions()
					opts.Plateau = detection.PerPixel
					opts.Threshold, opts.MinDistance, opts.ExcludeBorder = threshold, [3]int{d, d, d}, [3]int{border, border, border}
					points, err := detection.Peaks(prob, opts)
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, points)
					total += len(points)
					cases = append(cases, peerCase{"file": file, "dims": m.dims, "d": d, "threshold": threshold, "border": border})
				}
			}
		}
	}
	var got [][][]int
	askPeer(t, cases, `
from skimage.feature import peak_local_max
print(json.dumps([peak_local_max(array(c["file"], c["dims"]), threshold_abs=c["threshold"],
    min_distance=c["d"], exclude_border=c["border"] or False).tolist() for c in cases]))
`, &got)
	for i, points := range want {
		var ours [][]int
		for _, p := range points {
			v := p.Voxel()
			if cases[i]["dims"].([3]int)[0] == 1 {
				ours = append(ours, v[1:])
			} else {
				ours = append(ours, v[:])
			}
		}
		if fmt.Sprint(ours) != fmt.Sprint(got[i]) {
			t.Errorf("case %v: %d points, scikit-image has %d: %s", cases[i], len(ours), len(got[i]), firstDifference(fmt.Sprint(ours), fmt.Sprint(got[i])))
		}
	}
	t.Logf("%d maps and settings, %d peaks", len(cases), total)
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(strings.LastIndexByte(a[:i], '['), 0)
	return fmt.Sprintf("%.60q and %.60q", a[from:], b[from:])
}

// Otsu's threshold is that of threshold_otsu, within its rounding.
func TestPeerOtsu(t *testing.T) {
	var cases []peerCase
	var want []float32
	for k, m := range peerMaps {
		v := testMap(uint64(k), m.dims, m.levels)
		threshold, err := detection.OtsuThreshold(v)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, threshold)
		cases = append(cases, peerCase{"file": writeArray(t, v.Data), "dims": m.dims})
	}
	var got []float64
	askPeer(t, cases, `
from skimage.filters import threshold_otsu
print(json.dumps([float(threshold_otsu(array(c["file"], c["dims"]))) for c in cases]))
`, &got)
	for i, threshold := range want {
		if math.Abs(got[i]-float64(threshold)) > 1e-6 {
			t.Errorf("case %v: %v, scikit-image has %v", cases[i], threshold, got[i])
		}
	}
}
