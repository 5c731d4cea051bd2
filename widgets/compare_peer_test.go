//go:build peer

package widgets

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/internal/browser"
)

// Counts and scores are those of Go, in the table and to the last digit; the
// cursor says the values of both images, and the points of both sets.
func TestCompareShowsWhatGoComputes(t *testing.T) {
	s := newSample(t, [3]int{1, 180, 240}, 60, 1, 41)
	a, b := twoModels(t, s)
	b.Image = normalised(t, s.image)
	c := newCompare(t, a, b, func(o *CompareOptions) { o.Truth, o.Match.Tolerance = s.truth, 4.5 })
	p := browser.Open(t)
	p.Size(1240, 1000, "light")
	p.Load(page(t, c))
	p.Ready()
	got, m := p.Shown(0), c.Matching().Score()
	want := map[string]float64{"both": float64(m.TP), "onlyA": float64(m.FN), "onlyB": float64(m.FP)}
	rows := [][]string{{"points"}, {"found (TP)"}, {"false (FP)"}, {"missed (FN)"}, {"F1"}, {"precision"}, {"recall"}}
	for k, sc := range c.Scores() {
		for key, v := range map[string]float64{"tp": float64(sc.TP), "fp": float64(sc.FP), "fn": float64(sc.FN), "f1": sc.F1(), "precision": sc.Precision(), "recall": sc.Recall()} {
			want[key+"AB"[k:k+1]] = v
		}
		for i, text := range []string{fmt.Sprint(len(c.versions[k].Points)), fmt.Sprint(sc.TP), fmt.Sprint(sc.FP), fmt.Sprint(sc.FN), fmt.Sprintf("%.3f", sc.F1()), fmt.Sprintf("%.3f", sc.Precision()), fmt.Sprintf("%.3f", sc.Recall())} {
			rows[i] = append(rows[i], text)
		}
	}
	for key, v := range want {
		if math.Float64bits(got[key]) != math.Float64bits(v) {
			t.Errorf("%s is %v, want %v", key, got[key], v)
		}
	}
	var table [][]string
	p.Eval(`[...explorers.root(0).querySelectorAll("tbody tr")].map(r => [...r.children].map(c => c.textContent))`, &table)
	if fmt.Sprint(table) != fmt.Sprint(rows) {
		t.Errorf("the table says %v, want %v", table, rows)
	}
	found := c.payload().Found
	if got, want := texts(p, ".scores-of p"), fmt.Sprintf("Of %d true points both find %d, only small %d, only large %d, none %d.", len(s.truth), found[0], found[1], found[2], found[3]); len(got) != 1 || got[0] != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if got, want := texts(p, ".legend b"), []string{fmt.Sprint(m.TP), fmt.Sprint(m.FN), fmt.Sprint(m.FP)}; !slices.Equal(got, want) {
		t.Errorf("the legend counts %v, want %v", got, want)
	}

	w := fitted(p, 0, s.image.Dims)
	for k := range 12 {
		x, y := w.rect.At(0.1+0.07*float64(k), 0.3+0.03*float64(k)) // on both sides of the divider
		x, y = math.Round(x), math.Round(y)
		p.Hover(x, y)
		row, column, inside := w.voxel(x, y)
		if !inside {
			continue
		}
		got := p.Shown(0)
		if va, vb := float64(s.image.At(0, row, column, 0)), float64(b.Image.At(0, row, column, 0)); got["valueA0"] != va || got["valueB0"] != vb || got["y"] != float64(row) || got["x"] != float64(column) {
			t.Errorf("at (%d, %d) it says %v, want %v and %v", row, column, got, va, vb)
		}
	}
	pair := c.Matching().Pairs[0]
	one, other := a.Points[pair.Truth], b.Points[pair.Pred]
	p.Hover(w.rect[0]+w.left+(one.Pos[2]+0.5)*w.scale, w.rect[1]+w.top+(one.Pos[1]+0.5)*w.scale)
	if got, want := strings.Join(texts(p, ".readout .values"), ""), fmt.Sprintf("small point %d, probability %v, as large's %d", one.ID, float(one.Prob, 7), other.ID); !strings.Contains(got, want) {
		t.Errorf("on a point of both it says %q, want %q", got, want)
	}
	choose(p, "errors")
	scores := c.Scores()
	if got, want := texts(p, ".legend b"), []string{fmt.Sprintf("%d / %d", scores[0].TP, scores[1].TP), fmt.Sprintf("%d / %d", scores[0].FP, scores[1].FP), fmt.Sprintf("%d / %d", scores[0].FN, scores[1].FN)}; !slices.Equal(got, want) {
		t.Errorf("against the true points the legend counts %v, want %v", got, want)
	}
	p.Clean()
}

// The divider by mouse and keys; side by side, where both move together; blinking,
// by itself and by hand.
func TestCompareModes(t *testing.T) {
	s := newSample(t, [3]int{4, 100, 140}, 40, 1, 42)
	a, b := twoModels(t, s)
	c := newCompare(t, a, b, func(o *CompareOptions) { o.Truth, o.Z = s.truth, 1 })
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(page(t, c))
	p.Ready()
	clips := func() (left, right float64) {
		var texts []string
		p.Eval(`[...explorers.root(0).querySelectorAll(".view")].map(v => v.style.clipPath)`, &texts)
		left, right = math.NaN(), math.NaN()
		fmt.Sscanf(texts[0], "inset(0px %f%% 0px 0px)", &left)
		fmt.Sscanf(texts[1], "inset(0px 0px 0px %f%%)", &right)
		return left, right
	}
	check := func(what string, at float64) {
		t.Helper()
		left, right := clips()
		if got := p.Shown(0)["divider"]; math.Abs(got-at) > 0.01 || math.Abs(left-100+100*got) > 0.01 || math.Abs(right-100*got) > 0.01 {
			t.Errorf("%s: the divider is at %v, want %v; cut are %v and %v %%", what, got, at, left, right)
		}
	}
	check("to begin with", 0.5)
	box := p.Find(0, ".versions", 0)
	x, y := box.At(0.5, 0.3)
	to, _ := box.At(0.8, 0.3)
	zoom := p.Shown(0)["zoom"]
	p.Drag(x, y, to, y)
	check("dragged", 0.8)
	p.Focus(0, ".divider")
	p.Keys(kb.ArrowLeft, kb.ArrowLeft, kb.PageDown)
	check("by keys", 0.56)
	p.Keys(kb.Home)
	check("Home", 0)
	p.Keys(kb.End)
	check("End", 1)
	if p.Shown(0)["zoom"] != zoom {
		t.Error("the divider has changed the zoom")
	}

	choose(p, "side")
	var boxes []browser.Rect
	p.Eval(`[...explorers.root(0).querySelectorAll(".view")].map(v => { const r = v.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })`, &boxes)
	if left, right := clips(); !math.IsNaN(left) || !math.IsNaN(right) || boxes[1][0] < boxes[0][0]+boxes[0][2] || math.Abs(boxes[0][2]-boxes[1][2]) > 1 {
		t.Errorf("side by side: boxes %v, cut %v and %v", boxes, left, right)
	}
	second := p.Find(0, ".view", 1)
	x, y = second.At(0.3, 0.4)
	p.Wheel(math.Round(x), math.Round(y), -500)
	first, _ := nthCanvas(t, p, 0, "image")
	other, _ := nthCanvas(t, p, 1, "image")
	if !slices.Equal(first, other) || p.Shown(0)["zoom"] < 1.5*zoom/2 {
		t.Error("side by side: both show one image, and show another part of it")
	}
	marks, _ := nthCanvas(t, p, 0, "marks")
	others, _ := nthCanvas(t, p, 1, "marks")
	if slices.Equal(marks, others) {
		t.Error("side by side: the same marks on both")
	}

	choose(p, "blink")
	front := func() (k int) {
		p.Eval(`[...explorers.root(0).querySelectorAll(".view")].findIndex(v => !v.classList.contains("behind"))`, &k)
		return k
	}
	seen := map[int]bool{}
	for range 30 {
		seen[front()] = true
		p.Eval("new Promise(r => setTimeout(r, 100))", nil)
	}
	if !seen[0] || !seen[1] {
		t.Errorf("in three seconds only version %v is seen", seen)
	}
	p.Eval(`explorers.root(0).querySelector("input.auto").click()`, nil)
	p.Eval("explorers.painted()", nil)
	before := front()
	p.Eval("new Promise(r => setTimeout(r, 1500))", nil)
	if front() != before {
		t.Error("it blinks though that is switched off")
	}
	p.Focus(0, ".view")
	p.Keys("f")
	if front() != 1-before {
		t.Error("F does not show the other one")
	}
	p.Eval("new Promise(r => setTimeout(r, 700))", nil)
	var said string
	if p.Eval(`explorers.root(0).querySelector("[role=status]").textContent`, &said); said != []string{"small.", "large."}[1-before] {
		t.Errorf("the live region says %q", said)
	}
	p.Keys(kb.PageUp, "c")
	until(t, p, 0, "z", 2)
	if got := p.Shown(0); got["z"] != 2 || got["valueA0"] != float64(s.image.At(2, int(got["y"]), int(got["x"]), 0)) {
		t.Errorf("a plane up from 1 is %v", got)
	}
	unnamed(t, p, 0)
	p.Clean()
}

func TestCompareLooks(t *testing.T) {
	s := newSample(t, [3]int{5, 200, 260}, 60, 1, 3)
	a, b := twoModels(t, s)
	b.Image = normalised(t, s.image)
	html := page(t, newCompare(t, a, b, func(o *CompareOptions) { o.Truth = s.truth }))
	looks(t, "compare", html)
	p := browser.Open(t)
	p.Size(1240, 1000, "light")
	p.Load(html)
	p.Ready()
	choose(p, "side")
	p.Screenshot("compare-side")
	choose(p, "blink")
	choose(p, "errors")
	p.Screenshot("compare-blink")
	p.Clean()
}

// A stepper and comparisons on one page do not mix.
func TestWidgetsShareAPage(t *testing.T) {
	s := newSample(t, [3]int{1, 90, 120}, 20, 1, 43)
	a, b := twoModels(t, s)
	c := newCompare(t, a, b, nil)
	var html strings.Builder
	if err := WritePage(&html, "All", c, newStepper(t, s, nil), c, newStepper(t, s, nil), newViewer(t, s, nil)); err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(html.String())
	p.Ready()
	p.Eval(`explorers.root(2).querySelector("input[value=side]").click()`, nil)
	p.Eval(`explorers.root(3).querySelector("button.alone").click()`, nil)
	p.Eval(`explorers.root(3).querySelector("input[value='4']").click()`, nil)
	p.Eval("explorers.painted()", nil)
	var modes []string
	p.Eval(`[0, 2].map(i => explorers.root(i).querySelector("input[type=radio]:checked").value)`, &modes)
	if !slices.Equal(modes, []string{"swipe", "side"}) {
		t.Errorf("the comparisons are in %v", modes)
	}
	if a, b := p.Shown(1)["stage"], p.Shown(3)["stage"]; a != -1 || b != 4 {
		t.Errorf("the steppers are at %v and %v, want -1 and 4", a, b)
	}
	p.Clean()
}
