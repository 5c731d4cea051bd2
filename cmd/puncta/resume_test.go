package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/fakekernel"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// asProgram makes the test binary be the program itself.
const asProgram = "PUNCTA_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	fakekernel.Main()
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// resumeConfig has everything that a later step depends on: random places and
// changes, dropout, batch norm's running statistics, momenta, a rate that looks
// back.
const resumeConfig = `
PROBLEM: {TYPE: DETECTION, NDIM: 2D}
DATA:
  PATCH_SIZE: [32, 32, 1]
  NORMALIZATION: {TYPE: custom}
  TRAIN: {PATH: %[1]s/train/x, GT_PATH: %[1]s/train/y, EXTRACT_RANDOM_PATCH: True, PROBABILITY_MAP: True, REPLICATE: 4}
  VAL: {FROM_TRAIN: False, PATH: %[1]s/val/x, GT_PATH: %[1]s/val/y}
AUGMENTOR: {ENABLE: True, HFLIP: True, RANDOM_ROT: True, ZOOM: True, ELASTIC: True, GAUSSIAN_NOISE: True}
MODEL: {ARCHITECTURE: unet, FEATURE_MAPS: [4, 8], CONV_LAYERS: [1, 1], NORMALIZATION: bn, DROPOUT_VALUES: [0.1, 0.2]}
TRAIN:
  {ENABLE: True, OPTIMIZER: ADAMW, LR: 1e-2, BATCH_SIZE: 2, EPOCHS: 6, GRADIENT_CLIP_NORM: 1,
   LR_SCHEDULER: {NAME: reduceonplateau, REDUCEONPLATEAU_PATIENCE: 0, MIN_LR: 1e-5}}
`

// A training that is killed, without any chance to put things in order, and
// resumed with another number of workers ends with the files of one that was
// left alone, byte for byte. The same holds for one that starts from the
// checkpoint of another, with a frozen level and checkpoints of its epochs.
func TestKilledTrainingResumesExactly(t *testing.T) {
	testkit.Backend(t) // installs the plug-in, or skips
	w := newWorld(t)
	w.write(t, "config.yaml", fmt.Sprintf(resumeConfig, w.dir))
	w.killAndResume(t, "whole", "killed", []string{"best", "last"})

	tuned := []string{"--set", "MODEL.LOAD_CHECKPOINT=True", "--set", "MODEL.FREEZE_LAYERS_MATCHING=[^down_path]", "--set", "MODEL.SAVE_CKPT_FREQ=2",
		"--set", "PATHS.CHECKPOINT_FILE=" + w.path("results/whole/checkpoints/whole_1-checkpoint-best.safetensors")}
	w.killAndResume(t, "tuned", "tunedkilled", []string{"best", "last", "2", "4", "6"}, tuned...)
	if fileHash(t, w.path("results/tuned/checkpoints/tuned_1-checkpoint-6.safetensors")) ==
		fileHash(t, w.path("results/tuned/checkpoints/tuned_1-checkpoint-4.safetensors")) {
		t.Error("two epochs have the same weights")
	}

	// Another configuration or other data are refused before anything changes.
	last := w.path("results/killed/checkpoints/killed_1-checkpoint-last.safetensors")
	before := fileHash(t, last)
	for _, other := range []struct{ set, want string }{
		{"TRAIN.LR=1e-3", "was made with another TRAIN.LR"},
		{"MODEL.FREEZE_LAYERS_MATCHING=[heads]", "was made with another MODEL.FREEZE_LAYERS_MATCHING"},
	} {
		out, err := w.train("killed", "--resume", "--set", other.set).CombinedOutput()
		if err == nil || !strings.Contains(string(out), other.want) {
			t.Errorf("%s: %v\n%s", other.set, err, out)
		}
	}
	w.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,20,31\n")
	out, err := w.train("killed", "--resume").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "was made with other images or points") {
		t.Errorf("other points: %v\n%s", err, out)
	}
	if fileHash(t, last) != before {
		t.Error("a refused resume changed the checkpoint")
	}
}

// train is the command that trains, as a process of its own.
func (w world) train(name string, more ...string) *exec.Cmd {
	args := append([]string{"train", "--config", w.path("config.yaml"), "--result_dir", w.path("results"), "--name", name, "--gpu", "none"}, more...)
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

// killAndResume trains once to the end and once with a kill in the middle, and
// compares the checkpoints of the two jobs.
func (w world) killAndResume(t *testing.T, whole, killed string, checkpoints []string, more ...string) {
	t.Helper()
	if out, err := w.train(whole, more...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := w.train(killed, more...)
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	dead := false // in epoch 5
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if !dead && strings.HasPrefix(lines.Text(), "epoch 4:") {
			dead = true
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err == nil || !dead {
		t.Fatalf("the training was not killed: %v", err)
	}
	resume := append(slices.Clone(more), "--resume", "--set", "SYSTEM.NUM_WORKERS=5")
	if out, err := w.train(killed, resume...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, which := range checkpoints {
		file := func(job string) string {
			return w.path(fmt.Sprintf("results/%[1]s/checkpoints/%[1]s_1-checkpoint-%[2]s.safetensors", job, which))
		}
		if fileHash(t, file(whole)) != fileHash(t, file(killed)) {
			t.Errorf("%s: the checkpoint %s is another after the kill", killed, which)
		}
	}
}

func fileHash(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
