//go:build peer

package widgets

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// engineCase is a small set of points for the engine alone.
type engineCase struct {
	pred, truth                         []detection.Point
	spacing                             detection.Spacing
	perClass, acrossClasses, classAware bool
	setting                             Setting
}

// newEngineCase draws points on a lattice of half steps, so that equal
// distances, pairs at exactly the limit, equal probabilities and equal places
// are common, in a space so small that clusters crowd.
func newEngineCase(r *rand.Rand) engineCase {
	c := engineCase{spacing: detection.UnitSpacing}
	if r.IntN(2) == 0 {
		steps := []float64{0.1, 0.25, 0.3, 0.65, 1, 2}
		c.spacing = detection.Spacing{steps[r.IntN(6)], steps[r.IntN(6)], steps[r.IntN(6)]}
	}
	size, depth, kinds := 4+r.IntN(24), 1+r.IntN(2)*r.IntN(4), 1+r.IntN(3)
	draw := func(n int) []detection.Point {
		points := make([]detection.Point, n)
		for i := range points {
			points[i] = detection.Point{Pos: [3]float64{float64(r.IntN(depth)), float64(r.IntN(2*size)) / 2, float64(r.IntN(2*size)) / 2}}
			points[i].Prob = float64(float32(r.IntN(12)) / 12)
			if kinds > 1 {
				points[i].Class = r.IntN(kinds)
			}
			if r.IntN(60) == 0 {
				points[i].Pos[2] = 1e9 * (r.Float64() - 0.5)
			}
			if r.IntN(4) == 0 {
				points[i].Pos[1] += r.NormFloat64()
			}
		}
		return points
	}
	c.pred, c.truth = draw(r.IntN(60)), draw(r.IntN(50))
	slices.SortStableFunc(c.pred, func(a, b detection.Point) int { return int(math.Round((b.Prob - a.Prob) * 1e6)) })
	c.perClass = r.IntN(2) == 0
	c.acrossClasses = c.perClass && r.IntN(2) == 0
	c.classAware = r.IntN(2) == 0
	// limits that pairs on the lattice meet exactly: whole and half steps, the
	// diagonal of a square, 3-4-5, and such in units of the spacing
	limits := []float64{0.5, 1, 1.5, 2, 2.5, 3, 5, math.Sqrt2, math.Sqrt(5), math.Sqrt(13), 3 * c.spacing[2], 2.5 * c.spacing[1], 0.3, r.Float64() * 6}
	c.setting = Setting{Threshold: float64(r.IntN(14)-1) / 12, Radius: limits[r.IntN(len(limits))], Tolerance: limits[r.IntN(len(limits))]}
	if r.IntN(4) == 0 {
		c.setting.Radius = 0
	}
	return c
}

// want is the outcome by package detection: the predicted index of each pair,
// by true point, and how many are kept.
func (c engineCase) want(t *testing.T) (score detection.Score, mates []int) {
	t.Helper()
	points := c.pred[:countAbove(c.pred, c.setting.Threshold)]
	own := make([]int, len(points))
	for i := range own {
		own[i] = i
	}
	if c.setting.Radius > 0 {
		var err error
		prune := detection.PruneOptions{Radius: c.setting.Radius, Spacing: c.spacing, PerClass: c.perClass, AcrossClasses: c.acrossClasses}
		if points, own, err = detection.RemoveClosePoints(points, prune); err != nil {
			t.Fatal(err)
		}
	}
	m, err := detection.Match(c.truth, points, detection.MatchOptions{Tolerance: c.setting.Tolerance, Spacing: c.spacing, ClassAware: c.classAware})
	if err != nil {
		t.Fatal(err)
	}
	mates = make([]int, len(c.truth))
	for i := range mates {
		mates[i] = -1
	}
	for _, p := range m.Pairs {
		mates[p.Truth] = own[p.Pred]
	}
	return m.Score(), mates
}

func (c engineCase) data() payload {
	truth := doubles(c.truth, position)
	return payload{
		Space: c.spacing, Prob: doubles(c.pred, func(p detection.Point) []float64 { return []float64{p.Prob} }), Peaks: doubles(c.pred, position),
		Classes: classes(c.pred), Truth: &truth, TruthClasses: classes(c.truth),
		PerClass: c.perClass, AcrossClasses: c.acrossClasses, ClassAware: c.classAware,
	}
}

// The engine of the script gives, on thousands of awkward sets of points, the
// counts of Go, and the same pairs.
func TestEngineEqualsGo(t *testing.T) {
	p := browser.Open(t)
	p.Load("<!DOCTYPE html><title>engine</title>")
	script, err := read("kit.js", explorerFiles)
	if err != nil {
		t.Fatal(err)
	}
	p.Eval("(async () => { window.engine = (function () {\n"+script+`
return cases => cases.map(c => {
  const e = new Engine(c.data);
  e.setTolerance(c.tolerance); e.setRadius(c.radius);
  const k = e.keptAt(c.threshold), s = e.scoreOf(k);
  return { tp: s.tp, fp: s.fp, fn: s.fn, mates: [...e.match(k)] };
}); })(); })()`, nil)
	const rounds, each = 20, 400
	for round := range rounds {
		r := rand.New(rand.NewPCG(uint64(round), 77))
		cases := make([]engineCase, each)
		sent := make([]map[string]any, each)
		for i := range cases {
			cases[i] = newEngineCase(r)
			s := cases[i].setting
			sent[i] = map[string]any{"data": cases[i].data(), "threshold": s.Threshold, "radius": s.Radius, "tolerance": s.Tolerance}
		}
		text, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		var got []struct {
			TP, FP, FN int
			Mates      []int
		}
		p.Eval(fmt.Sprintf("window.engine(%s)", text), &got)
		for i, c := range cases {
			score, mates := c.want(t)
			if g := (detection.Score{TP: got[i].TP, FP: got[i].FP, FN: got[i].FN}); g != score {
				t.Fatalf("round %d, case %d: the script counts %+v, Go %+v: %+v", round, i, g, score, c)
			}
			if !slices.Equal(got[i].Mates, mates) {
				t.Fatalf("round %d, case %d: the script pairs %v, Go %v: %+v", round, i, got[i].Mates, mates, c)
			}
		}
	}
	p.Clean()
}
