//go:build peer

package widgets

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// Cards show the voxels of their patches by the common contrast, with target and
// points; keys and buttons turn pages.
func TestAugmentPreviewShowsThePatches(t *testing.T) {
	patches := patchPreviews(t, 30, [3]int{1, 40, 48}, 1)
	a := newAugmentPreview(t, patches, nil)
	contrast := a.raster.Bands[0].Contrast
	p := browser.Open(t)
	p.Size(1240, 1100, "light")
	p.Load(page(t, a))
	p.Ready()
	wait := func() { t.Helper(); until(t, p, 0, "busy", 0) }
	wait()
	pixels := func(card int, face, layer string, channel int) (got []int) {
		p.Eval(fmt.Sprintf(`(() => {
  const c = explorers.root(0).querySelectorAll(".card")[%d].querySelector(".%s canvas[data-layer=%s]"), each = c.width / 48, d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  return Array.from({ length: 40 * 48 }, (_, i) => d[4 * ((Math.floor(i / 48) * each + 1) * c.width + i %% 48 * each + 1) + %d]);
})()`, card, face, layer, channel), &got)
		return got
	}
	light := func(v float32) float64 { return 255 * (float64(v) - contrast[0]) / (contrast[1] - contrast[0]) }
	compare := func(what string, got []int, want *detection.Volume, of func(float32) float64) {
		t.Helper()
		for i, g := range got {
			if w := min(max(of(want.Data[i]), 0), 255); math.Abs(float64(g)-w) > 1 {
				t.Fatalf("%s: voxel %d has %d, want %.1f", what, i, g, w)
			}
		}
	}
	for _, page := range []int{0, 2} {
		for _, card := range []int{0, 5} {
			q := patches[12*page+card]
			what := fmt.Sprintf("page %d, card %d", page, card)
			compare(what, pixels(card, "changed", "image", 0), q.Image, light)
			compare(what+", original", pixels(card, "original", "image", 0), q.Original, light)
			compare(what+", target", pixels(card, "changed", "target", 3), q.Target, func(v float32) float64 { return 255 * float64(v) })
		}
		p.Eval(`explorers.root(0).querySelector("button.next").click()`, nil)
		p.Eval(`explorers.root(0).querySelector("button.next").click()`, nil)
		wait()
	}
	if got := p.Shown(0); got["page"] != 2 || got["pages"] != 3 || got["patches"] != 30 || got["chosen"] != 24 || got["points"] != float64(len(patches[24].Points)) {
		t.Errorf("at the end %v", got)
	}
	var captions []string
	p.Eval(`[...explorers.root(0).querySelectorAll(".card .under b")].map(e => e.textContent)`, &captions)
	var want []string
	for _, q := range patches[24:] {
		text := strings.Join(q.Applied, ", ")
		if text == "" {
			text = "nothing changed"
		}
		want = append(want, text)
	}
	if !slices.Equal(captions, want) {
		t.Errorf("captions %q, want %q", captions, want)
	}
	// lines, and keys
	p.Eval(`explorers.root(0).querySelector("input.grid").click()`, nil)
	wait()
	compare("lines", pixels(1, "changed", "image", 0), patches[25].Grid, light)
	p.Screenshot("patches-lines")
	p.Eval(`explorers.root(0).querySelectorAll(".card")[2].click()`, nil)
	for _, key := range []string{kb.ArrowRight, kb.ArrowRight, kb.ArrowLeft, kb.PageUp} {
		p.Run(chromedp.KeyEvent(key))
		wait()
	}
	if got := p.Shown(0); got["chosen"] != 15 || got["page"] != 1 {
		t.Errorf("keys lead to %v, want patch 15", got)
	}
	var role string
	p.Eval(`explorers.root(0).activeElement.getAttribute("role")`, &role)
	if role != "option" {
		t.Errorf("after a page was turned by a key the focus is on %q", role)
	}
	p.Run(chromedp.KeyEvent(kb.Enter))
	p.Eval(`explorers.root(0).activeElement.className`, &role)
	if role != "view" {
		t.Errorf("after Enter the focus is on %q", role)
	}
	p.Eval(`["target", "points", "originals"].forEach(c => explorers.root(0).querySelector("input." + c).click())`, nil)
	wait()
	var seen int
	p.Eval(`[...explorers.root(0).querySelectorAll(".card canvas")].filter(c => c.getClientRects().length).length`, &seen)
	if seen != 12 {
		t.Errorf("without target, points and originals %d pictures are seen, want 12", seen)
	}
	var unnamed []string
	p.Eval(`[...explorers.root(0).querySelectorAll("input, button, [tabindex]")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).map(e => e.outerHTML)`, &unnamed)
	if len(unnamed) > 0 {
		t.Errorf("without a name: %q", unnamed)
	}
	p.Clean()
}

func TestAugmentPreviewLooks(t *testing.T) {
	a := newAugmentPreview(t, patchPreviews(t, 36, [3]int{1, 64, 64}, 1), nil)
	b := newAugmentPreview(t, patchPreviews(t, 6, [3]int{5, 48, 64}, 3), func(o *AugmentPreviewOptions) { o.Title = "Volumes of three classes" })
	html := page(t, a, b)
	t.Logf("%.2f MB, notes %q", float64(len(html))/1e6, a.notes)
	p := browser.Open(t)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1200, 1700, "light"}, {"dark", 1200, 1700, "dark"}, {"narrow", 720, 2300, "light"}, {"phone", 500, 2300, "dark"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Eval("new Promise(r => setTimeout(r, 600))", nil)
		p.Screenshot("patches-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", look.name, over)
		}
	}
	p.Clean()
}
