//go:build peer

package widgets

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/input"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// newSampleEditor is an editor of a third of the true points of a sample, with the
// peaks of its map as suggestions.
func newSampleEditor(t testing.TB, s sample, change func(*EditorOptions)) *Editor {
	t.Helper()
	found, err := detection.Detect(s.prob, detection.DefaultDetectOptions())
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultEditorOptions()
	o.Suggestions = found
	if change != nil {
		change(&o)
	}
	e, err := NewEditor(s.image, s.truth[:len(s.truth)/3], o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEditorLooks(t *testing.T) {
	p := browser.Open(t)
	s := newSample(t, [3]int{1, 384, 512}, 120, 3, 3)
	e := newSampleEditor(t, s, func(o *EditorOptions) { o.Classes = Classes("lymphocyte", "monocyte", "platelet") })
	html := editorPage(t, e)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1180, 900, "light"}, {"dark", 1180, 900, "dark"}, {"narrow", 700, 1500, "light"}, {"phone", 480, 1600, "dark"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Screenshot("editor-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", look.name, over)
		}
	}
	p.Clean()
}

// A stack with three channels, suggestions under work, everything open.
func TestEditorLooksAtWork(t *testing.T) {
	s := newSample(t, [3]int{9, 120, 160}, 60, 1, 4)
	image := detection.NewLike(s.image, 3)
	for i, v := range s.image.Data {
		image.Data[3*i], image.Data[3*i+2] = v, s.prob.Data[i]*200
	}
	image.Spacing, image.Unit = detection.Spacing{2, 0.4, 0.4}, "um"
	found, err := detection.Detect(s.prob, detection.DefaultDetectOptions())
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultEditorOptions()
	o.Suggestions, o.Title, o.Snap = found, "Nuclei of a stack", SnapBright
	e, err := NewEditor(image, s.truth[:30], o)
	if err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	p.Size(1240, 1500, "light")
	p.Load(editorPage(t, e))
	p.Ready()
	d := &driver{Page: p}
	d.read()
	d.focus()
	d.Keys("g", "a", "g", "c")
	d.Eval(`explorers.root(0).querySelectorAll("details").forEach(d => { d.open = true; })`, nil)
	d.key("n")
	d.read()
	d.key("a", input.ModifierCtrl)
	d.read()
	if len(d.shown.Selection) == 0 || d.shown.Fates[0] != 'a' {
		t.Errorf("selected %v, fates %s", d.shown.Selection, d.shown.Fates)
	}
	p.Screenshot("editor-work")
	p.Size(1240, 1500, "dark")
	p.Screenshot("editor-work-dark")
	picture := func() (sum float64) {
		d.Eval(`(async () => { await explorers.painted(); const c = explorers.root(0).querySelector("[data-layer=image]"); return c.getContext("2d").getImageData(0, 0, c.width, c.height).data.reduce((a, b) => a + b, 0); })()`, &sum)
		return sum
	}
	before := picture()
	p.Press(p.Find(0, "input.shown.channel-2", 0).At(0.5, 0.5))
	if after := picture(); after >= before {
		t.Errorf("without a channel the picture has the light %v, with it %v", after, before)
	}
	p.Clean()
}

// The time from a key to the repaint, with 5,000 points and 5,000 suggestions on
// 2048 x 2048 pixels, is printed and not judged: the machine may be busy.
func TestEditorSpeed(t *testing.T) {
	s := newLargeSample()
	r := rand.New(rand.NewPCG(1, 1))
	o := DefaultEditorOptions()
	for range 5000 {
		o.Suggestions = append(o.Suggestions, detection.Point{Pos: [3]float64{0, 2047 * r.Float64(), 2047 * r.Float64()}, Prob: r.Float64()})
	}
	e, err := NewEditor(s.image, s.truth, o)
	if err != nil {
		t.Fatal(err)
	}
	html := editorPage(t, e)
	t.Logf("%d points, %d suggestions, %.2f MB", len(e.points), len(e.suggestions), float64(len(html))/1e6)
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(html)
	p.Ready()
	d := &driver{Page: p}
	d.read()
	d.Keys("n")
	for _, do := range [][2]string{{"move", `e.nudge([0, 0, k % 2 ? 1 : -1])`}, {"add", `e.adds([(k * 37 % 2000) + 0.3, (k * 91 % 2000) + 0.7])`}, {"undo", `e.undo(false)`}, {"zoom", `e.view.zoom(k % 2 ? 1.4 : 1 / 1.4)`}, {"file", `e.csv`}} {
		var times []float64
		d.Eval(`(async () => { const e = [...document.querySelectorAll(".puncta-editor")].at(-1)[Symbol.for("puncta.editors")], out = [];
  for (let k = 0; k < 30; k++) { const start = performance.now(); `+do[1]+`; await explorers.painted(); out.push(performance.now() - start); }
  return out; })()`, &times)
		times = times[5:] // by then the browser has compiled the script
		slices.Sort(times)
		t.Logf("%s: to the repaint median %.1f ms, 9 of 10 below %.1f ms", do[0], times[len(times)/2], times[len(times)*9/10])
	}
	p.Screenshot("editor-large")
	p.Clean()
}
