package inference

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

func exampleFile(t *testing.T) *ModelFile {
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
	detect := detection.DefaultDetectOptions()
	detect.Peaks.Threshold, detect.Prune.Radius = 0.35, 4.5
	return &ModelFile{Weights: w, Settings: Settings{
		Network: c, Normalise: detection.DefaultNormaliseOptions(), Tiles: detection.DefaultTileOptions(),
		Detect: detect, Tolerance: []float64{5}, Epoch: 3, ValLoss: 0.25, Config: "PROBLEM:\n  NDIM: 2D\n",
	}}
}

func TestModelFileRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	f := exampleFile(t)
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := LoadModelFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := f.Settings
	want.Version = 1
	if !reflect.DeepEqual(got.Settings, want) {
		t.Errorf("settings\n%+v, want\n%+v", got.Settings, want)
	}
	if weights.Hash(got.Weights) != weights.Hash(f.Weights) {
		t.Error("the weights differ")
	}
	if _, err := got.Model(); err != nil {
		t.Error(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Save(path); err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, second) {
		t.Error("the same contents gave other bytes")
	}
}

// A file from before points were refined has the defaults of what it lacks.
func TestModelFileWithoutCentroid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	f := exampleFile(t)
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	text := f.Weights.Metadata[settingsKey]
	start := strings.Index(text, `,"Refine"`)
	end := strings.Index(text[start:], `}},`) + start + 1
	f.Weights.Metadata[settingsKey] = text[:start] + text[end:]
	if strings.Contains(f.Weights.Metadata[settingsKey], "MaxShift") {
		t.Fatal(f.Weights.Metadata[settingsKey])
	}
	if err := weights.WriteSafetensorsFile(path, f.Weights); err != nil {
		t.Fatal(err)
	}
	got, err := LoadModelFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Settings.Detect.Centroid != detection.DefaultCentroidOptions() {
		t.Errorf("settings %+v", got.Settings.Detect.Centroid)
	}
}

func TestLoadModelFileErrors(t *testing.T) {
	dir := t.TempDir()
	save := func(change func(*ModelFile)) string {
		f := exampleFile(t)
		path := filepath.Join(dir, "model.safetensors")
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
		change(f)
		if err := weights.WriteSafetensorsFile(path, f.Weights); err != nil {
			t.Fatal(err)
		}
		return path
	}
	settings := func(old, text string) func(*ModelFile) {
		return func(f *ModelFile) {
			m := f.Weights.Metadata
			if !strings.Contains(m[settingsKey], old) {
				t.Fatalf("settings do not hold %s: %s", old, m[settingsKey])
			}
			m[settingsKey] = strings.Replace(m[settingsKey], old, text, 1)
		}
	}
	tests := []struct {
		name   string
		change func(*ModelFile)
		want   string
	}{
		{"no settings", func(f *ModelFile) { f.Weights.Metadata = nil }, ErrNoSettings.Error()},
		{"a later version", settings(`"version":1`, `"version":2`), "version 2: this program reads version 1"},
		{"a setting that is not known", settings(`"epoch"`, `"epoche"`), "epoche"},
		{"a network that cannot be", settings(`"norm":"in"`, `"norm":"xx"`), `Norm "xx"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := save(tt.change)
			_, err := LoadModelFile(path)
			if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if errors.Is(err, ErrNoSettings) != (tt.name == "no settings") {
				t.Errorf("error %v", err)
			}
		})
	}
	bad := exampleFile(t)
	bad.Settings.Detect.Prune.Radius = -1
	path := filepath.Join(dir, "never")
	if err := bad.Save(path); err == nil {
		t.Error("bad settings were saved")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was left")
	}
}
