package main

import (
	"bytes"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/workflow"
)

func TestParseGrid(t *testing.T) {
	for text, want := range map[string][]float64{
		"0.1:0.3:0.1": {0.1, 0.2, 0.3}, "2:2:1": {2}, "0:5:2": {0, 2, 4}, " 3, 1 ,-2": {3, 1, -2}, "7": {7},
		"1:8:x2": {1, 2, 4, 8}, "0.5:3:x2": {0.5, 1, 2}, "1:1:x3": {1},
	} {
		if got, err := parseGrid("radii", text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"1:2", "1:2:0", "2:1:1", "1,,2", "a", "NaN", "1:Inf:1", "1:2:3:4", "1:2,3:1", "0:2:x2", "-1:2:x2", "1:2:x1", "2:1:x2", "x2", "1,x2", "1:2:x1.00001"} {
		if got, err := parseGrid("radii", text); err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("--radii is %q: ", text)) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// twoClasses writes maps of two classes with peaks at true points, and noise
// that is higher in the first class, and the points.
func twoClasses(t *testing.T, dir string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 3))
	for _, sub := range []string{"maps", "y"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		v := detection.NewVolume([3]int{1, 40, 40}, 2)
		for k := range v.Data {
			v.Data[k] = float32(rng.IntN(40-25*(k%2))) / 100
		}
		text := "index,axis-0,axis-1,class\n"
		for k := range 10 {
			y, x, class := 3+7*(k/2)+rng.IntN(3), 3+rng.IntN(34), 1+k%2
			v.Set(0, y, x, class-1, 0.5/float32(class)+float32(k)/50)
			text += fmt.Sprintf("%d,%d,%d,%d\n", k, y, x, class)
		}
		name := filepath.Join(dir, "maps", fmt.Sprintf("im%d.tif", i))
		if err := imageio.WriteFile(name, v, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "y", fmt.Sprintf("im%d.csv", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What tune says of maps is what detect and score make of its settings, by
// class and at each tolerance.
func TestTuneMapsByCommands(t *testing.T) {
	dir := t.TempDir()
	twoClasses(t, dir)
	at := func(name string) string { return filepath.Join(dir, name) }
	var tuned []workflow.Tuned
	outcome(t, &tuned, "tune", "--prob", at("maps"), "--gt", at("y"), "--tolerance", "1,3", "--thresholds", "0.1:0.6:0.05", "--radii", "0,2,4",
		"--smoothings", "0,0.5", "--output", at("settings.json"), "--curve", at("curve.csv"))
	if len(tuned) != 2 || len(tuned[0].Classes) != 2 || len(tuned[0].Detect.ClassThresholds) != 2 {
		t.Fatalf("%+v", tuned)
	}
	if th := tuned[0].Detect.ClassThresholds; th[0] == th[1] {
		t.Errorf("thresholds %v: the classes have different noise", th)
	}
	for _, want := range tuned {
		out, tolerance := at(fmt.Sprint("points", want.Tolerance)), fmt.Sprint(want.Tolerance)
		var found struct{ Points int }
		outcome(t, &found, "detect", "--prob", at("maps"), "--settings", at("settings.json"), "--tolerance", tolerance, "--output", out)
		if found.Points != want.TP+want.FP {
			t.Errorf("tolerance %s: found %d points, tune counted %d", tolerance, found.Points, want.TP+want.FP)
		}
		evaluations, _, err := workflow.ScoreFolders(at("y"), out, detection.MatchOptions{Spacing: detection.UnitSpacing, ClassAware: true}, []float64{want.Tolerance})
		if err != nil || evaluations[0].Pooled != want.Metrics || !reflect.DeepEqual(evaluations[0].Classes, want.Classes) {
			t.Errorf("tolerance %s: scored %+v, %v, tune says %+v", tolerance, evaluations[0], err, want)
		}
	}
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), []string{"detect", "--prob", at("maps"), "--settings", at("settings.json"), "--output", at("none")}, &stdout, &stderr); status != exitInput ||
		!strings.Contains(stderr.String(), "holds settings for the tolerances [1 3]") {
		t.Errorf("no tolerance chosen: status %d, %s", status, stderr.String())
	}

	// the curve: 11 thresholds of each class and tolerance, the best among them
	text, err := os.ReadFile(at("curve.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 1+11*4 || lines[0] != "tolerance,class,threshold,precision,recall,f1,tp,fp,fn" {
		t.Fatalf("%d lines, header %q", len(lines), lines[0])
	}
	c := tuned[1].Classes[1]
	best := fmt.Sprintf("3,2,%g,%g,%g,%g,%d,%d,%d", tuned[1].Detect.ClassThresholds[1], c.Precision, c.Recall, c.F1, c.TP, c.FP, c.FN)
	if !slices.Contains(lines, best) {
		t.Errorf("the curve does not hold %q:\n%s", best, text)
	}
}

// The classical detector: tune, detect and score agree, and the chart is a
// picture.
func TestTuneCentroidByCommands(t *testing.T) {
	w := newWorld(t)
	image := detection.NewVolume([3]int{1, 40, 48}, 1)
	for y := range 40 {
		for x := range 48 {
			for _, c := range [][2]int{{5, 6}, {20, 30}} {
				if (y-c[0])*(y-c[0])+(x-c[1])*(x-c[1]) <= 16 {
					image.Set(0, y, x, 0, 100)
				}
			}
		}
	}
	for i := range 2 {
		if err := imageio.WriteFile(w.path(fmt.Sprintf("test/x/im%d.tif", i)), image, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
	}
	var tuned workflow.Tuned
	outcome(t, &tuned, "tune", "--classical", "centroid", "--input", w.path("test/x"), "--gt", w.path("test/y"), "--tolerance", "1",
		"--smoothings", "0,1", "--thresholds", "0.5:1.5:0.5", "--output", w.path("settings.json"), "--curve", w.path("curve.png"))
	if tuned.F1 != 1 || tuned.TP != 4 || tuned.Centroid == nil || !slices.Contains([]float64{0.5, 1, 1.5}, tuned.Centroid.ThresholdFactor) || tuned.Centroid.Smoothing > 1 {
		t.Errorf("%+v", tuned)
	}
	outcome(t, &struct{}{}, "detect", w.path("test/x"), "--classical", "centroid", "--settings", w.path("settings.json"), "--output", w.path("out"))
	var scored detection.Metrics
	outcome(t, &scored, "score", "--gt", w.path("test/y"), "--pred", w.path("out"), "--tolerance", "1")
	if scored != tuned.Metrics {
		t.Errorf("scored %+v, tune says %+v", scored, tuned.Metrics)
	}
	picture, err := os.ReadFile(w.path("curve.png"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		t.Error(err)
	}
}

// Settings stored in a model file are what detect uses, and nothing else in
// the file changes.
func TestTuneSavesIntoTheModel(t *testing.T) {
	w := newWorld(t)
	outcome(t, &struct{}{}, "train", "--config", w.path("config.yaml"), "--result_dir", w.path("out"), "--name", "job", "--gpu", "none")
	file := w.path("out/job/checkpoints/job_1-checkpoint-best.safetensors")
	before, err := inference.LoadModelFile(file)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"tune", "--model", file, "--input", w.path("val/x"), "--gt", w.path("val/y"), "--tolerance", "4", "--radii", "0,3", "--gpu", "none"}
	var unsaved, saved workflow.Tuned
	outcome(t, &unsaved, args...)
	if same, err := inference.LoadModelFile(file); err != nil || !reflect.DeepEqual(same, before) {
		t.Errorf("without --save the file changed: %v", err)
	}
	outcome(t, &saved, append(args, "--save")...)
	after, err := inference.LoadModelFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(after.Settings.Detect, *saved.Detect) || !reflect.DeepEqual(saved, unsaved) || !slices.Equal(after.Settings.Tolerance, []float64{4}) {
		t.Errorf("stored %+v at %v, tune says %+v", after.Settings.Detect, after.Settings.Tolerance, saved.Detect)
	}
	if reflect.DeepEqual(after.Settings.Detect, before.Settings.Detect) {
		t.Error("the settings are those of before: the test shows nothing")
	}
	after.Settings.Detect, after.Settings.Tolerance = before.Settings.Detect, before.Settings.Tolerance
	before.Weights.Metadata, after.Weights.Metadata = nil, nil
	if !reflect.DeepEqual(after, before) {
		t.Error("something else in the file changed")
	}
	var found struct{ Points int }
	outcome(t, &found, "detect", w.path("val/x"), "--model", file, "--output", w.path("points"), "--gpu", "none")
	if found.Points != saved.TP+saved.FP {
		t.Errorf("found %d points, tune counted %d", found.Points, saved.TP+saved.FP)
	}
}
