package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference/pretrained"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// sweepWorld writes generated images of nuclei, the model that comes with
// Puncta, and a configuration that uses it.
func sweepWorld(t *testing.T, images int) world {
	t.Helper()
	testkit.Backend(t) // installs the plug-in, or skips
	w := world{t.TempDir()}
	o := simulate.DefaultDatasetOptions()
	o.Train, o.Val, o.Test = 0, 0, images
	o.Nuclei.Dims, o.Nuclei.Count = [3]int{1, 96, 112}, [2]int{8, 12}
	if err := workflow.Generate(t.Context(), w.dir, o, nil); err != nil {
		t.Fatal(err)
	}
	model, err := pretrained.Open("nuclei2d")
	if err != nil {
		t.Fatal(err)
	}
	if err := model.Save(w.path("model.safetensors")); err != nil {
		t.Fatal(err)
	}
	w.write(t, "use.yaml", fmt.Sprintf(`
PROBLEM: {TYPE: DETECTION, NDIM: 2D}
DATA:
  PATCH_SIZE: [256, 256, 1]
  TEST: {PATH: %[1]s/test/x, GT_PATH: %[1]s/test/y, LOAD_GT: True, RESOLUTION: [1, 1]}
MODEL: {LOAD_CHECKPOINT: True}
PATHS: {CHECKPOINT_FILE: %[1]s/model.safetensors}
TEST:
  ENABLE: True
  FULL_IMG: True
  DET_TOLERANCE: [5]
  POST_PROCESSING: {REMOVE_CLOSE_POINTS: True, REMOVE_CLOSE_POINTS_RADIUS: [6]}
`, w.dir))
	w.write(t, "sweep.yaml", `config: use.yaml
parameters:
  TEST.DET_MIN_TH_TO_BE_PEAK: {from: 0.1, to: 0.5, step: 0.1}
  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: [3, 6]
  PUNCTA.REFINE: [none, centroid]
`)
	return w
}

// program is the command as a process of its own.
func program(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

// sweepTable reads a sweep's table without its times.
func sweepTable(t *testing.T, path string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range all {
		var row []string
		for k, cell := range line {
			if !strings.HasSuffix(all[0][k], "seconds") {
				row = append(row, cell)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// A sweep that is killed again and again, at any moment, ends with the table of
// one that was left alone, and predicts no image again whose map was there.
func TestKilledSweepResumesExactly(t *testing.T) {
	w := sweepWorld(t, 8)
	var whole struct {
		Runs int
		Done workflow.SweepCounts
		Best struct {
			Config   string
			Settings map[string]string
			Results  map[string]float64
		}
	}
	outcome(t, &whole, "sweep", w.path("sweep.yaml"), "--result_dir", w.path("results"), "--name", "whole", "--gpu", "none")
	if whole.Runs != 20 || whole.Done.Predicted != 8 || len(whole.Best.Settings) != 3 || whole.Best.Results["f1"] < 0.5 {
		t.Fatalf("%+v", whole)
	}

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	args := []string{"sweep", w.path("sweep.yaml"), "--result_dir", w.path("results"), "--name", "killed", "--gpu", "none"}
	journal := w.path("results/killed/journal.jsonl")
	lines := func() int {
		text, _ := os.ReadFile(journal)
		return bytes.Count(text, []byte("\n"))
	}
	kills := 0
	for range 4 {
		c := program(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		until := lines() + rng.IntN(4)
		for running := true; running; {
			select {
			case <-ended: // it was quicker
				running = false
			case <-time.After(time.Millisecond):
				if lines() >= until {
					time.Sleep(time.Duration(rng.IntN(200)) * time.Millisecond)
					_ = c.Process.Kill()
					<-ended
					running = false
					kills++
				}
			}
		}
	}
	if kills == 0 {
		t.Fatal("it was never killed")
	}
	before := lines()
	if out, err := program(args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := sweepTable(t, w.path("results/killed/table.csv")), sweepTable(t, w.path("results/whole/table.csv")); !reflect.DeepEqual(got, want) {
		t.Errorf("killed %d times the table is\n%v\nof the other sweep it is\n%v", kills, got, want)
	}
	text, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	// one line for each map, but where a kill came between the line and its file
	maps, err := filepath.Glob(w.path("results/killed/maps/*.tif"))
	if n := bytes.Count(text, []byte(`"kind":"map"`)); err != nil || len(maps) != 8 || n < 8 || n > 8+kills {
		t.Errorf("%d maps in %d lines, %d kills", len(maps), n, kills)
	}
	t.Logf("%d kills, %d lines before the last start", kills, before)

	// best.yaml runs, with the same score
	var best struct{ F1 float64 }
	outcome(t, &best, "run", "--config", w.path("results/killed/best.yaml"), "--result_dir", w.path("results"), "--name", "best", "--gpu", "none")
	if best.F1 != whole.Best.Results["f1"] {
		t.Errorf("best.yaml gives F1 %v, the table has %v", best.F1, whole.Best.Results["f1"])
	}
}

func TestSweepUse(t *testing.T) {
	w := newWorld(t)
	w.write(t, "sweep.yaml", "config: config.yaml\nparameters:\n  TRAIN.LR: [fast]\n  TRAIN.SPEED: [1]\n")
	w.write(t, "good.yaml", "config: config.yaml\nparameters: {TRAIN.LR: [1e-3]}\n")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{w.path("sweep.yaml"), "--result_dir", w.path("r")}, `sweep.yaml:3: TRAIN.LR is "fast": want a number above 0` + "\n" + w.path("sweep.yaml") + ":4: unknown key TRAIN.SPEED"},
		{[]string{w.path("none.yaml"), "--result_dir", w.path("r")}, "no such file"},
		{[]string{w.path("good.yaml")}, `required flag(s) "result_dir" not set`},
		{[]string{w.path("good.yaml"), "--result_dir", w.path("r"), "--name", "../x"}, "--name is"},
		{[]string{w.path("good.yaml"), "--result_dir", w.path("r"), "--parallel", "-1"}, "--parallel is -1: want 1 or more"},
		{[]string{w.path("good.yaml"), "--result_dir", w.path("r"), "--set", "TRAIN.LR=1"}, "--set TRAIN.LR: " + w.path("good.yaml") + " varies it"},
		{[]string{w.path("good.yaml"), "--result_dir", w.path("r"), "--gpu", "first"}, `--gpu is "first"`},
	} {
		var stdout, stderr bytes.Buffer
		if status := run(t.Context(), append([]string{"sweep"}, tt.args...), &stdout, &stderr); status != exitInput || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%v: status %d, %s, want %q", tt.args, status, stderr.String(), tt.want)
		}
	}
	if _, err := os.Stat(w.path("r")); err == nil {
		t.Error("a folder was made")
	}
}

// A sweep that is interrupted says how to go on; one of which runs fail ends with
// status 1, and the same command tries them again.
func TestSweepInterruptedAndFailed(t *testing.T) {
	w := sweepWorld(t, 3)
	args := []string{"sweep", w.path("sweep.yaml"), "--result_dir", w.path("results"), "--gpu", "none", "--quiet"}
	c := program(args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if maps, _ := filepath.Glob(w.path("results/sweep/maps/*.tif")); len(maps) > 0 {
			break
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if got := stderr.String(); c.ProcessState.ExitCode() != exitFailed || !strings.Contains(got, "puncta: interrupted: 0 of 20 runs are done; the same command goes on") {
		t.Errorf("status %d, %s", c.ProcessState.ExitCode(), got)
	}

	image := w.path("test/x/nuclei-0001.tif")
	v, err := imageio.Read(image)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	v.Data[7] = float32(math.NaN())
	if err := imageio.WriteFile(image, v.Volume, imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	stderr.Reset()
	status := run(t.Context(), append(args, "--json"), &stdout, &stderr)
	if want := fmt.Sprintf("20 of 20 runs failed: see %s; the same command tries them again", w.path("results/sweep/table.csv")); status != exitFailed || !strings.Contains(stderr.String(), want) || !strings.Contains(stdout.String(), `"failed":20`) {
		t.Errorf("status %d, %s, %s", status, stdout.String(), stderr.String())
	}
	if rows := sweepTable(t, w.path("results/sweep/table.csv")); len(rows) != 21 || !strings.Contains(strings.Join(rows[20], " "), "nuclei-0001.tif: ") {
		t.Errorf("%v", rows)
	}
	if err := os.WriteFile(image, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Failed int
		Done   workflow.SweepCounts
	}
	if outcome(t, &got, args...); got.Failed != 0 || got.Done.Predicted+got.Done.MapsFound != 3 || got.Done.MapsFound == 0 {
		t.Errorf("%+v", got)
	}
}
