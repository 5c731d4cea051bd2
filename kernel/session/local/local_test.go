//go:build unix

package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/testkit"
	"github.com/puncta-bio/puncta/kernel/engine"
	"github.com/puncta-bio/puncta/kernel/session"
)

var ctx = context.Background()

func connect(t *testing.T) *session.Session {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	o := engine.DefaultOptions()
	o.Device.Platform = device.CPU
	s, err := Connect(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// data writes generated images and returns their folder.
func data(t *testing.T, images int) string {
	t.Helper()
	dir := t.TempDir()
	o := simulate.DefaultDatasetOptions()
	o.Train, o.Val, o.Test = 3, 2, images
	o.Nuclei.Dims, o.Nuclei.Count = [3]int{1, 64, 80}, [2]int{6, 9}
	if err := workflow.Generate(ctx, dir, o, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// list returns the images of a folder.
func list(t *testing.T, dir string) []string {
	t.Helper()
	files, err := imageio.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// What the engine gives is what the stages give that it calls, and the second
// time it is known.
func TestPredictAndDetect(t *testing.T) {
	s, dir := connect(t), data(t, 2)
	files := list(t, filepath.Join(dir, "test", "x"))

	f, err := workflow.OpenModel("nuclei2d", nil)
	if err != nil {
		t.Fatal(err)
	}
	direct, err := workflow.NewPredictor(testkit.Backend(t), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer direct.Close()
	for i, file := range files {
		image, err := s.Open(ctx, file)
		if err != nil {
			t.Fatal(err)
		}
		in, err := imageio.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(image.Data, in.Data) || image.Dims != in.Dims {
			t.Error("another image")
		}
		want, err := direct.Predict(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for k := range 2 {
			m, err := s.Predict(ctx, image, "nuclei2d")
			if err != nil {
				t.Fatal(err)
			}
			if m.Known != (k > 0) || m.Dims != want.Dims || !slices.Equal(m.Data, want.Data) {
				t.Errorf("image %d, time %d: known %v; differs: %v", i, k, m.Known, !slices.Equal(m.Data, want.Data))
			}
			m.Data[0] = 7 // the caller's own
		}
		for _, opts := range []*detection.DetectOptions{nil, {Peaks: detection.DefaultPeakOptions()}} {
			o := f.Settings.Detect
			if opts != nil {
				o = *opts
			}
			wantPoints, err := detection.DetectInImage(want, in.Volume, o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Detect(ctx, image, "nuclei2d", opts)
			if err != nil || !slices.Equal(got, wantPoints) || len(got) == 0 {
				t.Errorf("image %d: %d points, want %d, %v", i, len(got), len(wantPoints), err)
			}
		}
	}
	c, err := s.Counters(ctx)
	if err != nil || c.Compiled != 1 || c.Models != 1 || c.PID != os.Getpid() || c.Bytes <= 0 {
		t.Errorf("two images of one size: %+v, %v, want one compilation", c, err)
	}

	about, err := s.Model(ctx, "nuclei2d")
	if err != nil || about.Parameters != f.Settings.Network.NumParams() || about.NDim != 2 || about.Channels != 1 || about.Classes != 1 {
		t.Errorf("%+v, %v", about, err)
	}
}

// A volume of the program gives what its file gives, also after the engine has
// forgotten it.
func TestImageOfTheProgram(t *testing.T) {
	s := connect(t)
	file := list(t, filepath.Join(data(t, 1), "test", "x"))[0]
	in, err := imageio.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	image, err := s.Image(ctx, in.Volume)
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Predict(ctx, image, "nuclei2d")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Forget(ctx); err != nil {
		t.Fatal(err)
	}
	again, err := s.Predict(ctx, image, "nuclei2d")
	if err != nil || again.Known || !slices.Equal(first.Data, again.Data) {
		t.Errorf("known %v, %v", again != nil && again.Known, err)
	}
}

// A file that has changed is read again.
func TestOpenSeesChanges(t *testing.T) {
	s, path := connect(t), filepath.Join(t.TempDir(), "image.tif")
	for k := range 2 {
		v := detection.NewVolume([3]int{1, 3 + k, 4}, 1)
		v.Data[0] = float32(k)
		if err := imageio.WriteFile(path, v, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
		image, err := s.Open(ctx, path)
		if err != nil || image.Dims != v.Dims || image.Data[0] != float32(k) {
			t.Errorf("version %d: %v, %v", k, image, err)
		}
	}
}

func TestErrors(t *testing.T) {
	s := connect(t)
	dir := t.TempDir()
	rgb := filepath.Join(dir, "rgb.tif")
	if err := imageio.WriteFile(rgb, detection.NewVolume([3]int{1, 64, 64}, 3), imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(ctx, filepath.Join(dir, "none.tif")); !session.IsInput(err) || !strings.Contains(err.Error(), "none.tif: no such file") {
		t.Errorf("no file: %v", err)
	}
	image, err := s.Open(ctx, rgb)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Predict(ctx, image, "nuclei2d"); !session.IsInput(err) || !strings.Contains(err.Error(), "3 channels") {
		t.Errorf("three channels: %v", err)
	}
	if _, err := s.Predict(ctx, image, "nuclei7d"); !session.IsInput(err) || !strings.Contains(err.Error(), "nuclei7d") {
		t.Errorf("no model: %v", err)
	}
	bad := detection.DefaultDetectOptions()
	bad.Refine = "sideways"
	if _, err := s.Detect(ctx, image, "nuclei2d", &bad); !session.IsInput(err) || !strings.Contains(err.Error(), "sideways") {
		t.Errorf("bad options: %v", err)
	}
	if _, err := s.Train(ctx, session.Training{Config: "TRAIN: {ENABLE: Maybe}\n", ResultDir: dir}); !session.IsInput(err) || !strings.Contains(err.Error(), "TRAIN.ENABLE") {
		t.Errorf("bad configuration: %v", err)
	}
	if _, err := s.Train(ctx, session.Training{Config: filepath.Join(dir, "none.yaml"), ResultDir: dir}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no configuration: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Predict(cancelled, image, "nuclei2d"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

const smallConfig = `
PROBLEM: {TYPE: DETECTION, NDIM: 2D}
DATA:
  PATCH_SIZE: [32, 32, 1]
  TRAIN: {PATH: train/x, GT_PATH: train/y}
  VAL: {FROM_TRAIN: False, PATH: val/x, GT_PATH: val/y}
  TEST: {PATH: test/x, GT_PATH: test/y, LOAD_GT: True, PADDING: [4, 4]}
AUGMENTOR: {ENABLE: True, VFLIP: True}
MODEL: {ARCHITECTURE: unet, FEATURE_MAPS: [4, 8]}
TRAIN: {ENABLE: True, OPTIMIZER: ADAMW, LR: 1e-2, BATCH_SIZE: 4, EPOCHS: 4}
TEST: {ENABLE: True, DET_TOLERANCE: [5]}
`

// A training shows its course; one that is interrupted goes on and comes to the
// same weights. Its model scores and tunes.
func TestTrainScoreTune(t *testing.T) {
	s, dir := connect(t), data(t, 2)
	t.Chdir(dir) // the configuration's paths are relative
	train := func(ctx context.Context, name string, onEpoch func(session.Course)) (*session.Trained, error) {
		return s.Train(ctx, session.Training{Config: smallConfig, ResultDir: "out", Name: name, OnEpoch: onEpoch})
	}
	var courses []int
	whole, err := train(ctx, "whole", func(c session.Course) {
		courses = append(courses, len(c.Epochs))
		if last := c.Epochs[len(c.Epochs)-1]; c.Total != 4 || last.ValLoss == nil || last.F1 == nil || last.Loss <= 0 {
			t.Errorf("%+v", c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(courses, []int{1, 2, 3, 4}) || len(whole.Epochs) != 4 || whole.Test == nil {
		t.Errorf("told at %v, %+v", courses, whole)
	}
	interrupted, cancel := context.WithCancel(ctx)
	_, err = train(interrupted, "parts", func(c session.Course) {
		if len(c.Epochs) == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "it goes on") {
		t.Fatalf("interrupted: %v", err)
	}
	var first int
	parts, err := train(ctx, "parts", func(c session.Course) {
		if first == 0 {
			first = len(c.Epochs)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if first < 3 {
		t.Errorf("goes on with epoch %d", first)
	}
	if a, b := bestWeights(t, whole.Checkpoint), bestWeights(t, parts.Checkpoint); a != b {
		t.Error("the interrupted training came to other weights")
	}

	match := detection.DefaultMatchOptions()
	match.Tolerance = 5
	images, points := "test/x", "test/y"
	scored, err := s.Score(ctx, images, points, whole.Checkpoint, nil, match)
	if err != nil {
		t.Fatal(err)
	}
	if p := scored.Evaluation.Pooled; p.TP != whole.Test.TP || p.FP != whole.Test.FP || p.FN != whole.Test.FN || len(scored.Names) != 2 || len(scored.Points) != 2 {
		t.Errorf("the job says %+v, the engine %+v", *whole.Test, p)
	}
	tuned, err := s.Tune(ctx, images, points, whole.Checkpoint, match)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Score(ctx, images, points, whole.Checkpoint, &tuned.Detect, match)
	if err != nil || again.Evaluation.Pooled.F1 != tuned.Metrics.F1 || tuned.Metrics.F1 < scored.Evaluation.Pooled.F1 {
		t.Errorf("tuned to %+v, scores %+v, %v", tuned.Metrics, again.Evaluation.Pooled, err)
	}
	if len(tuned.Thresholds) == 0 || slices.Max(tuned.F1) != tuned.Metrics.F1 {
		t.Errorf("curve %v of %v", tuned.F1, tuned.Thresholds)
	}
}

func bestWeights(t *testing.T, path string) string {
	t.Helper()
	f, err := workflow.OpenModel(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return weights.Hash(f.Weights)
}

// Calls at the same time get the right results, and the same map is worked out
// once.
func TestManyCallers(t *testing.T) {
	s := connect(t)
	files := list(t, filepath.Join(data(t, 3), "test", "x"))
	var wg sync.WaitGroup
	maps := make([]*session.Map, 9)
	for i := range maps {
		wg.Go(func() {
			image, err := s.Open(ctx, files[i%3])
			if err == nil {
				maps[i], err = s.Predict(ctx, image, "nuclei2d")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i, m := range maps {
		if m == nil || !slices.Equal(m.Data, maps[i%3].Data) {
			t.Errorf("caller %d got another map", i)
		}
	}
	if slices.Equal(maps[0].Data, maps[1].Data) {
		t.Error("two images with one map")
	}
	if c := s.MustCounters(); c.Compiled != 1 {
		t.Errorf("compiled %d times", c.Compiled)
	}
}
