package workflow

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

const custom = "DATA.NORMALIZATION.TYPE=custom"

// Statistics of the training set alone go to the files and into the model, which
// does without the files; weights alone do not, and find the same points.
func TestCustomNormalisation(t *testing.T) {
	data, _ := smallData(t)
	c := smallConfig(t, data, custom, "PUNCTA.TUNE=False", "PUNCTA.STEPS=4")
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}

	// by hand: mean and deviation over all pixels of the three training images
	var sum, squares, n float64
	for _, name := range []string{"nuclei-0001", "nuclei-0002", "nuclei-0003"} {
		image, err := imageio.Read(filepath.Join(data, "train", "x", name+".tif"))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range image.Data {
			sum, squares, n = sum+float64(v), squares+float64(v)*float64(v), n+1
		}
	}
	mean := sum / n
	std := math.Sqrt(squares/n - mean*mean)
	checkpoints := filepath.Dir(j.Layout.BestCheckpoint())
	for name, want := range map[string]float64{"normalization_mean_value.npy": mean, "normalization_std_value.npy": std} {
		got, err := imageio.ReadNPYList(filepath.Join(checkpoints, name))
		if err != nil || len(got) != 1 || math.Abs(got[0]-want) > 1e-6*want {
			t.Errorf("%s holds %v, want %v, %v", name, got, want, err)
		}
	}

	f, err := OpenModel(j.Layout.BestCheckpoint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := f.Settings.Normalise; o.Kind != detection.NormaliseCustom || math.Abs(o.Mean[0]-mean) > 1e-6*mean {
		t.Errorf("the model file normalises by %+v", o)
	}

	// weights alone, as another program would leave them
	bare := filepath.Join(checkpoints, "bare.safetensors")
	params := f.Weights.Params()
	params.Metadata = nil
	if err := weights.WriteSafetensorsFile(bare, params); err != nil {
		t.Fatal(err)
	}
	only := smallConfig(t, data, custom, "TRAIN.ENABLE=False", "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE="+bare)
	k := newJob(t, only, t.TempDir(), 1)
	if err := Run(context.Background(), k, Steps(only)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(k.Model.Settings.Normalise.Mean, f.Settings.Normalise.Mean) || k.Evaluation.Pooled != j.Evaluation.Pooled {
		t.Errorf("weights and files give %+v, the training gave %+v", k.Evaluation.Pooled, j.Evaluation.Pooled)
	}

	// without the file, and with a bad one
	path := filepath.Join(checkpoints, "normalization_std_value.npy")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err = OpenModel(bare, only)
	if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), path+": there is no such file: DATA.NORMALIZATION.TYPE custom needs") {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = OpenModel(bare, only); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), path+": want a NumPy file") {
		t.Errorf("a bad file: %v", err)
	}
	if _, err = OpenModel(j.Layout.BestCheckpoint(), only); err != nil {
		t.Errorf("the model file needs no files: %v", err)
	}
}

// The type is one of its own: it gives other weights than the image's own
// statistics, and what the configuration gives takes the place of measuring.
func TestCustomNormalisationOfTheConfiguration(t *testing.T) {
	data, _ := smallData(t)
	pixel := func(settings ...string) float32 {
		c := smallConfig(t, data, settings...)
		j := newJob(t, c, t.TempDir(), 1)
		if err := j.checkTraining(); err != nil {
			t.Fatal(err)
		}
		b, err := j.valData.Batch(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return b.Images[0]
	}
	const n = "DATA.NORMALIZATION."
	own, set := pixel(), pixel(custom)
	if own == set {
		t.Errorf("custom is as the image's own statistics: %v", set)
	}
	image, err := imageio.Read(filepath.Join(data, "val", "x", "nuclei-0004.tif"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := pixel(custom, n+"CUSTOM_MEAN=100", n+"CUSTOM_STD=20"), (image.Data[0]-100)/20; got != want {
		t.Errorf("with given statistics %v, want %v", got, want)
	}
}

// Statistics of another run beside a model are reported and not used.
func TestCustomNormalisationOfAnotherRun(t *testing.T) {
	j := newJob(t, smallConfig(t, "none", custom), t.TempDir(), 1)
	if err := makeFolder(j.Layout.BestCheckpoint()); err != nil {
		t.Fatal(err)
	}
	own := detection.NormaliseOptions{Kind: detection.NormaliseCustom, Clip: detection.ClipNone, Mean: []float64{1}, Std: []float64{2}}
	j.Model = &inference.ModelFile{Settings: inference.Settings{Normalise: own}}
	j.normaliseBy = own
	for _, tt := range []struct {
		std  float64
		want bool
	}{{2, false}, {3, true}} {
		j.normaliseBy.Std = []float64{tt.std}
		if err := j.writeStatistics(); err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		j.Log = slog.New(slog.NewTextHandler(&log, nil))
		if err := j.compareStatistics(j.Layout.BestCheckpoint()); err != nil || strings.Contains(log.String(), "of another training") != tt.want {
			t.Errorf("deviation %v beside a model with 2: log %q, %v", tt.std, log.String(), err)
		}
	}
	if j.Model.Settings.Normalise.Std[0] != 2 {
		t.Error("the model was changed")
	}
}
