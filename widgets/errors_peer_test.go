//go:build peer

package widgets

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// listed are the thumbnails of browser i in their order, as places in Mistakes.
func listed(p *browser.Page, i int) (places []int) {
	p.Eval(fmt.Sprintf(`[...explorers.root(%d).querySelectorAll(".thumb")].map(o => o.mistake.place)`, i), &places)
	return places
}

// pick chooses an option of a select box of browser 0 by its value.
func pick(p *browser.Page, class, value string) {
	p.Eval(fmt.Sprintf(`(() => { const s = explorers.root(0).querySelector("select.%s"); s.value = %q; s.dispatchEvent(new Event("change")); return explorers.painted(); })()`, class, value), nil)
}

// settled waits until the large view of browser i shows the mistake of a place.
func settled(t *testing.T, p *browser.Page, i, place int) {
	t.Helper()
	until(t, p, i, "place", float64(place))
	until(t, p, i, "seen", float64(place))
}

// Orders and filters of the list, and the numbers, are those of Go.
func TestErrorBrowserShowsWhatGoComputes(t *testing.T) {
	p := browser.Open(t)
	for name, set := range map[string]struct {
		images []ErrorImage
		change func(*ErrorBrowserOptions)
	}{
		"flat": {errorImages(t, 6, [3]int{1, 160, 200}, 50, 1), nil},
		"classes": {errorImages(t, 4, [3]int{1, 140, 140}, 40, 3), func(o *ErrorBrowserOptions) {
			o.Match.ClassAware, o.Match.Tolerance = true, 6
		}},
		"volumes": {errorImages(t, 3, [3]int{6, 80, 80}, 30, 1), func(o *ErrorBrowserOptions) {
			o.Match.Spacing, o.Match.Tolerance = detection.Spacing{2, 0.65, 0.65}, 3
		}},
	} {
		b := newErrorBrowser(t, set.images, set.change)
		p.Load(page(t, b))
		p.Ready()
		all, metrics := b.Mistakes(), b.Evaluation().Images
		got := p.Shown(0)
		want := b.Evaluation().Pooled
		for key, v := range map[string]float64{"tp": float64(want.TP), "fp": float64(want.FP), "fn": float64(want.FN), "f1": want.F1, "precision": want.Precision,
			"recall": want.Recall, "images": float64(len(set.images)), "mistakes": float64(len(all)), "shown": float64(len(all)), "place": 0} {
			if math.Float64bits(got[key]) != math.Float64bits(v) {
				t.Errorf("%s: the page shows %s %v, Go computes %v", name, key, got[key], v)
			}
		}
		var rows [][]string
		p.Eval(`[...explorers.root(0).querySelectorAll("tbody tr")].map(r => [...r.cells].map(c => c.textContent))`, &rows)
		for k, i := range b.order {
			m := metrics[i]
			want := []string{set.images[i].Name, fmt.Sprintf("%.3f", m.F1), fmt.Sprintf("%.3f", m.Precision), fmt.Sprintf("%.3f", m.Recall), fmt.Sprint(m.TP), fmt.Sprint(m.FP), fmt.Sprint(m.FN)}
			if k >= len(rows) || !slices.Equal(rows[k], want) {
				t.Errorf("%s: row %d of the table is %v, want %v", name, k, rows[k], want)
			}
		}
		byImage := map[string]func(i, j int) int{
			"f1": func(i, j int) int { return cmp.Compare(metrics[i].F1, metrics[j].F1) }, "fp": func(i, j int) int { return cmp.Compare(metrics[j].FP, metrics[i].FP) },
			"fn": func(i, j int) int { return cmp.Compare(metrics[j].FN, metrics[i].FN) }, "name": func(i, j int) int { return strings.Compare(set.images[i].Name, set.images[j].Name) },
		}
		rank := map[int]int{}
		for k, i := range b.order {
			rank[i] = k
		}
		check := func(what string, images string, together, low bool, keep func(Mistake) bool) {
			t.Helper()
			var places []int
			for k, m := range all {
				if keep(m) {
					places = append(places, k)
				}
			}
			slices.SortStableFunc(places, func(x, y int) int {
				a, c := all[x], all[y]
				value := cmp.Compare(c.Value, a.Value)
				if low {
					value = -value
				}
				image := cmp.Or(byImage[images](a.Image, c.Image), cmp.Compare(rank[a.Image], rank[c.Image]))
				if together {
					return cmp.Or(value, image, cmp.Compare(x, y))
				}
				return cmp.Or(image, value, cmp.Compare(x, y))
			})
			if got := listed(p, 0); !slices.Equal(got, places) || len(places) == 0 {
				t.Errorf("%s, %s: %v, want %v", name, what, got, places)
			}
			if got := p.Shown(0)["shown"]; got != float64(len(places)) {
				t.Errorf("%s, %s: %v shown, want %d", name, what, got, len(places))
			}
		}
		every := func(Mistake) bool { return true }
		group := func() {
			p.Eval(`(() => { explorers.root(0).querySelector("input.group").click(); return explorers.painted(); })()`, nil)
		}
		check("at first", "f1", false, false, every)
		for _, images := range []string{"fp", "fn", "name"} {
			pick(p, "images", images)
			check("by "+images, images, false, false, every)
		}
		pick(p, "order", "low")
		check("low values first", "name", false, true, every)
		group()
		check("together", "name", true, true, every)
		pick(p, "order", "high")
		check("confident first", "name", true, false, every)
		kind := func(k string) {
			p.Eval(fmt.Sprintf(`(() => { explorers.root(0).querySelector("input[data-kind=%s]").click(); return explorers.painted(); })()`, k), nil)
		}
		kind("fn")
		check("false alone", "name", true, false, func(m Mistake) bool { return !m.Missed })
		kind("fn")
		kind("fp")
		check("missed alone", "name", true, false, func(m Mistake) bool { return m.Missed })
		kind("fp")
		p.Move(0, "range", "lo", 0.4)
		p.Move(0, "range", "hi", 0.55)
		check("within a range", "name", true, false, func(m Mistake) bool { return m.Value >= 0.4 && m.Value <= 0.55 })
		p.Move(0, "range", "lo", 0)
		p.Move(0, "range", "hi", 1)
		pick(p, "image", "1")
		check("one image", "name", true, false, func(m Mistake) bool { return rank[m.Image] == 1 })
		pick(p, "image", "")
		if b.classes {
			pick(p, "klass", "2")
			check("one class", "name", true, false, func(m Mistake) bool { return m.Class == 2 })
		}
	}
	p.Clean()
}

// A thumbnail has the voxels of the image, and so has the large view around the
// mistake that was chosen, although its picture is a JPEG; marks lie where they
// should.
func TestErrorBrowserPixels(t *testing.T) {
	p := browser.Open(t)
	images := errorImages(t, 3, [3]int{1, 700, 800}, 60, 1)
	b := newErrorBrowser(t, images, func(o *ErrorBrowserOptions) { o.MostBytes = 700_000 })
	if s := b.shown[0]; s.factor == 1 && !s.lossy {
		t.Fatal("the pictures are exact: the test says little")
	}
	p.Size(1240, 1100, "light")
	p.Load(page(t, b))
	p.Ready()
	p.Eval(`explorers.root(0).querySelector("input.marks").click()`, nil)
	for kind := range 3 {
		p.Eval(fmt.Sprintf(`explorers.root(0).querySelectorAll(".view ~ div input[data-kind]")[%d].click()`, kind), nil)
	}
	crop := b.opts.Crop
	for _, place := range []int{0, 3, 7} {
		m := b.Mistakes()[place]
		im, _, err := images[m.Image].load()
		if err != nil {
			t.Fatal(err)
		}
		grey, err := displayed(im)
		if err != nil {
			t.Fatal(err)
		}
		p.Eval(fmt.Sprintf(`explorers.root(0).querySelectorAll(".thumb")[%d].click()`, place), nil)
		settled(t, p, 0, place)
		p.Eval("new Promise(r => setTimeout(r, 200))", nil)
		v := m.Voxel()
		want := func(y, x int) int {
			if iy, ix := v[1]-crop/2+y, v[2]-crop/2+x; iy >= 0 && ix >= 0 && iy < grey.Dims[1] && ix < grey.Dims[2] {
				return int(grey.At(0, iy, ix, 0))
			}
			return -1 // beyond the image
		}
		var thumb []int
		p.Eval(fmt.Sprintf(`(() => {
  const c = explorers.root(0).querySelectorAll(".thumb canvas")[%d], each = c.width / %d, d = c.getContext("2d").getImageData(0, 0, c.width, c.width).data;
  return Array.from({ length: %d }, (_, i) => d[4 * ((Math.floor(i / %d) * each + 1) * c.width + i %% %d * each + 1)]);
})()`, place, crop, crop*crop, crop, crop), &thumb)
		for i, got := range thumb {
			if w := want(i/crop, i%crop); w >= 0 && got != w || w < 0 && got != 0x4a {
				t.Fatalf("mistake %d: the thumbnail has %d at %d, %d, want %d", place, got, i/crop, i%crop, w)
			}
		}
		// the large view at the middle of voxels around the point
		var view struct {
			Scale, Left, Top float64
			Pixels           []int
		}
		p.Eval(fmt.Sprintf(`(() => {
  const root = explorers.root(0), c = root.querySelector("canvas[data-layer=image]"), s = Number(root.querySelector("section").dataset.scale), dpr = c.width / c.clientWidth;
  const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, out = [];
  const left = c.clientWidth / 2 - (%v + 0.5) * s, top = c.clientHeight / 2 - (%v + 0.5) * s;
  for (let y = -3; y <= 3; y++) for (let x = -3; x <= 3; x++) {
    const px = Math.floor((left + (%d + x + 0.5) * s) * dpr), py = Math.floor((top + (%d + y + 0.5) * s) * dpr);
    out.push(d[4 * (py * c.width + px)]);
  }
  return { scale: s, left, top, pixels: out };
})()`, m.Pos[2], m.Pos[1], v[2], v[1]), &view)
		inside := m.Pos[1] > float64(crop) && m.Pos[2] > 1.5*float64(crop) && m.Pos[1] < 700-float64(crop) && m.Pos[2] < 800-1.5*float64(crop) // not moved off the middle
		for k, got := range view.Pixels {
			if w := want(crop/2+k/7-3, crop/2+k%7-3); inside && got != w {
				t.Fatalf("mistake %d: the large view has %d at %d, %d from its voxel, want %d", place, got, k/7-3, k%7-3, w)
			}
		}
		if !inside {
			t.Logf("mistake %d lies near the border", place)
		}
	}
	p.Screenshot("errors-pixels")
	p.Clean()
}

// Keys, clicks, verdicts and the table of them.
func TestErrorBrowserControls(t *testing.T) {
	p := browser.Open(t)
	images := errorImages(t, 4, [3]int{1, 160, 200}, 40, 2)
	images[1].Name = `with "quotes", and a comma.tif`
	b := newErrorBrowser(t, images, nil)
	p.Size(1240, 1100, "light")
	p.Load(page(t, b))
	p.Ready()
	all := b.Mistakes()
	at := func() int { return int(p.Shown(0)["place"]) }
	press := func(keys ...string) {
		for _, k := range keys {
			p.Run(chromedp.KeyEvent(k))
			p.Eval("explorers.painted()", nil)
		}
	}
	focused := func() (role string) {
		p.Eval(`(() => { const e = explorers.root(0).activeElement; return e ? e.getAttribute("role") + "/" + e.className : ""; })()`, &role)
		return role
	}
	p.Eval(`explorers.root(0).querySelectorAll(".thumb")[2].click()`, nil)
	settled(t, p, 0, 2)
	if r := focused(); r != "option/thumb" {
		t.Errorf("after a click the focus is on %q", r)
	}
	press(kb.ArrowRight, kb.ArrowRight, kb.ArrowLeft)
	if at() != 3 {
		t.Errorf("arrow keys lead to %d, want 3", at())
	}
	press(kb.End)
	if at() != len(all)-1 {
		t.Errorf("End leads to %d, want %d", at(), len(all)-1)
	}
	press(kb.Home, "n", "n", "p")
	if at() != 1 {
		t.Errorf("Home, N, N, P lead to %d, want 1", at())
	}
	press(kb.Enter)
	if r := focused(); r != "group/view" {
		t.Errorf("after Enter the focus is on %q, want the large view", r)
	}
	settled(t, p, 0, 1)
	before := p.Shown(0)["scale"]
	press("+")
	if after := p.Shown(0)["scale"]; after != 1.5*before {
		t.Errorf("plus changes the scale from %v to %v, want half as much more", before, after)
	}
	press("n")
	if at() != 2 {
		t.Errorf("N in the large view leads to %d, want 2", at())
	}

	// verdicts: the first mistakes get one each by keys, one is taken back
	verdict := func(k int, m Mistake) string {
		if m.Missed {
			return b.opts.MissedVerdicts[k]
		}
		return b.opts.FalseVerdicts[k]
	}
	want := map[int]string{}
	for k := range 9 {
		want[2+k] = verdict(k%3, all[2+k])
		press([]string{"1", "2", "3"}[k%3]) // goes on by itself
	}
	if at() != 11 {
		t.Errorf("nine verdicts lead to %d, want 11", at())
	}
	p.Eval(`explorers.root(0).querySelectorAll(".thumb")[4].click()`, nil)
	press("3") // which it has
	delete(want, 4)
	if got := p.Shown(0); got["verdicts"] != 8 || at() != 4 {
		t.Errorf("after one was taken back there are %v, at %d", got["verdicts"], at())
	}
	check := func(name, text string, rows int) {
		t.Helper()
		list, err := ReadVerdicts(strings.NewReader(text), name)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if len(list) != rows {
			t.Errorf("%s: %d rows, want %d", name, len(list), rows)
		}
		k := 0
		for place, m := range all {
			if want[place] == "" && rows < len(all) {
				continue
			}
			v := list[k]
			point := m.Point
			point.ID, point.Prob = 0, 1
			if v.Image != images[m.Image].Name || v.Missed != m.Missed || v.Text != want[place] || v.Value != m.Value || v.Point != point {
				t.Errorf("%s: row %d is %+v, want %+v of %s with %q", name, k, v, m, images[m.Image].Name, want[place])
			}
			k++
		}
	}
	var text string
	p.Eval(`explorers.root(0).querySelector("pre").textContent`, &text)
	check("the table", text, 8)
	pick(p, "verdict", "any")
	if got := len(listed(p, 0)); got != 8 {
		t.Errorf("with a verdict: %d mistakes, want 8", got)
	}
	p.Screenshot("errors-verdicts")
	pick(p, "verdict", "none")
	if got := len(listed(p, 0)); got != len(all)-8 {
		t.Errorf("without a verdict: %d mistakes, want %d", got, len(all)-8)
	}
	pick(p, "verdict", "")
	p.Eval(`explorers.root(0).querySelector("input.all").click()`, nil)

	// download and copy
	dir := t.TempDir()
	p.Run(chromedp.ActionFunc(func(ctx context.Context) error {
		return cdpbrowser.SetDownloadBehavior(cdpbrowser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(dir).Do(ctx)
	}))
	p.Eval(`explorers.root(0).querySelector("button.save").click()`, nil)
	var saved []byte
	for range 100 {
		var err error
		if saved, err = os.ReadFile(filepath.Join(dir, "verdicts.csv")); err == nil && len(saved) > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	check("the file", string(saved), len(all))
	p.Eval(`(() => { document.execCommand = c => { window.copied = getSelection().toString() || document.activeElement.value; return true; }; navigator.clipboard.writeText = () => Promise.reject(); explorers.root(0).querySelector("button.copy").click(); return new Promise(r => setTimeout(r, 100)); })()`, nil)
	p.Eval(`window.copied`, &text)
	check("the copy", text, len(all))

	// one image by the table, and back
	p.Eval(`(() => { const r = explorers.root(0); r.querySelector("details.images").open = true; r.querySelectorAll("tbody button")[1].click(); return explorers.painted(); })()`, nil)
	for _, place := range listed(p, 0) {
		if all[place].Image != b.order[1] {
			t.Errorf("mistake %d is not of the image chosen", place)
		}
	}
	var unnamed []string
	p.Eval(`[...explorers.root(0).querySelectorAll("input, select, button, [tabindex]")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).map(e => e.outerHTML)`, &unnamed)
	if len(unnamed) > 0 {
		t.Errorf("without a name: %q", unnamed)
	}
	p.Eval("new Promise(r => setTimeout(r, 700))", nil)
	var said string
	p.Eval(`explorers.root(0).querySelector("[role=status]").textContent`, &said)
	if !strings.Contains(said, " of ") || !strings.Contains(said, " in ") {
		t.Errorf("the live region says %q", said)
	}
	p.Clean()
}

func TestErrorBrowserLooks(t *testing.T) {
	b := newErrorBrowser(t, errorImages(t, 6, [3]int{1, 400, 500}, 120, 1), nil)
	volume := newErrorBrowser(t, errorImages(t, 2, [3]int{7, 96, 96}, 50, 2), func(o *ErrorBrowserOptions) { o.Title, o.Crop = "Volumes", 32 })
	html := page(t, b, volume)
	t.Logf("%d mistakes, %.2f MB, notes %q", len(b.mistakes), float64(len(html))/1e6, b.notes)
	p := browser.Open(t)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1200, 2100, "light"}, {"dark", 1200, 2100, "dark"}, {"narrow", 720, 1700, "light"}, {"phone", 500, 1800, "dark"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Eval("new Promise(r => setTimeout(r, 400))", nil)
		p.Screenshot("errors-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", look.name, over)
		}
	}
	p.Clean()
}
