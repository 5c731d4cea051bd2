package detection_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// slowMatch tries all ways to pair and returns the most pairs and, for those,
// the smallest sum of distances.
func slowMatch(truth, pred []detection.Point, o detection.MatchOptions) (pairs int, sum float64) {
	taken := make([]bool, len(pred))
	var try func(t int) (int, float64)
	try = func(t int) (int, float64) {
		if t == len(truth) {
			return 0, 0
		}
		most, least := try(t + 1) // leave t out
		for p := range pred {
			tolerance := o.Tolerance
			if c := truth[t].Class; o.ClassAware && c >= 1 && c <= len(o.ClassTolerances) {
				tolerance = o.ClassTolerances[c-1]
			}
			d := detection.Distance(truth[t], pred[p], o.Spacing)
			if taken[p] || d > tolerance*(1+1e-12) || o.ClassAware && truth[t].Class != pred[p].Class {
				continue
			}
			taken[p] = true
			n, s := try(t + 1)
			taken[p] = false
			if n+1 > most || n+1 == most && s+d < least {
				most, least = n+1, s+d
			}
		}
		return most, least
	}
	return try(0)
}

func sumOf(m detection.Matching) (sum float64) {
	for _, p := range m.Pairs {
		sum += p.Distance
	}
	return sum
}

func isNear(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

func TestMatchEqualsSlowTwin(t *testing.T) {
	pairs := 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 6))
		truth, pred := latticePoints(r, r.IntN(7), 2), latticePoints(r, r.IntN(7), 2)
		opts := detection.MatchOptions{Tolerance: []float64{0, 2, 4, 7, 30}[r.IntN(5)], Spacing: detection.Spacing{1, 0.5, 1}}
		if r.IntN(3) == 0 {
			opts.ClassAware, opts.ClassTolerances = true, []float64{3}
		}
		m, err := detection.Match(truth, pred, opts)
		if err != nil {
			t.Fatal(err)
		}
		checkPartition(t, m, len(truth), len(pred))
		most, least := slowMatch(truth, pred, opts)
		if len(m.Pairs) != most || !isNear(sumOf(m), least) {
			t.Fatalf("seed %d: %d pairs, sum %v; want %d, %v", seed, len(m.Pairs), sumOf(m), most, least)
		}
		for _, p := range m.Pairs {
			if opts.ClassAware && truth[p.Truth].Class != pred[p.Pred].Class {
				t.Fatalf("seed %d: pair %v joins two classes", seed, p)
			}
		}
		pairs += most
	}
	if pairs < 2000 {
		t.Errorf("only %d pairs in 3000 cases: too few to tell anything", pairs)
	}
}

// crowd is a random set of points dense enough for long chains.
func crowd(r *rand.Rand, n int, size float64) []detection.Point {
	points := make([]detection.Point, n)
	for i := range points {
		points[i].Pos = [3]float64{r.Float64() * size / 4, r.Float64() * size, r.Float64() * size}
	}
	return points
}

// Roles can be swapped, units changed and points renamed without any change
// in count and sum, and a larger tolerance never costs a pair.
func TestMatchProperties(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		truth, pred := crowd(r, 150, 40), crowd(r, 130, 40)
		pairs := 0
		for _, tolerance := range []float64{0.5, 2, 4, 8, 100} {
			opts := detection.MatchOptions{Tolerance: tolerance, Spacing: detection.Spacing{2, 1, 1}}
			match := func(truth, pred []detection.Point, o detection.MatchOptions) detection.Matching {
				m, err := detection.Match(truth, pred, o)
				if err != nil {
					t.Fatal(err)
				}
				checkPartition(t, m, len(truth), len(pred))
				return m
			}
			m := match(truth, pred, opts)
			if len(m.Pairs) < pairs {
				t.Errorf("seed %d: %d pairs at tolerance %v, %d at less", seed, len(m.Pairs), tolerance, pairs)
			}
			pairs = len(m.Pairs)

			swapped := match(pred, truth, opts)
			if len(swapped.Pairs) != pairs || !isNear(sumOf(swapped), sumOf(m)) {
				t.Errorf("seed %d: swapped %d pairs, sum %v; want %d, %v", seed, len(swapped.Pairs), sumOf(swapped), pairs, sumOf(m))
			}
			const k = 0.3
			unit := match(truth, pred, detection.MatchOptions{Tolerance: k * tolerance, Spacing: detection.Spacing{2 * k, k, k}})
			if len(unit.Pairs) != pairs || !isNear(sumOf(unit), k*sumOf(m)) {
				t.Errorf("seed %d: in another unit %d pairs, sum %v; want %d, %v", seed, len(unit.Pairs), sumOf(unit), pairs, k*sumOf(m))
			}
			shuffled := slices.Clone(pred)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			other := match(truth, shuffled, opts)
			if len(other.Pairs) != pairs || !isNear(sumOf(other), sumOf(m)) {
				t.Errorf("seed %d: shuffled %d pairs, sum %v; want %d, %v", seed, len(other.Pairs), sumOf(other), pairs, sumOf(m))
			}
			if again := match(truth, pred, opts); !slices.Equal(again.Pairs, m.Pairs) {
				t.Errorf("seed %d: a second run gave other pairs", seed)
			}
		}
	}
}

// No augmenting exchange is left: no pair of pairs gets shorter by swapping
// partners, at a size that the twin cannot check.
func TestMatchNoExchangeHelps(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	truth, pred := crowd(r, 400, 60), crowd(r, 400, 60)
	opts := detection.MatchOptions{Tolerance: 12, Spacing: detection.UnitSpacing}
	m, err := detection.Match(truth, pred, opts)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range m.Pairs {
		for _, b := range m.Pairs[:i] {
			ab := detection.Distance(truth[a.Truth], pred[b.Pred], opts.Spacing)
			ba := detection.Distance(truth[b.Truth], pred[a.Pred], opts.Spacing)
			if ab <= opts.Tolerance && ba <= opts.Tolerance && ab+ba < a.Distance+b.Distance-1e-9 {
				t.Fatalf("pairs %v and %v are shorter the other way round", a, b)
			}
		}
		for _, p := range m.UnmatchedPred {
			if detection.Distance(truth[a.Truth], pred[p], opts.Spacing) < a.Distance-1e-9 {
				t.Fatalf("free point %d is nearer than that of pair %v", p, a)
			}
		}
	}
}
