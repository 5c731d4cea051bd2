package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// command runs the program and returns what it printed.
func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(context.Background(), args, &out, &errs)
	return status, out.String(), errs.String()
}

func exampleModel(t *testing.T, path string) {
	t.Helper()
	c := unet.NewConfig(2, 4, 8)
	m, err := unet.New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	f := &inference.ModelFile{Weights: w, Settings: inference.Settings{
		Network: c, Normalise: detection.DefaultNormaliseOptions(), Tiles: detection.DefaultTileOptions(),
		Detect: detection.DefaultDetectOptions(), Tolerance: []float64{5}, Epoch: 3, ValLoss: 0.25,
		Views: inference.Flips, Combine: inference.Mean,
	}}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
}

func TestModelInfo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	exampleModel(t, path)
	status, out, errs := command(t, "model", "info", path)
	for _, want := range []string{"unet, 2D, feature maps [4 8]", "threshold        0.2", "flips, combined by mean", "3 epochs, validation loss 0.2500"} {
		if !strings.Contains(out, want) {
			t.Errorf("status %d, %s: no %q in\n%s", status, errs, want, out)
		}
	}
	_, out, _ = command(t, "model", "info", path, "--json")
	var got struct {
		Parameters int
		Epoch      int
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Epoch != 3 || got.Parameters != unet.NewConfig(2, 4, 8).NumParams() {
		t.Errorf("%+v: %v", got, err)
	}
}

func TestModelConvert(t *testing.T) {
	dir := t.TempDir()
	in, half := filepath.Join(dir, "in.safetensors"), filepath.Join(dir, "half.safetensors")
	exampleModel(t, in)
	if status, _, errs := command(t, "model", "convert", in, half, "--half"); status != exitOK {
		t.Fatal(errs)
	}
	a, err := inference.LoadModelFile(in)
	if err != nil {
		t.Fatal(err)
	}
	b, err := inference.LoadModelFile(half)
	if err != nil {
		t.Fatal(err)
	}
	differ := 0.0
	for name, x := range a.Weights.All() {
		y, ok := b.Weights.Get(name)
		if !ok || len(y.Data) != len(x.Data) {
			t.Fatalf("%s is gone", name)
		}
		for i, v := range x.Data {
			d := math.Abs(float64(v - y.Data[i]))
			differ = max(differ, d)
			if d > math.Abs(float64(v))/2048+0x1p-25 { // half a unit in the last of 11 bits
				t.Errorf("%s: %v became %v", name, v, y.Data[i])
			}
		}
	}
	if differ == 0 || b.Settings.Views != inference.Flips {
		t.Errorf("weights differ by %v, settings %+v", differ, b.Settings)
	}

	status, _, errs := command(t, "model", "convert", in, in)
	if status != exitInput || !strings.Contains(errs, "is the input, too") {
		t.Errorf("onto itself: status %d, %s", status, errs)
	}
	status, _, errs = command(t, "model", "info", filepath.Join(dir, "none"))
	if status != exitInput || !strings.Contains(errs, "want a model file") {
		t.Errorf("no file: status %d, %s", status, errs)
	}
}

// A checkpoint as BiaPy writes it becomes a model file that needs nothing else.
func TestModelConvertFromBiaPy(t *testing.T) {
	in := filepath.Join(shareddata.Path(t, "biapy_parity2d"), "checkpoint.pth")
	out := filepath.Join(t.TempDir(), "out.safetensors")
	if status, _, errs := command(t, "model", "convert", in, out); status != exitOK {
		t.Fatal(errs)
	}
	m, err := inference.LoadModelFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if n := m.Settings.Network.NumParams(); n != 1_944_241 || m.Settings.Detect.Prune.Radius != 6 {
		t.Errorf("%d parameters, settings %+v", n, m.Settings.Detect)
	}
	if info, err := os.Stat(out); err != nil || info.Size() > 8_000_000 { // the optimiser's state stayed behind
		t.Errorf("%v bytes: %v", info.Size(), err)
	}
}
