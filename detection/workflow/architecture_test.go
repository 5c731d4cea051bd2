package workflow

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// A job with another network than the U-Net learns, its model file names the
// network, and its bare weights are read with the configuration and not with
// that of a U-Net.
func TestRunWithResidualNetwork(t *testing.T) {
	data, _ := smallData(t)
	c := smallConfig(t, data, "MODEL.ARCHITECTURE=resunet")
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	epochs := j.History.Epochs
	if first, last := epochs[0].Loss, epochs[len(epochs)-1].Loss; !(last < 0.8*first) {
		t.Errorf("the loss went from %.3f to %.3f", first, last)
	}
	f, err := OpenModel(j.Layout.BestCheckpoint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Settings.Network.Architecture != unet.ArchResUNet {
		t.Errorf("the model file has the network %q", f.Settings.Network.Architecture)
	}
	checkSamePoints(t, f, j)

	bare := filepath.Join(t.TempDir(), "weights.safetensors")
	set := f.Weights.Params()
	set.Metadata = nil
	if err := weights.WriteSafetensorsFile(bare, set); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenModel(bare, c); err != nil {
		t.Errorf("bare weights: %v", err)
	}
	_, err = OpenModel(bare, smallConfig(t, data))
	if err == nil || !strings.Contains(err.Error(), "do not fit the network unet with feature maps [4 8]: ") ||
		!strings.Contains(err.Error(), "down_path.0.block.1.block.1.weight is missing") {
		t.Errorf("bare weights for a U-Net: %v", err)
	}
}

// The published 2D template trains a step and tests two images with nothing
// changed but its paths.
func TestPublishedTemplate2D(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: a network of full size")
	}
	template := shareddata.Path(t, "biapy_templates", "2d_detection.yaml")
	nuclei := shareddata.Path(t, "nuclei2d")
	data := t.TempDir()
	copyPairs(t, filepath.Join(nuclei, "train"), filepath.Join(data, "train"), 5)
	copyPairs(t, filepath.Join(nuclei, "test"), filepath.Join(data, "test"), 2)
	c, _, err := config.Load(template,
		"DATA.TRAIN.PATH="+filepath.Join(data, "train", "x"), "DATA.TRAIN.GT_PATH="+filepath.Join(data, "train", "y"),
		"DATA.TEST.PATH="+filepath.Join(data, "test", "x"), "DATA.TEST.GT_PATH="+filepath.Join(data, "test", "y"),
		"PUNCTA.STEPS=1")
	if err != nil {
		t.Fatal(err)
	}
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	if n := j.Model.Settings.Network.NumParams(); n != 2423921 {
		t.Errorf("%d parameters, want 2423921", n)
	}
	if e := j.History.Epochs; len(e) != 1 || e[0].Steps != 1 || !(e[0].Loss > 0) {
		t.Errorf("epochs %+v, want one of one step", e)
	}
	if n := len(j.Evaluation.Images); n != 2 {
		t.Errorf("%d images were scored, want 2", n)
	}
	if maps := files(t, j.Layout.Maps()); len(maps) != 2 {
		t.Errorf("maps %v, want 2", maps)
	}
}

// copyPairs copies the n smallest images of a set and their points.
func copyPairs(t *testing.T, from, to string, n int) {
	t.Helper()
	images, err := filepath.Glob(filepath.Join(from, "x", "*.tif"))
	if err != nil || len(images) < n {
		t.Fatalf("%d images in %s, want %d: %v", len(images), from, n, err)
	}
	slices.SortStableFunc(images, func(a, b string) int { return cmp.Compare(fileSize(t, a), fileSize(t, b)) })
	for _, image := range images[:n] {
		name := strings.TrimSuffix(filepath.Base(image), ".tif")
		copyFile(t, image, filepath.Join(to, "x", name+".tif"))
		copyFile(t, filepath.Join(from, "y", name+".csv"), filepath.Join(to, "y", name+".csv"))
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
