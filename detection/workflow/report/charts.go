package report

import (
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/plots"
)

// draw writes a picture of package plots, which escapes all text.
func draw(write func(io.Writer) error) (template.HTML, error) {
	var b strings.Builder
	err := write(&b)
	return template.HTML(b.String()), err
}

// line collects a curve.
func line[T any](name string, rows []T, x, y func(T) float64) plots.Curve {
	c := plots.Curve{Name: name}
	for _, r := range rows {
		c.X, c.Y = append(c.X, x(r)), append(c.Y, y(r))
	}
	return c
}

// ratio is the range of F1, precision, recall and IoU.
var ratio = [2]float64{0, 1}

// charts are those of the training: loss, IoU, F1, learning rate.
func (t *Training) charts() []plots.Curves {
	epoch := func(e Epoch) float64 { return float64(e.Epoch) }
	chart := func(title, label string, lines ...plots.Curve) plots.Curves {
		return plots.Curves{Title: title, XLabel: "epoch", YLabel: label, Lines: lines, Mark: epoch(t.Epochs[t.Best]), MarkLabel: "weights kept"}
	}
	loss := chart("Loss", "loss", line("training", t.Epochs, epoch, func(e Epoch) float64 { return e.Loss }))
	iou := chart("IoU of map and target", "IoU at threshold 0.5", line("training", t.Epochs, epoch, func(e Epoch) float64 { return e.IoU }))
	rate := chart("Learning rate", "learning rate", line("at the end of the epoch", t.Epochs, epoch, func(e Epoch) float64 { return e.LearningRate }))
	iou.YRange = ratio
	if !t.Validated() {
		return []plots.Curves{loss, iou, rate}
	}
	loss.Lines = append(loss.Lines, line("validation", t.Epochs, epoch, func(e Epoch) float64 { return e.ValLoss }))
	iou.Lines = append(iou.Lines, line("validation", t.Epochs, epoch, func(e Epoch) float64 { return e.ValIoU }))
	f1 := chart("F1 of points", "F1 at the best threshold", line("validation", t.Epochs, epoch, func(e Epoch) float64 { return e.ValF1 }))
	f1.YRange = ratio
	return []plots.Curves{loss, iou, f1, rate}
}

// Validated says whether an epoch was measured on a validation set.
func (t *Training) Validated() bool {
	for _, e := range t.Epochs {
		if !math.IsNaN(e.ValLoss) {
			return true
		}
	}
	return false
}

// Seconds is the time of all steps.
func (t *Training) Seconds() float64 {
	sum := 0.0
	for _, e := range t.Epochs {
		sum += e.Seconds
	}
	return sum
}

// overThresholds draws F1, precision and recall on a set of images.
func overThresholds(title string, rows []ThresholdScore, used float64) (plots.Curves, error) {
	thresholds, scores := make([]float64, len(rows)), make([]detection.Score, len(rows))
	for i, r := range rows {
		thresholds[i], scores[i] = r.Threshold, r.Score
	}
	c, err := plots.ScoresOverThreshold(thresholds, scores, used)
	c.Title = title
	return c, err
}

// overTolerances draws the pooled metrics over the tolerance.
func overTolerances(rows []detection.Metrics, unit string, used float64) plots.Curves {
	x := func(m detection.Metrics) float64 { return m.Tolerance }
	return plots.Curves{
		Title: "Over the tolerance", XLabel: "tolerance in " + unit, YLabel: "F1, precision, recall", YRange: ratio,
		XRange: [2]float64{0, rows[len(rows)-1].Tolerance},
		Lines: []plots.Curve{
			line("F1", rows, x, func(m detection.Metrics) float64 { return m.F1 }),
			line("precision", rows, x, func(m detection.Metrics) float64 { return m.Precision }),
			line("recall", rows, x, func(m detection.Metrics) float64 { return m.Recall }),
		},
		Mark: used, MarkLabel: "reported",
	}
}

// mostNamedDots bounds the dots that have a name, which takes space each.
const mostNamedDots = 2000

// counts draws counted against true objects.
func counts(images []Image) plots.Scatter {
	c := plots.Scatter{Title: "Counted against true objects", XLabel: "true objects in an image", YLabel: "points found in it"}
	for _, i := range images {
		d := plots.Dot{X: float64(i.True()), Y: float64(i.Counted)}
		if len(images) <= mostNamedDots {
			d.Name = i.Name
		}
		c.Dots = append(c.Dots, d)
	}
	return c
}
