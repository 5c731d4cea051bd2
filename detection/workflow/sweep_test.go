package workflow

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/sweep"
)

// trainedSmall trains the small network on generated images and returns the
// folder of both.
func trainedSmall(t *testing.T) string {
	t.Helper()
	data, c := smallData(t)
	c.Test.Enable, c.Puncta.Tune = false, false
	j := newJob(t, c, data, 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	putFile(t, filepath.Join(data, "model.safetensors"), string(contents(t, j.Layout.BestCheckpoint())))
	return data
}

// ownCopy is a copy of that folder for one test.
func ownCopy(t *testing.T, trained string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(trained)); err != nil {
		t.Fatal(err)
	}
	use := smallConfig(t, dir, "TRAIN.ENABLE=False", "PUNCTA.TUNE=False", "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE="+filepath.Join(dir, "model.safetensors"))
	putFile(t, filepath.Join(dir, "use.yaml"), use.YAML())
	return dir
}

func TestSweep(t *testing.T) {
	trained := trainedSmall(t)
	for name, test := range map[string]func(*testing.T, string){
		"equals separate runs": sweepEqualsSeparateRuns, "of prediction": sweepOfPrediction, "errors": sweepErrors,
		"records failures": sweepRecordsFailures, "interrupted": sweepInterrupted,
	} {
		t.Run(name, func(t *testing.T) { test(t, ownCopy(t, trained)) })
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func putFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sweepOf makes the sweep of a file's text, to be run into dir/name.
func sweepOf(t *testing.T, dir, name, text string, set ...string) *Sweep {
	t.Helper()
	asked, err := sweep.Parse([]byte(text), filepath.Join(dir, "sweep.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := NewSweep(asked, set)
	if err != nil {
		t.Fatal(err)
	}
	s.Dir = filepath.Join(dir, name)
	s.Device = device.DefaultOptions()
	s.Device.Platform = device.CPU
	return s
}

func runSweep(t *testing.T, s *Sweep) *sweep.Table {
	t.Helper()
	table, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if table.Failures() > 0 {
		t.Fatalf("failures: %+v", table.Rows)
	}
	return table
}

// sameAsSeparate compares rows, by their index, with a job of its own for the
// same settings.
func sameAsSeparate(t *testing.T, s *Sweep, table *sweep.Table, rows ...int) (jobs []*Job) {
	t.Helper()
	if len(table.Rows) != s.Len() {
		t.Fatalf("%d rows of %d runs", len(table.Rows), s.Len())
	}
	for _, i := range rows {
		row := table.Rows[i]
		settings := s.asked.Settings(row.Run)
		c, _, err := config.Load(s.asked.Config, slices.Concat(s.asked.Set, settings)...)
		if err != nil {
			t.Fatal(err)
		}
		j := newJob(t, c, filepath.Join(s.Dir, "..", "separate"), i+1)
		j.RunID = 1 // all with one seed, as in the sweep
		if err := Run(context.Background(), j, Steps(c)); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
		e := j.Evaluation
		for measure, want := range map[string]float64{
			"f1": e.Pooled.F1, "precision": e.Pooled.Precision, "recall": e.Pooled.Recall, "tp": float64(e.Pooled.TP), "fp": float64(e.Pooled.FP),
			"fn": float64(e.Pooled.FN), "tolerance": e.Pooled.Tolerance, "mean_f1": e.Mean.F1, "points": float64(j.Counted),
		} {
			if got, ok := row.Value(measure); !ok || got != want {
				t.Errorf("%v: %s is %v, a run by itself has %v", settings, measure, got, want)
			}
		}
		if j.History != nil {
			best := j.History.Epochs[j.History.Best]
			if loss, _ := row.Value("val_loss"); loss != best.ValLoss {
				t.Errorf("%v: validation loss %v, a run by itself has %v", settings, loss, best.ValLoss)
			}
		}
		if s.asked.Points {
			for _, it := range j.Test {
				for _, suffix := range []string{pointsSuffix, probSuffix} {
					if got := contents(t, filepath.Join(s.Dir, "points", row.ID, it.Name+suffix)); !bytes.Equal(got, contents(t, filepath.Join(j.Layout.Points(), it.Name+suffix))) {
						t.Errorf("%v: %s%s differs", settings, it.Name, suffix)
					}
				}
			}
		}
	}
	return jobs
}

const findSweep = `
config: use.yaml
parameters:
  PUNCTA.REFINE: [none, subpixel, centroid]
  TEST.DET_TH_TYPE: [manual, auto]
  TEST.DET_MIN_TH_TO_BE_PEAK: {from: 0.1, to: 0.3, step: 0.1}
  PUNCTA.SMOOTHING: [0, 1.5]
  TEST.DET_TOLERANCE: [2, 5]
search: random
runs: 12
seed: 3
points: True
`

// Settings of everything behind the network: one prediction of each image, and
// the numbers and files of runs by themselves.
func sweepEqualsSeparateRuns(t *testing.T, dir string) {
	s := sweepOf(t, dir, "first", findSweep)
	table := runSweep(t, s)
	if want := (SweepCounts{Predicted: 2, Settings: 12}); s.Counts != want {
		t.Errorf("counts are %+v, want %+v", s.Counts, want)
	}
	sameAsSeparate(t, s, table, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	values := map[float64]bool{}
	for _, r := range table.Rows {
		f1, _ := r.Value("f1")
		values[f1] = true
	}
	if len(values) < 6 {
		t.Errorf("%d different values of F1 among %d runs: nothing is shown", len(values), len(table.Rows))
	}

	// what lies in the folder
	got := files(t, s.Dir)
	got = slices.DeleteFunc(got, func(name string) bool { return strings.HasPrefix(name, "points/") })
	want := []string{"best.yaml", "journal.jsonl", "journal.lock", "maps/nuclei-0006-", "maps/nuclei-0007-", "sweep.html", "sweep.yaml", "table.csv", "table.md"}
	for i, name := range got {
		if i >= len(want) || !strings.HasPrefix(name, want[i]) {
			t.Errorf("files are %v, want %v", got, want)
			break
		}
	}
	if text := contents(t, filepath.Join(s.Dir, "sweep.yaml")); string(text) != findSweep {
		t.Errorf("the copy of the file:\n%s", text)
	}

	// best.yaml gives the same score
	best, ok := table.Best()
	if !ok {
		t.Fatal("no best run")
	}
	c, _, err := config.Load(filepath.Join(s.Dir, "best.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	j := newJob(t, c, filepath.Join(dir, "best"), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	if f1, _ := table.Rows[best].Value("f1"); j.Evaluation.Pooled.F1 != f1 {
		t.Errorf("best.yaml gives F1 %v, the table has %v", j.Evaluation.Pooled.F1, f1)
	}

	// once more: nothing is done; with other values only what is new
	before := contents(t, filepath.Join(s.Dir, "table.csv"))
	again := sweepOf(t, dir, "first", findSweep)
	runSweep(t, again)
	if want := (SweepCounts{Known: 12}); again.Counts != want {
		t.Errorf("the second time: %+v, want %+v", again.Counts, want)
	}
	if after := contents(t, filepath.Join(s.Dir, "table.csv")); !bytes.Equal(before, after) {
		t.Errorf("the table is another:\n%s\nwas\n%s", after, before)
	}
	more := sweepOf(t, dir, "first", strings.Replace(findSweep, "runs: 12", "runs: 20", 1))
	if table = runSweep(t, more); len(table.Rows) != 20 {
		t.Errorf("%d rows", len(table.Rows))
	}
	if want := (SweepCounts{Known: 12, MapsFound: 2, Settings: 8}); more.Counts != want {
		t.Errorf("with more values: %+v, want %+v", more.Counts, want)
	}
	afresh := sweepOf(t, dir, "first", findSweep)
	afresh.Afresh = true
	if runSweep(t, afresh); afresh.Counts != (SweepCounts{MapsFound: 2, Settings: 12}) {
		t.Errorf("afresh: %+v", afresh.Counts)
	}

	// another image makes other runs, and one map
	image := filepath.Join(dir, "test", "x", "nuclei-0006.tif")
	putFile(t, image, string(contents(t, filepath.Join(dir, "test", "x", "nuclei-0007.tif"))))
	changed := sweepOf(t, dir, "first", findSweep)
	if runSweep(t, changed); changed.Counts != (SweepCounts{MapsFound: 1, Predicted: 1, Settings: 12}) {
		t.Errorf("with another image: %+v", changed.Counts)
	}
}

// Keys of prediction: maps for each way, the model as it is.
func sweepOfPrediction(t *testing.T, dir string) {
	s := sweepOf(t, dir, "ways", `
config: use.yaml
set: {TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS: True}
parameters:
  TEST.FULL_IMG: [False, True]
  TEST.AUGMENTATION: [False, True]
  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: [2, 5]
`)
	table := runSweep(t, s)
	sameAsSeparate(t, s, table, 0, 1, 2, 4, 6, 7)
	if want := (SweepCounts{Predicted: 8, Settings: 8}); s.Counts != want {
		t.Errorf("%+v, want %+v", s.Counts, want)
	}
}

func sweepErrors(t *testing.T, dir string) {
	load := func(text string, set ...string) error {
		asked, err := sweep.Parse([]byte(text), filepath.Join(dir, "sweep.yaml"))
		if err != nil {
			return err
		}
		_, _, err = NewSweep(asked, set)
		return err
	}
	for _, tt := range []struct {
		text string
		set  []string
		want string
	}{
		{"config: none.yaml\nparameters: {TRAIN.LR: [1, 2]}", nil, "none.yaml: no such file"},
		{"config: use.yaml\nparameters: {TEST.DET_TOLERANCE: [1, 2]}", []string{"TEST.DET_TOLERANCE=3"}, "--set TEST.DET_TOLERANCE: " + filepath.Join(dir, "sweep.yaml") + " varies it"},
		{"config: use.yaml\nparameters: {TEST.DET_TOLERANCE: [1, 2]}\nobjective: val_loss", nil, "objective is val_loss, which is of a training, and TRAIN.ENABLE is False"},
		{"config: use.yaml\nset: {DATA.TEST.LOAD_GT: False}\nparameters: {PUNCTA.SMOOTHING: [1, 2]}", nil, "objective is f1, which is of the test images: want TEST.ENABLE and DATA.TEST.LOAD_GT True"},
		{"config: use.yaml\nset: {PATHS.CHECKPOINT_FILE: ''}\nparameters: {PUNCTA.SMOOTHING: [1, 2]}", nil, "a sweep has no checkpoint of its own to begin with"},
		{"config: use.yaml\nset: {TEST.ENABLE: False}\nparameters: {PUNCTA.SMOOTHING: [1, 2]}", nil, "there is nothing to do"},
		// each fault once, where its value stands
		{"config: use.yaml\nparameters:\n  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS: [False, True]\n  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: [2, 0]\n  DATA.TEST.PADDING: [[4], [20]]", nil,
			"sweep.yaml:5: DATA.TEST.PADDING"},
		{"config: use.yaml\nparameters:\n  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS: [False, True]\n  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: [2, 0]", nil,
			"sweep.yaml:4: TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS is [0.0]"},
	} {
		err := load(tt.text, tt.set...)
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}

	// bad data costs nothing: no folder is made
	putFile(t, filepath.Join(dir, "test", "y", "nuclei-0006.csv"), "index,axis-0\n0,1\n")
	s := sweepOf(t, dir, "bad", findSweep)
	if _, err := s.Run(context.Background()); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "nuclei-0006.csv") {
		t.Errorf("bad points: %v", err)
	}
	if _, err := os.Stat(s.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder was made: %v", err)
	}
}

// A run that fails is recorded, the others go on, and the next sweep tries it
// again.
func sweepRecordsFailures(t *testing.T, dir string) {
	const text = "config: use.yaml\nparameters: {PUNCTA.REFINE: [none, centroid], TEST.DET_MIN_TH_TO_BE_PEAK: [0.1, 0.2]}\n"
	image := filepath.Join(dir, "test", "x", "nuclei-0006.tif")
	sound := contents(t, image)
	v, err := imageio.Read(image)
	if err != nil {
		t.Fatal(err)
	}
	v.Data[100] = float32(math.NaN())
	if err := imageio.WriteFile(image, v.Volume, imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	table, err := sweepOf(t, dir, "failing", text).Run(context.Background())
	if err != nil || table.Failures() != 4 || !strings.Contains(table.Rows[3].Error, "nuclei-0006.tif") || !strings.Contains(table.Rows[3].Error, "NaN") {
		t.Fatalf("an image with NaN: %v, %+v", err, table)
	}
	if _, err := os.Stat(filepath.Join(dir, "failing", "best.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a best run among failures: %v", err)
	}
	putFile(t, image, string(sound))
	s := sweepOf(t, dir, "failing", text)
	runSweep(t, s)

	// one run of several
	w := &found{detect: detection.DefaultDetectOptions(), match: detection.DefaultMatchOptions(), errs: []error{nil, errors.New("im.tif: a sentence")}}
	if lost := s.record(&sweepGroup{config: s.Config()}, &found{images: make([]detection.ImageScore, 1), points: make([]int, 1), took: make([]time.Duration, 1), match: w.match},
		s.runs[1], []mapFile{{seconds: math.NaN()}}); len(lost.Results) == 0 || slices.ContainsFunc(lost.Results, func(m sweep.Result) bool { return m.Value != m.Value || m.Measure == "seconds" }) {
		t.Errorf("a time that is not known: %+v", lost.Results)
	}
	r := s.record(&sweepGroup{config: s.Config()}, w, s.runs[1], nil)
	if r.Error != "im.tif: a sentence" || r.ID != s.runs[1].id || len(r.Results) != 0 {
		t.Errorf("%+v", r)
	}
	if s.journal, err = sweep.OpenJournal(s.Dir); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.journal.Append(r), s.failed(s.runs[2:3], errors.New("the device is gone"))); err != nil {
		t.Fatal(err)
	}
	if table = s.table(); table.Failures() != 2 || table.Rows[2].Error != "the device is gone" {
		t.Errorf("%+v", table.Rows)
	}
	if err := s.journal.Close(); err != nil {
		t.Fatal(err)
	}
	again := sweepOf(t, dir, "failing", text)
	if runSweep(t, again); again.Counts != (SweepCounts{Known: 2, MapsFound: 2, Settings: 2}) {
		t.Errorf("%+v", again.Counts)
	}
}

func sweepInterrupted(t *testing.T, dir string) {
	s := sweepOf(t, dir, "stopped", findSweep)
	ctx, cancel := context.WithCancel(context.Background())
	s.Progress = detection.ProgressFunc(func(e detection.ProgressEvent) {
		if e.Task == "predict" && e.Done == 1 {
			cancel()
		}
	})
	_, err := s.Run(ctx)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "0 of 12 runs are done; the same command goes on") {
		t.Fatalf("interrupted: %v", err)
	}
	rest := sweepOf(t, dir, "stopped", findSweep)
	if runSweep(t, rest); rest.Counts != (SweepCounts{Predicted: 1, MapsFound: 1, Settings: 12}) {
		t.Errorf("%+v", rest.Counts)
	}
	whole := sweepOf(t, dir, "whole", findSweep)
	runSweep(t, whole)
	if a, b := untimed(t, rest.Dir), untimed(t, whole.Dir); !reflect.DeepEqual(a, b) {
		t.Errorf("the table of the stopped sweep is\n%v\nof another\n%v", a, b)
	}
}

// untimed reads a sweep's table without its times.
func untimed(t *testing.T, dir string) (rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(contents(t, filepath.Join(dir, "table.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		var row []string
		for k, cell := range all[i] {
			if !strings.HasSuffix(all[0][k], "seconds") {
				row = append(row, cell)
			}
		}
		rows = append(rows, row)
	}
	if len(rows) < 2 {
		t.Fatalf("no rows in %s", fmt.Sprint(rows))
	}
	return rows
}
