package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Rect is where an element lies in the window: left, top, width and height in
// CSS pixels.
type Rect [4]float64

// At is a place in it, as shares of its width and height.
func (r Rect) At(x, y float64) (float64, float64) { return r[0] + x*r[2], r[1] + y*r[3] }

// Find is where the k-th element of a selector, from 0, lies in widget i, once it
// is scrolled into the window.
func (p *Page) Find(i int, selector string, k int) (r Rect) {
	p.t.Helper()
	text, err := json.Marshal(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Eval(fmt.Sprintf(`(() => { const e = explorers.root(%d).querySelectorAll(%s)[%d]; e.scrollIntoView({ block: "center" }); const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`, i, text, k), &r)
	return r
}

// Hover moves the mouse to a place in the window, and waits for a repaint.
func (p *Page) Hover(x, y float64) {
	p.t.Helper()
	p.Run(mouse(input.MouseMoved, x, y, 0))
	p.Eval("explorers.painted()", nil)
}

// Press clicks.
func (p *Page) Press(x, y float64) {
	p.t.Helper()
	p.Run(chromedp.MouseClickXY(x, y))
	p.Eval("explorers.painted()", nil)
}

// Drag moves the mouse with its button down.
func (p *Page) Drag(fromX, fromY, toX, toY float64) {
	p.t.Helper()
	p.Run(mouse(input.MousePressed, fromX, fromY, 1), mouse(input.MouseMoved, (fromX+toX)/2, (fromY+toY)/2, 1), mouse(input.MouseMoved, toX, toY, 1), mouse(input.MouseReleased, toX, toY, 1))
	p.Eval("explorers.painted()", nil)
}

// Wheel turns the wheel; up, which zooms in, is below 0.
func (p *Page) Wheel(x, y, by float64) {
	p.t.Helper()
	p.Run(chromedp.ActionFunc(func(ctx context.Context) error {
		return input.DispatchMouseEvent(input.MouseWheel, x, y).WithDeltaY(by).WithDeltaX(0).Do(ctx)
	}))
	p.Eval("explorers.painted()", nil)
}

// Keys presses keys, one after the other, in what has the focus.
func (p *Page) Keys(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.Run(chromedp.KeyEvent(k))
	}
	p.Eval("explorers.painted()", nil)
}

// Focus gives the focus to the first element of a selector in widget i.
func (p *Page) Focus(i int, selector string) {
	p.t.Helper()
	text, err := json.Marshal(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Eval(fmt.Sprintf("explorers.root(%d).querySelector(%s).focus()", i, text), nil)
}

func mouse(kind input.MouseType, x, y float64, clicks int64) chromedp.Action {
	e := input.DispatchMouseEvent(kind, x, y)
	if clicks > 0 {
		e = e.WithButton(input.Left).WithButtons(1).WithClickCount(clicks)
	}
	return e
}
