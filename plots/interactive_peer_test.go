//go:build peer

package plots

import (
	"fmt"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/peer"
)

// The charts of the scores in a browser: alone, below a RequireJS that takes
// every library for itself, before the library, and without it.
func TestInteractiveInBrowser(t *testing.T) {
	js := peer.ECharts(t)
	a, b := scoreCharts(t)
	part := func(c Curves, lib func() ([]byte, error)) string {
		var text strings.Builder
		o := DefaultInteractiveOptions()
		o.Library = lib
		if err := c.WriteHTML(&text, o); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	with := func() ([]byte, error) { return js, nil }
	const require = `<script>window.taken = 0; window.define = function () { window.taken++; }; window.define.amd = {};</script>`
	p := browser.Open(t)
	for _, tt := range []struct {
		name, html string
		drawn      int
	}{
		{"once", part(a, with) + part(b, nil), 2},
		{"require", require + part(a, with) + part(b, with) + part(a, nil), 3},
		{"before", part(a, nil) + part(b, with), 2},
		{"absent", part(a, nil), 0},
	} {
		for _, scheme := range []string{"light", "dark"} {
			p.Size(900, 860, scheme)
			p.Load(`<!DOCTYPE html><meta charset="utf-8"><style>:root{color-scheme:light dark}</style><body>` + tt.html + `</body>`)
			p.Eval("new Promise(r => setTimeout(r, 300))", nil)
			var got struct {
				Drawn, Pictures, Taken int
				Said                   string
			}
			p.Eval(`({drawn: document.querySelectorAll(".puncta-chart[data-ready] canvas").length, pictures: document.querySelectorAll(".puncta-chart img").length,
				taken: window.taken || 0, said: document.body.innerText})`, &got)
			charts := strings.Count(tt.html, `class="puncta-chart"`)
			if got.Drawn != tt.drawn || got.Pictures != charts-tt.drawn || got.Taken != 0 {
				t.Errorf("%s: %+v, want %d charts drawn and %d pictures", tt.name, got, tt.drawn, charts-tt.drawn)
			}
			if tt.drawn == 0 && !strings.Contains(got.Said, "not installed") {
				t.Errorf("%s: the page says %q", tt.name, got.Said)
			}
			p.Screenshot(fmt.Sprintf("chart-%s-%s", tt.name, scheme))
		}
	}
	p.Clean()
}

// No text of an SVG chart is on another one, with short and with long numbers.
func TestSVGTextsInBrowser(t *testing.T) {
	p := browser.Open(t)
	p.Size(900, 500, "light")
	for name, y := range map[string][]float64{"short": {0.2, 0.8}, "rate": {0.00048, 0.00052}, "rate-from-0": {0, 0.0005}, "small": {9e-8, 3e-7}, "large": {0, 7.2e6}, "thousands": {120000, 180000}} {
		var b strings.Builder
		c := Curves{Title: "Learning rate", XLabel: "epoch", YLabel: "learning rate", Mark: 2, MarkLabel: "weights kept", Lines: []Curve{{Name: "at the end of the epoch", X: []float64{1, 2, 3}, Y: append(y, y[0])}}}
		if err := c.WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		p.Load(`<!DOCTYPE html><meta charset="utf-8"><body>` + b.String() + `</body>`)
		var overlaps []string
		p.Eval(`(() => {
			const texts = [...document.querySelectorAll("svg text")].map(e => [e.textContent, e.getBoundingClientRect()]), out = [];
			texts.forEach(([a, r], i) => texts.slice(i + 1).forEach(([b, s]) => {
				if (r.left < s.right && s.left < r.right && r.top < s.bottom - 2 && s.top < r.bottom - 2) out.push(a + " on " + b);
			}));
			return out;
		})()`, &overlaps)
		if len(overlaps) > 0 {
			t.Errorf("%s: %q", name, overlaps)
		}
		p.Screenshot("svg-" + name)
	}
	p.Clean()
}
