//go:build peer && unix

package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/widgets"
)

// mistakePlaces are the error browser of the flat scenes, the mask preview of each
// scene, and the patches of a training. They come after the explorers, which leave
// the maps.
func mistakePlaces(t *testing.T, list []scene) []widgetPlace {
	flat := slices.DeleteFunc(slices.Clone(list), func(s scene) bool { return s.name == "volume" })
	all := []widgetPlace{{"all", "errors", errorsCell(flat), func(t *testing.T, p *browser.Page, where string, i int) { compareErrors(t, p, where, i, flat) }}}
	for _, s := range list[:2] {
		all = append(all, widgetPlace{s.name, "masks", s.masksCell(), s.compareMasks})
	}
	return append(all, patchesPlace(t))
}

// errorsCell shows the mistakes in scenes at a tolerance of 4 pixels.
func errorsCell(list []scene) string {
	files := ""
	for _, s := range list {
		files += fmt.Sprintf("{%q, %q, %q, %q},\n", s.name, s.image, s.points, s.prob)
	}
	return `
var images []widgets.ErrorImage
for _, f := range [][4]string{
` + files + `} {
	image, err := imageio.Read(f[1])
	check(err)
	text, err := os.Open(f[2])
	check(err)
	truth, err := detection.ReadPoints(text, f[2], detection.DefaultReadPointsOptions())
	check(err)
	prob, err := imageio.Read(f[3])
	check(err)
	found, err := detection.Detect(prob.Volume, detection.DefaultDetectOptions())
	check(err)
	images = append(images, widgets.ErrorImage{Name: f[0], Image: image.Volume, Map: prob.Volume, Truth: truth, Found: found})
}
o := widgets.DefaultErrorBrowserOptions()
o.Match.Tolerance = 4
b, err := widgets.NewErrorBrowser(images, o)
check(err)
check(display.Widget(b))`
}

// until waits for a number of widget i.
func until(t *testing.T, p *browser.Page, where string, i int, key string, want float64) {
	t.Helper()
	var got float64
	for range 100 {
		if got = p.Shown(i)[key]; got == want {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
	t.Errorf("%s: widget %d shows %s %v, want %v", where, i, key, got, want)
}

// same compares numbers of widget i to the last digit.
func same(t *testing.T, p *browser.Page, where string, i int, want map[string]float64) {
	t.Helper()
	got := p.Shown(i)
	for key, v := range want {
		if math.Float64bits(got[key]) != math.Float64bits(v) {
			t.Errorf("%s: widget %d shows %s %v, Go computes %v", where, i, key, got[key], v)
		}
	}
}

func compareErrors(t *testing.T, p *browser.Page, where string, i int, list []scene) {
	t.Helper()
	match := detection.DefaultMatchOptions()
	match.Tolerance = 4
	var truth, found [][]detection.Point
	for _, s := range list {
		_, prob, points := s.read(t)
		detected, err := detection.Detect(prob, detection.DefaultDetectOptions())
		if err != nil {
			t.Fatal(err)
		}
		truth, found = append(truth, points), append(found, detected)
	}
	e, err := detection.ScoreImages(truth, found, match)
	if err != nil {
		t.Fatal(err)
	}
	m := e.Pooled
	same(t, p, where, i, map[string]float64{"f1": m.F1, "precision": m.Precision, "recall": m.Recall, "tp": float64(m.TP), "fp": float64(m.FP), "fn": float64(m.FN), "images": float64(len(list)), "mistakes": float64(m.FP + m.FN)})
	if m.FP+m.FN < 5 {
		t.Fatalf("%d mistakes: the test says little", m.FP+m.FN)
	}
	p.Eval(fmt.Sprintf(`explorers.root(%d).querySelectorAll(".thumb")[3].click()`, i), nil)
	until(t, p, where, i, "place", 3)
	p.Eval(fmt.Sprintf(`explorers.root(%d).querySelector(".verdicts button").click()`, i), nil)
	until(t, p, where, i, "place", 4)
	var table string
	p.Eval(fmt.Sprintf(`explorers.root(%d).querySelector("pre").textContent`, i), &table)
	verdicts, err := widgets.ReadVerdicts(strings.NewReader(table), "table")
	if err != nil || len(verdicts) != 1 || verdicts[0].Text == "" {
		t.Errorf("%s: the table of verdicts is %q: %v", where, table, err)
	}
}

// masksCell shows what would be painted for the points of a scene.
func (s scene) masksCell() string {
	return s.cell() + `
_ = prob
m, err := widgets.NewMaskPreview(image.Volume, truth, widgets.DefaultMaskPreviewOptions())
check(err)
check(display.Widget(m))`
}

func (s scene) compareMasks(t *testing.T, p *browser.Page, where string, i int) {
	t.Helper()
	image, _, truth := s.read(t)
	m, err := widgets.NewMaskPreview(image, truth, widgets.DefaultMaskPreviewOptions())
	if err != nil {
		t.Fatal(err)
	}
	for k, painted := range m.Painted() {
		p.Move(i, "range", "target", float64(k))
		until(t, p, where, i, "target", float64(k))
		same(t, p, where, i, map[string]float64{"points": float64(len(truth)), "objects": float64(painted.Objects), "merged": float64(len(painted.Merged)), "foreground": painted.Foreground, "faults": 0, "outside": 0})
	}
}

// patchesConfig is a training of generated images in a folder.
const patchesConfig = `PROBLEM: {TYPE: DETECTION, NDIM: 2D}
DATA:
  PATCH_SIZE: [32, 32, 1]
  TRAIN: {PATH: %[1]s/train/x, GT_PATH: %[1]s/train/y}
  VAL: {FROM_TRAIN: False, PATH: %[1]s/val/x, GT_PATH: %[1]s/val/y}
  TEST: {PATH: %[1]s/test/x, GT_PATH: %[1]s/test/y, LOAD_GT: True, PADDING: [4, 4]}
AUGMENTOR: {ENABLE: True, VFLIP: True, HFLIP: True, RANDOM_ROT: True, BRIGHTNESS: True}
MODEL: {ARCHITECTURE: unet, FEATURE_MAPS: [4, 8]}
TRAIN: {ENABLE: True, OPTIMIZER: ADAMW, LR: 1e-2, BATCH_SIZE: 4, EPOCHS: 4}
TEST: {ENABLE: True, DET_TOLERANCE: [5]}
`

// patchesPlace shows patches that the engine makes.
func patchesPlace(t *testing.T) widgetPlace {
	t.Helper()
	dir := t.TempDir()
	o := simulate.DefaultDatasetOptions()
	o.Train, o.Val, o.Test = 3, 2, 1
	o.Nuclei.Dims, o.Nuclei.Count = [3]int{1, 64, 80}, [2]int{6, 9}
	if err := workflow.Generate(t.Context(), dir, o, nil); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(patchesConfig, dir)
	cell := fmt.Sprintf(`
s := session.MustConnect()
patches := s.MustPatches(session.Training{Config: %q}, session.Patches{Count: 14, Grid: true})
a, err := widgets.NewAugmentPreview(patches, widgets.DefaultAugmentPreviewOptions())
check(err)
check(display.Widget(a))`, text)
	return widgetPlace{"patches", "patches", cell, func(t *testing.T, p *browser.Page, where string, i int) {
		t.Helper()
		c, _, err := config.Parse([]byte(text), "patches.yaml")
		if err != nil {
			t.Fatal(err)
		}
		j := &workflow.Job{Config: c, RunID: 1}
		want, err := j.PreviewPatches(t.Context(), workflow.PatchesOptions{Count: 14, Grid: true})
		if err != nil {
			t.Fatal(err)
		}
		until(t, p, where, i, "page", 0)
		same(t, p, where, i, map[string]float64{"patches": 14, "pages": 2, "chosen": 0, "points": float64(len(want[0].Points))})
		var captions []string
		p.Eval(fmt.Sprintf(`[...explorers.root(%d).querySelectorAll(".card .under b")].map(e => e.textContent)`, i), &captions)
		for k, q := range want[:12] {
			text := strings.Join(q.Applied, ", ")
			if text == "" {
				text = "nothing changed"
			}
			if k >= len(captions) || captions[k] != text {
				t.Errorf("%s: captions %q, want %q at %d", where, captions, text, k)
			}
		}
		p.Eval(fmt.Sprintf(`explorers.root(%d).querySelector("button.next").click()`, i), nil)
		until(t, p, where, i, "page", 1)
		same(t, p, where, i, map[string]float64{"chosen": 12, "points": float64(len(want[12].Points))})
	}}
}
