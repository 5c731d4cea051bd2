//go:build peer

package widgets

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/internal/browser"
)

// checkShown compares what explorer i shows with detection.Detect and Match at
// the setting that it shows, to the last digit.
func checkShown(t *testing.T, p *browser.Page, i int, s sample, o ExplorerOptions) {
	t.Helper()
	p.CheckShown(i, s.prob, s.truth, o.Detect, o.Match)
}

// The sliders show what Go computes, in 2D, in 3D with voxels that are not
// cubes and points between them, and with classes.
func TestExplorerShowsWhatGoComputes(t *testing.T) {
	plain := DefaultExplorerOptions()
	smooth := DefaultExplorerOptions()
	smooth.Detect.Smooth, smooth.Detect.Refine, smooth.Detect.Peaks.MinDistance = [3]float64{0.5, 1, 1}, detection.RefinePeak, [3]int{1, 2, 2}
	smooth.Detect.Prune.Spacing = detection.Spacing{2, 0.65, 0.65}
	smooth.Match.Spacing, smooth.Match.Tolerance = smooth.Detect.Prune.Spacing, 3
	classes := DefaultExplorerOptions()
	classes.Detect.Prune.PerClass, classes.Detect.Prune.AcrossClasses, classes.Match.ClassAware = true, true, true
	p := browser.Open(t)
	for _, set := range []struct {
		name string
		sample
		options ExplorerOptions
	}{
		{"plain", newSample(t, [3]int{1, 384, 512}, 220, 1, 1), plain},
		{"volume", newSample(t, [3]int{9, 96, 96}, 60, 1, 2), smooth},
		{"classes", newSample(t, [3]int{1, 300, 300}, 150, 3, 3), classes},
	} {
		e, err := NewExplorer(set.image, set.prob, set.truth, set.options)
		if err != nil {
			t.Fatal(err)
		}
		p.Load(page(t, e))
		p.Ready()
		checkShown(t, p, 0, set.sample, set.options)
		r := rand.New(rand.NewPCG(4, 4))
		seen := map[float64]bool{}
		for k := range 20 {
			kind := []string{"range", "number"}[k%2]
			p.Move(0, kind, "threshold", e.threshold.lo+r.Float64()*0.8)
			p.Move(0, kind, "radius", max(0, r.Float64()*15-2))
			p.Move(0, kind, "tolerance", e.tolerance.lo+r.Float64()*12)
			checkShown(t, p, 0, set.sample, set.options)
			seen[p.Shown(0)["f1"]] = true
		}
		if len(seen) < 10 {
			t.Errorf("%s: 20 settings gave %d values of F1: the sliders do nothing", set.name, len(seen))
		}
		p.Screenshot("explorer-" + set.name)
	}
	p.Clean()
}

// A press on a chart, the best F1, keys and the text as YAML.
func TestExplorerControls(t *testing.T) {
	s, o := newSample(t, [3]int{1, 256, 256}, 80, 1, 5), DefaultExplorerOptions()
	e, err := NewExplorer(s.image, s.prob, s.truth, o)
	if err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(page(t, e))
	p.Ready()
	at := func() Setting { g := p.Shown(0); return Setting{g["threshold"], g["radius"], g["tolerance"]} }

	press := func(chart int, x, y float64) { // as shares of the frame of a chart
		var place []float64
		p.Eval(`(() => { const r = explorers.root(0).querySelectorAll("figure canvas")[`+string(rune('0'+chart))+`].getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`, &place)
		p.Run(chromedp.MouseClickXY(place[0]+36+x*(place[2]-46), place[1]+8+y*(place[3]-42)))
		p.Eval("explorers.painted()", nil)
	}
	press(0, 0.5, 0.5)
	if v := at().Threshold; math.Abs(v-0.525) > 0.01 {
		t.Errorf("a press in the middle of the chart gives threshold %v, want about 0.525", v)
	}
	checkShown(t, p, 0, s, o)
	before := p.Shown(0)
	press(1, 0.6, 0)
	if after := p.Shown(0); math.Abs(after["recall"]-0.6) > 0.05 || after["recall"] == before["recall"] {
		t.Errorf("a press at recall 0.6 gives %v", after)
	}
	checkShown(t, p, 0, s, o)

	p.Eval(`explorers.root(0).querySelector("button.best").click()`, nil)
	p.Eval("explorers.painted()", nil)
	best := p.Shown(0)["f1"]
	checkShown(t, p, 0, s, o)
	for _, peak := range e.peaks { // every threshold that matters lies just below a peak
		m, err := e.Match(Setting{max(float64(math.Nextafter32(float32(peak.Prob), -1)), e.threshold.lo), at().Radius, at().Tolerance})
		if err != nil {
			t.Fatal(err)
		}
		if f := m.Score().F1(); f > best {
			t.Errorf("the best F1 is %v, at %v it is %v", best, peak.Prob, f)
		}
	}

	p.Eval(`explorers.root(0).querySelector("input[type=range].threshold").focus()`, nil)
	start := at()
	p.Run(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	p.Eval("explorers.painted()", nil)
	if d := at().Threshold - start.Threshold; d < 0.005 || d > 0.0151 {
		t.Errorf("two steps to the right move the threshold by %v, want about 0.01", d)
	}
	checkShown(t, p, 0, s, o)
	p.Eval(`explorers.root(0).querySelector("input[type=number].radius").focus()`, nil)
	p.Run(chromedp.KeyEvent(kb.ArrowUp))
	p.Eval("explorers.painted()", nil)
	if d := at().Radius - start.Radius; math.Abs(d-0.2) > 1e-9 {
		t.Errorf("the upward key moves the radius by %v, want 0.2", d)
	}
	checkShown(t, p, 0, s, o)
	p.Move(0, "number", "radius", 1e6)
	var invalid string
	p.Eval(`explorers.root(0).querySelector("input[type=number].radius").getAttribute("aria-invalid")`, &invalid)
	if invalid != "true" || at().Radius > 100 {
		t.Errorf("a radius beyond the end: invalid %q, state %v", invalid, at())
	}

	// Every control can be reached with the keyboard and has a name.
	var unnamed []string
	p.Eval(`[...explorers.root(0).querySelectorAll("input, button, [tabindex], canvas[role]")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).map(e => e.outerHTML)`, &unnamed)
	if len(unnamed) > 0 {
		t.Errorf("without a name: %q", unnamed)
	}
	p.Eval("new Promise(r => setTimeout(r, 700))", nil)
	var said string
	p.Eval(`explorers.root(0).querySelector("[role=status]").textContent`, &said)
	if !strings.HasPrefix(said, "F1 0.") {
		t.Errorf("the live region says %q", said)
	}

	// The YAML is a configuration.
	p.Move(0, "number", "threshold", 0.4321)
	p.Move(0, "number", "radius", 4.5)
	p.Move(0, "number", "tolerance", 7.25)
	var yaml string
	p.Eval(`explorers.root(0).querySelector("pre").textContent`, &yaml)
	c, _, err := config.Parse([]byte("PROBLEM:\n  TYPE: DETECTION\n  NDIM: 2D\n"+yaml), "explorer.yaml")
	if err != nil {
		t.Fatalf("%v: %s", err, yaml)
	}
	post := c.Test.PostProcessing
	if !slices.Equal(c.Test.DetMinThToBePeak, []float64{0.4321}) || !slices.Equal(c.Test.DetTolerance, []float64{7.25}) ||
		!post.RemoveClosePoints || !slices.Equal(post.RemoveClosePointsRadius, []float64{4.5}) {
		t.Errorf("the YAML says %s", yaml)
	}
	p.Clean()
}

// Two explorers and one of them twice on a page, with a RequireJS that would
// take every library for itself, and no new name in the page.
func TestExplorersShareAPage(t *testing.T) {
	o := DefaultExplorerOptions()
	var parts []string
	samples := []sample{newSample(t, [3]int{1, 160, 200}, 30, 1, 6), newSample(t, [3]int{1, 200, 160}, 40, 1, 7)}
	for _, s := range samples {
		e, err := NewExplorer(s.image, s.prob, s.truth, o)
		if err != nil {
			t.Fatal(err)
		}
		part, err := HTML(e)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	p := browser.Open(t)
	p.Load(`<!DOCTYPE html><meta charset="utf-8"><script>
window.define = function () { throw new Error("Mismatched anonymous define()"); }; window.define.amd = {};
window.module = { exports: {} }; window.exports = window.module.exports; window.names = Object.keys(window);</script>
<body data-jp-theme-light="false">` + parts[0] + parts[1] + parts[0] + `</body>`)
	var names []string
	p.Eval(`Object.keys(window).filter(n => !window.names.includes(n) && n !== "names")`, &names)
	p.Ready()
	if len(names) > 0 {
		t.Errorf("new global names: %v", names)
	}
	p.Move(1, "number", "threshold", 0.5)
	p.Move(2, "number", "threshold", 0.7)
	for i, threshold := range []float64{o.Detect.Peaks.Threshold, 0.5, 0.7} {
		if got := p.Shown(i)["threshold"]; got != threshold {
			t.Errorf("explorer %d has threshold %v, want %v", i, got, threshold)
		}
		checkShown(t, p, i, samples[i%2], o)
	}
	var dark, twice bool
	p.Eval(`explorers.root(0).querySelector("section").classList.contains("dark")`, &dark)
	p.Eval(`(() => { const ids = [...document.querySelectorAll("[id]")].map(e => e.id); return new Set(ids).size < ids.length; })()`, &twice)
	if !dark || twice {
		t.Errorf("dark as JupyterLab's page: %v; an id twice: %v", dark, twice)
	}
	p.Clean()
}

// Without scripts the picture and its numbers are there.
func TestExplorerWithoutScripts(t *testing.T) {
	s := newSample(t, [3]int{1, 160, 200}, 30, 1, 6)
	e, err := NewExplorer(s.image, s.prob, s.truth, DefaultExplorerOptions())
	if err != nil {
		t.Fatal(err)
	}
	part, err := HTML(e)
	if err != nil {
		t.Fatal(err)
	}
	start, end := strings.Index(part, "<script>"), strings.Index(part, "</script>")
	p := browser.Open(t)
	const seen = `(() => { const i = document.querySelector("img"); return i.complete && i.naturalWidth > 0 && i.getBoundingClientRect().height > 50 && document.body.innerText.includes("F1 0."); })()`
	for name, want := range map[string]bool{part[:start] + part[end+len("</script>"):]: true, part: false} {
		p.Load(`<!DOCTYPE html><meta charset="utf-8"><body>` + name + `</body>`)
		if !want {
			p.Ready()
		} else {
			p.Screenshot("explorer-still")
		}
		var got bool
		p.Eval(seen, &got)
		if got != want {
			t.Errorf("the picture is seen: %v, want %v", got, want)
		}
	}
	p.Clean()
}

func TestExplorerLooks(t *testing.T) {
	p := browser.Open(t)
	s := newSample(t, [3]int{1, 512, 512}, 190, 1, 3)
	e, err := NewExplorer(s.image, s.prob, s.truth, DefaultExplorerOptions())
	if err != nil {
		t.Fatal(err)
	}
	html := page(t, e)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1240, 820, "light"}, {"dark", 1240, 820, "dark"}, {"narrow", 640, 1400, "light"}, {"phone", 380, 1600, "dark"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Screenshot("explorer-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", look.name, over)
		}
	}
	p.Clean()
}

// The time from a step of a slider to the repaint, with 5,000 peaks on 2048 x
// 2048 pixels, is printed and not judged: the machine may be busy.
func TestExplorerSpeed(t *testing.T) {
	s := newLargeSample()
	o := DefaultExplorerOptions()
	e, err := NewExplorer(s.image, s.prob, s.truth, o)
	if err != nil {
		t.Fatal(err)
	}
	html := page(t, e)
	t.Logf("%d peaks, %d true points, %.2f MB", len(e.peaks), len(s.truth), float64(len(html))/1e6)
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(html)
	p.Ready()
	for _, key := range []string{"threshold", "radius", "tolerance"} {
		var times, busy []float64
		for k := range 60 {
			top := map[string]float64{"threshold": 0.8, "radius": 15, "tolerance": 20}[key]
			before := p.Busy()
			ms := p.Move(0, "range", key, 0.1+top*float64(k*17%40)/40)
			if k >= 20 { // by then the browser has compiled the script
				times, busy = append(times, ms), append(busy, p.Busy()-before)
			}
		}
		slices.Sort(times)
		slices.Sort(busy)
		t.Logf("%s: from input to repaint median %.1f ms, 9 of 10 below %.1f ms; of the processor median %.1f ms, 9 of 10 below %.1f ms",
			key, times[20], times[36], busy[20], busy[36])
		checkShown(t, p, 0, s, o)
	}
	p.Screenshot("explorer-large")
	p.Clean()
}
