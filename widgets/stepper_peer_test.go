//go:build peer

package widgets

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// The numbers of every stage are those of Go, in 2D, in 3D and with classes.
func TestStepperShowsWhatGoComputes(t *testing.T) {
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	for name, set := range map[string]struct {
		sample
		change func(*StepperOptions)
	}{
		"plain": {newSample(t, [3]int{1, 200, 300}, 60, 1, 1), func(o *StepperOptions) { o.Detect.Prune.Radius = 11 }},
		"volume": {newSample(t, [3]int{7, 96, 96}, 40, 1, 2), func(o *StepperOptions) {
			o.Detect.Smooth, o.Detect.Refine, o.Detect.Prune.Radius = [3]float64{0.5, 1, 1}, detection.RefinePeak, 9
		}},
		"classes": {newSample(t, [3]int{1, 160, 160}, 50, 3, 3), func(o *StepperOptions) {
			o.Detect.Prune.PerClass, o.Detect.Prune.AcrossClasses, o.Match.ClassAware, o.Detect.Prune.Radius = true, true, true, 13
		}},
		"unknown": {sample{image: newSample(t, [3]int{1, 90, 90}, 12, 1, 4).image, prob: newSample(t, [3]int{1, 90, 90}, 12, 1, 4).prob}, nil},
	} {
		w := newStepper(t, set.sample, set.change)
		p.Load(page(t, w))
		p.Ready()
		got, sc := p.Shown(0), w.matching.Score()
		want := map[string]float64{"peaks": float64(len(w.peaks)), "kept": float64(len(w.kept)), "removed": float64(len(w.peaks) - len(w.kept)), "points": float64(len(w.points))}
		if w.hasTruth {
			want["tp"], want["fp"], want["fn"] = float64(sc.TP), float64(sc.FP), float64(sc.FN)
			if want["removed"] == 0 {
				t.Errorf("%s: nothing is removed: the test says little", name)
			}
		}
		for key, v := range want {
			if got[key] != v {
				t.Errorf("%s: %s is %v, want %v", name, key, got[key], v)
			}
		}
		if _, there := got["tp"]; there != w.hasTruth {
			t.Errorf("%s: a score without true points", name)
		}
		var numbers, does []string
		for _, s := range w.Stages() {
			numbers, does = append(numbers, s.Numbers), append(does, s.Does)
		}
		if got := texts(p, ".numbers"); !slices.Equal(got, numbers) {
			t.Errorf("%s: the stages say %q, want %q", name, got, numbers)
		}
		if got := texts(p, ".does"); !slices.Equal(got, does) {
			t.Errorf("%s: the stages say %q, want %q", name, got, does)
		}
		// all stages with the image show the same light, those with the map too
		a, _ := nthCanvas(t, p, 0, "image")
		b, _ := nthCanvas(t, p, 4, "image")
		c, _ := nthCanvas(t, p, 1, "image")
		d, _ := nthCanvas(t, p, 3, "image")
		if !slices.Equal(a, b) || !slices.Equal(c, d) || slices.Equal(a, c) {
			t.Errorf("%s: pictures of the same image differ: %v, of the map: %v; image and map are the same: %v", name, !slices.Equal(a, b), !slices.Equal(c, d), slices.Equal(a, c))
		}
		p.Screenshot("stepper-" + name)
	}
	p.Clean()
}

// The panes move together, share the cursor, and are shown one at a time where
// that is asked for or there is no room.
func TestStepperControls(t *testing.T) {
	s := newSample(t, [3]int{5, 100, 140}, 40, 1, 5)
	w := newStepper(t, s, func(o *StepperOptions) { o.Detect.Prune.Radius, o.Z = 10, 2 })
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(page(t, w))
	p.Ready()
	box := p.Find(0, ".view", 2)
	x, y := box.At(0.37, 0.61)
	x, y = math.Round(x), math.Round(y)
	p.Wheel(x, y, -400)
	p.Hover(x, y)
	got := p.Shown(0)
	row, column := int(got["y"]), int(got["x"])
	if got["value-0"] != float64(s.image.At(2, row, column, 0)) || got["probability"] != float64(s.prob.At(2, row, column, 0)) || got["zoom"] < 3 {
		t.Errorf("under the mouse there is %v, want %v and %v", got, s.image.At(2, row, column, 0), s.prob.At(2, row, column, 0))
	}
	// the crosshair is over the same voxel in all other panes
	var places [][2]float64
	p.Eval(`[...explorers.root(0).querySelectorAll(".view")].map(v => { const h = v.querySelector(".hair.pixel"); if (h.hidden) return [-1, -1]; const a = v.getBoundingClientRect(), b = h.getBoundingClientRect(); return [(b.left + b.right) / 2 - a.left, (b.top + b.bottom) / 2 - a.top]; })`, &places)
	for k, at := range places {
		if k == 2 {
			if at != [2]float64{-1, -1} {
				t.Error("a crosshair under the mouse")
			}
			continue
		}
		if math.Abs(at[0]-places[0][0]) > 0.6 || math.Abs(at[1]-places[0][1]) > 0.6 || math.Abs(at[0]-(x-box[0])) > got["zoom"] || math.Abs(at[1]-(y-box[1])) > got["zoom"] {
			t.Errorf("pane %d has its crosshair at %v, the mouse is at %v of pane 2", k, at, []float64{x - box[0], y - box[1]})
		}
	}

	p.Focus(0, ".view")
	p.Keys("c", kb.ArrowDown, kb.PageUp)
	until(t, p, 0, "z", 3)
	if got := p.Shown(0); got["z"] != 3 || got["value-0"] != float64(s.image.At(3, int(got["y"]), int(got["x"]), 0)) {
		t.Errorf("after a plane up: %v", got)
	}
	p.Keys(kb.Escape)
	p.Eval(`explorers.root(0).querySelector("button.alone").click()`, nil)
	p.Eval("explorers.painted()", nil)
	name := func() string { return strings.Join(texts(p, ".figure h3"), "|") }
	if got := p.Shown(0); got["stage"] != 0 || name() != "1  Input" {
		t.Errorf("one at a time begins with %v, %q", got["stage"], name())
	}
	for range 2 {
		p.Eval(`[...explorers.root(0).querySelectorAll(".steps button")].at(-1).click()`, nil)
	}
	p.Eval("explorers.painted()", nil)
	if got := p.Shown(0); got["stage"] != 2 || name() != "3  Peaks" {
		t.Errorf("two steps on is %v, %q", got["stage"], name())
	}
	p.Focus(0, ".names input:checked")
	p.Keys(kb.ArrowRight)
	if got := p.Shown(0); got["stage"] != 3 || name() != "4  Close points removed" {
		t.Errorf("the arrow key goes to %v, %q", got["stage"], name())
	}
	lines, _ := nthCanvas(t, p, 3, "lines")
	if !slices.ContainsFunc(lines, func(v byte) bool { return v > 0 }) {
		t.Error("no lines to what removes")
	}
	p.Screenshot("stepper-alone")
	unnamed(t, p, 0)
	p.Size(600, 1000, "light")
	p.Eval(`(async () => { for (let k = 0; k < 200 && !explorers.root(0).querySelector("button.alone").hidden; k++) await new Promise(r => setTimeout(r, 25)); })()`, nil)
	p.Eval(`explorers.root(0).querySelector("button.alone").click()`, nil) // hidden, and without effect on a narrow page
	if name() != "4  Close points removed" {
		t.Errorf("a narrow page shows %q", name())
	}
	p.Clean()
}

// The cursor on a peak says what becomes of it.
func TestStepperFates(t *testing.T) {
	s := newSample(t, [3]int{1, 200, 300}, 60, 1, 6)
	w := newStepper(t, s, func(o *StepperOptions) { o.Detect.Prune.Radius = 12 })
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(page(t, w))
	p.Ready()
	removed := slices.IndexFunc(w.removedBy, func(by int) bool { return by >= 0 })
	by := w.removedBy[removed]
	pair, wrong := w.matching.Pairs[0], w.matching.UnmatchedPred[0]
	hit, mate := w.points[pair.Pred], s.truth[pair.Truth]
	for _, c := range []struct {
		at   detection.Point
		want string
	}{
		{w.peaks[removed], fmt.Sprintf("peak %d, probability %v: removed by peak %d, %v px away", removed+1, float(w.peaks[removed].Prob, 7), by+1, float(detection.Distance(w.peaks[removed], w.peaks[by], detection.UnitSpacing), 4))},
		{w.peaks[w.kept[pair.Pred]], fmt.Sprintf("peak %d, probability %v: point %d, found: true point %d, %v px away", w.kept[pair.Pred]+1, float(hit.Prob, 7), hit.ID, mate.ID, float(pair.Distance, 4))},
		{w.peaks[w.kept[wrong]], fmt.Sprintf("peak %d, probability %v: point %d, false", w.kept[wrong]+1, float(w.points[wrong].Prob, 7), wrong+1)},
		{s.truth[w.matching.UnmatchedTruth[0]], fmt.Sprintf("true point %d (missed)", s.truth[w.matching.UnmatchedTruth[0]].ID)},
	} {
		win := fitted(p, 0, s.image.Dims)
		p.Hover(win.rect[0]+win.left+(c.at.Pos[2]+0.5)*win.scale, win.rect[1]+win.top+(c.at.Pos[1]+0.5)*win.scale)
		if got := texts(p, ".readout .values"); len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("on %v the readout says %q, want %q", c.at.Pos, got, c.want)
		}
	}
	p.Clean()
}

func TestStepperLooks(t *testing.T) {
	s := newSample(t, [3]int{1, 200, 260}, 60, 1, 3)
	s.image.Spacing, s.image.Unit = detection.Spacing{1, 0.65, 0.65}, "um"
	looks(t, "stepper", page(t, newStepper(t, s, func(o *StepperOptions) { o.Detect.Refine, o.Detect.Prune.Radius = detection.RefinePeak, 14 })))
}
