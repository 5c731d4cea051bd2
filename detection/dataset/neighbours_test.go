package dataset

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestNearestDistancesAgainstSlowTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	spacing := detection.Spacing{2, 0.5, 0.25}
	for n := range 40 {
		points := make([]detection.Point, n)
		for i := range points {
			points[i].Pos = [3]float64{float64(r.IntN(4)), r.Float64() * 30, r.Float64() * 30}
		}
		var want []float64
		for i, p := range points {
			best := math.Inf(1)
			for j, q := range points {
				if i != j {
					best = min(best, detection.Distance(p, q, spacing))
				}
			}
			if n > 1 {
				want = append(want, best)
			}
		}
		got := NearestDistances(points, spacing)
		if len(got) != len(want) {
			t.Fatalf("%d points: %d distances, want %d", n, len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Fatalf("%d points: distance %d is %v, want %v", n, i, got[i], want[i])
			}
		}
	}
	repeated := []detection.Point{{}, {}, {Pos: [3]float64{0, 3, 4}}}
	if got := NearestDistances(repeated, detection.UnitSpacing); !slices.Equal(got, []float64{5, 5}) {
		t.Errorf("repeated point: %v, want 5 and 5", got)
	}
}

func TestSuggestion(t *testing.T) {
	at := func(name string, points ...[3]float64) *examined {
		e := &examined{item: item{split: &split{name: name}}}
		for _, p := range points {
			e.table.points = append(e.table.points, detection.Point{Pos: p})
		}
		return e
	}
	far := at("train", [3]float64{0, 0, 0}, [3]float64{0, 0, 12.7})
	near := at("test", [3]float64{0, 0, 0}, [3]float64{0, 0, 1})
	n := neighbours([]*examined{far, near}, detection.UnitSpacing)
	if n.Points != 2 || n.Radius != 12 || n.Tolerance != 6.3 {
		t.Errorf("train and test: %+v, want the 2 points of train, 12 and 6.3", n)
	}
	if n := neighbours([]*examined{near}, detection.UnitSpacing); n.Points != 2 || n.Radius != 1 || n.Tolerance != 0.5 {
		t.Errorf("test alone: %+v", n)
	}
	if n := neighbours([]*examined{at("train", [3]float64{})}, detection.UnitSpacing); n != nil {
		t.Errorf("one point: %+v, want nil", n)
	}
}

func TestQuantileAndRounding(t *testing.T) {
	// numpy.quantile([1, 2, 4, 8], [0, 0.25, 0.5, 1]) = 1, 1.75, 3, 8.
	for q, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 3, 1: 8} {
		if got := quantile([]float64{1, 2, 4, 8}, q); got != want {
			t.Errorf("quantile %v: %v, want %v", q, got, want)
		}
	}
	for v, want := range map[float64]float64{0: 0, 5.29: 5.2, 0.3: 0.3, 0.0567: 0.056, 12.7: 12, 199: 190, 1: 1, 10: 10} {
		if got := roundDown(v); got != want {
			t.Errorf("roundDown(%v) = %v, want %v", v, got, want)
		}
	}
}
