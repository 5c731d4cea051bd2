//go:build peer && unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/shareddata"
	"github.com/puncta-bio/puncta/widgets"
)

// scene is an image with its true points, and with the map that an explorer
// shows; where the file of the map is not there, a cell writes the prediction of
// nuclei2d into it.
type scene struct{ name, image, points, prob string }

// explorerPlaces are the explorers of all scenes.
func explorerPlaces(scenes []scene) (all []widgetPlace) {
	for _, s := range scenes {
		all = append(all, widgetPlace{s.name, "explorer", s.explorerCell(), s.compare})
	}
	return all
}

// explorerCell shows the explorer of a scene.
func (s scene) explorerCell() string {
	return s.cell() + `
e, err := widgets.NewExplorer(image.Volume, prob, truth, widgets.DefaultExplorerOptions())
check(err)
check(display.Widget(e))`
}

// cell reads a scene: image, truth and prob.
func (s scene) cell() string {
	return fmt.Sprintf(`
image, err := imageio.Read(%q)
check(err)
text, err := os.Open(%q)
check(err)
truth, err := detection.ReadPoints(text, text.Name(), detection.DefaultReadPointsOptions())
check(err)
var prob *detection.Volume
if known, err := imageio.Read(%[3]q); err == nil {
	prob = known.Volume
} else {
	s := session.MustConnect()
	prob = s.MustPredict(s.MustImage(image.Volume), "nuclei2d").Volume
	check(imageio.WriteFile(%[3]q, prob, imageio.DefaultTIFFOptions()))
}`, s.image, s.points, s.prob)
}

// scenes writes three: generated nuclei, a volume, and a real image (another
// generated one where there are no shared data).
func scenes(t *testing.T) []scene {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, o simulate.NucleiOptions) scene {
		image, truth, err := simulate.Nuclei(o)
		if err != nil {
			t.Fatal(err)
		}
		s := scene{name, filepath.Join(dir, name+".tif"), filepath.Join(dir, name+".csv"), filepath.Join(dir, name+"-prob.tif")}
		if err := imageio.WriteFile(s.image, image, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(s.points)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := detection.WritePoints(f, truth, detection.WritePointsOptions{NDim: image.NDim()}); err != nil {
			t.Fatal(err)
		}
		if image.NDim() == 3 { // its map is the image, from 0 to 1
			lo, hi := image.Data[0], image.Data[0]
			for _, v := range image.Data {
				lo, hi = min(lo, v), max(hi, v)
			}
			for i, v := range image.Data {
				image.Data[i] = (v - lo) / (hi - lo)
			}
			if err := imageio.WriteFile(s.prob, image, imageio.DefaultTIFFOptions()); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	flat := simulate.DefaultNucleiOptions()
	flat.Seed = 11
	volume := simulate.DefaultNucleiOptions()
	volume.Seed, volume.Dims, volume.Count = 12, [3]int{7, 96, 96}, [2]int{30, 40}
	all := []scene{write("nuclei", flat), write("volume", volume)}
	if data, ok := shareddata.Find(t, "nuclei2d"); ok {
		name := "1023509cf8d4c155" // the first one of the validation images
		return append(all, scene{"real", filepath.Join(data, "val", "x", name+".tif"), filepath.Join(data, "val", "y", name+".csv"), filepath.Join(dir, "real-prob.tif")})
	}
	flat.Seed = 13
	return append(all, write("more", flat))
}

// compare moves the sliders of explorer i to settings and checks that it shows
// what Go computes, to the last digit.
func (s scene) compare(t *testing.T, p *browser.Page, where string, i int) {
	const settings = 20
	t.Helper()
	_, prob, truth := s.read(t)
	o := widgets.DefaultExplorerOptions()
	seen := map[float64]bool{}
	r := rand.New(rand.NewPCG(7, uint64(i)))
	for k := range settings {
		kind := []string{"range", "number"}[k%2]
		p.Move(i, kind, "threshold", 0.05+r.Float64()*0.85)
		p.Move(i, kind, "radius", max(0, r.Float64()*15-2))
		p.Move(i, kind, "tolerance", 1+r.Float64()*11)
		p.CheckShown(i, prob, truth, o.Detect, o.Match)
		seen[p.Shown(i)["f1"]] = true
	}
	if t.Failed() {
		t.Fatalf("%s, %s: differs from Go", where, s.name)
	}
	if len(seen) < settings/3 {
		t.Errorf("%s, %s: %d settings gave %d values of F1: the sliders do nothing", where, s.name, settings, len(seen))
	}
}

// read reads the files of a scene.
func (s scene) read(t *testing.T) (image, prob *detection.Volume, truth []detection.Point) {
	t.Helper()
	read := func(path string) *detection.Volume {
		v, err := imageio.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		return v.Volume
	}
	text, err := os.Open(s.points)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	if truth, err = detection.ReadPoints(text, s.points, detection.DefaultReadPointsOptions()); err != nil {
		t.Fatal(err)
	}
	return read(s.image), read(s.prob), truth
}
