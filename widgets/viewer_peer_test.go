//go:build peer

package widgets

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// checkValues compares what viewer i says of its cursor with the image.
func checkValues(t *testing.T, got map[string]float64, v *Viewer, row, column int) {
	t.Helper()
	if got["y"] != float64(row) || got["x"] != float64(column) {
		t.Fatalf("the cursor is on (%v, %v), want (%d, %d)", got["y"], got["x"], row, column)
	}
	z := int(got["z"])
	for c, b := range v.raster.Bands {
		if want := shownValue(b, v.image.At(z, row, column, c)); !same(got[fmt.Sprintf("value-%d", c)], want) {
			t.Fatalf("(%d, %d, %d), channel %d: %v is shown, want %v", z, row, column, c, got[fmt.Sprintf("value-%d", c)], want)
		}
	}
	if v.prob != nil {
		if want := shownValue(v.prob.Bands[0], v.opts.Prob.At(z, row, column, 0)); !same(got["probability"], want) {
			t.Fatalf("(%d, %d, %d): probability %v is shown, want %v", z, row, column, got["probability"], want)
		}
	}
}

// Under the mouse, at every zoom down to single pixels, there is the value of Go,
// for images of every type.
func TestViewerValues(t *testing.T) {
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	r := rand.New(rand.NewPCG(11, 3))
	for name, image := range kinds(r, [3]int{3, 150, 210}, 2) {
		o := DefaultViewerOptions()
		o.Z, o.Title = 1, name
		v, err := NewViewer(image, o)
		if err != nil {
			t.Fatal(err)
		}
		p.Load(page(t, v))
		p.Ready()
		w := fitted(p, 0, image.Dims)
		outside := 0
		for k := range 14 {
			x, y := w.rect.At(0.02+0.96*r.Float64(), 0.02+0.96*r.Float64())
			x, y = math.Round(x), math.Round(y) // events of the mouse have whole pixels
			p.Hover(x, y)
			row, column, inside := w.voxel(x, y)
			if got := p.Shown(0); inside {
				checkValues(t, got, v, row, column)
			} else if _, there := got["value-0"]; there {
				t.Errorf("%s: outside of the image there is %v", name, got)
			} else {
				outside++
			}
			if k > 2 {
				w = w.zoomed(p, x, y, []float64{-350, -500, 120, -250}[k%4])
				if zoom := p.Shown(0)["zoom"]; math.Abs(zoom-w.scale) > 1e-6 {
					t.Fatalf("zoom %v, want %v", zoom, w.scale)
				}
			}
		}
		if w.scale < 10 {
			t.Errorf("the last zoom is %v: single pixels are not seen", w.scale)
		}
		x, y := w.rect.At(0.5, 0.5)
		p.Drag(x, y, x+85, y-46)
		before := w
		w.left, w.top = w.left+85, w.top-46
		if w.left > 0 || w.top < w.rect[3]-w.scale*150 {
			t.Fatalf("a drag from %+v leaves the image: the test says little", before)
		}
		p.Hover(x, y)
		row, column, _ := w.voxel(x, y)
		checkValues(t, p.Shown(0), v, row, column)
	}
	p.Clean()
}

// With the keyboard alone: the crosshair, its voxel and values read out, planes,
// zoom, and the largest values over z.
func TestViewerKeys(t *testing.T) {
	s := newSample(t, [3]int{5, 90, 120}, 30, 1, 4)
	s.image.Spacing, s.image.Unit = detection.Spacing{2, 0.5, 0.25}, "um"
	v := newViewer(t, s, func(o *ViewerOptions) { o.Z = 2 })
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(page(t, v))
	p.Ready()
	p.Focus(0, ".view")
	p.Keys("c")
	checkValues(t, p.Shown(0), v, 45, 60) // the middle lies between two voxels
	p.Keys(kb.ArrowUp, kb.ArrowUp, kb.ArrowLeft)
	checkValues(t, p.Shown(0), v, 43, 59)
	shift := func(key string) {
		p.Eval(fmt.Sprintf(`explorers.root(0).querySelector(".view").dispatchEvent(new KeyboardEvent("keydown", { key: %q, shiftKey: true, bubbles: true, cancelable: true }))`, key), nil)
		p.Eval("explorers.painted()", nil)
	}
	shift("ArrowRight")
	checkValues(t, p.Shown(0), v, 43, 69)
	zoom := p.Shown(0)["zoom"]
	p.Keys("+", "+", "+", "+", "+")
	if got := p.Shown(0)["zoom"]; got < 5*zoom {
		t.Errorf("five times closer from %v is %v", zoom, got)
	}
	for range 9 {
		shift("ArrowLeft")
	}
	checkValues(t, p.Shown(0), v, 43, 0) // at the edge it stays
	var seen bool
	p.Eval(`(() => { const r = explorers.root(0), a = r.querySelector(".view").getBoundingClientRect(), b = r.querySelector(".hair.pixel").getBoundingClientRect(); return b.left > a.left - b.width && b.right < a.right && b.top > a.top && b.bottom < a.bottom; })()`, &seen)
	if !seen {
		t.Error("the crosshair has left the picture")
	}
	p.Keys(kb.PageUp)
	until(t, p, 0, "z", 3)
	checkValues(t, p.Shown(0), v, 43, 0)
	p.Keys(kb.PageDown, kb.PageDown, kb.PageDown, kb.PageDown, kb.PageDown)
	until(t, p, 0, "z", 0)
	p.Keys("0")
	if got := p.Shown(0)["zoom"]; got != zoom {
		t.Errorf("all of the image is zoom %v, want %v", got, zoom)
	}
	p.Keys(kb.ArrowRight)
	p.Eval("new Promise(r => setTimeout(r, 700))", nil)
	said := func() (text string) {
		p.Eval(`explorers.root(0).querySelector("[role=status]").textContent`, &text)
		return text
	}
	want := fmt.Sprintf("z 0, y 43, x 1 (0, 21.5, 0.25 µm): value %v, probability %s", v.image.At(0, 43, 1, 0), strconv.FormatFloat(float64(v.opts.Prob.At(0, 43, 1, 0)), 'f', -1, 32))
	if !strings.HasPrefix(said(), want) {
		t.Errorf("the live region says %q, want %q", said(), want)
	}
	p.Eval(`explorers.root(0).querySelector("input.projection").click()`, nil)
	until(t, p, 0, "z", -1)
	got := p.Shown(0)
	most := float32(0)
	for z := range 5 {
		most = max(most, v.image.At(z, 43, 1, 0))
	}
	if got["z"] != -1 || got["value-0"] != float64(most) {
		t.Errorf("the largest value over z is shown as %v, want %v: %v", got["value-0"], most, got)
	}
	p.Keys(kb.Escape)
	if got := p.Shown(0); got["y"] != 0 || len(got) > 0 && math.IsNaN(got["y"]) {
		if _, there := got["value-0"]; there {
			t.Errorf("without a crosshair there is %v", got)
		}
	}
	p.Clean()
}

// checkDrawn compares the picture of a viewer that shows all of a plane with the
// light of the channels, as Go adds it.
func checkDrawn(t *testing.T, p *browser.Page, v *Viewer, bands []band, w window, z int) {
	t.Helper()
	want, _ := composite(v.image, bands, z, 1<<20)
	data, width := canvas(t, p, 0, "image")
	for k := 0; k < 4000; k++ {
		at := k * 7919 % (len(data) / 4)
		row, column, inside := w.voxel(w.rect[0]+float64(at%width)+0.5, w.rect[1]+float64(at/width)+0.5)
		if !inside {
			continue
		}
		for c := range 3 {
			if d := math.Abs(float64(data[4*at+c]) - float64(want.At(0, row, column, c))); d > float64(len(bands)) {
				t.Fatalf("voxel (%d, %d, %d) is drawn %v, want %v in colour %d", z, row, column, data[4*at:4*at+3], want.At(0, row, column, c), c)
			}
		}
	}
}

// Contrast by boxes, handles and buttons, channels on and off, colours, planes:
// the picture is the light that Go adds.
func TestViewerContrast(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 3))
	image := detection.NewVolume([3]int{3, 100, 140}, 2)
	for i := range image.Data {
		image.Data[i] = float32(r.IntN(400) * (1 + i%2*20))
	}
	o := DefaultViewerOptions()
	o.Z = 0
	v, err := NewViewer(image, o)
	if err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(page(t, v))
	p.Ready()
	w := fitted(p, 0, image.Dims)
	bands := slices.Clone(v.raster.Bands)
	checkDrawn(t, p, v, bands, w, 0)
	type2 := func(class string, value float64) {
		p.Eval(fmt.Sprintf("explorers.set(0, 'number', %q, %v)", class, value), nil)
	}
	type2("low.channel-0", 100)
	type2("high.channel-0", 250.5)
	type2("high.channel-1", 3000)
	bands[0].Contrast, bands[1].Contrast[1] = [2]float64{100, 250.5}, 3000
	checkDrawn(t, p, v, bands, w, 0)
	p.Eval(`explorers.set(0, "range", "plane", 2)`, nil)
	until(t, p, 0, "z", 2)
	checkDrawn(t, p, v, bands, w, 2)
	p.Eval(`explorers.root(0).querySelector("input.shown.channel-1").click()`, nil)
	p.Eval("explorers.painted()", nil)
	bands[1].Hidden = true
	checkDrawn(t, p, v, bands, w, 2)
	if got := p.Shown(0); got["high-0"] != 250.5 || got["low-0"] != 100 || got["high-1"] != 3000 {
		t.Errorf("the contrast is said to be %v", got)
	}
	var words string
	p.Hover(w.rect.At(0.5, 0.5))
	p.Eval(`explorers.root(0).querySelector(".readout").textContent`, &words)
	if !strings.Contains(words, "channel 1") || strings.Contains(words, "channel 2") {
		t.Errorf("with channel 2 off the readout says %q", words)
	}
	p.Eval(`(() => { const e = explorers.root(0).querySelector("input.colour.channel-0"); e.value = "#ff8000"; e.dispatchEvent(new Event("input")); return explorers.painted(); })()`, nil)
	bands[0].Colour = [3]int{255, 128, 0}
	checkDrawn(t, p, v, bands, w, 2)

	// the handle of the high end, dragged to the right
	handles := p.Find(0, ".handles", 0)
	share := func(value float64) float64 { // of the width of the handles; a thumb is 18 wide
		var domain [2]float64
		p.Eval(`(() => { const e = explorers.root(0).querySelector("input[type=range].high.channel-0"); return [Number(e.min), Number(e.max)]; })()`, &domain)
		return (9 + (value-domain[0])/(domain[1]-domain[0])*(handles[2]-18)) / handles[2]
	}
	x, y := handles.At(share(250.5), 0.5)
	p.Drag(x, y, x+30, y)
	high := p.Shown(0)["high-0"]
	if high < 255 || high > 330 {
		t.Errorf("30 pixels to the right of 250.5 is %v", high)
	}
	bands[0].Contrast[1] = high
	checkDrawn(t, p, v, bands, fitted(p, 0, image.Dims), 2)
	x, y = handles.At(share(100), 0.5)
	p.Drag(x, y, x-20, y)
	if low := p.Shown(0)["low-0"]; low > 95 || low < 40 || p.Shown(0)["high-0"] != high {
		t.Errorf("20 pixels to the left of 100 is %v, the high end %v", low, p.Shown(0)["high-0"])
	}

	for text, want := range map[string][2]float64{"Full": v.raster.Bands[0].Range, "Auto": v.raster.Bands[0].Contrast} {
		p.Eval(fmt.Sprintf(`[...explorers.root(0).querySelectorAll(".contrast button")].find(b => b.textContent === %q).click()`, text), nil)
		p.Eval("explorers.painted()", nil)
		if got := p.Shown(0); got["low-0"] != want[0] || got["high-0"] != want[1] {
			t.Errorf("%s is %v to %v, want %v", text, got["low-0"], got["high-0"], want)
		}
	}
	type2("low.channel-0", 1e9) // above the high end
	var invalid string
	p.Eval(`explorers.root(0).querySelector("input[type=number].low.channel-0").getAttribute("aria-invalid")`, &invalid)
	if got := p.Shown(0)["low-0"]; invalid != "true" || got > 1000 {
		t.Errorf("black above full colour: invalid %q, low %v", invalid, got)
	}
	p.Clean()
}

// The marks are those of the matching, switches hide them, and the point under the
// cursor is said; the scale bar is as long as it says.
func TestViewerMarks(t *testing.T) {
	s := newSample(t, [3]int{1, 300, 400}, 60, 1, 5)
	s.image.Spacing, s.image.Unit = detection.Spacing{1, 0.65, 0.65}, "um"
	v := newViewer(t, s, nil)
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(page(t, v))
	p.Ready()
	score, got := v.matching.Score(), p.Shown(0)
	if got["tp"] != float64(score.TP) || got["fp"] != float64(score.FP) || got["fn"] != float64(score.FN) || score.FP*score.FN == 0 {
		t.Errorf("%v, want %+v", got, score)
	}
	var counts []string
	p.Eval(`[...explorers.root(0).querySelectorAll(".legend b")].map(e => e.textContent)`, &counts)
	if want := []string{fmt.Sprint(score.TP), fmt.Sprint(score.FP), fmt.Sprint(score.FN)}; !slices.Equal(counts, want) {
		t.Errorf("the legend counts %v, want %v", counts, want)
	}
	w := fitted(p, 0, s.image.Dims)
	on := func(q detection.Point) (x, y float64) {
		return w.rect[0] + w.left + (q.Pos[2]+0.5)*w.scale, w.rect[1] + w.top + (q.Pos[1]+0.5)*w.scale
	}
	words := func() (text string) {
		p.Eval(`explorers.root(0).querySelector(".readout .values").textContent`, &text)
		return text
	}
	missed, wrong, pair := s.truth[v.matching.UnmatchedTruth[0]], v.opts.Found[v.matching.UnmatchedPred[0]], v.matching.Pairs[0]
	p.Hover(on(missed))
	if got := words(); !strings.Contains(got, fmt.Sprintf("true point %d (missed)", missed.ID)) {
		t.Errorf("on a missed point the readout says %q", got)
	}
	p.Hover(on(wrong))
	if got := words(); !strings.Contains(got, fmt.Sprintf("point %d, probability ", wrong.ID)) || !strings.Contains(got, "(false)") || p.Shown(0)["point"] != float64(wrong.ID) {
		t.Errorf("on a false point the readout says %q", got)
	}
	hit := v.opts.Found[pair.Pred]
	p.Hover(on(hit))
	want := fmt.Sprintf("point %d, probability %v (found) of true point %d, %v px away", hit.ID, float(hit.Prob, 7), s.truth[pair.Truth].ID, float(pair.Distance, 4))
	if got := words(); !strings.Contains(got, want) {
		t.Errorf("on a point that is found the readout says %q, want %q", got, want)
	}
	far := detection.Point{Pos: [3]float64{0, 37, 53}}
	for near := func(q detection.Point) bool { return detection.Distance(q, far, detection.UnitSpacing) < 25 }; slices.ContainsFunc(slices.Concat(s.truth, v.opts.Found), near); {
		far.Pos = [3]float64{0, math.Mod(far.Pos[1]+37, 300), math.Mod(far.Pos[2]+53, 400)}
	}
	p.Hover(on(far))
	if _, there := p.Shown(0)["point"]; there || p.Shown(0)["y"] != far.Pos[1] || strings.Contains(words(), "point") {
		t.Errorf("far from all points the readout says %q", words())
	}
	drawn := func() (n int) {
		data, _ := canvas(t, p, 0, "marks")
		for k := 3; k < len(data); k += 4 {
			if data[k] > 0 {
				n++
			}
		}
		return n
	}
	all := drawn()
	p.Eval(`explorers.root(0).querySelector("input[data-kind=tp]").click()`, nil)
	p.Eval("explorers.painted()", nil)
	few := drawn()
	p.Hover(on(hit))
	if strings.Contains(words(), "(found)") || few == 0 || few > all*3/4 {
		t.Errorf("hidden marks: %d pixels of %d are drawn, the readout says %q", few, all, words())
	}
	var bar struct {
		Label string
		Width float64
	}
	const read = `(() => { const e = explorers.root(0).querySelector(".scalebar"); return { label: e.getAttribute("aria-label"), width: e.querySelector("i").getBoundingClientRect().width }; })()`
	for k := range 6 {
		p.Eval(read, &bar)
		var length float64
		if _, err := fmt.Sscanf(bar.Label, "Scale bar: %f µm", &length); err != nil {
			t.Fatalf("%q: %v", bar.Label, err)
		}
		if want := length / 0.65 * w.scale; math.Abs(bar.Width-want) > 0.05 || bar.Width < 30 || bar.Width > 151 {
			t.Errorf("%s is %v wide, want %v", bar.Label, bar.Width, want)
		}
		digits := strings.Trim(strings.Replace(strconv.FormatFloat(length, 'f', -1, 64), ".", "", 1), "0")
		if !slices.Contains([]string{"1", "2", "5"}, digits) {
			t.Errorf("step %d: %v is not round", k, length)
		}
		x, y := w.rect.At(0.5, 0.5)
		w = w.zoomed(p, x, y, -330)
	}
	p.Clean()
}

// Every control can be reached with the keyboard and has a name; two viewers of
// one page do not mix.
func TestViewersShareAPage(t *testing.T) {
	a, b := newViewer(t, newSample(t, [3]int{4, 60, 80}, 10, 1, 6), nil), newViewer(t, newSample(t, [3]int{1, 90, 70}, 10, 1, 7), nil)
	var html strings.Builder
	if err := WritePage(&html, "Two", a, b, a); err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	p.Size(1000, 900, "dark")
	p.Load(html.String())
	p.Ready()
	p.Eval(`explorers.set(2, "range", "plane", 0)`, nil)
	until(t, p, 2, "z", 0)
	if z := p.Shown(0)["z"]; z != float64(a.z) || a.z == 0 {
		t.Errorf("the first viewer is at plane %v, want %d", z, a.z)
	}
	for i, v := range []*Viewer{a, b, a} {
		w := fitted(p, i, v.image.Dims)
		x, y := w.rect.At(0.4, 0.6)
		p.Hover(x, y)
		row, column, _ := w.voxel(x, y)
		checkValues(t, p.Shown(i), v, row, column)
	}
	unnamed(t, p, 0)
	p.Clean()
}

func TestViewerLooks(t *testing.T) {
	s := newSample(t, [3]int{9, 200, 260}, 60, 1, 3)
	s.image.Spacing, s.image.Unit = detection.Spacing{2, 0.65, 0.65}, "um"
	looks(t, "viewer", page(t, newViewer(t, s, func(o *ViewerOptions) { o.Title = "Nuclei" })))
}

// Map and labels lie over the image in their opacity; under the cursor are the
// label and the probability of each class. Keys step a box of the contrast by a
// hundredth of what the handles reach.
func TestViewerOver(t *testing.T) {
	s := newSample(t, [3]int{1, 120, 160}, 20, 2, 51)
	labels := detection.NewLabels(s.image.Dims)
	for i := range labels.Data {
		labels.Data[i] = int32(i % 160 / 20 * 70_000)
	}
	for i := range s.image.Data {
		s.image.Data[i] /= 255
	}
	v := newViewer(t, s, func(o *ViewerOptions) { o.Labels, o.Opacity = labels, 0.4 })
	p := browser.Open(t)
	p.Size(1240, 900, "dark")
	p.Load(page(t, v))
	p.Ready()
	w := fitted(p, 0, s.image.Dims)
	x, y := w.rect.At(0.63, 0.4)
	x, y = math.Round(x), math.Round(y)
	p.Hover(x, y)
	row, column, _ := w.voxel(x, y)
	label := labels.Data[row*160+column]
	if got := p.Shown(0); got["label"] != float64(label) || label == 0 {
		t.Errorf("label %v, want %d", got["label"], label)
	}
	short := func(c int) string {
		return strconv.FormatFloat(float64(s.prob.At(0, row, column, c)), 'f', -1, 32)
	}
	for _, want := range []string{"label " + fmt.Sprint(label), "probability of class 1 " + short(0), "probability of class 2 " + short(1)} {
		if got := texts(p, ".readout .values"); !strings.Contains(got[0], want) {
			t.Errorf("the readout says %q, want %q", got, want)
		}
	}
	opacities := func() (list []string) {
		p.Eval(`["labels", "map"].map(n => explorers.root(0).querySelector("canvas[data-layer=" + n + "]").style.opacity)`, &list)
		return list
	}
	if got := opacities(); !slices.Equal(got, []string{"0.4", "0.4"}) {
		t.Errorf("opacities %v, want 0.4", got)
	}
	p.Eval(`explorers.set(0, "range", "opacity.map", 0.85)`, nil)
	if got := opacities(); !slices.Equal(got, []string{"0.4", "0.85"}) {
		t.Errorf("opacities %v, want 0.4 and 0.85", got)
	}
	p.Screenshot("viewer-over")
	before := p.Shown(0)["high-0"]
	p.Focus(0, "input[type=number].high.channel-0")
	p.Keys(kb.ArrowUp)
	if by := p.Shown(0)["high-0"] - before; by < 0.001 || by > 0.02 {
		t.Errorf("the upward key moves full colour from %v by %v", before, by)
	}
	p.Clean()
}
