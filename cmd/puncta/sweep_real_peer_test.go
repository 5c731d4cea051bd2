//go:build peer

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/shareddata"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// measuredProgram runs the command and returns the seconds that processors worked
// for it.
func measuredProgram(t *testing.T, args ...string) float64 {
	t.Helper()
	c := program(args...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
}

// A sweep of 60 settings behind the network over 35 real images: what it costs
// beside one prediction pass (logged), the numbers of 60 separate runs to the last
// digit, and the same table after a kill.
func TestPeerSweepOfRealImages(t *testing.T) {
	images, points := shareddata.Path(t, "nuclei2d", "test", "x"), shareddata.Path(t, "nuclei2d", "test", "y")
	testkit.Backend(t) // installs the plug-in, or skips
	for _, refine := range []string{"none", "centroid"} {
		t.Run(refine, func(t *testing.T) {
			w := world{t.TempDir()}
			if _, err := sweepCommands(w.dir, images, points, "nuclei2d", refine, "none"); err != nil {
				t.Fatal(err)
			}
			sweepArgs := func(name string) []string {
				return []string{"sweep", w.path("sweep.yaml"), "--result_dir", w.path("results"), "--name", name, "--gpu", "none", "--quiet"}
			}
			whole := measuredProgram(t, sweepArgs("whole")...)
			pass := measuredProgram(t, "predict", "--checkpoint", w.path("model.safetensors"), "--input", images, "--output", w.path("maps"), "--gpu", "none", "--quiet")
			t.Logf("the sweep took %.1f s of the processors, the prediction pass %.1f s: %.2f times", whole, pass, whole/pass)
			got := sweepTable(t, w.path("results/whole/table.csv"))
			if len(got) != 1+benchSettings {
				t.Fatalf("%d rows", len(got))
			}

			// killed after some of the maps, and gone on with
			c := program(sweepArgs("killed")...)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			until := 3 + rand.IntN(20)
			for deadline := time.Now().Add(10 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
				if maps, _ := filepath.Glob(w.path("results/killed/maps/*.tif")); len(maps) >= until || time.Now().After(deadline) {
					break
				}
			}
			_ = c.Process.Kill()
			_ = c.Wait()
			var rest struct{ Done workflow.SweepCounts }
			outcome(t, &rest, sweepArgs("killed")...)
			if rest.Done.Predicted > 35-until || rest.Done.MapsFound < until || rest.Done.Predicted+rest.Done.MapsFound != 35 {
				t.Errorf("killed after %d maps, then %+v", until, rest.Done)
			}
			if killed := sweepTable(t, w.path("results/killed/table.csv")); !reflect.DeepEqual(killed, got) {
				t.Errorf("the table after a kill is\n%v\nwant\n%v", killed, got)
			}

			w.compareRows(t, got, images, points)

			// two whole runs: the first, and the best by its file
			for name, args := range map[string][]string{
				"first": {"--config", w.path("use.yaml"), "--set", "TEST.DET_MIN_TH_TO_BE_PEAK=0.1", "--set", "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS=4", "--set", "PUNCTA.SMOOTHING=0"},
				"best":  {"--config", w.path("results/whole/best.yaml")},
			} {
				var run struct{ F1 float64 }
				outcome(t, &run, slices.Concat([]string{"run"}, args, []string{"--result_dir", w.path("results"), "--name", name, "--gpu", "none"})...)
				want := got[1]
				if name == "best" {
					want = got[1+bestOf(columnOf(got, "f1"))]
				}
				if f1 := strconv.FormatFloat(run.F1, 'g', -1, 64); !slices.Contains(want, f1) {
					t.Errorf("%s: a run has F1 %s, the table %v", name, f1, want)
				}
			}
		})
	}
}

// compareRows finds and scores the points of each row by itself in maps that were
// predicted apart, as a run does behind its prediction.
func (w world) compareRows(t *testing.T, table [][]string, images, points string) {
	t.Helper()
	asked, err := sweep.Load(w.path("sweep.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	maps, err := imageio.List(w.path("maps"))
	if err != nil || len(maps) != 35 {
		t.Fatalf("%d maps, %v", len(maps), err)
	}
	var probs, volumes []*detection.Volume
	var truth [][]detection.Point
	for _, path := range maps {
		name := strings.TrimSuffix(filepath.Base(path), ".tif")
		prob, err := imageio.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		image, err := imageio.Read(filepath.Join(images, name+".tif"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(points, name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		list, err := detection.ReadPoints(bytes.NewReader(text), name, detection.DefaultReadPointsOptions())
		if err != nil {
			t.Fatal(err)
		}
		probs, volumes, truth = append(probs, prob.Volume), append(volumes, image.Volume), append(truth, list)
	}
	different := map[string]bool{}
	for i, run := range asked.Runs() {
		c, _, err := config.Load(w.path("use.yaml"), asked.Settings(run)...)
		if err != nil {
			t.Fatal(err)
		}
		o := detection.DefaultDetectOptions()
		o.Peaks.Threshold, o.Prune.Radius, o.Smooth = c.Thresholds()[0], c.Radii()[0], c.Smoothing()
		o.Refine = map[string]detection.RefineKind{"none": detection.RefineNone, "centroid": detection.RefineCentroid}[c.Puncta.Refine]
		o.Centroid.ThresholdFactor, o.Centroid.MaxShift = c.Puncta.CentroidFactor, c.Puncta.CentroidMaxShift
		found := make([][]detection.Point, len(probs))
		for k := range probs {
			if found[k], err = detection.DetectInImage(probs[k], volumes[k], o); err != nil {
				t.Fatal(err)
			}
		}
		e, err := detection.ScoreImages(truth, found, detection.MatchOptions{Tolerance: 5, Spacing: detection.UnitSpacing})
		if err != nil {
			t.Fatal(err)
		}
		p := e.Pooled
		for name, want := range map[string]string{
			"f1": strconv.FormatFloat(p.F1, 'g', -1, 64), "precision": strconv.FormatFloat(p.Precision, 'g', -1, 64), "recall": strconv.FormatFloat(p.Recall, 'g', -1, 64),
			"tp": fmt.Sprint(p.TP), "fp": fmt.Sprint(p.FP), "fn": fmt.Sprint(p.FN), "mean_f1": strconv.FormatFloat(e.Mean.F1, 'g', -1, 64), "points": fmt.Sprint(p.TP + p.FP),
		} {
			if got := columnOf(table, name)[i]; got != want {
				t.Errorf("row %d, %s: %s is %s, a run by itself has %s", run.Number, asked.Describe(run), name, got, want)
			}
		}
		different[strconv.FormatFloat(p.F1, 'g', -1, 64)] = true
	}
	if len(different) < 40 {
		t.Errorf("%d different values of F1 in %d rows", len(different), benchSettings)
	}
}

// columnOf are the values of a column of a table with a header.
func columnOf(table [][]string, name string) (values []string) {
	for k, head := range table[0] {
		if head == name {
			for _, row := range table[1:] {
				values = append(values, row[k])
			}
		}
	}
	return values
}

// bestOf is the index of the highest of numbers.
func bestOf(words []string) int {
	best, top := 0, -1.0
	for i, word := range words {
		if v, err := strconv.ParseFloat(word, 64); err == nil && v > top {
			best, top = i, v
		}
	}
	return best
}
