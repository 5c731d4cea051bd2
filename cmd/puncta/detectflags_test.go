package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// parsed are the flags of detect as a command line gives them.
func parsed(t *testing.T, args ...string) (*cobra.Command, *detectFlags) {
	t.Helper()
	c, f := &cobra.Command{}, &detectFlags{}
	f.add(c)
	if err := c.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return c, f
}

// Each flag sets its option, over a file of settings too, and nothing else.
func TestDetectFlags(t *testing.T) {
	log := detection.DefaultLoGOptions()
	log.Sigmas, log.Threshold, log.Spacing, log.Prune.Spacing = []float64{3}, 0.7, detection.Spacing{2, 1, 1}, detection.Spacing{2, 1, 1}
	centroid := detection.DefaultClassicalOptions()
	centroid.MinSize, centroid.Spacing = 7, detection.Spacing{3, 3, 3}
	maps := detection.DefaultDetectOptions()
	maps.Smooth, maps.ClassThresholds, maps.Prune.Spacing = [3]float64{1, 2, 2}, []float64{0.3, 0.4}, detection.Spacing{4, 2, 2}
	file := func(detector string, t2 workflow.Tuned) []string {
		path := filepath.Join(t.TempDir(), "settings.json")
		t2.Tolerance = 2
		if err := (workflow.TunedFile{Detector: detector, Settings: []workflow.Tuned{t2}}).Save(path); err != nil {
			t.Fatal(err)
		}
		return []string{"--settings", path}
	}
	logFile := file(workflow.DetectorLoG, workflow.Tuned{LoG: &log})
	centroidFile := file(workflow.DetectorCentroid, workflow.Tuned{Centroid: &centroid})
	mapsFile := file(workflow.DetectorMaps, workflow.Tuned{Detect: &maps})
	t.Run("log", func(t *testing.T) {
		for _, tt := range []struct {
			args []string
			mod  func(*detection.LoGOptions)
		}{
			{nil, func(*detection.LoGOptions) {}},
			{[]string{"--sigma", "1,2.5"}, func(o *detection.LoGOptions) { o.Sigmas = []float64{1, 2.5} }},
			{[]string{"--threshold", "0.5"}, func(o *detection.LoGOptions) { o.Threshold = 0.5 }},
			{[]string{"--absolute", "--threshold", "12"}, func(o *detection.LoGOptions) { o.Relative, o.Threshold = false, 12 }},
			{[]string{"--dark"}, func(o *detection.LoGOptions) { o.DarkBlobs = true }},
			{[]string{"--subpixel=false"}, func(o *detection.LoGOptions) { o.Refine = false }},
			{[]string{"--radius", "4"}, func(o *detection.LoGOptions) { o.RemoveClose, o.Prune.Radius = true, 4 }},
			{[]string{"--resolution", "3,0.5,0.5"}, func(o *detection.LoGOptions) {
				o.Spacing, o.Prune.Spacing = detection.Spacing{3, 0.5, 0.5}, detection.Spacing{3, 0.5, 0.5}
			}},
		} {
			for _, from := range []struct {
				args []string
				base detection.LoGOptions
			}{{nil, detection.DefaultLoGOptions()}, {logFile, log}} {
				c, f := parsed(t, slices.Concat(from.args, tt.args)...)
				want := from.base
				tt.mod(&want)
				if got, err := f.logOptions(c); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%v: %+v, %v, want %+v", tt.args, got, err, want)
				}
			}
		}
	})
	t.Run("centroid", func(t *testing.T) {
		for _, tt := range []struct {
			args []string
			mod  func(*detection.ClassicalOptions)
		}{
			{nil, func(*detection.ClassicalOptions) {}},
			{[]string{"--smoothing", "3"}, func(o *detection.ClassicalOptions) { o.Smoothing = 3 }},
			{[]string{"--threshold_factor", "0.5"}, func(o *detection.ClassicalOptions) { o.ThresholdFactor = 0.5 }},
			{[]string{"--min_size", "3"}, func(o *detection.ClassicalOptions) { o.MinSize = 3 }},
			{[]string{"--min_distance", "9"}, func(o *detection.ClassicalOptions) { o.MinDistance = 9 }},
			{[]string{"--distance_smoothing", "4"}, func(o *detection.ClassicalOptions) { o.DistanceSmoothing = 4 }},
			{[]string{"--resolution", "2"}, func(o *detection.ClassicalOptions) { o.Spacing = detection.Spacing{2, 2, 2} }},
		} {
			for _, from := range []struct {
				args []string
				base detection.ClassicalOptions
			}{{nil, detection.DefaultClassicalOptions()}, {centroidFile, centroid}} {
				c, f := parsed(t, slices.Concat(from.args, tt.args)...)
				want := from.base
				tt.mod(&want)
				if got, err := f.centroidOptions(c); err != nil || got != want {
					t.Errorf("%v: %+v, %v, want %+v", tt.args, got, err, want)
				}
			}
		}
	})
	t.Run("maps", func(t *testing.T) {
		for _, tt := range []struct {
			args []string
			mod  func(*detection.DetectOptions)
		}{
			{nil, func(*detection.DetectOptions) {}},
			{[]string{"--threshold", "0.5"}, func(o *detection.DetectOptions) { o.Peaks.Threshold, o.ClassThresholds = 0.5, nil }},
			{[]string{"--radius", "0"}, func(o *detection.DetectOptions) { o.RemoveClose, o.Prune.Radius = false, 0 }},
			{[]string{"--smoothing", "2", "--resolution", "8,4,1"}, func(o *detection.DetectOptions) {
				o.Smooth, o.Prune.Spacing = [3]float64{0.25, 0.5, 2}, detection.Spacing{8, 4, 1}
			}},
		} {
			for _, from := range []struct {
				args []string
				base detection.DetectOptions
			}{{nil, detection.DefaultDetectOptions()}, {mapsFile, maps}} {
				c, f := parsed(t, slices.Concat(from.args, tt.args)...)
				want, got := from.base, detection.DefaultDetectOptions()
				tt.mod(&want)
				if err := f.overMaps(c, &got); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%v: %+v, %v, want %+v", tt.args, got, err, want)
				}
			}
		}
		// a smoothing of 4 units along each axis stays that with other voxels
		c, f := parsed(t, append(mapsFile, "--resolution", "8,1,2")...)
		got := detection.DefaultDetectOptions()
		if err := f.overMaps(c, &got); err != nil || got.Smooth != [3]float64{0.5, 4, 2} {
			t.Errorf("smoothing %v, %v", got.Smooth, err)
		}
	})
}

// Points of a volume by the command are those of the stage.
func TestDetectLoG3D(t *testing.T) {
	dir := t.TempDir()
	v := detection.NewVolume([3]int{9, 24, 24}, 1)
	for _, at := range [][3]int{{4, 6, 6}, {5, 15, 16}} {
		v.Set(at[0], at[1], at[2], 0, 200)
		v.Set(at[0], at[1], at[2]+1, 0, 100)
	}
	image := filepath.Join(dir, "v.tif")
	if err := imageio.WriteFile(image, v, imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	var result struct{ Points int }
	outcome(t, &result, "detect", image, "--classical", "log", "--sigma", "1.5", "--threshold", "0.4", "--resolution", "2,1,1", "--output", filepath.Join(dir, "out"))
	o := detection.DefaultLoGOptions()
	o.Sigmas, o.Threshold, o.Spacing = []float64{1.5}, 0.4, detection.Spacing{2, 1, 1}
	want, err := detection.DetectLoG(v, o)
	if err != nil || len(want) != 2 || result.Points != 2 {
		t.Fatal(want, err, result)
	}
	text, err := os.ReadFile(filepath.Join(dir, "out", "v_points.csv"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := detection.ReadPoints(bytes.NewReader(text), "v_points.csv", detection.DefaultReadPointsOptions())
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	for i := range got {
		if detection.Distance(got[i], want[i], detection.UnitSpacing) > 1e-4 || got[i].Pos[2] == got[i].Pos[1] {
			t.Errorf("point %v, want %v", got[i].Pos, want[i].Pos)
		}
	}
	if d := want[0].Pos[2] - 6; d < 0.1 || d > 0.5 {
		t.Errorf("x is %v off the voxel: want a place between 6 and 7", d)
	}
}
