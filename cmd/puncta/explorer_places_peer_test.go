//go:build peer && unix

package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/internal/shareddata"
	"github.com/puncta-bio/puncta/widgets"
)

// scene is an image with its true points, and with the map that an explorer
// shows; where the file of the map is not there, a cell writes the prediction of
// nuclei2d into it.
type scene struct{ name, image, points, prob string }

// explorerCell shows the explorer of a scene.
func (s scene) explorerCell() string {
	return fmt.Sprintf(`%%%%
image, err := imageio.Read(%q)
check(err)
text, err := os.Open(%q)
check(err)
truth, err := detection.ReadPoints(text, text.Name(), detection.DefaultReadPointsOptions())
check(err)
var prob *detection.Volume
if known, err := imageio.Read(%[3]q); err == nil {
	prob = known.Volume
} else {
	s := session.MustConnect()
	prob = s.MustPredict(s.MustImage(image.Volume), "nuclei2d").Volume
	check(imageio.WriteFile(%[3]q, prob, imageio.DefaultTIFFOptions()))
}
e, err := widgets.NewExplorer(image.Volume, prob, truth, widgets.DefaultExplorerOptions())
check(err)
check(display.Widget(e))`, s.image, s.points, s.prob)
}

// scenes writes three: generated nuclei, a volume, and a real image (another
// generated one where there are no shared data).
func scenes(t *testing.T) []scene {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, o simulate.NucleiOptions) scene {
		image, truth, err := simulate.Nuclei(o)
		if err != nil {
			t.Fatal(err)
		}
		s := scene{name, filepath.Join(dir, name+".tif"), filepath.Join(dir, name+".csv"), filepath.Join(dir, name+"-prob.tif")}
		if err := imageio.WriteFile(s.image, image, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(s.points)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := detection.WritePoints(f, truth, detection.WritePointsOptions{NDim: image.NDim()}); err != nil {
			t.Fatal(err)
		}
		if image.NDim() == 3 { // its map is the image, from 0 to 1
			lo, hi := image.Data[0], image.Data[0]
			for _, v := range image.Data {
				lo, hi = min(lo, v), max(hi, v)
			}
			for i, v := range image.Data {
				image.Data[i] = (v - lo) / (hi - lo)
			}
			if err := imageio.WriteFile(s.prob, image, imageio.DefaultTIFFOptions()); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	flat := simulate.DefaultNucleiOptions()
	flat.Seed = 11
	volume := simulate.DefaultNucleiOptions()
	volume.Seed, volume.Dims, volume.Count = 12, [3]int{7, 96, 96}, [2]int{30, 40}
	all := []scene{write("nuclei", flat), write("volume", volume)}
	if data, ok := shareddata.Find(t, "nuclei2d"); ok {
		name := "1023509cf8d4c155" // the first one of the validation images
		return append(all, scene{"real", filepath.Join(data, "val", "x", name+".tif"), filepath.Join(data, "val", "y", name+".csv"), filepath.Join(dir, "real-prob.tif")})
	}
	flat.Seed = 13
	return append(all, write("more", flat))
}

// compare moves the sliders of explorer i to settings and checks that it shows
// what Go computes, to the last digit.
func (s scene) compare(t *testing.T, p *browser.Page, where string, i, settings int) {
	t.Helper()
	prob, err := imageio.Read(s.prob)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.Open(s.points)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	truth, err := detection.ReadPoints(text, s.points, detection.DefaultReadPointsOptions())
	if err != nil {
		t.Fatal(err)
	}
	o := widgets.DefaultExplorerOptions()
	seen := map[float64]bool{}
	r := rand.New(rand.NewPCG(7, uint64(i)))
	for k := range settings {
		kind := []string{"range", "number"}[k%2]
		p.Move(i, kind, "threshold", 0.05+r.Float64()*0.85)
		p.Move(i, kind, "radius", max(0, r.Float64()*15-2))
		p.Move(i, kind, "tolerance", 1+r.Float64()*11)
		p.CheckShown(i, prob.Volume, truth, o.Detect, o.Match)
		seen[p.Shown(i)["f1"]] = true
	}
	if t.Failed() {
		t.Fatalf("%s, %s: differs from Go", where, s.name)
	}
	if len(seen) < settings/3 {
		t.Errorf("%s, %s: %d settings gave %d values of F1: the sliders do nothing", where, s.name, settings, len(seen))
	}
}

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

// The explorer shows what Go computes in a live JupyterLab and in the page that
// nbconvert makes of the saved notebook, without requests; where scripts are
// stripped, its picture is seen. So it is with a chart.
func TestPeerExplorerPlaces(t *testing.T) {
	const settings = 20
	installed(t)
	dir, all := t.TempDir(), scenes(t)
	cells := []string{`import (
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
}`}
	for _, s := range all {
		cells = append(cells, s.explorerCell())
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
	for i, s := range all {
		s.compare(t, p, "JupyterLab", i, settings)
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
	for i, s := range all {
		s.compare(t, quiet, "nbconvert's page", i, settings)
	}
	drawn(t, quiet, "nbconvert's page")
	quiet.Screenshot("places-html")
	quiet.Clean()

	bare := browser.Open(t)
	bare.Size(1400, 1000, "light")
	bare.Load(scripts.ReplaceAllString(string(text), ""))
	var pictures int
	bare.Eval(`[...document.querySelectorAll(".puncta-explorer img, .puncta-chart img")].filter(i => i.complete && i.naturalWidth > 100 && i.getBoundingClientRect().height > 50).length`, &pictures)
	if pictures != len(all)+1 {
		t.Errorf("without scripts %d pictures are seen, want %d", pictures, len(all)+1)
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
