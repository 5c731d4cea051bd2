package detection_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// line puts points on the x axis.
func line(xs ...float64) []detection.Point {
	var points []detection.Point
	for i, x := range xs {
		points = append(points, detection.Point{ID: i + 1, Pos: [3]float64{0, 0, x}, Prob: 1})
	}
	return points
}

func TestMatch(t *testing.T) {
	classed := func(points []detection.Point, classes ...int) []detection.Point {
		for i := range points {
			points[i].Class = classes[i]
		}
		return points
	}
	aware := func(o *detection.MatchOptions) { o.ClassAware = true }
	tests := []struct {
		name        string
		truth, pred []detection.Point
		mod         func(*detection.MatchOptions)
		want        [][2]int // pairs of indices
	}{
		{name: "nothing"},
		{name: "nothing predicted", truth: line(1)},
		{name: "nothing to find", pred: line(1)},
		{name: "exactly the tolerance", truth: line(0), pred: line(10), want: [][2]int{{0, 0}}},
		{name: "just beyond", truth: line(0), pred: line(10.000001)},
		{name: "tolerance zero takes the same place", truth: line(3), pred: line(3),
			mod: func(o *detection.MatchOptions) { o.Tolerance = 0 }, want: [][2]int{{0, 0}}},
		// The cost of BiaPy, which does not cap distances, finds no pair here.
		{name: "a far pair does not cost a near one", truth: line(0, 20), pred: line(9.9, -10.5), want: [][2]int{{0, 0}}},
		// Greedy by distance pairs 1 with 5 and leaves 0 and 12 alone.
		{name: "two long pairs beat a short one", truth: line(0, 5.5), pred: line(5, 12), want: [][2]int{{0, 0}, {1, 1}}},
		{name: "as many pairs: the smaller sum", truth: line(0, 4), pred: line(3, 4.5), want: [][2]int{{0, 0}, {1, 1}}},
		{name: "one for two: the nearer", truth: line(0, 3), pred: line(2), want: [][2]int{{1, 0}}},
		{name: "one for two, equally near: the first true point", truth: line(0, 4), pred: line(2), want: [][2]int{{0, 0}}},
		{name: "two for one, equally near: the first predicted point", truth: line(2), pred: line(4, 0), want: [][2]int{{0, 0}}},
		{name: "duplicates", truth: line(1, 1, 1), pred: line(1, 1), want: [][2]int{{0, 0}, {1, 1}}},
		{name: "a chain moves up", truth: line(10, 20, 30, 0), pred: line(9, 19, 29, 38), want: [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 0}}},
		{name: "spacing scales x", truth: line(0), pred: line(11),
			mod: func(o *detection.MatchOptions) { o.Spacing = detection.Spacing{1, 1, .5} }, want: [][2]int{{0, 0}}},
		// 3*0.1 is 0.30000000000000004 in float64.
		{name: "rounding does not cost a pair at the tolerance", truth: line(0), pred: line(3),
			mod: func(o *detection.MatchOptions) { o.Spacing, o.Tolerance = detection.Spacing{.1, .1, .1}, .3 }, want: [][2]int{{0, 0}}},
		{name: "classes do not matter by default", truth: classed(line(0), 1), pred: classed(line(1), 2), want: [][2]int{{0, 0}}},
		{name: "class aware", truth: classed(line(0, 5), 1, 2), pred: classed(line(1, 4, 6), 2, 1, 3), mod: aware,
			want: [][2]int{{0, 1}, {1, 0}}},
		{name: "tolerance per class, the general one beyond the list", truth: classed(line(0, 100, 200), 1, 2, 0), pred: classed(line(5, 105, 205), 1, 2, 0),
			mod: func(o *detection.MatchOptions) { o.ClassAware, o.ClassTolerances = true, []float64{4} }, want: [][2]int{{1, 1}, {2, 2}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultMatchOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			m, err := detection.Match(tt.truth, tt.pred, opts)
			if err != nil {
				t.Fatal(err)
			}
			var got [][2]int
			for _, p := range m.Pairs {
				got = append(got, [2]int{p.Truth, p.Pred})
				if d := detection.Distance(tt.truth[p.Truth], tt.pred[p.Pred], opts.Spacing); d != p.Distance {
					t.Errorf("pair %+v: the distance is %v", p, d)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("pairs %v, want %v", got, tt.want)
			}
			checkPartition(t, m, len(tt.truth), len(tt.pred))
		})
	}
}

// checkPartition holds that each point is in one pair or unmatched, in order.
func checkPartition(t *testing.T, m detection.Matching, truths, preds int) {
	t.Helper()
	truth, pred := slices.Clone(m.UnmatchedTruth), slices.Clone(m.UnmatchedPred)
	if !slices.IsSorted(truth) || !slices.IsSorted(pred) {
		t.Error("unmatched points are not in order")
	}
	last := -1
	for _, p := range m.Pairs {
		if p.Truth <= last {
			t.Error("pairs are not in order")
		}
		last = p.Truth
		truth, pred = append(truth, p.Truth), append(pred, p.Pred)
	}
	slices.Sort(truth)
	slices.Sort(pred)
	for _, side := range []struct {
		got []int
		n   int
	}{{truth, truths}, {pred, preds}} {
		if len(side.got) != side.n {
			t.Errorf("%d points are accounted for, want %d", len(side.got), side.n)
			continue
		}
		for i, v := range side.got {
			if i != v {
				t.Errorf("point %d is missing or there twice", i)
			}
		}
	}
	if s := m.Score(); s != (detection.Score{TP: len(m.Pairs), FP: preds - len(m.Pairs), FN: truths - len(m.Pairs)}) {
		t.Errorf("score %+v", s)
	}
}

func TestMatchErrors(t *testing.T) {
	truth, pred := line(math.NaN()), line(1, math.Inf(-1))
	opts := detection.MatchOptions{Tolerance: math.Inf(1), ClassTolerances: []float64{-1}, Spacing: detection.Spacing{1, math.NaN(), 1}}
	_, err := detection.Match(truth, pred, opts)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"true point 0 lies at", "predicted point 1 lies at", "Tolerance is +Inf", "ClassTolerances[0] is -1",
		"spacing along y is NaN", "ClassTolerances are set without ClassAware"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}

// Memory grows with the number of points, not with the number of pairs: a
// table of 10,000 x 10,000 distances alone would take 800 MB.
func TestMatchIsSparse(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	truth, pred := crowd(r, 10_000, 4096), crowd(r, 10_000, 4096)
	for _, points := range [][]detection.Point{truth, pred} {
		for i := range points {
			points[i].Pos[0] = 0
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := detection.Match(truth, pred, detection.DefaultMatchOptions())
	runtime.ReadMemStats(&after)
	if err != nil || len(m.Pairs) < 1000 {
		t.Fatalf("%d pairs, %v", len(m.Pairs), err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d MB allocated, want at most 16", used>>20)
	}
}
