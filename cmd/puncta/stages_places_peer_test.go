//go:build peer && unix

package main

import (
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// stepperPlaces are stage steppers of scenes.
func stepperPlaces(scenes []scene) (all []widgetPlace) {
	for _, s := range scenes {
		all = append(all, widgetPlace{s.name, "stepper", s.cell() + `
o := widgets.DefaultStepperOptions()
o.Detect.Refine, o.Detect.Prune.Radius = detection.RefinePeak, 12
w, err := widgets.NewStepper(image.Volume, prob, truth, o)
check(err)
check(display.Widget(w))`, s.step})
	}
	return all
}

// step compares the numbers of stepper i with Go, and goes through its stages.
func (s scene) step(t *testing.T, p *browser.Page, where string, i int) {
	t.Helper()
	image, prob, truth := s.read(t)
	o := detection.DefaultDetectOptions()
	o.Prune.Radius = 12
	found, err := detection.Detect(prob, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Refine = detection.RefinePeak
	points, err := detection.Detect(prob, o)
	if err != nil {
		t.Fatal(err)
	}
	m, err := detection.Match(truth, points, detection.DefaultMatchOptions())
	if err != nil {
		t.Fatal(err)
	}
	o.RemoveClose = false
	peaks, err := detection.Detect(prob, o)
	if err != nil {
		t.Fatal(err)
	}
	got, score := p.Shown(i), m.Score()
	for key, want := range map[string]int{"peaks": len(peaks), "kept": len(found), "removed": len(peaks) - len(found), "points": len(points), "tp": score.TP, "fp": score.FP, "fn": score.FN} {
		if got[key] != float64(want) {
			t.Errorf("%s, %s: the stepper says %s %v, Go %d", where, s.name, key, got[key], want)
		}
	}
	x, y := p.Find(i, ".view", 0).At(0.4, 0.6)
	p.Hover(x, y)
	got = p.Shown(i)
	if want := float64(image.At(int(got["z"]), int(got["y"]), int(got["x"]), 0)); got["value-0"] != want {
		t.Errorf("%s, %s: under the mouse the stepper says %v, Go %v", where, s.name, got, want)
	}
}

// comparePlaces compare the points of two thresholds.
func comparePlaces(scenes []scene) (all []widgetPlace) {
	for _, s := range scenes {
		all = append(all, widgetPlace{s.name, "compare", s.cell() + `
low, high := detection.DefaultDetectOptions(), detection.DefaultDetectOptions()
high.Peaks.Threshold = 0.6
a, err := detection.Detect(prob, low)
check(err)
b, err := detection.Detect(prob, high)
check(err)
o := widgets.DefaultCompareOptions()
o.Truth = truth
w, err := widgets.NewCompare(widgets.Version{Name: "0.2", Image: image.Volume, Points: a}, widgets.Version{Name: "0.6", Image: prob, Points: b}, o)
check(err)
check(display.Widget(w))`, s.twoThresholds})
	}
	return all
}

// twoThresholds compares the numbers of comparison i with Go, and moves its
// divider.
func (s scene) twoThresholds(t *testing.T, p *browser.Page, where string, i int) {
	t.Helper()
	image, prob, truth := s.read(t)
	var sets [2][]detection.Point
	var scores [2]detection.Score
	for k, threshold := range []float64{0.2, 0.6} {
		o := detection.DefaultDetectOptions()
		o.Peaks.Threshold = threshold
		var err error
		if sets[k], err = detection.Detect(prob, o); err != nil {
			t.Fatal(err)
		}
		m, err := detection.Match(truth, sets[k], detection.DefaultMatchOptions())
		if err != nil {
			t.Fatal(err)
		}
		scores[k] = m.Score()
	}
	m, err := detection.Match(sets[0], sets[1], detection.DefaultMatchOptions())
	if err != nil {
		t.Fatal(err)
	}
	got, both := p.Shown(i), m.Score()
	for key, want := range map[string]float64{"both": float64(both.TP), "onlyA": float64(both.FN), "onlyB": float64(both.FP), "f1A": scores[0].F1(), "f1B": scores[1].F1(), "divider": 0.5} {
		if got[key] != want {
			t.Errorf("%s, %s: the comparison says %s %v, Go %v", where, s.name, key, got[key], want)
		}
	}
	box := p.Find(i, ".versions", 0)
	x, y := box.At(0.5, 0.4)
	p.Drag(x, y, x-box[2]/4, y)
	x, y = box.At(0.6, 0.5)
	p.Hover(x, y)
	got = p.Shown(i)
	z, row, column := int(got["z"]), int(got["y"]), int(got["x"])
	if a, b := float64(image.At(z, row, column, 0)), float64(prob.At(z, row, column, 0)); got["valueA0"] != a || got["valueB0"] != b || got["divider"] > 0.26 || got["divider"] < 0.24 {
		t.Errorf("%s, %s: the comparison says %v, Go %v and %v", where, s.name, got, a, b)
	}
}
