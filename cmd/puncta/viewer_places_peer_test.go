//go:build peer && unix

package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// viewerPlaces are viewers of all scenes, with the points found.
func viewerPlaces(scenes []scene) (all []widgetPlace) {
	for _, s := range scenes {
		all = append(all, widgetPlace{s.name, "viewer", s.cell() + `
o := widgets.DefaultViewerOptions()
o.Prob, o.Truth = prob, truth
o.Found, err = detection.Detect(prob, detection.DefaultDetectOptions())
check(err)
v, err := widgets.NewViewer(image.Volume, o)
check(err)
check(display.Widget(v))`, s.view})
	}
	return all
}

// view points at voxels of viewer i and compares what it says with the image, and
// its counts with Go.
func (s scene) view(t *testing.T, p *browser.Page, where string, i int) {
	t.Helper()
	image, prob, truth := s.read(t)
	found, err := detection.Detect(prob, detection.DefaultDetectOptions())
	if err != nil {
		t.Fatal(err)
	}
	m, err := detection.Match(truth, found, detection.DefaultMatchOptions())
	if err != nil {
		t.Fatal(err)
	}
	got, score := p.Shown(i), m.Score()
	if got["tp"] != float64(score.TP) || got["fp"] != float64(score.FP) || got["fn"] != float64(score.FN) {
		t.Errorf("%s, %s: the viewer counts %v, Go %+v", where, s.name, got, score)
	}
	r := rand.New(rand.NewPCG(7, uint64(i)))
	picture := p.Find(i, ".view", 0)
	seen := map[float64]bool{}
	for range 12 {
		x, y := picture.At(0.25+0.5*r.Float64(), 0.25+0.5*r.Float64())
		p.Hover(x, y)
		p.Wheel(x, y, -40)
		got := p.Shown(i)
		row, column, z := int(got["y"]), int(got["x"]), int(got["z"])
		for c := range image.Channels {
			if want := float64(image.At(z, row, column, c)); got[fmt.Sprintf("value-%d", c)] != want {
				t.Fatalf("%s, %s: at %v the viewer says %v, Go %v", where, s.name, []int{z, row, column, c}, got, want)
			}
		}
		if want := float64(prob.At(z, row, column, 0)); got["probability"] != want {
			t.Fatalf("%s, %s: at %v the viewer says %v, the map is %v", where, s.name, []int{z, row, column}, got, want)
		}
		seen[got["value-0"]] = true
	}
	if len(seen) < 4 {
		t.Errorf("%s, %s: 12 voxels have %d values", where, s.name, len(seen))
	}
}
