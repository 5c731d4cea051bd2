//go:build peer

package widgets

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/browser"
)

// page is widgets as a whole page.
func page(t testing.TB, w ...Widget) string {
	t.Helper()
	var b strings.Builder
	if err := WritePage(&b, w[0].Title(), w...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// until waits until widget i publishes a number, and has painted.
func until(t *testing.T, p *browser.Page, i int, key string, want float64) {
	t.Helper()
	var got float64
	for range 400 {
		if got = p.Shown(i)[key]; got == want {
			p.Eval("explorers.painted()", nil)
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("widget %d shows %s %v, want %v", i, key, got, want)
}

// window is what a viewer shows: the place of its picture in the window of the
// browser, and the part of the image in it.
type window struct {
	rect          browser.Rect
	scale         float64
	left, top     float64 // of the image, in rect
	height, width int
}

// fitted is the window of a viewer that shows all of the image.
func fitted(p *browser.Page, i int, dims [3]int) window {
	w := window{rect: p.Find(i, ".view", 0), height: dims[1], width: dims[2]}
	w.rect[2], w.rect[3] = math.Round(w.rect[2]), math.Round(w.rect[3]) // whole pixels are drawn
	w.scale = min(w.rect[2]/float64(w.width), w.rect[3]/float64(w.height))
	w.left, w.top = (w.rect[2]-w.scale*float64(w.width))/2, (w.rect[3]-w.scale*float64(w.height))/2
	return w
}

// zoomed is the window after a wheel step at a place in the window.
func (w window) zoomed(p *browser.Page, x, y, by float64) window {
	p.Wheel(x, y, by)
	fit := min(w.rect[2]/float64(w.width), w.rect[3]/float64(w.height))
	scale := min(max(w.scale*math.Exp(-by*0.0016), fit), 40)
	x, y = x-w.rect[0], y-w.rect[1]
	w.left, w.top = x-(x-w.left)*scale/w.scale, y-(y-w.top)*scale/w.scale
	w.scale = scale
	inside := func(corner float64, size int, view float64) float64 {
		if most := scale * float64(size); most > view {
			return min(0, max(view-most, corner))
		} else {
			return (view - most) / 2
		}
	}
	w.left, w.top = inside(w.left, w.width, w.rect[2]), inside(w.top, w.height, w.rect[3])
	return w
}

// voxel is the one at a place in the window; none outside the image.
func (w window) voxel(x, y float64) (row, column int, inside bool) {
	row, column = int(math.Floor((y-w.rect[1]-w.top)/w.scale)), int(math.Floor((x-w.rect[0]-w.left)/w.scale))
	return row, column, row >= 0 && column >= 0 && row < w.height && column < w.width
}

// canvas are the pixels of a layer of viewer i.
func canvas(t *testing.T, p *browser.Page, i int, layer string) (data []byte, width int) {
	t.Helper()
	var got struct {
		Width int
		Data  string
	}
	p.Eval(fmt.Sprintf(`(() => { const c = explorers.root(%d).querySelector("canvas[data-layer=%s]"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let s = ""; for (let i = 0; i < d.length; i += 4096) s += String.fromCharCode(...d.subarray(i, i + 4096)); return { width: c.width, data: btoa(s) }; })()`, i, layer), &got)
	data, err := base64.StdEncoding.DecodeString(got.Data)
	if err != nil {
		t.Fatal(err)
	}
	return data, got.Width
}

// nthCanvas are the pixels of a layer of the n-th pane of widget 0.
func nthCanvas(t *testing.T, p *browser.Page, n int, layer string) (data []byte, width int) {
	t.Helper()
	p.Eval(fmt.Sprintf(`(() => { explorers.root(0).querySelectorAll("canvas[data-layer=%s]").forEach((c, i) => c.toggleAttribute("data-nth", i === %d)); })()`, layer, n), nil)
	return canvas(t, p, 0, layer+"][data-nth")
}

// texts are those of the elements of a selector in widget 0 that are seen.
func texts(p *browser.Page, selector string) (list []string) {
	p.Eval(fmt.Sprintf(`[...explorers.root(0).querySelectorAll(%q)].filter(e => e.getClientRects().length > 0).map(e => e.textContent)`, selector), &list)
	return list
}

// choose chooses a radio button of widget 0.
func choose(p *browser.Page, value string) {
	p.Eval(fmt.Sprintf(`explorers.root(0).querySelector("input[type=radio][value=%s]").click()`, value), nil)
	p.Eval("explorers.painted()", nil)
}

// unnamed fails for a control of widget i that has no name for a screen reader.
func unnamed(t *testing.T, p *browser.Page, i int) {
	t.Helper()
	var without []string
	p.Eval(fmt.Sprintf(`[...explorers.root(%d).querySelectorAll("input, button, select, [tabindex], canvas[role]")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).map(e => e.outerHTML)`, i), &without)
	if len(without) > 0 {
		t.Errorf("without a name: %q", without)
	}
}

// float rounds to so many digits.
func float(v float64, digits int) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	return v
}

// looks takes pictures of a page at the widths that matter, and refuses one that
// is wider than the window.
func looks(t *testing.T, name, html string) {
	t.Helper()
	p := browser.Open(t)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1240, 860, "light"}, {"dark", 1240, 860, "dark"}, {"medium", 724, 1300, "light"}, {"narrow", 504, 1500, "dark"}, {"phone", 380, 1600, "light"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Screenshot(name + "-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s, %s: the page is %v pixels too wide", name, look.name, over)
		}
		var beyond []string
		p.Eval(`(() => { const s = explorers.root(0).querySelector("section").getBoundingClientRect(); return [...explorers.root(0).querySelectorAll("section *")].filter(e => !e.closest(".view, .spoken, pre") && e.getBoundingClientRect().right > s.right + 0.5).map(e => e.tagName + "." + e.className); })()`, &beyond)
		if len(beyond) > 0 {
			t.Errorf("%s, %s: beyond the edge are %q", name, look.name, beyond)
		}
	}
	p.Clean()
}
