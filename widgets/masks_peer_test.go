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

	"github.com/puncta-bio/puncta/internal/browser"
)

// The numbers at every target, and the pixels of the target, are those of Go.
func TestMaskPreviewShowsWhatGoComputes(t *testing.T) {
	p := browser.Open(t)
	p.Size(1240, 1000, "light")
	for name, set := range map[string]struct {
		sample
		change func(*MaskPreviewOptions)
	}{
		"flat":   {newSample(t, [3]int{1, 150, 200}, 60, 1, 3), nil},
		"volume": {newSample(t, [3]int{6, 90, 90}, 40, 1, 4), func(o *MaskPreviewOptions) { o.Targets = slices.Concat(DiskTargets(1, 1, 4), GaussianTargets(1, 2)) }},
	} {
		set.truth[2].Pos[2], set.truth[5].Pos = -9, set.truth[6].Pos
		m := newMaskPreview(t, set.sample, set.change)
		p.Load(page(t, m))
		p.Ready()
		for k, want := range m.Painted() {
			p.Move(0, "range", "target", float64(k))
			until(t, p, 0, "target", float64(k))
			got := p.Shown(0)
			for key, v := range map[string]float64{"target": float64(k), "points": float64(len(set.truth)), "objects": float64(want.Objects), "merged": float64(len(want.Merged)), "faults": 2, "outside": 1, "foreground": want.Foreground} {
				if math.Float64bits(got[key]) != math.Float64bits(v) {
					t.Errorf("%s, target %d: the page shows %s %v, Go computes %v", name, k, key, got[key], v)
				}
			}
			var found []string
			p.Eval(`[...explorers.root(0).querySelectorAll(".findings li")].map(e => e.textContent)`, &found)
			var texts []string
			for _, f := range m.faultsOf(want) {
				texts = append(texts, f.Text)
			}
			if !slices.Equal(found, texts) {
				t.Errorf("%s, target %d: findings %q, want %q", name, k, found, texts)
			}
			// the colour of the target lies where the target is, as thick as it is high
			volume, err := want.Target.Paint(set.image.Dims, set.truth)
			if err != nil {
				t.Fatal(err)
			}
			z := m.plane()
			var alpha []int
			p.Eval(fmt.Sprintf(`(() => {
  const c = explorers.root(0).querySelector("canvas[data-layer=target]"), w = %d, h = %d, d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  const s = Math.min(c.width / w, c.height / h), left = (c.width - w * s) / 2, top = (c.height - h * s) / 2;
  return Array.from({ length: w * h }, (_, i) => d[4 * (Math.floor(top + (Math.floor(i / w) + 0.5) * s) * c.width + Math.floor(left + (i %% w + 0.5) * s)) + 3]);
})()`, set.image.Dims[2], set.image.Dims[1]), &alpha)
			for i, a := range alpha {
				v := volume.Data[volume.Index(z, 0, 0)+i]
				if d := float64(a) - 255*float64(v); math.Abs(d) > 1.01 {
					t.Fatalf("%s, target %d: the colour at voxel %d has %d of 255, the target is %v", name, k, i, a, v)
				}
			}
		}
	}
	p.Clean()
}

// Keys, findings, the table and the marks that can be switched off.
func TestMaskPreviewControls(t *testing.T) {
	p := browser.Open(t)
	p.Size(1240, 1000, "light")
	s := newSample(t, [3]int{6, 110, 120}, 40, 1, 4)
	s.truth[5].Pos = s.truth[6].Pos
	m := newMaskPreview(t, s, nil)
	p.Load(page(t, m))
	p.Ready()
	p.Eval(`explorers.root(0).querySelector("input.target").focus()`, nil)
	p.Run(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	until(t, p, 0, "target", 3)
	p.Eval(`explorers.root(0).querySelectorAll("tbody button")[6].click()`, nil)
	until(t, p, 0, "target", 6)
	list := m.faultsOf(m.painted[6])
	at := len(list) - 1
	q := s.truth[list[at].Point]
	p.Eval(fmt.Sprintf(`explorers.root(0).querySelectorAll(".findings button")[%d].click()`, at), nil)
	until(t, p, 0, "z", float64(q.Voxel()[0]))
	marks := func() (n int) {
		p.Eval(`(() => { const c = explorers.root(0).querySelector("canvas[data-layer=marks]"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; })()`, &n)
		return n
	}
	if marks() < 100 {
		t.Errorf("%d pixels of marks", marks())
	}
	p.Screenshot("masks-finding")
	p.Eval(`explorers.root(0).querySelectorAll(".legend input").forEach(b => b.click())`, nil)
	if marks() != 0 {
		t.Errorf("%d pixels of marks that are off", marks())
	}
	p.Eval(`explorers.root(0).querySelector(".view").focus()`, nil)
	p.Run(chromedp.KeyEvent("c"))
	p.Eval("new Promise(r => setTimeout(r, 100))", nil)
	var said string
	p.Eval(`explorers.root(0).querySelector(".readout").textContent`, &said)
	if !strings.Contains(said, "image ") || !strings.Contains(said, "target ") {
		t.Errorf("the crosshair says %q", said)
	}
	var unnamed []string
	p.Eval(`[...explorers.root(0).querySelectorAll("input, button, [tabindex]")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).map(e => e.outerHTML)`, &unnamed)
	if len(unnamed) > 0 {
		t.Errorf("without a name: %q", unnamed)
	}
	p.Clean()
}

func TestMaskPreviewLooks(t *testing.T) {
	s := newSample(t, [3]int{1, 300, 380}, 90, 1, 3)
	s.truth[4].Pos[1] = -7
	s.truth[7].Pos = s.truth[8].Pos
	a, err := NewMaskPreview(s.image, s.truth, DefaultMaskPreviewOptions())
	if err != nil {
		t.Fatal(err)
	}
	v := newSample(t, [3]int{7, 90, 100}, 40, 3, 4)
	o := DefaultMaskPreviewOptions()
	o.Title, o.Targets = "Gaussian peaks of three classes", GaussianTargets(3, 1, 1.5, 2, 3, 4)
	b, err := NewMaskPreview(v.image, v.truth, o)
	if err != nil {
		t.Fatal(err)
	}
	html := page(t, a, b)
	t.Logf("%.2f MB", float64(len(html))/1e6)
	p := browser.Open(t)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1200, 1700, "light"}, {"dark", 1200, 1700, "dark"}, {"narrow", 720, 2300, "light"}, {"phone", 500, 2300, "dark"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Eval("new Promise(r => setTimeout(r, 400))", nil)
		p.Screenshot("masks-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", look.name, over)
		}
	}
	p.Clean()
}
