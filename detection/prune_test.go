package detection_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// scored is a 2D prediction.
func scored(y, x, prob float64, class int) detection.Point {
	return detection.Point{Pos: [3]float64{0, y, x}, Prob: prob, Class: class}
}

func TestRemoveClosePoints(t *testing.T) {
	type points = []detection.Point
	tests := []struct {
		name   string
		points points
		mod    func(*detection.PruneOptions)
		want   []int
	}{
		{name: "none"},
		{name: "exactly the radius apart: the weaker goes", points: points{scored(0, 0, .5, 0), scored(0, 6, .9, 0)}, want: []int{1}},
		{name: "beyond it both stay, better first", points: points{scored(0, 0, .5, 0), scored(0, 6.01, .9, 0)}, want: []int{1, 0}},
		{name: "equal probability: the first stays", points: points{scored(0, 0, .5, 0), scored(0, 1, .5, 0)}, want: []int{0}},
		{name: "a removed point removes nothing",
			points: points{scored(0, 0, .9, 0), scored(0, 5, .8, 0), scored(0, 10, .7, 0)}, want: []int{0, 2}},
		{name: "radius zero: only the same place",
			points: points{scored(1, 1, .9, 0), scored(1, 1, .8, 0), scored(1, 1.1, .7, 0)},
			mod:    func(o *detection.PruneOptions) { o.Radius = 0 }, want: []int{0, 2}},
		// BiaPy in 2D scales z and y but never x.
		{name: "spacing scales x", points: points{scored(0, 0, .9, 0), scored(0, 10, .8, 0)},
			mod: func(o *detection.PruneOptions) { o.Spacing = detection.Spacing{1, 1, .5} }, want: []int{0}},
		// BiaPy truncates scaled coordinates of whole numbers: 10 and 11 become one.
		{name: "spacing keeps fractions", points: points{scored(0, 10, .9, 0), scored(0, 11, .8, 0)},
			mod: func(o *detection.PruneOptions) { o.Spacing, o.Radius = detection.Spacing{1, 1, .5}, .4 }, want: []int{0, 1}},
		// 3*0.1 is 0.30000000000000004 in float64.
		{name: "rounding does not spare a point at the radius", points: points{scored(0, 0, .9, 0), scored(0, 3, .8, 0)},
			mod: func(o *detection.PruneOptions) { o.Spacing, o.Radius = detection.Spacing{.1, .1, .1}, .3 }, want: []int{0}},
		{name: "classes compete by default", points: points{scored(0, 0, .9, 1), scored(0, 1, .8, 2)}, want: []int{0}},
		{name: "per class they do not", points: points{scored(0, 0, .9, 1), scored(0, 1, .8, 2), scored(0, 2, .7, 1)},
			mod: func(o *detection.PruneOptions) { o.PerClass = true }, want: []int{0, 1}},
		{name: "a radius for each class, the general one beyond the list",
			points: points{scored(0, 0, .9, 1), scored(0, 3, .8, 1), scored(50, 0, .7, 2), scored(50, 3, .6, 2), scored(90, 0, .5, 0), scored(90, 3, .4, 0)},
			mod:    func(o *detection.PruneOptions) { o.PerClass, o.ClassRadii = true, []float64{2} }, want: []int{0, 1, 2, 4}},
		{name: "across classes with the smallest radius",
			points: points{scored(0, 0, .9, 1), scored(0, 2, .8, 2), scored(0, 8, .7, 1), scored(0, 10.5, .6, 2)},
			mod: func(o *detection.PruneOptions) {
				o.PerClass, o.AcrossClasses, o.ClassRadii = true, true, []float64{6, 2}
			}, want: []int{0, 2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultPruneOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			before := slices.Clone(tt.points)
			kept, indices, err := detection.RemoveClosePoints(tt.points, opts)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(indices, tt.want) {
				t.Fatalf("kept %v, want %v", indices, tt.want)
			}
			for k, i := range indices {
				want := tt.points[i]
				want.ID = k + 1
				if kept[k] != want {
					t.Errorf("point %d is %+v, want %+v", k, kept[k], want)
				}
			}
			if !slices.Equal(before, tt.points) {
				t.Error("the input was modified")
			}
		})
	}
}

// slowRemove is the rule with a look at all pairs.
func slowRemove(points []detection.Point, order []int, spacing detection.Spacing, radius func(class int) float64, sameClass bool) []int {
	var kept []int
	for _, i := range order {
		if !slices.ContainsFunc(kept, func(k int) bool {
			if sameClass && points[k].Class != points[i].Class {
				return false
			}
			return detection.Distance(points[k], points[i], spacing) <= radius(points[i].Class)*(1+1e-12)
		}) {
			kept = append(kept, i)
		}
	}
	return kept
}

func TestRemoveClosePointsEqualsSlowTwin(t *testing.T) {
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 4))
		points := latticePoints(r, r.IntN(60), 3)
		opts := detection.DefaultPruneOptions()
		opts.Spacing = detection.Spacing{0.25 + r.Float64()*3, 1, 0.5}
		opts.Radius = []float64{0, 0.5, 2, 5, 100}[r.IntN(5)]
		opts.PerClass = r.IntN(2) == 0
		if opts.PerClass {
			opts.ClassRadii = []float64{r.Float64() * 4, 3, r.Float64()}[:r.IntN(4)]
			opts.AcrossClasses = r.IntN(2) == 0
		}
		_, got, err := detection.RemoveClosePoints(points, opts)
		if err != nil {
			t.Fatal(err)
		}
		order := make([]int, len(points))
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(a, b int) bool { return points[order[a]].Prob > points[order[b]].Prob })
		smallest := math.Inf(1)
		radius := func(class int) float64 {
			if opts.PerClass && class >= 1 && class <= len(opts.ClassRadii) {
				return opts.ClassRadii[class-1]
			}
			return opts.Radius
		}
		for _, p := range points {
			smallest = min(smallest, radius(p.Class))
		}
		want := slowRemove(points, order, opts.Spacing, radius, opts.PerClass)
		if opts.AcrossClasses {
			want = slowRemove(points, want, opts.Spacing, func(int) float64 { return smallest }, false)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: kept %v, want %v", seed, got, want)
		}
	}
}

// latticePoints lie on a coarse lattice, with half steps, so that equal
// distances, equal places and equal probabilities occur. Some lie far out.
func latticePoints(r *rand.Rand, n, classes int) []detection.Point {
	points := make([]detection.Point, n)
	for i := range points {
		for a, size := range []int{5, 12, 12} {
			points[i].Pos[a] = float64(r.IntN(2*size)) / 2
		}
		if r.IntN(30) == 0 {
			points[i].Pos[r.IntN(3)] = -1e12 * r.Float64()
		}
		points[i].Prob = float64(r.IntN(10)) / 10
		points[i].Class = r.IntN(classes + 1)
	}
	detection.Renumber(points)
	return points
}

// What is kept lies further apart than the radius, and what is removed has a
// kept point, no worse, within it.
func TestRemoveClosePointsCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	points := latticePoints(r, 500, 0)
	opts := detection.DefaultPruneOptions()
	opts.Radius = 2
	kept, indices, err := detection.RemoveClosePoints(points, opts)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range points {
		near := 0
		for _, k := range kept {
			if detection.Distance(p, k, opts.Spacing) <= opts.Radius && k.Prob >= p.Prob {
				near++
			}
		}
		if isKept := slices.Contains(indices, i); near == 0 || isKept && near > 1 {
			t.Errorf("point %d (kept: %v) has %d kept points within the radius that are no worse", i, isKept, near)
		}
	}
}

func TestRemoveClosePointsErrors(t *testing.T) {
	points := []detection.Point{scored(0, 0, 1, 0), scored(math.NaN(), 0, 1, 0), scored(0, 0, math.Inf(1), 0)}
	opts := detection.PruneOptions{Radius: -1, ClassRadii: []float64{1, math.NaN()}, AcrossClasses: true}
	_, _, err := detection.RemoveClosePoints(points, opts)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"point 1 lies at", "point 2 has probability +Inf", "Radius is -1", "ClassRadii[1] is NaN",
		"Spacing: spacing along z is 0", "ClassRadii are set without PerClass", "AcrossClasses is set without PerClass"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}

// A removed point is removed by the first point of those kept, by descending
// probability, that is near enough; and a point is kept where none removes it.
func TestRemovedBy(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		points := make([]detection.Point, r.IntN(60))
		for i := range points {
			points[i] = scored(float64(r.IntN(30)), float64(r.IntN(30)), float64(r.IntN(8))/8, 1+r.IntN(2))
		}
		o := detection.DefaultPruneOptions()
		o.Radius, o.Spacing = float64(r.IntN(7)), detection.Spacing{1, 1, 0.5}
		o.PerClass = r.IntN(2) == 0
		by, err := detection.RemovedBy(points, o)
		if err != nil {
			t.Fatal(err)
		}
		_, kept, err := detection.RemoveClosePoints(points, o)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range points {
			want := -1
			if !slices.Contains(kept, i) {
				for _, k := range kept {
					if (!o.PerClass || points[k].Class == p.Class) && detection.Distance(p, points[k], o.Spacing) <= o.Radius*(1+1e-12) {
						want = k
						break
					}
				}
				if want < 0 {
					t.Fatalf("point %d of %+v is removed and nothing is near: %+v", i, points, o)
				}
			}
			if by[i] != want {
				t.Fatalf("point %d is removed by %d, want %d: %+v, %+v", i, by[i], want, points, o)
			}
		}
	}
}

// In the second pass a point of another class removes; one that it removes itself
// may have removed others before.
func TestRemovedByAcrossClasses(t *testing.T) {
	o := detection.DefaultPruneOptions()
	o.PerClass, o.AcrossClasses = true, true
	points := []detection.Point{scored(0, 0, .9, 1), scored(0, 4, .8, 2), scored(0, 8, .7, 2), scored(0, 30, .6, 2)}
	by, err := detection.RemovedBy(points, o)
	if err != nil || !slices.Equal(by, []int{-1, 0, 1, -1}) {
		t.Errorf("removed by %v: %v", by, err)
	}
	if _, err := detection.RemovedBy([]detection.Point{scored(math.NaN(), 0, 1, 0)}, o); err == nil {
		t.Error("a place that is not finite: no error")
	}
}
