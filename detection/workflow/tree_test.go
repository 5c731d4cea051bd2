package workflow

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// seedTree is the tree of "the same experiment run 5 times" in the description
// of the workflow, one pattern per entry: <name> is the name of the job, <job>
// that of a run, * anything. Where the description says that there are files
// in a folder of an image, their names are written out. Differs: weights are
// safetensors, not .pth; a run's charts have the number of that run.
const seedTree = `
	config_files/<name>.yaml
	checkpoints/<job>-checkpoint-best.safetensors
	results/<job>/cell_counter.csv
	results/<job>/aug/*.tif
	results/<job>/charts/<job>_*.png
	results/<job>/charts/<job>_loss.png
	results/<job>/charts/model_plot_<job>.png
	results/<job>/per_image/<image>.tif
	results/<job>/per_image_local_max_check/<image>.tif
	results/<job>/per_image_local_max_check/<image>_points.csv
	results/<job>/per_image_local_max_check/<image>_prob.csv
	results/<job>/point_associations/<image>_pred_ids.tif
	results/<job>/point_associations/<image>_gt_ids.tif
	results/<job>/point_associations/<image>_fp.csv
	results/<job>/point_associations/<image>_gt_assoc.csv
	results/<job>/train_logs/*
	results/<job>/tensorboard/*`

func TestFiveRunsMakeTheSeedsTree(t *testing.T) {
	data, _ := smallData(t)
	results := t.TempDir()
	weights := map[string]bool{}
	var last *Job
	for run := range 5 {
		c := smallConfig(t, data, "PUNCTA.STEPS=1", "PUNCTA.TUNE=False")
		last = newJob(t, c, results, run+1)
		if err := Run(context.Background(), last, Steps(c)); err != nil {
			t.Fatal(err)
		}
		weights[fileText(t, last.Layout.BestCheckpoint())] = true
		for _, it := range last.Test {
			fill := strings.NewReplacer("<name>", "small", "<job>", last.Layout.Job, "<image>", it.Name)
			for _, pattern := range strings.Fields(fill.Replace(seedTree)) {
				found, err := filepath.Glob(filepath.Join(last.Layout.Dir, pattern))
				if err != nil || len(found) == 0 {
					t.Errorf("nothing is %s: %v", pattern, err)
				}
				for _, path := range found {
					if info, err := os.Stat(path); err != nil || info.Size() == 0 {
						t.Errorf("%s is empty: %v", path, err)
					}
				}
			}
		}
	}
	if len(weights) != 5 {
		t.Errorf("five runs have %d different weights", len(weights))
	}
	folders := func(elem ...string) []string {
		entries, err := os.ReadDir(filepath.Join(append([]string{last.Layout.Dir}, elem...)...))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	if got, want := folders(), []string{"checkpoints", "config_files", "masks", "results"}; !slices.Equal(got, want) {
		t.Errorf("folders %v, want %v", got, want)
	}
	if got, want := folders("results"), []string{"small_1", "small_2", "small_3", "small_4", "small_5"}; !slices.Equal(got, want) {
		t.Errorf("results %v, want %v", got, want)
	}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
