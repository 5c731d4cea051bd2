//go:build peer

package main

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// Real images with the model that comes with Puncta: the page of the command
// shows, at twenty settings each, what Detect and Match compute from the maps
// of another command, to the last digit.
func TestExploreRealImages(t *testing.T) {
	dir := t.TempDir()
	p := browser.Open(t)
	p.Size(1240, 900, "light")
	for _, name := range []string{"0402a81e75262469", "29ea4f6eb4545f43", "9bb6e39d5f4415bc"} {
		image, gt := shareddata.Path(t, "nuclei2d", "test", "x", name+".tif"), shareddata.Path(t, "nuclei2d", "test", "y", name+".csv")
		page := filepath.Join(dir, name+".html")
		var done struct{ Images, Peaks int }
		outcome(t, &done, "predict", "--checkpoint", "nuclei2d", "--input", image, "--output", dir, "--gpu", "none")
		outcome(t, &done, "explore", image, "--gt", gt, "--output", page, "--gpu", "none")
		prob, err := imageio.Read(filepath.Join(dir, name+".tif"))
		if err != nil {
			t.Fatal(err)
		}
		truth, err := readTruePoints(gt, prob.Dims, 1)
		if err != nil {
			t.Fatal(err)
		}
		model, err := openModel("nuclei2d", "")
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		p.Load(string(text))
		p.Ready()
		r := rand.New(rand.NewPCG(3, 3))
		for k := range 20 {
			kind := []string{"range", "number"}[k%2]
			p.Move(0, kind, "threshold", 0.05+r.Float64()*0.9)
			p.Move(0, kind, "radius", max(0, r.Float64()*15-2))
			p.Move(0, kind, "tolerance", 0.5+r.Float64()*12)
			got := p.Shown(0)
			o := model.Settings.Detect
			o.Refine = detection.RefineNone
			o.Peaks.Threshold, o.RemoveClose, o.Prune.Radius = got["threshold"], got["radius"] > 0, got["radius"]
			points, err := detection.Detect(prob.Volume, o)
			if err != nil {
				t.Fatal(err)
			}
			m, err := detection.Match(truth, points, detection.MatchOptions{Tolerance: got["tolerance"], Spacing: o.Prune.Spacing})
			if err != nil {
				t.Fatal(err)
			}
			s := m.Score()
			for key, want := range map[string]float64{"tp": float64(s.TP), "fp": float64(s.FP), "fn": float64(s.FN), "precision": s.Precision(), "recall": s.Recall(), "f1": s.F1()} {
				if math.Float64bits(got[key]) != math.Float64bits(want) {
					t.Errorf("%s at %v: the page shows %s %v, Go computes %v", name, got, key, got[key], want)
				}
			}
		}
		p.Screenshot("explorer-" + name)
	}
	p.Clean()
}
