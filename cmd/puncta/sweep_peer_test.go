//go:build peer && unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// A sweep over a notebook in Puncta's kernel: its runs share one engine, in which
// each image is predicted once, and report what a sweep over a configuration
// with the same settings comes to.
func TestPeerNotebookSweep(t *testing.T) {
	installed(t)
	t.Setenv("JUPYTER_PATH", filepath.Join(os.Getenv("XDG_DATA_HOME"), "jupyter"))
	t.Setenv(asProgram, "1") // the engine is this program once more
	w := sweepWorld(t, 4)
	nb := &notebook.Notebook{Minor: 5, Metadata: notebook.Object{"kernelspec": notebook.Object{"name": "puncta", "display_name": "Go (Puncta)"}}}
	parameters := nb.NewCode("var (\n\tthreshold = 0.5\n\trefine = \"none\"\n)")
	parameters.Metadata["tags"] = []any{"parameters"}
	nb.Cells = append(nb.Cells,
		nb.NewCode(`import (
	"flag"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/kernel/session"
)
var _ = flag.Parse`),
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
	column := func(table [][]string, name string) (values []string) {
		for k, head := range table[0] {
			if head == name {
				for _, row := range table[1:] {
					values = append(values, row[k])
				}
			}
		}
		return values
	}
	for _, measure := range []string{"f1", "tp"} {
		if a, b := column(notebooks, measure), column(config, measure); len(a) != 6 || !reflect.DeepEqual(a, b) {
			t.Errorf("%s of the notebooks is %v, of the configurations %v", measure, a, b)
		}
	}
	for _, same := range []string{"engine", "models compiled"} {
		values := column(notebooks, same)
		for _, v := range values {
			if v != values[0] || v == "" {
				t.Errorf("%s differs between runs: %v", same, values)
				break
			}
		}
	}
	if compiled := column(notebooks, "models compiled"); compiled[0] != "1" {
		t.Errorf("the network was compiled %s times", compiled[0])
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
	if want := fmt.Sprintf(`"f1 = %s"`, column(notebooks, "f1")[got.Best.Run-1]); !strings.Contains(string(text), want) {
		t.Errorf("the notebook has no %s", want)
	}
}
