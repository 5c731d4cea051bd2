//go:build peer

package widgets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// editorPage is widgets as a whole page.
func editorPage(t testing.TB, widgets ...Widget) string {
	t.Helper()
	var b strings.Builder
	if err := WritePage(&b, "editors", widgets...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// openEditor shows an editor of two points of two classes, with three suggestions.
func openEditor(t *testing.T, change func(*EditorOptions)) *driver {
	t.Helper()
	suggest := func(prob, y, x float64) detection.Point { p := at(0, y, x); p.Prob = prob; return p }
	points := []detection.Point{at(0, 10.25, 20), at(0, 30, 1.0/3)}
	points[1].Class = 2
	e := newEditor(t, [3]int{1, 60, 90}, points, func(o *EditorOptions) {
		o.Classes = Classes("cell", "debris")
		o.Suggestions = []detection.Point{suggest(0.9, 40, 40), suggest(0.5, 45, 70), suggest(0.2, 20, 60)}
		if change != nil {
			change(o)
		}
	})
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	p.Load(editorPage(t, e))
	p.Ready()
	d := &driver{Page: p}
	d.read()
	return d
}

// button presses a button with the mouse.
func (d *driver) button(name string) {
	d.Press(d.Find(0, "button."+name, 0).At(0.5, 0.5))
	d.read()
}

// text is that of an element.
func (d *driver) text(selector string) (text string) {
	d.Eval(`explorers.root(0).querySelector("`+selector+`").textContent`, &text)
	return text
}

// Everything has a button, and the buttons say when they do nothing.
func TestEditorButtons(t *testing.T) {
	d := openEditor(t, nil)
	disabled := func() string {
		var list []string
		d.Eval(`[...explorers.root(0).querySelectorAll("button:disabled")].map(b => b.className)`, &list)
		return strings.Join(list, " ")
	}
	step := func(did, csv, off string) {
		t.Helper()
		if d.shown.CSV != "index,axis-0,axis-1,class\n"+csv {
			t.Errorf("%s: the file is\n%s", did, d.shown.CSV)
		}
		if got := disabled(); got != off {
			t.Errorf("%s: disabled are %q, want %q", did, got, off)
		}
	}
	const first, second = "0,10.25,20,1\n", "1,30,0.3333333333333333,2\n"
	step("the start", first+second, "undo redo delete accept reject")
	d.button("next")
	step("next", first+second, "undo redo accept reject")
	d.Press(d.Find(0, ".palette input", 1).At(0.5, 0.5))
	d.read()
	step("the second class", "0,10.25,20,2\n"+second, "redo accept reject")
	d.button("undo")
	step("undo", first+second, "undo accept reject")
	d.button("redo")
	d.button("undo")
	d.button("previous")
	d.button("delete")
	step("previous, delete", first, "redo delete accept reject")
	d.button("look")
	d.button("accept")
	step("the first suggestion", first+"1,40,40,2\n", "redo delete")
	if got := d.text(".suggestions .state"); got != "2 open, 1 accepted, 0 rejected; this one has probability 0.5" {
		t.Errorf("the suggestions say %q", got)
	}
	d.button("reject")
	d.Move(0, "number", "above", 0.3)
	if got := d.text("button.accept-all"); got != "Accept all 0" {
		t.Errorf("above 0.3 the button says %q", got)
	}
	d.Move(0, "range", "above", 0.1)
	d.button("accept-all")
	step("accept all", first+"1,40,40,2\n2,20,60,2\n", "redo delete look-back look accept reject accept-all reject-all")
	if got := d.text(".palette label:nth-child(2) b"); got != "2" {
		t.Errorf("debris is counted %s times", got)
	}
	if got := d.text(".palette .total"); got != "3 points in all" {
		t.Errorf("in all: %q", got)
	}
	d.Clean()
}

// Without a mouse, from the address of the page to the file.
func TestEditorByKeyboard(t *testing.T) {
	d := openEditor(t, nil)
	dir := t.TempDir()
	d.Downloads(dir)
	where := ""
	for k := 0; k < 4 && where != "view"; k++ {
		d.key(kb.Tab)
		d.Eval(`explorers.root(0).activeElement?.className || ""`, &where)
	}
	if where != "view" {
		t.Fatalf("Tab comes to %q, not to the picture", where)
	}
	d.key("c")
	d.key(kb.ArrowRight, input.ModifierShift)
	d.key(kb.ArrowUp)
	d.key("2")
	d.key(kb.Enter) // y 29, x 55: the middle, one up, ten to the right
	d.key(kb.ArrowLeft)
	d.key(kb.Enter)
	d.key("p") // the last one
	d.key(kb.ArrowDown)
	d.key("1")
	d.key("n") // the first one
	d.key(kb.Delete)
	d.key("g")
	d.key("r")
	d.key("a")
	d.key("z", input.ModifierCtrl)
	d.key("Z", input.ModifierCtrl, input.ModifierShift)
	d.key("s", input.ModifierCtrl)
	d.read()
	const want = "index,axis-0,axis-1,class\n0,30,0.3333333333333333,2\n1,29,55,2\n2,30,54,1\n3,45,70,1\n"
	if d.shown.CSV != want || d.shown.Unsaved {
		t.Errorf("the file is\n%swant\n%sunsaved: %v", d.shown.CSV, want, d.shown.Unsaved)
	}
	var text []byte
	for k := 0; k < 100 && len(text) == 0; k++ {
		time.Sleep(20 * time.Millisecond)
		text, _ = os.ReadFile(filepath.Join(dir, "points.csv"))
	}
	if string(text) != want {
		t.Errorf("downloaded is %q", text)
	}
	if got := d.text(".status"); got != "Downloaded as points.csv." {
		t.Errorf("the status is %q", got)
	}
	d.Eval("new Promise(r => setTimeout(r, 700))", nil)
	if got := d.text(".spoken"); got != "Done again: accept. 4 points." {
		t.Errorf("the live region says %q", got)
	}
	var unnamed []string
	d.Eval(`[...explorers.root(0).querySelectorAll("input, button, select, summary, [tabindex], canvas[role], fieldset")].filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label"))).map(e => e.outerHTML)`, &unnamed)
	if len(unnamed) > 0 {
		t.Errorf("without a name: %q", unnamed)
	}
	var kept bool // digits typed into a box are no classes, and its arrows move no point
	d.Eval(`explorers.root(0).querySelector("input[type=number].above").focus()`, nil)
	d.key("2")
	d.Eval(pageEditorClass, &kept)
	if !kept {
		t.Error("a digit typed into a box is taken for a class")
	}
	d.Clean()
}

const pageEditorClass = `[...document.querySelectorAll(".puncta-editor")].at(-1)[Symbol.for("puncta.editors")].kind === 1`

// The file goes to the clipboard, too.
func TestEditorCopies(t *testing.T) {
	d := openEditor(t, nil)
	d.Eval(`Object.defineProperty(navigator, "clipboard", { value: { writeText: async text => { window.copied = text } } })`, nil)
	d.button("copy")
	var copied string
	if d.Eval("window.copied", &copied); copied != d.shown.CSV {
		t.Errorf("copied is %q", copied)
	}
	if got := d.text(".message"); got != "2 points copied as CSV." {
		t.Errorf("it says %q", got)
	}
	d.Clean()
}

// Who leaves with unsaved changes is asked, and nobody else.
func TestEditorAsksBeforeItIsLeft(t *testing.T) {
	d := openEditor(t, nil)
	d.Downloads(t.TempDir())
	leave := func(asked int) {
		t.Helper()
		d.Run(chromedp.Reload())
		d.Ready()
		if d.Asked() != asked {
			t.Errorf("asked %d times, want %d", d.Asked(), asked)
		}
	}
	leave(0)
	d.read()
	d.click(d.shown.X+50, d.shown.Y+50)
	d.read()
	if got := d.text(".status"); got != "Unsaved changes." || !d.shown.Unsaved {
		t.Errorf("the status is %q", got)
	}
	leave(1)
	d.read()
	d.click(d.shown.X+50, d.shown.Y+50)
	d.button("download")
	if got := d.text(".status"); got != "Downloaded as points.csv." || d.shown.Unsaved {
		t.Errorf("the status is %q", got)
	}
	d.button("undo")
	if !d.shown.Unsaved {
		t.Error("what was undone after it was saved is not unsaved")
	}
	d.button("redo")
	leave(1)
	d.Clean()
}

// Two editors and one of them twice on a page: each has its own points, and no name
// is added to the page.
func TestEditorsShareAPage(t *testing.T) {
	var parts []string
	for k := range 2 {
		part, err := HTML(newEditor(t, [3]int{1, 40, 40 + k}, []detection.Point{at(0, 3, 3)}, nil))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	p := browser.Open(t)
	p.Size(1000, 900, "light")
	p.Load(`<!DOCTYPE html><meta charset="utf-8"><script>window.names = Object.keys(window);</script>
<body data-jp-theme-light="false">` + parts[0] + parts[1] + parts[0] + `</body>`)
	p.Ready()
	var names []string
	p.Eval(`Object.keys(window).filter(n => !window.names.includes(n) && n !== "names" && n !== "explorers")`, &names)
	if len(names) > 0 {
		t.Errorf("new global names: %v", names)
	}
	p.Press(p.Find(2, ".view", 0).At(0.5, 0.5))
	p.Press(p.Find(2, ".view", 0).At(0.7, 0.7))
	p.Press(p.Find(1, ".view", 0).At(0.5, 0.5))
	for i, want := range []string{"1", "2", "3"} {
		var got string
		if p.Eval(`explorers.root(`+string(rune('0'+i))+`).querySelector("section").dataset.points`, &got); got != want {
			t.Errorf("editor %d has %s points, want %s", i, got, want)
		}
	}
	var dark bool
	if p.Eval(`explorers.root(0).querySelector("section").classList.contains("dark")`, &dark); !dark {
		t.Error("light on a dark page")
	}
	p.Clean()
}

// An output that is drawn anew has what was edited before, with the way back.
func TestEditorDrawnAnew(t *testing.T) {
	part, err := HTML(newEditor(t, [3]int{1, 40, 40}, []detection.Point{at(0, 3, 3)}, nil))
	if err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	p.Size(1000, 900, "light")
	p.Load(`<!DOCTYPE html><meta charset="utf-8"><body>` + part + `</body>`)
	p.Ready()
	d := &driver{Page: p}
	d.Eval(`window.part = `+quoted(part), nil)
	d.Press(d.Find(0, ".view", 0).At(0.5, 0.5))
	d.read()
	before := d.shown.CSV
	anew := func() {
		d.Eval(`document.body.replaceChildren(document.createRange().createContextualFragment(window.part))`, nil)
		d.Ready()
		d.read()
	}
	anew()
	if d.shown.CSV != before || d.shown.Undo != 1 || !d.shown.Unsaved {
		t.Errorf("drawn anew the editor has\n%swant\n%s", d.shown.CSV, before)
	}
	d.button("undo")
	d.button("undo") // nothing more
	if d.shown.CSV != "index,axis-0,axis-1\n0,3,3\n" || d.shown.Unsaved {
		t.Errorf("undone: %q", d.shown.CSV)
	}
	d.button("redo")
	anew()
	if d.shown.CSV != before {
		t.Errorf("drawn once more the editor has\n%s", d.shown.CSV)
	}
	p.Clean()
}

// Without scripts the picture and its text are there.
func TestEditorWithoutScripts(t *testing.T) {
	part, err := HTML(newEditor(t, [3]int{1, 200, 300}, []detection.Point{at(0, 30, 30)}, nil))
	if err != nil {
		t.Fatal(err)
	}
	start, end := strings.Index(part, "<script>"), strings.Index(part, "</script>")
	p := browser.Open(t)
	p.Load(`<!DOCTYPE html><meta charset="utf-8"><body>` + part[:start] + part[end+len("</script>"):] + `</body>`)
	var seen bool
	p.Eval(`(() => { const i = document.querySelector("img"); return i.complete && i.naturalWidth > 0 && i.getBoundingClientRect().height > 50 && document.body.innerText.includes("200 x 300 pixels, 1 point."); })()`, &seen)
	if !seen {
		t.Error("the picture or its text is not seen")
	}
	p.Screenshot("editor-still")
	p.Clean()
}

// An editor that is taken out of the page for good is let go of, with its image.
func TestEditorIsLetGo(t *testing.T) {
	part, err := HTML(newEditor(t, [3]int{1, 40, 40}, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	p.Load(`<!DOCTYPE html><meta charset="utf-8"><body>` + part + `</body>`)
	p.Ready()
	p.Eval(`(() => { window.known = new WeakRef(document.querySelector(".puncta-editor")[Symbol.for("puncta.editors")]); document.body.replaceChildren(); window.explorers = null; })()`, nil)
	var there bool
	for range 20 {
		p.Run(heapprofiler.CollectGarbage())
		p.Eval(`new Promise(r => setTimeout(() => r(!!window.known.deref()), 100))`, &there)
		if !there {
			return
		}
	}
	t.Error("the page keeps an editor that is not in it")
}
