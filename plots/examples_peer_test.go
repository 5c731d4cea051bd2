//go:build peer

package plots_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/plots"
)

// Every chart of the examples, and those of the hard cases, in a browser, on
// light and dark pages as wide as a narrow and a wide notebook: all are drawn, and
// nothing is asked for or complained about.
func TestChartsInBrowser(t *testing.T) {
	js := peer.ECharts(t)
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
				const ink = `[...document.querySelectorAll(".puncta-chart [role=img]")].map(e => window.echarts.getInstanceByDom(e).getOption().title[0].textStyle.color)`
				var inks, turned []string
				p.Eval(ink, &inks)
				p.Eval(`(async () => { document.body.setAttribute("data-jp-theme-light", String(!matchMedia("(prefers-color-scheme: light)").matches)); await new Promise(r => setTimeout(r, 100)); return `+ink+`; })()`, &turned)
				p.Eval(`(async () => { document.body.removeAttribute("data-jp-theme-light"); await new Promise(r => setTimeout(r, 100)); })()`, nil)
				colours := map[string]string{"light": "#22262a", "dark": "#e8eaed"}
				other := map[string]string{"light": "dark", "dark": "light"}[scheme]
				for i := range group {
					if inks[i] != colours[scheme] || turned[i] != colours[other] {
						t.Errorf("%s, %s: the title is %s, and %s when the page says %s", group[i], scheme, inks[i], turned[i], other)
					}
				}
				p.Size(width, min(got.High+16, 4000), scheme)
				p.Eval("new Promise(r => setTimeout(r, 100))", nil)
				p.Screenshot(fmt.Sprintf("charts-%s-%s-%d", strings.ReplaceAll(group[0], " ", "_"), scheme, width))
			}
		}
	}
	p.Clean()
}

// tips shows the tooltip of datum index of a series of each chart on the page and
// returns their texts, by chart.
const tips = `(async (series, index) => {
	const out = [];
	for (const box of document.querySelectorAll(".puncta-chart [role=img]")) {
		const chart = window.echarts.getInstanceByDom(box), r = box.getBoundingClientRect();
		if (chart.getOption().series[0].type === "parallel") { // echarts shows these to the mouse alone: look for a line behind the first axis
			for (let y = 40; y < r.height - 60 && ![...box.children].slice(1).some(e => e.innerText); y++) {
				box.querySelector("canvas").dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: r.left + 75, clientY: r.top + y }));
			}
		} else {
			chart.dispatchAction({ type: "showTip", seriesIndex: series, dataIndex: index });
		}
		await new Promise(r => setTimeout(r, 60));
		out.push([...box.children].slice(1).map(e => e.innerText).join("|"));
	}
	return out;
})`

// What a reader sees who points at a datum, and that texts stay texts.
func TestTooltipsInBrowser(t *testing.T) {
	js := peer.ECharts(t)
	p := browser.Open(t)
	load := func(names []string, charts map[string]plots.Chart) {
		var html strings.Builder
		o := plots.DefaultInteractiveOptions()
		o.Library = func() ([]byte, error) { return js, nil }
		for _, name := range names {
			if err := charts[name].WriteHTML(&html, o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			o.Library = nil
		}
		p.Size(900, 900, "light")
		p.Load(`<!DOCTYPE html><meta charset="utf-8"><body>` + html.String() + `</body>`)
		p.Eval("new Promise(r => setTimeout(r, 300))", nil)
	}
	charts, names := map[string]plots.Chart{}, []string(nil)
	for _, e := range examples {
		names, charts[e.name] = append(names, e.name), shown(t, e.run)
	}
	load(names, charts)
	var got []string
	p.Eval(tips+`(0, 2)`, &got)
	for i, want := range map[string]string{
		"loss": "training\nepoch 3\nloss 0.5852", "thresholds": "F1\nthreshold of the probability 0.15\nF1 0.7809", "precision": "threshold by threshold\nrecall 0.98\nprecision 0.649\nthreshold 0.15, F1 0.781",
		"classes": "mitosis\nF1 0.4706\n4 of 12 true found, 1 false, tolerance 15", "scatter": "image_02.tif\ntrue objects in an image 12\npoints found in it 10",
		"confusion": "5 of epithelial were called mitosis\n6 % of the true objects of the class", "jobs": "without a network\nread\n800 ms, 9 % of 9.2 s", "steps": "cells\ntrain\n7 min 11 s, 85 % of 8 min 28 s",
		"distances": "1 to 1.5\npairs: 32 of 238", "parallel": "F1 0.", "map": "0.04 to 0.06\nvoxels: 1472 of 65536",
	} {
		if k := slices.Index(names, i); !strings.Contains(got[k], want) {
			t.Errorf("%s says %q, want %q", i, got[k], want)
		}
	}
	bad := plots.Tagged()
	load(slices.Sorted(maps.Keys(bad)), bad)
	p.Eval(tips+`(0, 0)`, &got)
	for i, name := range slices.Sorted(maps.Keys(bad)) {
		if !strings.Contains(got[i], "<b id=") && name != "confusion" { // the names of classes are inside its text
			t.Errorf("%s: the tooltip is %q", name, got[i])
		}
	}
	var elements int
	p.Eval(`document.querySelectorAll("#own").length`, &elements)
	if elements > 0 {
		t.Errorf("%d texts became elements", elements)
	}
	p.Clean()
}
