package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// mostValues bounds a grid: more of them is a slip of the pen.
const mostValues = 10000

// parseGrid reads "lo:hi:step", ends included, "lo:hi:xfactor", of which each
// value is the factor times the one before, or values with commas. Values of
// steps are rounded to 12 digits, so that 0.1:0.3:0.1 holds 0.3.
func parseGrid(flag, text string) ([]float64, error) {
	wrong := func(format string, args ...any) ([]float64, error) {
		return nil, usage("--%s is %q: %w", flag, text, fmt.Errorf(format, args...))
	}
	separator := ","
	if strings.Contains(text, ":") {
		separator = ":"
	}
	parts := strings.Split(text, separator)
	last, byFactor := strings.CutPrefix(strings.TrimSpace(parts[len(parts)-1]), "x")
	byFactor = byFactor && separator == ":"
	if byFactor {
		parts[len(parts)-1] = last
	}
	var values []float64
	for _, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return wrong("want lo:hi:step, such as 0.05:0.95:0.05, lo:hi:xfactor, such as 1:100:x1.2, or numbers with commas")
		}
		values = append(values, v)
	}
	if separator == "," {
		return values, nil
	}
	if len(values) != 3 {
		return wrong("want lo:hi:step, three numbers")
	}
	lo, hi, step := values[0], values[1], values[2]
	steps := (hi - lo) / step
	at := func(i float64) float64 { return lo + i*step }
	if byFactor {
		steps = math.Log(hi/lo) / math.Log(step)
		at = func(i float64) float64 { return lo * math.Pow(step, i) }
	}
	switch {
	case byFactor && !(lo > 0 && step > 1):
		return wrong("want lo:hi:xfactor with lo above 0 and a factor above 1")
	case !(step > 0) || lo > hi:
		return wrong("want lo:hi:step with lo at most hi and a step above 0")
	case !(steps < mostValues):
		return wrong("%.0f values: want at most %d", math.Floor(steps+1e-9)+1, mostValues)
	}
	values = values[:0]
	for i := 0.0; i <= math.Floor(steps+1e-9); i++ {
		v, err := strconv.ParseFloat(strconv.FormatFloat(at(i), 'g', 12, 64), 64)
		if err != nil {
			return wrong("want finite numbers")
		}
		values = append(values, v)
	}
	return values, nil
}

// grids reads grids where they are given.
func grids(given ...gridFlag) error {
	for _, g := range given {
		if g.text == "" {
			continue
		}
		values, err := parseGrid(g.flag, g.text)
		if err != nil {
			return err
		}
		*g.dst = values
	}
	return nil
}

type gridFlag struct {
	flag, text string
	dst        *[]float64
}

// mapGrid is the grid for maps.
func (f *tuneFlags) mapGrid(way string, spacing detection.Spacing) (detection.TuneOptions, error) {
	o := detection.DefaultTuneOptions()
	o.Match.Spacing = spacing
	var err error
	if o.Refinements, err = f.refinements(way); err != nil {
		return o, err
	}
	err = grids(gridFlag{"thresholds", f.thresholds, &o.Thresholds}, gridFlag{"radii", f.radii, &o.Radii}, gridFlag{"smoothings", f.smoothings, &o.Smoothings})
	if err != nil {
		return o, err
	}
	var errs []error
	for _, t := range o.Thresholds {
		if t < 0 || t >= 1 {
			errs = append(errs, fmt.Errorf("--thresholds has %v: want probabilities, 0 to below 1", t))
		}
	}
	if err := errors.Join(append(errs, o.Validate())...); err != nil {
		return o, usage("grid: %w", err)
	}
	return o, nil
}

// logGrid is the grid of the Laplacian of Gaussian.
func (f *tuneFlags) logGrid(spacing detection.Spacing) (detection.LoGGrid, error) {
	g := detection.DefaultLoGGrid(spacing)
	if f.absolute && f.thresholds == "" {
		return g, usage("--absolute needs a grid of responses in the units of the image: want --thresholds")
	}
	g.Base.Relative, g.Base.DarkBlobs = !f.absolute, f.dark
	err := grids(gridFlag{"thresholds", f.thresholds, &g.Thresholds}, gridFlag{"sigmas", f.sigmas, &g.Sigmas})
	if err != nil {
		return g, err
	}
	if err := g.Validate(); err != nil {
		return g, usage("grid: %w", err)
	}
	return g, nil
}

// centroidGrid is the grid of the classical detector: that of
// [detection.ClassicalGrid], with other smoothings and factors where they are
// given.
func (f *tuneFlags) centroidGrid(spacing detection.Spacing) ([]detection.ClassicalOptions, error) {
	all := detection.ClassicalGrid(spacing)
	var smoothings, factors []float64
	for _, o := range all {
		if !slices.Contains(smoothings, o.Smoothing) {
			smoothings = append(smoothings, o.Smoothing)
		}
		if !slices.Contains(factors, o.ThresholdFactor) {
			factors = append(factors, o.ThresholdFactor)
		}
	}
	first := all[0]
	err := grids(gridFlag{"smoothings", f.smoothings, &smoothings}, gridFlag{"thresholds", f.thresholds, &factors})
	if err != nil {
		return nil, err
	}
	var grid []detection.ClassicalOptions
	var errs []error
	for _, smoothing := range smoothings {
		for _, factor := range factors {
			for k, o := range all {
				if o.Smoothing != first.Smoothing || o.ThresholdFactor != first.ThresholdFactor {
					continue
				}
				o.Smoothing, o.ThresholdFactor = smoothing, factor
				grid = append(grid, o)
				if k == 0 {
					errs = append(errs, o.Validate())
				}
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, usage("grid: %w", err)
	}
	return grid, nil
}
