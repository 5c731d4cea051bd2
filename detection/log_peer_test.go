//go:build peer

package detection_test

import (
	"math"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// The response is that of scipy. For one scale along all axes that is
// gaussian_laplace; for several the sum of the derivatives, each times its
// sigma^2.
func TestPeerLoG(t *testing.T) {
	var cases []peerCase
	var want []*detection.Volume
	for k, m := range peerMaps {
		image := testMap(uint64(k), m.dims, m.levels)
		for i := range image.Data {
			image.Data[i] = 300*image.Data[i] + 100
		}
		file := writeArray(t, image.Data)
		for _, sigma := range [][3]float64{round(1), round(2.3), round(6), {0.8, 1.5, 3}, {2, 1, 1.2}} {
			for _, dark := range []bool{false, true} {
				want = append(want, response(t, image, func(o *detection.LoGOptions) { o.Sigma, o.Sigmas, o.DarkBlobs = sigma, nil, dark }))
				cases = append(cases, peerCase{"file": file, "dims": m.dims, "sigma": sigma, "dark": dark})
			}
		}
	}
	var got [][]float64
	askPeer(t, cases, `
from scipy import ndimage
out = []
for c in cases:
    a = array(c["file"], c["dims"]).astype(float)
    a -= a.min()
    s = c["sigma"][3 - a.ndim:]
    if len(set(s)) == 1:
        r = s[0] ** 2 * ndimage.gaussian_laplace(a, s[0])
    else:
        r = sum(s[i] ** 2 * ndimage.gaussian_filter(a, s, order=[2 * (i == j) for j in range(a.ndim)]) for i in range(a.ndim))
    out.append((r if c["dark"] else -r).ravel().tolist())
print(json.dumps(out))
`, &got)
	worst := 0.0
	for k, response := range want {
		var largest, difference float64
		for i, w := range got[k] {
			largest = max(largest, math.Abs(w))
			difference = max(difference, math.Abs(float64(response.Data[i])-w))
		}
		worst = max(worst, difference/largest)
		if !(difference <= 1e-5*largest) {
			t.Errorf("case %v: differs by %.2g of the largest response", cases[k], difference/largest)
		}
	}
	t.Logf("%d maps and settings, largest difference %.2g of the largest response", len(cases), worst)
}

// With one scale the points are those of blob_log; with several they are
// among them, because of a blob on a blob only the higher one is kept.
func TestPeerBlobLoG(t *testing.T) {
	var cases []peerCase
	var want [][]detection.Point
	for k, m := range peerMaps {
		if m.levels != 0 {
			continue // plateaus give other points: see OnePoint
		}
		image := testMap(uint64(k), m.dims, 0)
		file := writeArray(t, image.Data)
		for _, scales := range [][]float64{{1}, {2.5}, {4}, {1.5, 2.5, 3.5}} {
			opts := detection.DefaultLoGOptions()
			opts.Sigmas, opts.Relative, opts.Threshold, opts.Refine = scales, false, 0.03, false
			points, err := detection.DetectLoG(image, opts)
			if err != nil || len(points) < 3 {
				t.Fatal(len(points), err)
			}
			want = append(want, points)
			cases = append(cases, peerCase{"file": file, "dims": m.dims, "scales": scales})
		}
	}
	var got [][][]float64
	askPeer(t, cases, `
from skimage.feature import blob_log
out = []
for c in cases:
    a = array(c["file"], c["dims"]).astype(float)
    s = c["scales"]
    b = blob_log(a - a.min(), min_sigma=s[0], max_sigma=s[-1], num_sigma=len(s), threshold=0.03, overlap=1, exclude_border=False)
    out.append([[0] * (3 - a.ndim) + r[:a.ndim].tolist() for r in b])
print(json.dumps(out))
`, &got)
	for k, points := range want {
		theirs := map[[3]float64]bool{}
		for _, p := range got[k] {
			theirs[[3]float64(p)] = true
		}
		for _, p := range points {
			if !theirs[p.Pos] {
				t.Errorf("case %v: %v is not a point of scikit-image", cases[k], p.Pos)
			}
		}
		if len(cases[k]["scales"].([]float64)) == 1 && len(theirs) != len(points) {
			t.Errorf("case %v: %d points, scikit-image has %d", cases[k], len(points), len(theirs))
		}
		t.Logf("scales %v of %v: %d points, scikit-image has %d", cases[k]["scales"], cases[k]["dims"], len(points), len(theirs))
	}
}
