package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/simulate"
)

// smallData writes a generated data set of small images and returns the
// configuration of a short training on it.
func smallData(t *testing.T) (dir string, c *config.Config) {
	t.Helper()
	dir = t.TempDir()
	o := simulate.DefaultDatasetOptions()
	o.Train, o.Val, o.Test = 3, 2, 2
	o.Nuclei.Dims, o.Nuclei.Count = [3]int{1, 64, 80}, [2]int{6, 9}
	if err := Generate(context.Background(), dir, o, nil); err != nil {
		t.Fatal(err)
	}
	return dir, smallConfig(t, dir)
}

func smallConfig(t *testing.T, dir string, settings ...string) *config.Config {
	t.Helper()
	c, _, err := config.Parse(fmt.Appendf(nil, `
PROBLEM: {TYPE: DETECTION, NDIM: 2D}
DATA:
  PATCH_SIZE: [32, 32, 1]
  TRAIN: {PATH: %[1]s/train/x, GT_PATH: %[1]s/train/y}
  VAL: {FROM_TRAIN: False, PATH: %[1]s/val/x, GT_PATH: %[1]s/val/y}
  TEST: {PATH: %[1]s/test/x, GT_PATH: %[1]s/test/y, LOAD_GT: True, PADDING: [4, 4]}
AUGMENTOR: {ENABLE: True, VFLIP: True, HFLIP: True, ROT90: True, AUG_NUM_SAMPLES: 2}
MODEL: {ARCHITECTURE: unet, FEATURE_MAPS: [4, 8]}
TRAIN: {ENABLE: True, OPTIMIZER: ADAMW, LR: 1e-2, BATCH_SIZE: 4, EPOCHS: 4}
TEST: {ENABLE: True, DET_TOLERANCE: [5]}
PUNCTA: {TUNE: True}
`, dir), "small.yaml", settings...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newJob(t *testing.T, c *config.Config, results string, run int) *Job {
	t.Helper()
	layout, err := NewLayout(results, "small", run)
	if err != nil {
		t.Fatal(err)
	}
	d := device.DefaultOptions()
	d.Platform = device.CPU
	return &Job{Config: c, Layout: layout, RunID: run, Device: d}
}

// files lists the regular files below dir, slashes forward, keys of masks left
// out.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if strings.HasPrefix(name, "masks/") {
			name = name[:len(name)-len(".tif")-maskKeyLength] + "KEY.tif"
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func TestRunWritesTheResultsTree(t *testing.T) {
	data, c := smallData(t)
	results := t.TempDir()
	j := newJob(t, c, results, 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(`
		checkpoints/small_1-checkpoint-best.safetensors checkpoints/small_1-checkpoint-last.safetensors
		config_files/small.yaml
		masks/nuclei-0001-KEY.tif masks/nuclei-0002-KEY.tif masks/nuclei-0003-KEY.tif
		masks/nuclei-0004-KEY.tif masks/nuclei-0005-KEY.tif
		results/small_1/aug/1_nuclei-0001_grid.tif results/small_1/aug/1_nuclei-0001_x.tif results/small_1/aug/1_nuclei-0001_y.tif
		results/small_1/aug/2_nuclei-0003_grid.tif results/small_1/aug/2_nuclei-0003_x.tif results/small_1/aug/2_nuclei-0003_y.tif
		results/small_1/cell_counter.csv
		results/small_1/charts/model_plot_small_1.png
		results/small_1/charts/small_1_F1.png results/small_1/charts/small_1_IoU.png results/small_1/charts/small_1_loss.png results/small_1/charts/small_1_lr.png
		results/small_1/per_image/nuclei-0006.tif results/small_1/per_image/nuclei-0007.tif
		results/small_1/per_image_local_max_check/nuclei-0006.tif
		results/small_1/per_image_local_max_check/nuclei-0006_points.csv
		results/small_1/per_image_local_max_check/nuclei-0006_prob.csv
		results/small_1/per_image_local_max_check/nuclei-0007.tif
		results/small_1/per_image_local_max_check/nuclei-0007_points.csv
		results/small_1/per_image_local_max_check/nuclei-0007_prob.csv
		results/small_1/point_associations/nuclei-0006.tif results/small_1/point_associations/nuclei-0006_fp.csv
		results/small_1/point_associations/nuclei-0006_gt_assoc.csv
		results/small_1/point_associations/nuclei-0006_gt_ids.tif results/small_1/point_associations/nuclei-0006_pred_ids.tif
		results/small_1/point_associations/nuclei-0007.tif results/small_1/point_associations/nuclei-0007_fp.csv
		results/small_1/point_associations/nuclei-0007_gt_assoc.csv
		results/small_1/point_associations/nuclei-0007_gt_ids.tif results/small_1/point_associations/nuclei-0007_pred_ids.tif
		results/small_1/report.html
		results/small_1/tensorboard/events.out.tfevents.small_1
		results/small_1/test_results_metrics.csv results/small_1/test_results_summary.csv
		results/small_1/train_logs/small_1.csv`)
	if got := files(t, j.Layout.Dir); !slices.Equal(got, want) {
		t.Errorf("files are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	// the configuration is the one that ran
	text, err := os.ReadFile(j.Layout.ConfigFile())
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := config.Parse(text, "copy")
	if err != nil || !again.Equal(c) {
		t.Errorf("the copy of the configuration differs: %v", err)
	}

	checkAssociations(t, j)
	checkOverlaps(t, j, false)
	checkReport(t, j)

	// counts, points and scores agree with each other
	e, _, err := ScoreFolders(filepath.Join(data, "test", "y"), j.Layout.Points(), matchOptions(c), []float64{5})
	if err != nil {
		t.Fatal(err)
	}
	if e[0].Pooled != j.Evaluation.Pooled || j.Counted != e[0].Pooled.TP+e[0].Pooled.FP {
		t.Errorf("scored from the files %+v, in the job %+v, %d counted", e[0].Pooled, j.Evaluation.Pooled, j.Counted)
	}
	counts, err := os.ReadFile(j.Layout.Results("cell_counter.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(counts)), "\n")
	var first, second int
	if _, err := fmt.Sscanf(lines[1]+" "+lines[2], "nuclei-0006.tif,%d nuclei-0007.tif,%d", &first, &second); err != nil || first+second != j.Counted {
		t.Errorf("counts %q: %v", counts, err)
	}

	// the model file finds the same points by itself
	f, err := OpenModel(j.Layout.BestCheckpoint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkSamePoints(t, f, j)

	// a second job that only tests, with the weights of the first
	only := smallConfig(t, data, "TRAIN.ENABLE=False", "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE="+j.Layout.BestCheckpoint())
	k := newJob(t, only, t.TempDir(), 2)
	if err := Run(context.Background(), k, Steps(only)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nuclei-0006.tif", "nuclei-0007.tif"} {
		a, err := os.ReadFile(filepath.Join(j.Layout.Maps(), name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(k.Layout.Maps(), name))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a, b) {
			t.Errorf("%s differs between training job and testing job", name)
		}
	}
}

// predictorOf opens the CPU and prepares a model on it.
func predictorOf(t *testing.T, f *inference.ModelFile) *Predictor {
	t.Helper()
	d := device.DefaultOptions()
	d.Platform = device.CPU
	r, err := device.Open(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	p, err := NewPredictor(r.Backend, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func checkSamePoints(t *testing.T, f *inference.ModelFile, j *Job) {
	t.Helper()
	p := predictorOf(t, f)
	for _, it := range j.Test {
		image, err := imageio.Read(it.Path)
		if err != nil {
			t.Fatal(err)
		}
		prob, err := p.Predict(context.Background(), image)
		if err != nil {
			t.Fatal(err)
		}
		got, err := detection.Detect(prob, f.Settings.Detect)
		if err != nil {
			t.Fatal(err)
		}
		want, err := readPointsFile(filepath.Join(j.Layout.Points(), it.Name+probSuffix), 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d points from the model file, %d from the job", it.Name, len(got), len(want))
		}
		for i := range got {
			if got[i].Pos != want[i].Pos || got[i].Prob != want[i].Prob {
				t.Errorf("%s: point %d is %+v, the job's %+v", it.Name, i, got[i], want[i])
			}
		}
	}
}

func TestSameSeedSameCheckpoint(t *testing.T) {
	data, _ := smallData(t)
	checkpoint := func(run int) []byte {
		c := smallConfig(t, data, "PUNCTA.STEPS=3", "TEST.ENABLE=False", "PUNCTA.TUNE=False")
		j := newJob(t, c, t.TempDir(), run)
		if err := Run(context.Background(), j, Steps(c)); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(j.Layout.BestCheckpoint())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := checkpoint(1)
	if !slices.Equal(first, checkpoint(1)) {
		t.Error("two runs with one seed gave different files")
	}
	if slices.Equal(first, checkpoint(2)) {
		t.Error("run 2 gave the weights of run 1")
	}
}

func TestInterruptKeepsTheBestWeights(t *testing.T) {
	_, c := smallData(t)
	j := newJob(t, c, t.TempDir(), 1)
	ctx, cancel := context.WithCancel(context.Background())
	j.Progress = detection.ProgressFunc(func(e detection.ProgressEvent) {
		if e.Task == "train" && strings.HasPrefix(e.Line, "epoch 1:") {
			cancel()
		}
	})
	err := Run(ctx, j, Steps(c))
	if want := "context canceled: the same command with --resume goes on from " + j.Layout.LastCheckpoint(); err == nil || err.Error() != want {
		t.Fatalf("error %v, want %s", err, want)
	}
	f, err := OpenModel(j.Layout.BestCheckpoint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Settings.Epoch != 1 {
		t.Errorf("the best checkpoint is of epoch %d, want 1", f.Settings.Epoch)
	}
}
