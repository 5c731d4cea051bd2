package workflow

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

const pre = "DATA.PREPROCESS."

// Each step changes the patches, and each switch those of its own set alone.
func TestPreprocessSteps(t *testing.T) {
	data, _ := smallData(t)
	patches := func(settings ...string) (train, val []float32) {
		j := checked(t, data, append(settings, "AUGMENTOR.ENABLE=False")...)
		b, err := j.data.Batch(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		v, err := j.valData.Batch(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return b.Images, v.Images
	}
	plain, plainVal := patches()
	seen := map[float32]string{plain[100]: "nothing"}
	for _, step := range [][]string{
		{"GAUSSIAN_BLUR.ENABLE=True"}, {"GAUSSIAN_BLUR.ENABLE=True", "GAUSSIAN_BLUR.SIGMA=3"},
		{"MEDIAN_BLUR.ENABLE=True"}, {"MEDIAN_BLUR.ENABLE=True", "MEDIAN_BLUR.KERNEL_SIZE=(5, 7, 1)"},
		{"MATCH_HISTOGRAM.ENABLE=True", "MATCH_HISTOGRAM.REFERENCE_PATH=" + filepath.Join(data, "test", "x")},
		{"CLAHE.ENABLE=True"}, {"CLAHE.ENABLE=True", "CLAHE.CLIP_LIMIT=0.5"}, {"CLAHE.ENABLE=True", "CLAHE.KERNEL_SIZE=[16, 20]"},
	} {
		settings := []string{pre + "TRAIN=True"}
		for _, s := range step {
			settings = append(settings, pre+s)
		}
		train, val := patches(settings...)
		name := strings.Join(step, " ")
		if other, ok := seen[train[100]]; ok {
			t.Errorf("%s is as %s", name, other)
		}
		seen[train[100]] = name
		if !slices.Equal(val, plainVal) {
			t.Errorf("%s changed the validation patches", name)
		}
	}
	train, val := patches(pre+"VAL=True", pre+"GAUSSIAN_BLUR.ENABLE=True")
	if !slices.Equal(train, plain) || slices.Equal(val, plainVal) {
		t.Error("VAL changed the training patches, or no validation patch")
	}
	// patches of edges hold two values of each of the three images
	train, _ = patches(pre+"TRAIN=True", pre+"CANNY.ENABLE=True")
	if values := slices.Compact(slices.Sorted(slices.Values(train))); len(values) < 2 || len(values) > 6 {
		t.Errorf("edges have the values %v", values)
	}
}

// The model file holds the steps for test images, with the histogram, and does
// them by itself.
func TestModelFilePreprocesses(t *testing.T) {
	data, _ := smallData(t)
	c := smallConfig(t, data, "PUNCTA.TUNE=False", "PUNCTA.STEPS=1", pre+"TRAIN=True", pre+"VAL=True", pre+"TEST=True", pre+"GAUSSIAN_BLUR.ENABLE=True",
		pre+"GAUSSIAN_BLUR.SIGMA=[2, 1]", pre+"MATCH_HISTOGRAM.ENABLE=True", pre+"MATCH_HISTOGRAM.REFERENCE_PATH="+filepath.Join(data, "val", "x"))
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	f, err := OpenModel(j.Layout.BestCheckpoint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	o := f.Settings.Preprocess
	if o == nil || o.Gaussian != [3]float64{0, 2, 1} || o.Border != detection.BorderNearest || o.Histogram == nil || len(o.Histogram.Values) < 10 {
		t.Fatalf("the model file holds %+v", o)
	}
	p := predictorOf(t, f)
	it := j.Test[0]
	image, err := imageio.Read(it.Path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Predict(context.Background(), image)
	if err != nil {
		t.Fatal(err)
	}
	want, err := imageio.Read(j.mapPath(it))
	if err != nil || !slices.Equal(got.Data, want.Data) {
		t.Errorf("the model file predicts another map than the job: %v", err)
	}
	by, err := preprocess(image, o)
	if err != nil {
		t.Fatal(err)
	}
	p.settings.Preprocess = nil
	if bare, err := p.Predict(context.Background(), image); err != nil || slices.Equal(bare.Data, got.Data) {
		t.Errorf("without the steps the map is the same: %v", err)
	}
	if hand, err := p.Predict(context.Background(), by); err != nil || !slices.Equal(hand.Data, got.Data) {
		t.Errorf("with the steps done by hand the map is another: %v", err)
	}
}

func TestPreprocessBadReference(t *testing.T) {
	data, _ := smallData(t)
	ref := filepath.Join(t.TempDir(), "ref")
	touch(t, ref, "notes.txt")
	c := smallConfig(t, data, pre+"TRAIN=True", pre+"MATCH_HISTOGRAM.ENABLE=True", pre+"MATCH_HISTOGRAM.REFERENCE_PATH="+ref)
	if err := check(context.Background(), newJob(t, c, t.TempDir(), 1)); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), ref) {
		t.Errorf("a folder without images: %v", err)
	}
	v := detection.NewVolume([3]int{1, 4, 4}, 1)
	v.Data[3] = 0.25
	if err := imageio.WriteFile(filepath.Join(ref, "a.tif"), v, imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	err := check(context.Background(), newJob(t, c, t.TempDir(), 1))
	if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), filepath.Join(ref, "a.tif")+": DATA.PREPROCESS.MATCH_HISTOGRAM") {
		t.Errorf("a reference of fractions: %v", err)
	}
	if err := os.RemoveAll(ref); err != nil {
		t.Fatal(err)
	}
	if err := check(context.Background(), newJob(t, c, t.TempDir(), 1)); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "REFERENCE_PATH") {
		t.Errorf("no folder: %v", err)
	}
}
