//go:build peer && unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/browser"
)

// trainingCell trains for 30 short epochs and says where the course began.
const trainingCell = `%%
const config = ` + "`" + `
PROBLEM: {TYPE: DETECTION, NDIM: 2D}
DATA:
  PATCH_SIZE: [64, 64, 1]
  TRAIN: {PATH: train/x, GT_PATH: train/y}
  VAL: {FROM_TRAIN: False, PATH: val/x, GT_PATH: val/y}
  TEST: {PATH: test/x, GT_PATH: test/y, LOAD_GT: True}
MODEL: {ARCHITECTURE: unet, FEATURE_MAPS: [8, 16]}
TRAIN: {ENABLE: True, OPTIMIZER: ADAMW, LR: 1e-2, BATCH_SIZE: 2, EPOCHS: 30}
TEST: {ENABLE: True, DET_TOLERANCE: [5]}
` + "`" + `
s := session.MustConnect()
s.Progress = display.NewProgress()
course, first := charts.NewTraining(), 0
trained, err := s.Train(context.Background(), session.Training{Config: config, Name: "live", OnEpoch: func(c session.Course) {
	if first == 0 {
		first = len(c.Epochs)
		fmt.Println("begins with epoch", first)
	}
	course.Show(c)
}})
if err != nil {
	fmt.Println(err)
	return
}
fmt.Println("epochs", len(trained.Epochs))`

// A training in JupyterLab shows its curve while it goes on; the stop button
// leaves a checkpoint, the cell run again goes on, and the curve stays in the
// saved notebook.
func TestPeerTrainingInLab(t *testing.T) {
	installed(t)
	dir := t.TempDir()
	o := simulate.DefaultDatasetOptions()
	o.Train, o.Val, o.Test = 12, 3, 2
	o.Nuclei.Dims, o.Nuclei.Count = [3]int{1, 128, 128}, [2]int{10, 16}
	if err := workflow.Generate(t.Context(), dir, o, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.ipynb")
	writeNotebook(t, path, []string{`import (
	"context"
	"flag"
	"fmt"

	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/kernel/display/charts"
	"github.com/puncta-bio/puncta/kernel/session"
)`, trainingCell})
	p := browser.Open(t)
	p.Size(1400, 1000, "light")
	p.Visit(startLab(t, dir, "/"))
	openInLab(p, "a.ipynb")
	p.Eval("lab.run(0)", nil)

	// epoch is that of the title of the chart that is shown, 0 without one.
	const shown = `(() => { const m = /Loss, epoch (\d+) of 30/.exec(document.querySelector(".jp-Notebook").textContent); return m ? +m[1] : 0 })()`
	epoch := func() (n int) { p.Eval(shown, &n); return n }
	reach := func(n int) {
		t.Helper()
		for end := time.Now().Add(3 * time.Minute); epoch() < n; time.Sleep(100 * time.Millisecond) {
			if time.Now().After(end) {
				p.Screenshot("train-stuck")
				t.Fatalf("the chart shows epoch %d, waited for %d", epoch(), n)
			}
		}
	}
	p.Eval("lab.start(1)", nil)
	reach(3)
	p.Screenshot("train-live")
	p.Eval("lab.interrupt()", nil)
	var output string
	if p.Eval("lab.output(1)", &output); !strings.Contains(output, "begins with epoch 1\n") || !strings.Contains(output, "run this again and it goes on") {
		t.Errorf("interrupted, the cell says %q", output)
	}
	stopped := epoch()
	if stopped < 3 || stopped >= 30 {
		t.Fatalf("the training was stopped at epoch %d", stopped)
	}

	p.Eval("lab.start(1)", nil)
	p.Eval("window.running", nil)
	p.Eval("new Promise(done => setTimeout(done, 500))", nil)
	p.Eval("lab.output(1)", &output)
	var first int
	if _, after, ok := strings.Cut(output, "begins with epoch "); ok {
		_, _ = fmt.Sscan(after, &first)
	}
	if first < stopped || first > stopped+2 || !strings.Contains(output, "epochs 30\n") {
		t.Errorf("stopped at epoch %d, the second run says %q", stopped, output)
	}
	if n := epoch(); n != 30 {
		t.Errorf("the chart ends with epoch %d", n)
	}
	p.Screenshot("train-done")
	p.Eval(`lab.reopen("a.ipynb")`, nil)
	reach(30)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if all, last := strings.Count(string(text), "Loss, epoch "), strings.Count(string(text), "Loss, epoch 30 of 30"); last == 0 || all != last {
		t.Errorf("the saved notebook names epochs %d times, the last one %d times: want the last chart alone", all, last)
	}
}
