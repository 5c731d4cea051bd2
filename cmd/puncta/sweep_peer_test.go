//go:build peer && unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

// A sweep over a notebook in Puncta's kernel: its runs share one engine, in which
// each image is predicted once, and report what a sweep over a configuration
// with the same settings comes to.
func TestPeerNotebookSweep(t *testing.T) {
	installed(t)
	t.Setenv("JUPYTER_PATH", filepath.Join(os.Getenv("XDG_DATA_HOME"), "jupyter"))
	t.Setenv(asProgram, "1") // the engine is this program once more
	w := sweepWorld(t, 4)
	nb := pageBook()
	parameters := nb.NewCode("var (\n\tthreshold = 0.5\n\trefine = \"none\"\n)")
	parameters.Metadata["tags"] = []any{"parameters"}
	nb.Cells = append(nb.Cells,
		nb.NewCode(sweepImports),
		parameters,
		nb.NewCode(`%%
o := detection.DefaultDetectOptions()
o.Peaks.Threshold = threshold
if refine != "none" {
	o.Refine = detection.RefineKind(refine)
}
match := detection.DefaultMatchOptions()
match.Tolerance = 5
s := session.MustConnect()
score := s.MustScore("test/x", "test/y", "nuclei2d", &o, match)
display.Result("f1", score.Evaluation.Pooled.F1)
display.Result("tp", float64(score.Evaluation.Pooled.TP))
c := s.MustCounters()
display.Result("engine", float64(c.PID))
display.Result("models compiled", float64(c.Compiled))
display.Result("f1", score.Evaluation.Pooled.F1) // the later one counts`))
	if err := nb.WriteFile(w.path("explore.ipynb")); err != nil {
		t.Fatal(err)
	}
	w.write(t, "notebook.yaml", "notebook: explore.ipynb\nparameters:\n  threshold: {from: 0.1, to: 0.3, step: 0.1}\n  refine: [none, centroid]\nparallel: 2\n")
	w.write(t, "config.yaml", "config: use.yaml\nparameters:\n  TEST.DET_MIN_TH_TO_BE_PEAK: {from: 0.1, to: 0.3, step: 0.1}\n  PUNCTA.REFINE: [none, centroid]\n")
	var got struct {
		Runs, Failed int
		Best         struct{ Run int }
	}
	outcome(t, &got, "sweep", w.path("notebook.yaml"), "--result_dir", w.path("results"))
	if got.Runs != 6 || got.Failed != 0 {
		t.Fatalf("%+v\n%v", got, sweepTable(t, w.path("results/notebook/table.csv")))
	}
	outcome(t, new(struct{}), "sweep", w.path("config.yaml"), "--result_dir", w.path("results"), "--gpu", "none")
	notebooks, config := sweepTable(t, w.path("results/notebook/table.csv")), sweepTable(t, w.path("results/config/table.csv"))
	for _, measure := range []string{"f1", "tp"} {
		if a, b := columnOf(notebooks, measure), columnOf(config, measure); len(a) != 6 || !reflect.DeepEqual(a, b) {
			t.Errorf("%s of the notebooks is %v, of the configurations %v", measure, a, b)
		}
	}
	for _, same := range []string{"engine", "models compiled"} {
		values := columnOf(notebooks, same)
		for _, v := range values {
			if v != values[0] || v == "" {
				t.Errorf("%s differs between runs: %v", same, values)
				break
			}
		}
	}
	if compiled := columnOf(notebooks, "models compiled"); compiled[0] != "1" {
		t.Errorf("the network was compiled %s times", compiled[0])
	}

	// the same from a cell, which shows it
	cell := pageBook()
	cell.Cells = append(cell.Cells, cell.NewCode(sweepImports), cell.NewCode(`import "github.com/puncta-bio/puncta/kernel/display/charts"
%%
if err := charts.Library(); err != nil {
	panic(err)
}
match := detection.DefaultMatchOptions()
match.Tolerance = 5
base := detection.DefaultDetectOptions()
s := session.MustConnect()
s.Progress = display.NewProgress()
swept := s.MustSweep(session.Sweep{
	Images: "test/x", Points: "test/y", Model: "nuclei2d", Match: match, Base: &base,
	Over: []session.Axis{session.Thresholds(0.1, 0.2, 0.3), session.Refinements(detection.Refinement{}, detection.Refinement{Kind: detection.RefineCentroid, Factor: 0.6})},
})
if err := charts.Sweep(swept); err != nil {
	panic(err)
}
display.Result("f1", swept.Best().Metrics.F1)
display.Result("predicted", float64(swept.Predicted))`))
	if err := cell.WriteFile(w.path("cell.ipynb")); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := notebookCommand(t, w.dir, "notebook", "run", w.path("cell.ipynb"), "-o", w.path("cell.out.ipynb"), "--html", w.path("cell.html")); status != exitOK {
		t.Fatal(stderr)
	}
	ran, err := notebook.ReadFile(w.path("cell.out.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := runner.Results(ran)
	if err != nil || len(results) != 2 || results[0].String() != "f1 = "+columnOf(config, "f1")[bestOf(columnOf(config, "f1"))] || results[1].Value != 4 {
		t.Errorf("%v, %v, the configurations have %v", results, err, columnOf(config, "f1"))
	}
	page, err := os.ReadFile(w.path("cell.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		p := browser.Open(t)
		p.Size(1000, 1500, scheme)
		p.Load(string(page))
		charts := 0
		for range 100 {
			if p.Eval(`document.querySelectorAll(".puncta-chart[data-ready]").length`, &charts); charts == 2 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		rows := 0
		if p.Eval(`document.querySelectorAll("tbody tr").length`, &rows); charts != 2 || rows != 6 {
			t.Errorf("%s: %d charts, %d rows", scheme, charts, rows)
		}
		time.Sleep(500 * time.Millisecond)
		p.Screenshot("sweep-cell-" + scheme)
		p.Clean()
	}

	// the result is in the notebook for readers, too, and best.yaml runs it
	again := filepath.Join(t.TempDir(), "again.ipynb")
	if status, _, stderr := notebookCommand(t, w.dir, "notebook", "run", w.path("explore.ipynb"), "-f", w.path("results/notebook/best.yaml"), "-o", again); status != exitOK {
		t.Fatal(stderr)
	}
	text, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(`"f1 = %s"`, columnOf(notebooks, "f1")[got.Best.Run-1]); !strings.Contains(string(text), want) {
		t.Errorf("the notebook has no %s", want)
	}
}

// pageBook is an empty notebook for Puncta's kernel.
func pageBook() *notebook.Notebook {
	return &notebook.Notebook{Minor: 5, Metadata: notebook.Object{"kernelspec": notebook.Object{"name": "puncta", "display_name": "Go (Puncta)"}}}
}

// sweepImports are those of the cells.
const sweepImports = `import (
	"flag"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/kernel/session"
)
var _ = flag.Parse`
