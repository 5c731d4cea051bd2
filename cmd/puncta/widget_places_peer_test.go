//go:build peer && unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/peer"
)

// widgetPlace is a widget in a notebook.
type widgetPlace struct {
	name string
	// kind is the name of the widget in its class, puncta-<kind>.
	kind string
	// cell is the Go code that shows it, below %%. The packages of widgetImports
	// are there, and check, which panics.
	cell string
	// check drives the widget, the i-th on the page from 0, and compares what it
	// shows with Go; where says in which viewer.
	check func(t *testing.T, p *browser.Page, where string, i int)
}

// widgetPlaces are all widgets that are seen in the three viewers.
func widgetPlaces(t *testing.T) []widgetPlace {
	all := scenes(t)
	return slices.Concat(explorerPlaces(all), viewerPlaces(all), stepperPlaces(all[:2]), comparePlaces(all[:2]), mistakePlaces(t, all), []widgetPlace{editorPlace(t)})
}

// widgetImports is the first cell.
const widgetImports = `import (
	"flag"
	"os"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/kernel/display/charts"
	"github.com/puncta-bio/puncta/kernel/session"
	"github.com/puncta-bio/puncta/plots"
	"github.com/puncta-bio/puncta/widgets"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}`

// chartCell shows an interactive chart.
const chartCell = `%%
check(charts.Library())
check(charts.Show(plots.Curves{Title: "A chart", XLabel: "x", YLabel: "y", Lines: []plots.Curve{{Name: "line", X: []float64{1, 2, 3}, Y: []float64{1, 4, 2}}}}))`

// drawn checks that echarts has drawn the chart of chartCell.
func drawn(t *testing.T, p *browser.Page, where string) {
	t.Helper()
	var canvases int
	for range 50 {
		if p.Eval(`[...document.querySelectorAll(".puncta-chart")].reduce((n, f) => n + (f.shadowRoot ?? f).querySelectorAll("canvas, svg").length, 0)`, &canvases); canvases > 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("%s: echarts has drawn nothing", where)
}

// scripts are those of a page.
var scripts = regexp.MustCompile(`(?s)<script\b.*?</script>`)

// Every widget shows what Go computes in a live JupyterLab and in the page that
// nbconvert makes of the saved notebook, without requests; where scripts are
// stripped, its picture is seen. So it is with a chart.
func TestPeerWidgetPlaces(t *testing.T) {
	installed(t)
	dir, all := t.TempDir(), widgetPlaces(t)
	cells := []string{widgetImports}
	for _, w := range all {
		cells = append(cells, "%%"+w.cell)
	}
	cells = append(cells, chartCell)
	path := filepath.Join(dir, "a.ipynb")
	writeNotebook(t, path, cells)

	p := browser.Open(t)
	p.Size(1400, 1000, "light")
	p.Visit(startLab(t, dir, "/"))
	openInLab(p, "a.ipynb")
	p.Eval("lab.run(0)", nil)
	for i := range len(all) + 1 {
		var output string
		if p.Eval(fmt.Sprintf("lab.run(%d)", i+1), &output); !strings.Contains(output, "text/html") {
			t.Fatalf("cell %d gives %q", i+1, output)
		}
	}
	p.Ready()
	before := len(p.Errors())
	for i, w := range all {
		w.check(t, p, "JupyterLab", i)
	}
	if said := p.Errors()[before:]; len(said) > 0 {
		t.Errorf("JupyterLab's console says %q", said)
	}
	for _, r := range p.Requests() {
		if !strings.Contains(r, "://127.0.0.1:") && !strings.HasPrefix(r, "blob:") {
			t.Errorf("in JupyterLab something asks for %s", r)
		}
	}
	drawn(t, p, "JupyterLab")
	p.Screenshot("places-lab")
	p.Eval("panel.context.save()", nil)

	exported := filepath.Join(dir, "a.html")
	c := exec.Command(peer.Python(t, peer.Jupyter), "-m", "nbconvert", "--to", "html", "--HTMLExporter.require_js_url=", "--HTMLExporter.mathjax_url=", "--HTMLExporter.jquery_url=", path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("nbconvert: %v\n%s", err, out)
	}
	text, err := os.ReadFile(exported)
	if err != nil {
		t.Fatal(err)
	}
	quiet := browser.Open(t)
	quiet.Size(1400, 1000, "light")
	quiet.Load(string(text))
	quiet.Ready()
	for i, w := range all {
		w.check(t, quiet, "nbconvert's page", i)
	}
	drawn(t, quiet, "nbconvert's page")
	quiet.Screenshot("places-html")
	quiet.Clean()

	bare := browser.Open(t)
	bare.Size(1400, 1000, "light")
	bare.Load(scripts.ReplaceAllString(string(text), ""))
	for _, w := range all {
		var seen bool
		if bare.Eval(fmt.Sprintf(`[...document.querySelectorAll(".puncta-%s img")].every(i => i.complete && i.naturalWidth > 100 && i.getBoundingClientRect().height > 50)`, w.kind), &seen); !seen {
			t.Errorf("%s, %s: without scripts its picture is not seen", w.kind, w.name)
		}
	}
	var pictures int
	bare.Eval(`document.querySelectorAll(".puncta-widget img, .puncta-chart img").length`, &pictures)
	if pictures != len(all)+1 {
		t.Errorf("without scripts there are %d pictures, want %d", pictures, len(all)+1)
	}
	bare.Screenshot("places-bare")
	bare.Clean()
}

// writeNotebook writes a notebook of Go cells for the kernel.
func writeNotebook(t *testing.T, path string, cells []string) {
	t.Helper()
	var list []map[string]any
	for i, source := range cells {
		list = append(list, map[string]any{
			"cell_type": "code", "id": fmt.Sprintf("cell-%d", i), "metadata": map[string]any{}, "execution_count": nil, "outputs": []any{}, "source": source,
		})
	}
	text, err := json.Marshal(map[string]any{
		"cells": list, "metadata": map[string]any{"kernelspec": map[string]any{"name": "puncta", "display_name": "Go (Puncta)", "language": "go"}},
		"nbformat": 4, "nbformat_minor": 5,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// openInLab waits for JupyterLab and opens a notebook in it.
func openInLab(p *browser.Page, path string) {
	for range 100 { // until the application is there
		var there bool
		if p.Eval("!!window.jupyterapp?.shell?.currentWidget || !!window.jupyterapp?.restored", &there); there {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	p.Eval("window.jupyterapp.restored", nil)
	p.Eval(labScript, nil)
	p.Eval(fmt.Sprintf("lab.open(%q)", path), nil)
}
