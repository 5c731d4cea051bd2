//go:build peer

package widgets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// scriptOf loads the script of editors into an empty page, where window.run is an
// expression of it.
func scriptOf(t *testing.T, expression string) *browser.Page {
	t.Helper()
	p := browser.Open(t)
	p.Load("<!DOCTYPE html><title>script</title>")
	script, err := read("kit.js", editorFiles)
	if err != nil {
		t.Fatal(err)
	}
	p.Eval("(async () => { window.run = (function () {\n"+script+"\nreturn "+expression+"; })(); })()", nil)
	return p
}

// awkward is a finite number of any size: bit patterns, numbers of few digits,
// those next to them, powers of ten and two, the ends.
func awkward(r *rand.Rand) float64 {
	v := 0.0
	switch r.IntN(8) {
	case 0:
		for v = math.NaN(); math.IsNaN(v) || math.IsInf(v, 0); {
			v = math.Float64frombits(r.Uint64())
		}
	case 1:
		v, _ = strconv.ParseFloat(fmt.Sprintf("%d.%0*de%d", r.IntN(10), 1+r.IntN(3), r.IntN(1000), r.IntN(40)-20), 64)
	case 2:
		v = math.Pow(10, float64(r.IntN(60)-30))
	case 3:
		v = math.Ldexp(1, r.IntN(2100)-1074)
	case 4:
		v = float64(r.IntN(2_000_000)) / 100
	case 5:
		v = r.Float64() * 2048
	case 6:
		v = float64(r.IntN(4_000_000))
	case 7:
		v = []float64{0, math.Copysign(0, -1), 1, 999999.5, 1e6, 1e21, 1e-4, 1e-5, 0.1 + 0.2, 1 << 53, 1<<53 + 2, math.MaxFloat64, math.SmallestNonzeroFloat64, 5e-324, 2.2250738585072014e-308, 123456.7, 0.00012345}[r.IntN(17)]
	}
	if r.IntN(3) == 0 {
		v = math.Nextafter(v, math.Inf(1-2*r.IntN(2)))
	}
	if r.IntN(2) == 0 {
		v = -v
	}
	if math.IsInf(v, 0) {
		return 0
	}
	return v
}

// The script writes, byte for byte, the file that package detection writes.
func TestScriptWritesTheFileOfGo(t *testing.T) {
	p := scriptOf(t, `sets => sets.map(({ points: { pos, prob, classes }, columns }) => {
  const p = doubles(pos), q = doubles(prob), k = classes ? doubles(classes) : null;
  return csvOf(Array.from(q, (prob, i) => ({ pos: [...p.subarray(3 * i, 3 * i + 3)], prob, kind: k ? k[i] : 0 })), columns);
})`)
	const rounds, each = 25, 200
	for round := range rounds {
		r := rand.New(rand.NewPCG(uint64(round), 11))
		var sent []map[string]any
		var want []string
		for range each {
			o := detection.WritePointsOptions{NDim: 2 + r.IntN(2), Class: r.IntN(2) == 0, Probability: r.IntN(2) == 0}
			points := make([]detection.Point, r.IntN(25))
			for i := range points {
				points[i] = detection.Point{Pos: [3]float64{awkward(r), awkward(r), awkward(r)}, Prob: math.Mod(math.Abs(awkward(r)), 1), Class: 1 + r.IntN(12)}
				if o.NDim == 2 {
					points[i].Pos[0] = 0
				}
			}
			var b bytes.Buffer
			if err := detection.WritePoints(&b, points, o); err != nil {
				t.Fatal(err)
			}
			want = append(want, b.String())
			sent = append(sent, map[string]any{"points": packed(points), "columns": map[string]any{"ndim": o.NDim, "classes": o.Class, "probability": o.Probability}})
		}
		text, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		p.Eval(fmt.Sprintf("window.run(%s)", text), &got)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("round %d, set %d: the script writes\n%s\nwant\n%s", round, i, got[i], want[i])
			}
		}
	}
	p.Clean()
}

// The script snaps to where Go snaps.
func TestScriptSnapsAsGo(t *testing.T) {
	p := scriptOf(t, `async ({ raster, radius, places }) => {
  const r = new Raster(raster);
  for (let z = 0; z < r.depth; z++) await r.load(z);
  return places.flatMap(p => [snapped(r, p, radius, false), snapped(r, p, radius, true)]);
}`)
	for round := range uint64(60) {
		r := rand.New(rand.NewPCG(round, 12))
		v := detection.NewVolume([3]int{1 + r.IntN(3), 5 + r.IntN(40), 5 + r.IntN(40)}, 1+r.IntN(3))
		top, fine := []float64{3, 200, 4000}[r.IntN(3)], r.IntN(2) == 0
		for i := range v.Data {
			v.Data[i] = float32(math.Floor(r.Float64() * top))
			if fine && i%v.Channels == 0 {
				v.Data[i] = float32(r.NormFloat64())
				if r.IntN(30) == 0 {
					v.Data[i] = float32([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[r.IntN(3)])
				}
			}
		}
		o := DefaultEditorOptions()
		o.SnapRadius = float64(1+r.IntN(12)) / 2
		o.SnapRadius = max(o.SnapRadius, 1)
		e, err := NewEditor(v, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		if round%3 == 0 { // as where the page cannot hold all digits
			for c := range e.raster.Bands {
				e.raster.Bands[c].round(1 + r.IntN(3))
			}
			e.raster.Planes = e.raster.pack(v)
		}
		var places [][3]float64
		var want [][3]float64
		for range 100 {
			pos := [3]float64{float64(r.IntN(v.Dims[0])), r.Float64()*float64(v.Dims[1]) - 0.5, r.Float64()*float64(v.Dims[2]) - 0.5}
			if r.IntN(3) == 0 {
				pos[0] = min(max(pos[0]+r.Float64()-0.5, 0), float64(v.Dims[0]-1))
			}
			places, want = append(places, pos), append(want, e.Snap(pos, SnapBright), e.Snap(pos, SnapDark))
		}
		text, err := json.Marshal(map[string]any{"raster": e.raster, "radius": o.SnapRadius, "places": places})
		if err != nil {
			t.Fatal(err)
		}
		var got [][3]float64
		p.Eval(fmt.Sprintf("window.run(%s)", text), &got)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("round %d: %v snaps to %v, want %v", round, places[i/2], got[i], want[i])
			}
		}
	}
	p.Clean()
}

// quoted is a text as a literal of JavaScript.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}
