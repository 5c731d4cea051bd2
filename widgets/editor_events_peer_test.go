//go:build peer

package widgets

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// driver drives the editor of a page with the events of a mouse and a keyboard.
type driver struct {
	*browser.Page
	shown struct {
		CSV                          string
		Selection                    []int
		Ghost, Undo, Redo, Z, Class  int
		Fates                        string
		Unsaved                      bool
		Cross                        []int
		Scale, Left, Top, X, Y, W, H float64 // of the pane, and its box in the window
	}
}

// editorStateJS reads an editor: what the widget says about itself would do, but
// for the points.
const editorStateJS = `(async () => {
  const e = [...document.querySelectorAll(".puncta-editor")].at(-1)[Symbol.for("puncta.editors")], r = e.box.getBoundingClientRect(), { edits } = e;
  while (e.view.z !== e.planes.z) await new Promise(done => setTimeout(done, 5)); // until the plane is seen
  return { csv: e.csv, selection: edits.selection, ghost: edits.ghost, undo: edits.done.length, redo: edits.undone.length, z: e.view.z, class: e.kind,
    fates: edits.fates.map(f => f[0]).join(""), unsaved: edits.unsaved, cross: e.cursor.cross || [],
    scale: e.view.scale, left: e.view.left, top: e.view.top, x: r.left, y: r.top, w: e.view.viewWidth, h: e.view.viewHeight };
})()`

func (d *driver) read() {
	d.Eval("explorers.painted()", nil)
	d.shown.Cross = nil
	d.Eval(editorStateJS, &d.shown)
}

func (d *driver) focus() {
	d.Eval(`explorers.root(0).querySelector(".view").focus()`, nil)
}

func (d *driver) key(keys string, modifiers ...input.Modifier) {
	d.Run(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

func (d *driver) mouse(kind input.MouseType, x, y float64, held bool, modifiers ...input.Modifier) {
	e := input.DispatchMouseEvent(kind, x, y).WithClickCount(1)
	if kind != input.MouseMoved || held {
		e = e.WithButton(input.Left)
	}
	if held {
		e = e.WithButtons(1)
	}
	for _, m := range modifiers {
		e.Modifiers |= m
	}
	d.Run(e)
}

func (d *driver) click(x, y float64, modifiers ...input.Modifier) {
	d.mouse(input.MouseMoved, x, y, false)
	d.mouse(input.MousePressed, x, y, true, modifiers...)
	d.mouse(input.MouseReleased, x, y, false, modifiers...)
}

func (d *driver) drag(x, y, x2, y2 float64, modifiers ...input.Modifier) {
	d.mouse(input.MouseMoved, x, y, false)
	d.mouse(input.MousePressed, x, y, true, modifiers...)
	d.mouse(input.MouseMoved, float64(int(x+x2)/2), float64(int(y+y2)/2), true, modifiers...)
	d.mouse(input.MouseMoved, x2, y2, true, modifiers...)
	d.mouse(input.MouseReleased, x2, y2, false, modifiers...)
}

// at is the place (y, x) of the image that is at a place of the window, screen the
// place in the pane of one of the image: the arithmetic of Pane.
func (d *driver) at(x, y float64) (iy, ix float64) {
	s := &d.shown
	return (y-s.Y-s.Top)/s.Scale - 0.5, (x-s.X-s.Left)/s.Scale - 0.5
}

func (d *driver) screen(pos [3]float64) (x, y float64) {
	s := &d.shown
	return s.Left + float64((pos[2]+0.5)*s.Scale), s.Top + float64((pos[1]+0.5)*s.Scale)
}

// nearest is the place of a list within reach of a place in the pane, -1 for none.
func (d *driver) nearest(places [][3]float64, z int, x, y float64) int {
	best, least := -1, 100.0
	for i, pos := range places {
		if (detection.Point{Pos: pos}).Voxel()[0] != z {
			continue
		}
		px, py := d.screen(pos)
		if q := float64((px-x)*(px-x)) + float64((py-y)*(py-y)); q < least || q == least && best < 0 {
			best, least = i, q
		}
	}
	return best
}

// somewhere is a whole place of the window in the pane.
func (d *driver) somewhere(r *rand.Rand) (x, y float64) {
	s := &d.shown
	return float64(int(s.X) + 2 + r.IntN(int(s.W)-4)), float64(int(s.Y) + 2 + r.IntN(int(s.H)-4))
}

// pressed is what a press at a place does to a twin.
func (d *driver) pressed(w *twin, x, y float64, more bool) {
	px, py := x-d.shown.X, y-d.shown.Y
	var points, ghosts [][3]float64
	for _, p := range w.points() {
		points = append(points, p.Pos)
	}
	open := w.open()
	for _, k := range open {
		ghosts = append(ghosts, w.e.suggestions[k].Pos)
	}
	switch i, k := d.nearest(points, w.z, px, py), d.nearest(ghosts, w.z, px, py); {
	case i >= 0 && more && slices.Contains(w.selection, i):
		w.selects(slices.DeleteFunc(slices.Clone(w.selection), func(s int) bool { return s == i }))
	case i >= 0 && more:
		w.selects(append(slices.Clone(w.selection), i))
	case i >= 0:
		w.selects([]int{i})
	case k >= 0:
		w.selects(nil)
		w.ghost = open[k]
	default:
		w.add(d.at(x, y))
	}
}

// compare holds the page against the twin.
func (d *driver) compare(t *testing.T, w *twin, did string) {
	t.Helper()
	d.read()
	var want bytes.Buffer
	o := detection.WritePointsOptions{NDim: w.e.image.NDim(), Class: len(w.e.classes) > 1, Probability: w.e.opts.Probability}
	if err := detection.WritePoints(&want, w.points(), o); err != nil {
		t.Fatal(err)
	}
	s := &d.shown
	if s.CSV != want.String() {
		var said string
		d.Eval(`explorers.root(0).querySelector(".message").textContent`, &said)
		t.Logf("the page says %q", said)
		t.Fatalf("%s: the page has\n%s\nwant\n%s", did, s.CSV, &want)
	}
	var cross []int
	if w.cross != nil {
		cross = w.cross[:]
	}
	got := fmt.Sprint(s.Selection, s.Ghost, s.Fates, s.Z, s.Class, s.Unsaved, s.Undo, s.Redo, s.Cross)
	if want := fmt.Sprint(w.selection, w.ghost, string(w.state().fates), w.z, w.class, w.unsaved(), w.now, len(w.states)-1-w.now, cross); got != want {
		t.Logf("points %v", w.points())
		t.Fatalf("%s: selection, ghost, fates, z, class, unsaved, undo, redo, crosshair are\n%s, want\n%s", did, got, want)
	}
}

// randomEdit does one thing, to the page by events and to the twin, and says what.
func (d *driver) randomEdit(w *twin, r *rand.Rand) string {
	inPlane := func() (list []int) {
		for i, p := range w.points() {
			x, y := d.screen(p.Pos)
			if p.Voxel()[0] == w.z && x > 3 && y > 3 && x < d.shown.W-3 && y < d.shown.H-3 {
				list = append(list, i)
			}
		}
		return list
	}
	onPoint := func() (x, y float64, ok bool) {
		list := inPlane()
		if len(list) == 0 {
			return 0, 0, false
		}
		x, y = d.screen(w.points()[list[r.IntN(len(list))]].Pos)
		return float64(int(x + d.shown.X)), float64(int(y + d.shown.Y)), true
	}
	switch n := r.IntN(100); {
	case n < 24:
		x, y := d.somewhere(r)
		d.click(x, y)
		d.pressed(w, x, y, false)
		return fmt.Sprint("press at ", x, ", ", y)
	case n < 34:
		x, y, ok := onPoint()
		more := r.IntN(2) == 0
		if !ok {
			break
		}
		if more {
			d.click(x, y, input.ModifierCtrl)
		} else {
			d.click(x, y)
		}
		d.pressed(w, x, y, more)
		return fmt.Sprint("press on a point at ", x, ", ", y, ", Control ", more)
	case n < 44:
		x, y, ok := onPoint()
		if !ok {
			break
		}
		x2, y2 := x+float64(r.IntN(120)-60), y+float64(r.IntN(120)-60)
		if max(x2-x, x-x2, y2-y, y-y2) < 5 {
			break
		}
		d.drag(x, y, x2, y2)
		d.dragged(w, x, y, x2, y2)
		return fmt.Sprint("drag from ", x, ", ", y, " to ", x2, ", ", y2)
	case n < 49:
		x, y := d.somewhere(r)
		x2, y2 := d.somewhere(r)
		d.drag(x, y, x2, y2, input.ModifierShift)
		var list []int
		for i, p := range w.points() {
			px, py := d.screen(p.Pos)
			ax, ay, bx, by := x-d.shown.X, y-d.shown.Y, x2-d.shown.X, y2-d.shown.Y
			if p.Voxel()[0] == w.z && px >= min(ax, bx) && px <= max(ax, bx) && py >= min(ay, by) && py <= max(ay, by) {
				list = append(list, i)
			}
		}
		w.selects(list)
		return "frame"
	case n < 60:
		k := r.IntN(4)
		step, modifiers := 1.0, []input.Modifier(nil)
		switch r.IntN(4) {
		case 0:
			step, modifiers = 10, []input.Modifier{input.ModifierShift}
		case 1:
			step, modifiers = 0.1, []input.Modifier{input.ModifierAlt}
		}
		by := [][3]float64{{0, -step, 0}, {0, step, 0}, {0, 0, -step}, {0, 0, step}}[k]
		d.key([]string{kb.ArrowUp, kb.ArrowDown, kb.ArrowLeft, kb.ArrowRight}[k], modifiers...)
		switch {
		case len(w.selection) > 0:
			w.shift(w.selection, by, false)
		case w.cross != nil && step != 0.1:
			dims := w.e.image.Dims
			w.cross = &[2]int{min(max(w.cross[0]+int(by[1]), 0), dims[1]-1), min(max(w.cross[1]+int(by[2]), 0), dims[2]-1)}
		}
		return fmt.Sprint("arrow ", by)
	case n < 64:
		by := 1 - 2*r.IntN(2)
		d.key(map[int]string{1: "n", -1: "p"}[by])
		w.step(by)
		return fmt.Sprint("step ", by)
	case n < 69:
		k := 1 + r.IntN(4)
		d.key(strconv.Itoa(k))
		if k <= len(w.e.classes) {
			w.choose(k)
		}
		return fmt.Sprint("class ", k)
	case n < 73:
		d.key([]string{kb.Delete, kb.Backspace}[r.IntN(2)])
		if w.ghost >= 0 {
			w.decide(false)
		} else {
			w.remove()
		}
		return "delete"
	case n < 82:
		d.key("z", input.ModifierCtrl)
		w.undo(false)
		return "undo"
	case n < 86:
		if r.IntN(2) == 0 {
			d.key("Z", input.ModifierCtrl, input.ModifierShift)
		} else {
			d.key("y", input.ModifierCtrl)
		}
		w.undo(true)
		return "redo"
	case n < 89:
		by := 1 - 2*r.IntN(2)
		if by > 0 {
			d.key("g")
		} else {
			d.key("G", input.ModifierShift)
		}
		w.lookOn(by)
		return fmt.Sprint("look ", by)
	case n < 92:
		yes := r.IntN(3) > 0
		d.key(map[bool]string{true: "a", false: "r"}[yes])
		w.decide(yes)
		return fmt.Sprint("decide ", yes)
	case n < 95:
		d.rare(w, r)
		return "something rare"
	case n < 98:
		middle := [2]int{}
		y, x := d.at(d.shown.X+d.shown.W/2, d.shown.Y+d.shown.H/2)
		dims := w.e.image.Dims
		middle[0], middle[1] = min(max(int(math.Floor(y+0.5)), 0), dims[1]-1), min(max(int(math.Floor(x+0.5)), 0), dims[2]-1)
		d.key(kb.Enter)
		w.enter(middle)
		return "enter"
	default:
		by := 1 - 2*r.IntN(2)
		shift := r.IntN(2) == 0
		if shift {
			d.key(map[int]string{1: kb.PageUp, -1: kb.PageDown}[by], input.ModifierShift)
		} else {
			d.key(map[int]string{1: kb.PageUp, -1: kb.PageDown}[by])
		}
		if shift && len(w.selection) > 0 {
			w.shift(w.selection, [3]float64{float64(by)}, false)
		} else {
			w.z = min(max(w.z+by, 0), w.e.image.Dims[0]-1)
		}
		return fmt.Sprint("plane ", by, ", Shift ", shift)
	}
	return "nothing"
}

// dragged is what a drag of a point does to a twin.
func (d *driver) dragged(w *twin, x, y, x2, y2 float64) {
	var points [][3]float64
	for _, p := range w.points() {
		points = append(points, p.Pos)
	}
	i := d.nearest(points, w.z, x-d.shown.X, y-d.shown.Y)
	if !slices.Contains(w.selection, i) {
		w.selects([]int{i})
	}
	ay, ax := d.at(x, y)
	by, bx := d.at(x2, y2)
	w.shift(w.selection, [3]float64{0, by - ay, bx - ax}, true)
}

// rare does what is done less often.
func (d *driver) rare(w *twin, r *rand.Rand) {
	switch r.IntN(8) {
	case 0:
		d.key(kb.Escape)
		w.escape()
	case 1:
		d.key("a", input.ModifierCtrl)
		var list []int
		for i, p := range w.points() {
			if p.Voxel()[0] == w.z {
				list = append(list, i)
			}
		}
		w.selects(list)
	case 2:
		d.key([]string{"+", "-", "0"}[r.IntN(3)])
	case 3:
		d.key("s", input.ModifierCtrl) // a download
		w.save()
	case 4:
		above := float64(r.IntN(90)) / 100
		if len(w.e.suggestions) > 0 {
			d.Move(0, "number", "above", above)
			w.above = above
		}
		d.focus()
	case 5, 6:
		if open := w.open(); len(open) > 0 {
			which := []string{"accept-all", "reject-all"}[r.IntN(2)]
			d.Eval("explorers.root(0).querySelector('button."+which+"').click()", nil)
			if which == "accept-all" {
				w.accept(open)
			} else {
				w.reject(open)
			}
			d.focus()
		}
	case 7: // a drag of the image
		x, y := d.somewhere(r)
		var points [][3]float64
		for _, p := range w.points() {
			points = append(points, p.Pos)
		}
		if d.nearest(points, w.z, x-d.shown.X, y-d.shown.Y) < 0 {
			d.drag(x, y, x+40, y+30)
		}
	}
}

// Whatever is done in whatever order, the page has the points of a model that
// keeps every state: to the last digit of the file.
func TestEditorDoesWhatItsTwinDoes(t *testing.T) {
	const rounds, each = 8, 220
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	kinds := map[string]int{}
	for round := range rounds {
		r := rand.New(rand.NewPCG(uint64(round), 3))
		dims, names := [3]int{1, 60, 80}, 3
		if round%2 == 1 {
			dims = [3]int{5, 60, 80}
		}
		if round%3 == 2 {
			names = 0
		}
		s := newSample(t, dims, 14, max(names, 1), uint64(round))
		found, err := detection.Detect(s.prob, detection.DefaultDetectOptions())
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultEditorOptions()
		o.Suggestions, o.KnownDistance, o.Probability = found, 1, round%4 > 1
		o.Snap = []Snapping{SnapOff, SnapBright, SnapOff, SnapDark}[r.IntN(4)]
		for k := range names {
			o.Classes = append(o.Classes, Class{Name: fmt.Sprintf("kind %d", k+1)})
		}
		truth := s.truth[:6]
		for i := range truth {
			truth[i].ID = 0
			if names > 0 {
				truth[i].Class = 1 + r.IntN(names)
			}
		}
		e, err := NewEditor(s.image, truth, o)
		if err != nil {
			t.Fatal(err)
		}
		p.Load(editorPage(t, e))
		p.Ready()
		d := &driver{Page: p}
		w := newTwin(e)
		d.focus()
		d.compare(t, w, "the start")
		done := []string{}
		for range each {
			did := d.randomEdit(w, r)
			done = append(done, did)
			d.compare(t, w, fmt.Sprintf("round %d, after %q", round, done[max(0, len(done)-5):]))
			kinds[did[:min(4, len(did))]]++
		}
		p.Screenshot(fmt.Sprintf("editor-twin-%d", round))
	}
	t.Log(kinds)
	p.Clean()
}
