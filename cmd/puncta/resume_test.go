package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/testkit"
)

// asProgram makes the test binary be the program itself.
const asProgram = "PUNCTA_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
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
// left alone, byte for byte.
func TestKilledTrainingResumesExactly(t *testing.T) {
	testkit.Backend(t) // installs the plug-in, or skips
	w := newWorld(t)
	w.write(t, "config.yaml", fmt.Sprintf(resumeConfig, w.dir))
	train := func(name string, more ...string) *exec.Cmd {
		args := append([]string{"train", "--config", w.path("config.yaml"), "--result_dir", w.path("results"), "--name", name, "--gpu", "none"}, more...)
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), asProgram+"=1")
		return c
	}
	if out, err := train("whole").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	c := train("killed")
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false // in epoch 5
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if !killed && strings.HasPrefix(lines.Text(), "epoch 4:") {
			killed = true
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err == nil || !killed {
		t.Fatalf("the training was not killed: %v", err)
	}
	if out, err := train("killed", "--resume", "--set", "SYSTEM.NUM_WORKERS=5").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, which := range []string{"best", "last"} {
		a := fileHash(t, w.path("results/whole/checkpoints/whole_1-checkpoint-"+which+".safetensors"))
		b := fileHash(t, w.path("results/killed/checkpoints/killed_1-checkpoint-"+which+".safetensors"))
		if a != b {
			t.Errorf("the %s checkpoint is another after the kill", which)
		}
	}

	// Another configuration or other data are refused before anything changes.
	last := w.path("results/killed/checkpoints/killed_1-checkpoint-last.safetensors")
	before := fileHash(t, last)
	out, err := train("killed", "--resume", "--set", "TRAIN.LR=1e-3").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "was made with another TRAIN.LR") {
		t.Errorf("another rate: %v\n%s", err, out)
	}
	w.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,20,31\n")
	out, err = train("killed", "--resume").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "was made with other images or points") {
		t.Errorf("other points: %v\n%s", err, out)
	}
	if fileHash(t, last) != before {
		t.Error("a refused resume changed the checkpoint")
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
