package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	unetweights "github.com/puncta-bio/puncta/detection/unet/weights"
)

// Trainings: each distinct one once, the numbers of runs by themselves, and the
// same weights byte for byte.
func TestSweepOfTrainings(t *testing.T) {
	data, c := smallData(t)
	c.Train.Epochs = 2
	putFile(t, filepath.Join(data, "train.yaml"), c.YAML())
	between := 0.0 // the means of the test images
	for _, name := range []string{"nuclei-0006.tif", "nuclei-0007.tif"} {
		image, err := imageio.Read(filepath.Join(data, "test", "x", name))
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, v := range image.Data {
			sum += float64(v)
		}
		between += sum / float64(len(image.Data)) / 2
	}
	for _, tt := range []struct {
		name, text string
		want       SweepCounts
		compare    []int // rows that are compared with separate runs
	}{
		{"rates", `
config: train.yaml
set: {PUNCTA.TUNE: False}
parameters:
  TRAIN.LR: [1e-2, 3e-3]
  TEST.DET_MIN_TH_TO_BE_PEAK: [0.1, 0.3]
parallel: 2
`, SweepCounts{Trained: 2, Predicted: 4, Settings: 4}, []int{0, 3}},
		// the settings that are tuned depend on the tolerance, the training does
		// not; two validation images are predicted once and found again
		{"tuned", "config: train.yaml\nparameters: {TEST.DET_TOLERANCE: [2, 5]}\n",
			SweepCounts{Trained: 1, Predicted: 4, MapsFound: 2, Settings: 2}, []int{0, 1}},
		// two trainings that come to the same weights, and so to the same maps
		{"by F1", "config: train.yaml\nset: {PUNCTA.TUNE: False, TRAIN.CHECKPOINT_MONITOR: val_f1, TRAIN.EPOCHS: 1}\nparameters: {TEST.DET_TOLERANCE: [2, 5]}\n",
			SweepCounts{Trained: 2, Predicted: 2, MapsFound: 2, Settings: 2}, nil},
		{"folds", "config: train.yaml\nset: {PUNCTA.TUNE: False, DATA.VAL.FROM_TRAIN: True, DATA.VAL.CROSS_VAL: True, DATA.VAL.CROSS_VAL_NFOLD: 3, DATA.TEST.USE_VAL_AS_TEST: True}\nparameters: {DATA.VAL.CROSS_VAL_FOLD: [1, 2]}\n",
			SweepCounts{Trained: 2, Predicted: 2, Settings: 2}, []int{1}},
		// no image to test on: the validation loss is compared
		{"without a test", "config: train.yaml\nset: {TEST.ENABLE: False, TRAIN.EPOCHS: 1}\nparameters: {TRAIN.LR: [1e-2, 3e-3]}\nobjective: val_loss\n",
			SweepCounts{Trained: 2, Settings: 2}, nil},
		// normalised grey values are far below those of the file
		{"filtered", fmt.Sprintf("config: train.yaml\nset: {PUNCTA.TUNE: False, DATA.NORMALIZATION.TYPE: custom, DATA.TEST.FILTER_SAMPLES.ENABLE: True, DATA.TEST.FILTER_SAMPLES.PROPS: [[mean]], DATA.TEST.FILTER_SAMPLES.SIGNS: [[gt]], DATA.TEST.FILTER_SAMPLES.VALUES: [[%g]]}\nparameters: {DATA.TEST.FILTER_SAMPLES.NORM_BEFORE: [True, False]}\n", between),
			SweepCounts{Trained: 1, Predicted: 2, MapsFound: 1, Settings: 2}, []int{1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := sweepOf(t, data, tt.name, tt.text)
			table := runSweep(t, s)
			if s.Counts != tt.want {
				t.Errorf("counts are %+v, want %+v", s.Counts, tt.want)
			}
			again := sweepOf(t, data, tt.name, tt.text)
			if runSweep(t, again); again.Counts != (SweepCounts{Known: s.Len()}) {
				t.Errorf("again: %+v", again.Counts)
			}
			weights := map[string]bool{}
			for _, j := range sameAsSeparate(t, s, table, tt.compare...) {
				weights[unetweights.Hash(j.Model.Weights.Params())] = true
			}
			if len(weights) > s.Counts.Trained || tt.name == "rates" && len(weights) != 2 {
				t.Errorf("%d different trainings in separate runs, %d in the sweep", len(weights), s.Counts.Trained)
			}
		})
	}
}

// A training that was interrupted goes on from its checkpoint, and one that is
// done is not repeated when other settings come.
func TestSweepGoesOnWithTrainings(t *testing.T) {
	data, c := smallData(t)
	c.Train.Epochs, c.Puncta.Tune = 3, false
	putFile(t, filepath.Join(data, "train.yaml"), c.YAML())
	const text = "config: train.yaml\nparameters: {TRAIN.LR: [1e-2, 3e-3]}\nobjective: val_loss\n"
	s := sweepOf(t, data, "stopped", text)
	ctx, cancel := context.WithCancel(context.Background())
	epochs := 0
	s.Progress = detection.ProgressFunc(func(e detection.ProgressEvent) {
		if strings.HasPrefix(e.Line, "epoch ") {
			if epochs++; epochs == 4 { // the first one of the second training
				cancel()
			}
		}
	})
	if _, err := s.Run(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 of 2 runs are done") {
		t.Fatal(err)
	}
	trained := 0
	rest := sweepOf(t, data, "stopped", text)
	rest.Progress = detection.ProgressFunc(func(e detection.ProgressEvent) {
		if strings.HasPrefix(e.Line, "epoch ") {
			trained++
		}
	})
	table := runSweep(t, rest)
	if want := (SweepCounts{Known: 1, Trained: 1, Predicted: 2, Settings: 1}); rest.Counts != want || trained != 2 {
		t.Errorf("%+v and %d epochs, want %+v and the last 2", rest.Counts, trained, want)
	}
	sameAsSeparate(t, rest, table, 1)
	if i, ok := table.Best(); !ok {
		t.Error("no best run")
	} else if best, _ := table.Rows[i].Value("val_loss"); len(table.Rows) == 2 {
		for _, r := range table.Rows {
			if v, _ := r.Value("val_loss"); v < best {
				t.Errorf("a loss of %v is better than the best, %v", v, best)
			}
		}
	}
	more := sweepOf(t, data, "stopped", strings.Replace(text, "}", ", TEST.DET_MIN_TH_TO_BE_PEAK: [0.4]}", 1))
	if runSweep(t, more); more.Counts != (SweepCounts{MapsFound: 4, Settings: 2}) {
		t.Errorf("with another threshold: %+v", more.Counts)
	}
	trainings, err := os.ReadDir(filepath.Join(rest.Dir, "trainings"))
	if err != nil || len(trainings) != 2 {
		t.Errorf("%d folders of trainings, %v", len(trainings), err)
	}
}
