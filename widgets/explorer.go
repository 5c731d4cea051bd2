package widgets

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// ExplorerOptions configures [NewExplorer]. Start from
// [DefaultExplorerOptions].
type ExplorerOptions struct {
	// Title stands above the explorer.
	Title string
	// Detect gives the threshold and the radius of close points to begin with,
	// and everything that has no slider: smoothing, minimum distance, borders,
	// plateaus, spacing, whether classes compete. RemoveClose off begins with a
	// radius of 0. A threshold by Otsu begins with its value, for a map of one
	// channel. Not possible, because there is one slider for all classes:
	// ClassThresholds and Prune.ClassRadii. Not possible either: RefineCentroid,
	// whose points depend on which others there are.
	Detect detection.DetectOptions
	// Match gives the tolerance to begin with, above 0, and whether classes
	// match only their own. ClassTolerances are not possible. Its spacing is
	// that of Detect.Prune.
	Match detection.MatchOptions
	// Lowest is the lowest threshold of the slider; finite. Where the threshold
	// to begin with is lower, that is. Default 0.05: below it lies the noise of
	// an empty ground, and each peak takes about 100 bytes.
	Lowest float64
	// MostPeaks bounds the peaks that the explorer holds, 1 to 200,000. Where
	// more exceed Lowest, the slider begins higher, and a note says so. Default
	// 20,000: as many are worked on within the time of a few frames.
	MostPeaks int
	// MostRadius and MostTolerance are the upper ends of the sliders, physical
	// units, finite, at least 0. Default 0: three times the value to begin with,
	// rounded up, and at least twenty voxels.
	MostRadius, MostTolerance float64
	// Notes are sentences to stand below the explorer.
	Notes []string
}

// DefaultExplorerOptions returns the defaults of the stages and those named at
// each field.
func DefaultExplorerOptions() ExplorerOptions {
	return ExplorerOptions{
		Title: "Threshold explorer", Detect: detection.DefaultDetectOptions(), Match: detection.DefaultMatchOptions(),
		Lowest: 0.05, MostPeaks: 20_000,
	}
}

// Validate reports every invalid field, each by name and value.
func (o ExplorerOptions) Validate() error {
	errs := []error{o.Detect.Validate(), o.Match.Validate()}
	if o.Detect.Refine == detection.RefineCentroid {
		errs = append(errs, fmt.Errorf("Detect.Refine is %q: its points depend on which others there are; want %q or %q", o.Detect.Refine, detection.RefineNone, detection.RefinePeak))
	}
	if len(o.Detect.ClassThresholds)+len(o.Detect.Prune.ClassRadii)+len(o.Match.ClassTolerances) > 0 {
		errs = append(errs, errors.New("ClassThresholds, ClassRadii or ClassTolerances are set: want none, one slider is for all classes"))
	}
	if !(o.Match.Tolerance > 0) {
		errs = append(errs, fmt.Errorf("Match.Tolerance is %v: want above 0", o.Match.Tolerance))
	}
	if o.Match.Spacing != o.Detect.Prune.Spacing {
		errs = append(errs, fmt.Errorf("Match.Spacing is %v and Detect.Prune.Spacing %v: want one", o.Match.Spacing, o.Detect.Prune.Spacing))
	}
	if math.IsNaN(o.Lowest - o.Lowest) {
		errs = append(errs, fmt.Errorf("Lowest is %v: want a finite number", o.Lowest))
	}
	if o.MostPeaks < 1 || o.MostPeaks > 200_000 {
		errs = append(errs, fmt.Errorf("MostPeaks is %d: want 1 to 200000", o.MostPeaks))
	}
	for name, v := range map[string]float64{"MostRadius": o.MostRadius, "MostTolerance": o.MostTolerance} {
		if !(v >= 0) || math.IsInf(v, 0) {
			errs = append(errs, fmt.Errorf("%s is %v: want a finite number, at least 0", name, v))
		}
	}
	return errors.Join(errs...)
}

// Setting is what the sliders of an explorer say.
type Setting struct {
	Threshold float64
	// Radius of close points, physical units; 0 removes none.
	Radius float64
	// Tolerance of a match, physical units.
	Tolerance float64
}

// Explorer shows one image with its probability map and the points found in
// it, and lets a reader move threshold, close-point radius and tolerance. What
// it shows at a setting are the points of [detection.Detect] and the pairs of
// [detection.Match], exactly: its script holds the peaks of the lowest threshold
// with all digits and repeats the two steps.
//
// That is possible because the peaks of a higher threshold are those of a
// lower one whose value passes (see [detection.Peaks]), and because a peak is
// only ever removed by a better one, so that a higher threshold cuts the list
// of those that are kept and changes nothing else.
//
// Its two charts, scores over the threshold and precision over recall, are
// drawn by its own script on a canvas, and not with the charts of package
// plots: those need 1 MB of echarts in every page, and their curve of some
// thousand points would have to be handed over at each step of the radius; here
// a step of the threshold moves a cursor.
type Explorer struct {
	opts           ExplorerOptions
	image, prob    *detection.Volume // prob is the map with the peaks, smoothed if asked for
	grey, tint     *detection.Volume // how they are shown, 0 to 255
	peaks, refined []detection.Point // by descending probability; refined are moved off their voxels
	truth          []detection.Point
	hasTruth       bool
	initial        Setting
	threshold      scale
	radius         scale
	tolerance      scale
	notes          []string
}

// NewExplorer prepares an explorer.
//
// image has any number of channels: one is shown as grey, three as colours,
// others as their mean. prob is its map, of the same size, with a channel for
// each class. truth are the true points; nil when they are not known, and then
// there is no score and no tolerance. Nothing given is modified, or read again.
//
// Errors: those of [ExplorerOptions.Validate], of the stages and of the
// volumes; sizes that differ ([detection.ErrShape]); a threshold to begin with
// that more than MostPeaks peaks exceed; true points that are not finite.
func NewExplorer(image, prob *detection.Volume, truth []detection.Point, opts ExplorerOptions) (*Explorer, error) {
	if err := errors.Join(image.Validate(), prob.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	if image.Dims != prob.Dims {
		return nil, fmt.Errorf("widgets: explorer: %w: the image is %v, the map %v", detection.ErrShape, image.Dims, prob.Dims)
	}
	e := &Explorer{opts: opts, image: image, prob: prob, truth: slices.Clone(truth), hasTruth: truth != nil, notes: slices.Clone(opts.Notes)}
	if err := e.find(); err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	e.scales()
	var err error
	if e.grey, err = displayed(image); err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	e.tint = tinted(e.prob)
	if _, err := detection.Match(e.truth, e.refined, e.matchOptions(e.initial)); err != nil { // refuses points that are not finite
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	return e, nil
}

// find looks for the peaks of the lowest threshold.
func (e *Explorer) find() (err error) {
	o := e.opts.Detect
	if o.Smooth != [3]float64{} {
		if e.prob, err = detection.GaussianFilter(e.prob, o.Smooth); err != nil {
			return err
		}
		o.Smooth = [3]float64{}
	}
	e.initial = Setting{Threshold: o.Peaks.Threshold, Tolerance: e.opts.Match.Tolerance}
	if o.RemoveClose {
		e.initial.Radius = o.Prune.Radius
	}
	if o.Peaks.ThresholdType == detection.Otsu {
		if e.prob.Channels > 1 {
			return fmt.Errorf("ThresholdType is %q, and the map has %d channels with a threshold each: want %q", detection.Otsu, e.prob.Channels, detection.Manual)
		}
		t, err := detection.OtsuThreshold(e.prob)
		if err != nil {
			return err
		}
		e.initial.Threshold = float64(t)
	}
	e.threshold.lo = min(e.opts.Lowest, e.initial.Threshold)
	o.Peaks.ThresholdType, o.Peaks.Threshold, o.RemoveClose = detection.Manual, e.threshold.lo, false
	kind := o.Refine
	o.Refine = detection.RefineNone
	if e.peaks, err = detection.Detect(e.prob, o); err != nil {
		return err
	}
	if err := e.bound(); err != nil {
		return err
	}
	e.refined = e.peaks
	if kind == detection.RefinePeak {
		o.Refine, o.Peaks.Threshold = kind, e.threshold.lo
		e.refined, err = detection.Detect(e.prob, o)
	}
	return err
}

// bound raises the lowest threshold until no more than MostPeaks pass.
func (e *Explorer) bound() error {
	n := len(e.peaks)
	if n <= e.opts.MostPeaks {
		return nil
	}
	asked, next := e.threshold.lo, e.peaks[e.opts.MostPeaks].Prob // the best of those too many
	e.threshold.lo = next
	if digits := math.Pow(10, 4-math.Ceil(math.Log10(math.Abs(next)+1e-300))); !math.IsInf(digits, 0) {
		if up := math.Ceil(next*digits) / digits; float64(float32(up)) >= next {
			e.threshold.lo = up // four digits will do
		}
	}
	e.peaks = e.peaks[:countAbove(e.peaks, e.threshold.lo)]
	if e.threshold.lo > e.initial.Threshold {
		return fmt.Errorf("more than %d peaks exceed the threshold %v to begin with: want one of at least %v, smoothing, or a higher MostPeaks",
			e.opts.MostPeaks, e.initial.Threshold, e.threshold.lo)
	}
	e.notes = append(e.notes, fmt.Sprintf("%d peaks exceed %v, more than are shown here: thresholds begin at %v.", n, asked, e.threshold.lo))
	return nil
}

// countAbove is how many points, by descending probability, exceed threshold
// in the precision of the map.
func countAbove(points []detection.Point, threshold float64) int {
	t := float64(float32(threshold))
	n := 0
	for n < len(points) && points[n].Prob > t {
		n++
	}
	return n
}

// Initial is the setting with which the explorer begins.
func (e *Explorer) Initial() Setting { return e.initial }

// Peaks is the number of peaks that the explorer holds.
func (e *Explorer) Peaks() int { return len(e.peaks) }

// Points are the points at a setting, by descending probability: those of
// [detection.Detect] with the threshold and the radius of s, for a threshold
// not below that of the slider.
//
// Errors: a lower threshold, and those of [detection.RemoveClosePoints].
func (e *Explorer) Points(s Setting) ([]detection.Point, error) {
	if !(s.Threshold >= e.threshold.lo) {
		return nil, fmt.Errorf("widgets: explorer: threshold %v: want at least %v, the lowest of this explorer", s.Threshold, e.threshold.lo)
	}
	n := countAbove(e.peaks, s.Threshold)
	if s.Radius == 0 {
		return slices.Clone(e.refined[:n]), nil
	}
	prune := e.opts.Detect.Prune
	prune.Radius = s.Radius
	_, indices, err := detection.RemoveClosePoints(e.peaks[:n], prune)
	if err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	points := make([]detection.Point, len(indices))
	for k, i := range indices {
		points[k] = e.refined[i]
	}
	detection.Renumber(points)
	return points, nil
}

// Match compares the points at a setting with the true points. Errors: those
// of [Explorer.Points] and [detection.Match]; no true points are known.
func (e *Explorer) Match(s Setting) (detection.Matching, error) {
	if !e.hasTruth {
		return detection.Matching{}, errors.New("widgets: explorer: the true points are not known")
	}
	points, err := e.Points(s)
	if err != nil {
		return detection.Matching{}, err
	}
	return detection.Match(e.truth, points, e.matchOptions(s))
}

func (e *Explorer) matchOptions(s Setting) detection.MatchOptions {
	o := e.opts.Match
	o.Tolerance = s.Tolerance
	return o
}
