//go:build peer

package plots_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/plots"
)

// Every chart of the examples, and those of the hard cases, in a browser, on
// light and dark pages as wide as a narrow and a wide notebook: all are drawn, and
// nothing is asked for or complained about.
func TestChartsInBrowser(t *testing.T) {
	js := plots.Library(t)
	p := browser.Open(t)
	var names []string
	charts := map[string]plots.Chart{}
	for _, e := range examples {
		names, charts[e.name] = append(names, e.name), shown(t, e.run)
	}
	difficult := hard()
	for _, name := range slices.Sorted(maps.Keys(difficult)) {
		names, charts[name] = append(names, name), difficult[name]
	}
	const together = 4
	for group := range slices.Chunk(names, together) {
		var html strings.Builder
		o := plots.DefaultInteractiveOptions()
		o.Library = func() ([]byte, error) { return js, nil }
		for _, name := range group {
			if err := charts[name].WriteHTML(&html, o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			o.Library = nil // it is on the page
		}
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int{700, 1100} {
				p.Size(width, 2000, scheme)
				p.Load(`<!DOCTYPE html><meta charset="utf-8"><style>:root{color-scheme:light dark}body{margin:8px}</style><body>` + html.String() + `</body>`)
				p.Eval("new Promise(r => setTimeout(r, 300))", nil)
				var got struct{ Drawn, Pictures, Named, High int }
				p.Eval(`({drawn: document.querySelectorAll(".puncta-chart[data-ready] canvas").length, pictures: document.querySelectorAll(".puncta-chart img").length,
					named: [...document.querySelectorAll(".puncta-chart [role=img]")].filter(e => e.getAttribute("aria-label")).length, high: document.body.scrollHeight})`, &got)
				if got.Drawn != len(group) || got.Pictures != 0 || got.Named != len(group) {
					t.Errorf("%q, %s, %d wide: %+v, want %d charts drawn", group, scheme, width, got, len(group))
				}
				p.Size(width, min(got.High+16, 4000), scheme)
				p.Eval("new Promise(r => setTimeout(r, 100))", nil)
				p.Screenshot(fmt.Sprintf("charts-%s-%s-%d", strings.ReplaceAll(group[0], " ", "_"), scheme, width))
			}
		}
	}
	p.Clean()
}
