package workflow

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/plots"
)

// ThresholdCurve is the score over the threshold, where all other settings are
// the best ones.
type ThresholdCurve struct {
	// Class is 1..k; 0 for all classes together.
	Class int
	// Best is the threshold that was chosen.
	Best float64
	// Thresholds ascend; Metrics[i] belongs to Thresholds[i].
	Thresholds []float64
	Metrics    []detection.Metrics
}

func (c *ThresholdCurve) add(threshold float64, m detection.Metrics) {
	c.Thresholds, c.Metrics = append(c.Thresholds, threshold), append(c.Metrics, m)
}

// sorted returns the curve by ascending threshold, each once.
func (c ThresholdCurve) sorted() ThresholdCurve {
	order := make([]int, len(c.Thresholds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(c.Thresholds[i], c.Thresholds[j]) })
	order = slices.CompactFunc(order, func(i, j int) bool { return c.Thresholds[i] == c.Thresholds[j] })
	out := ThresholdCurve{Class: c.Class, Best: c.Best}
	for _, i := range order {
		out.add(c.Thresholds[i], c.Metrics[i])
	}
	return out
}

// mapCurve is the curve through the best of the settings of [detection.Tune].
func mapCurve(settings []detection.Setting, best detection.Setting) ThresholdCurve {
	curve := ThresholdCurve{Best: best.Threshold}
	for _, s := range settings {
		if s.Smoothing == best.Smoothing && s.Radius == best.Radius && s.Refinement == best.Refinement {
			curve.add(s.Threshold, s.Score.At(0))
		}
	}
	return curve.sorted()
}

// CheckCurveFile refuses a name that [WriteCurves] cannot write by; the error
// is for [ErrInput].
func CheckCurveFile(path string) error {
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".csv" && ext != ".png" {
		return inputf("%s: want a file that ends in .csv or .png", path)
	}
	return nil
}

// WriteCurves writes the curves of all settings into one file: as a table
//
//	tolerance,class,threshold,precision,recall,f1,tp,fp,fn
//
// with class 0 for all classes together, or as a chart, by the extension (.csv
// or .png). The chart of one curve shows F1, precision and recall and marks the
// threshold that was chosen; of several it shows F1.
func WriteCurves(path string, settings []Tuned) error {
	if err := CheckCurveFile(path); err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(path), ".png") {
		return atomicfile.Write(path, curveChart(settings).WritePNG)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		if _, err := fmt.Fprintln(w, "tolerance,class,threshold,precision,recall,f1,tp,fp,fn"); err != nil {
			return err
		}
		for _, t := range settings {
			for _, c := range t.Curves {
				for i, m := range c.Metrics {
					if _, err := fmt.Fprintf(w, "%g,%d,%g,%g,%g,%g,%d,%d,%d\n", t.Tolerance, c.Class, c.Thresholds[i], m.Precision, m.Recall, m.F1, m.TP, m.FP, m.FN); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// curveChart draws the curves.
func curveChart(settings []Tuned) plots.Curves {
	chart := plots.Curves{Title: "Tuning", XLabel: "threshold", YLabel: "F1", Mark: math.NaN()}
	measures := []struct {
		name string
		of   func(detection.Metrics) float64
	}{
		{"F1", func(m detection.Metrics) float64 { return m.F1 }},
		{"precision", func(m detection.Metrics) float64 { return m.Precision }},
		{"recall", func(m detection.Metrics) float64 { return m.Recall }},
	}
	if len(settings) == 1 && len(settings[0].Curves) == 1 {
		chart.YLabel, chart.Mark, chart.MarkLabel = "score", settings[0].Curves[0].Best, "chosen"
	} else {
		measures = measures[:1]
	}
	for _, t := range settings {
		for _, c := range t.Curves {
			for _, measure := range measures {
				line := plots.Curve{Name: fmt.Sprintf("%s at %g", measure.name, t.Tolerance), X: c.Thresholds}
				if c.Class > 0 {
					line.Name += fmt.Sprintf(", class %d", c.Class)
				}
				for _, m := range c.Metrics {
					line.Y = append(line.Y, measure.of(m))
				}
				chart.Lines = append(chart.Lines, line)
			}
		}
	}
	return chart
}
