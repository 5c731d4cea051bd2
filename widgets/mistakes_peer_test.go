//go:build peer

package widgets

import (
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/internal/browser"
)

// Error browser and previews, each twice on a page, with a RequireJS that would take
// every library for itself: all work, at the widths of notebooks, and put no new
// name into the page.
func TestErrorsAndPreviewsShareAPage(t *testing.T) {
	list := []Widget{
		newErrorBrowser(t, errorImages(t, 3, [3]int{1, 120, 140}, 40, 1), nil),
		newMaskPreview(t, newSample(t, [3]int{1, 120, 140}, 30, 1, 3), nil),
		newAugmentPreview(t, patchPreviews(t, 14, [3]int{1, 32, 32}, 1), nil),
	}
	var parts string
	for _, w := range slices.Concat(list, list) {
		part, err := HTML(w)
		if err != nil {
			t.Fatal(err)
		}
		parts += part
	}
	p := browser.Open(t)
	p.Size(1200, 900, "light")
	p.Load(`<!DOCTYPE html><meta charset="utf-8"><script>
window.define = function () { throw new Error("Mismatched anonymous define()"); }; window.define.amd = {};
window.module = { exports: {} }; window.exports = window.module.exports; window.names = Object.keys(window);</script>
<body data-jp-theme-light="false"><main>` + parts + `</main></body>`)
	var names []string
	p.Eval(`Object.keys(window).filter(n => !window.names.includes(n) && n !== "names")`, &names)
	p.Ready()
	if len(names) > 0 {
		t.Errorf("new global names: %v", names)
	}
	p.Eval(`explorers.root(3).querySelectorAll(".thumb")[2].click()`, nil)
	settled(t, p, 3, 2)
	p.Move(4, "range", "target", 5)
	p.Eval(`explorers.root(5).querySelector("button.next").click()`, nil)
	until(t, p, 4, "target", 5)
	until(t, p, 5, "page", 1)
	for i, want := range []struct {
		key   string
		value float64
	}{{"place", 0}, {"target", 1}, {"page", 0}, {"place", 2}, {"target", 5}, {"page", 1}} {
		if got := p.Shown(i)[want.key]; got != want.value {
			t.Errorf("widget %d shows %s %v, want %v", i, want.key, got, want.value)
		}
	}
	var dark int
	if p.Eval(`explorers.hosts().filter(h => h.shadowRoot.querySelector("section").classList.contains("dark")).length`, &dark); dark != 6 {
		t.Errorf("%d of 6 widgets are dark as JupyterLab's page", dark)
	}
	for _, width := range []int{480, 700, 1180} {
		p.Size(width+16, 900, "dark") // and the margins of the page
		p.Eval("new Promise(r => setTimeout(r, 200))", nil)
		var wide []string
		p.Eval(`explorers.hosts().flatMap(h => { const s = h.shadowRoot.querySelector("section"), edge = s.getBoundingClientRect().right + 1;
			return [...s.querySelectorAll("*")].filter(e => { const r = e.getBoundingClientRect(); return r.width && r.right > edge && !e.closest(".scroll, .gallery, pre, .spoken, .view"); }).map(e => h.className + ": " + e.outerHTML.slice(0, 120)); })`, &wide)
		if len(wide) > 0 {
			t.Errorf("at a width of %d beyond the edge: %q", width, wide)
		}
	}
	p.Clean()
}

// The time of a step in an error browser of 35 images with 500 mistakes is printed and
// not judged: the machine may be busy.
func TestErrorBrowserSpeed(t *testing.T) {
	b := newErrorBrowser(t, errorImages(t, 35, [3]int{1, 300, 340}, 70, 1), nil)
	html := page(t, b)
	p := browser.Open(t)
	p.Size(1240, 1000, "light")
	p.Load(html)
	p.Ready()
	t.Logf("%d of %d mistakes, %.1f MB, ready after %.0f ms of the processor", len(b.Mistakes()), len(b.Mistakes())+b.left, float64(len(html))/1e6, p.Busy())
	var times []float64
	for range 40 {
		before := p.Busy()
		p.Eval(`(async () => { explorers.root(0).querySelector("button.next").click(); await explorers.painted(); await explorers.painted(); })()`, nil)
		times = append(times, p.Busy()-before)
	}
	slices.Sort(times)
	t.Logf("a step: median %.1f ms of the processor, 9 of 10 below %.1f ms", times[20], times[36])
	p.Clean()
}
