//go:build peer

package detection_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// Match has the pairs and the summed distance of a dense assignment whose
// cost is capped at the tolerance, so that the number of pairs goes first.
func TestPeerMatch(t *testing.T) {
	type result struct {
		Pairs int
		Sum   float64
	}
	var cases []peerCase
	var want []result
	spacing := detection.Spacing{2, 1, 0.5}
	for k, tolerance := range []float64{1, 3, 6, 10, 25} {
		r := rand.New(rand.NewPCG(uint64(k), 16))
		truth := crowd(r, 2000, 400)
		pred := crowd(r, 300, 400)
		for _, p := range truth[:1700] {
			for a := range p.Pos {
				p.Pos[a] += r.NormFloat64() * 2
			}
			pred = append(pred, p)
		}
		opts := detection.MatchOptions{Tolerance: tolerance, Spacing: spacing}
		m, err := detection.Match(truth, pred, opts)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, result{len(m.Pairs), sumOf(m)})
		cases = append(cases, peerCase{"truth": writeArray(t, coordinates(truth)), "pred": writeArray(t, coordinates(pred)),
			"tolerance": tolerance, "spacing": spacing})
	}
	var got []result
	askPeer(t, cases, `
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
out = []
for c in cases:
    a, b = (np.fromfile(c[k], "<f8").reshape(-1, 3) * c["spacing"] for k in ("truth", "pred"))
    d, t = cdist(a, b), c["tolerance"]
    i, j = linear_sum_assignment((d > t) + np.minimum(d, t) / (2 * t * min(len(a), len(b))))
    d = d[i, j]
    out.append({"Pairs": int((d <= t).sum()), "Sum": float(d[d <= t].sum())})
print(json.dumps(out))
`, &got)
	for i, w := range want {
		if got[i].Pairs != w.Pairs || math.Abs(got[i].Sum-w.Sum) > 1e-9*w.Sum {
			t.Errorf("tolerance %v: %+v, scipy has %+v", cases[i]["tolerance"], w, got[i])
		}
		t.Logf("tolerance %v: %+v", cases[i]["tolerance"], w)
	}
}

func coordinates(points []detection.Point) (out []float64) {
	for _, p := range points {
		out = append(out, p.Pos[:]...)
	}
	return out
}
