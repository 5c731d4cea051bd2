package widgets

import "math"

// scale is a slider: what values it takes and how fine it steps.
type scale struct {
	lo, hi float64 // the values allowed
	top    float64 // the end of the slider; hi or a rounder number next to it
	step   float64
}

// belowOne is the largest threshold of a probability map: a configuration
// refuses 1, above which there is nothing.
const belowOne = 0.9999999

// scales sets the ranges of the sliders.
func (e *Explorer) scales() {
	t := &e.threshold
	t.hi, t.top = belowOne, 1
	_, most := e.prob.Range()
	if most > 1 || t.lo < 0 || e.initial.Threshold > belowOne { // not probabilities
		t.top = max(float64(most), e.initial.Threshold, t.lo+1e-6)
		t.hi = t.top
	}
	t.step = niceStep(t.top - t.lo)
	s := e.opts.Detect.Prune.Spacing
	voxels := 20 * max(s[1], s[2])
	e.radius = newScale(0, e.initial.Radius, e.opts.MostRadius, voxels)
	e.tolerance = newScale(0, e.initial.Tolerance, e.opts.MostTolerance, voxels)
	e.tolerance.lo = min(e.tolerance.step, e.initial.Tolerance) // a configuration wants more than 0
}

// newScale is a scale to most, or where that is 0 to three times the value to
// begin with and at least to usual.
func newScale(lo, initial, most, usual float64) scale {
	if most == 0 {
		most = niceTop(max(3*initial, usual))
	}
	most = max(most, initial)
	return scale{lo: lo, hi: most, top: most, step: niceStep(most)}
}

// niceStep is the largest of 1, 2 and 5 times a power of ten that makes at
// least a hundred steps of a range.
func niceStep(span float64) float64 {
	power := math.Floor(math.Log10(span / 100))
	step := scaled(1, power)
	for _, m := range []float64{2, 5} {
		if v := scaled(m, power); v*100 <= span*(1+1e-9) {
			step = v
		}
	}
	return step
}

// niceTop rounds up to one of a few round numbers.
func niceTop(v float64) float64 {
	power := math.Floor(math.Log10(v))
	for _, m := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if top := scaled(m, power); top >= v*(1-1e-9) {
			return top
		}
	}
	return scaled(1, power+1)
}

// scaled is m times a power of ten, rounded once.
func scaled(m, power float64) float64 {
	if power < 0 {
		return m / math.Pow(10, -power)
	}
	return m * math.Pow(10, power)
}
