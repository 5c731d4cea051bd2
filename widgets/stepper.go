package widgets

import (
	"errors"
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// StepperOptions configures [NewStepper]. Start from [DefaultStepperOptions].
type StepperOptions struct {
	// Title stands above the stepper.
	Title string
	// Channels says how the channels of the image are shown; see [ViewerOptions].
	Channels []ChannelOptions
	// Detect are the stages from the map to the points, Match the last one.
	Detect detection.DetectOptions
	Match  detection.MatchOptions
	// Z is the plane to begin with; -1, the default, is the one with the most
	// points, or the middle one without points.
	Z int
	// MostBytes bounds what image, map and points take of the page; see
	// [ViewerOptions].
	MostBytes int
	// Notes are sentences to stand below the stepper.
	Notes []string
}

// DefaultStepperOptions returns the defaults of the stages and those named at
// each field.
func DefaultStepperOptions() StepperOptions {
	return StepperOptions{
		Title: "From image to score, stage by stage", Detect: detection.DefaultDetectOptions(), Match: detection.DefaultMatchOptions(),
		Z: -1, MostBytes: DefaultViewerOptions().MostBytes,
	}
}

// Validate reports every invalid field, each by name and value.
func (o StepperOptions) Validate() error {
	errs := []error{o.Detect.Validate(), o.Match.Validate(), checkMostBytes(o.MostBytes)}
	for i, c := range o.Channels {
		errs = append(errs, c.validate(i))
	}
	if o.Z < -1 {
		errs = append(errs, fmt.Errorf("Z is %d: want a plane, or -1", o.Z))
	}
	return errors.Join(errs...)
}

// Stage is one of the stages that a [Stepper] shows, in words.
type Stage struct {
	// Name is "Input", "Probability map", "Peaks", "Close points removed",
	// "Refined" or "Scored".
	Name string `json:"name"`
	// Does says what the stage does under its options, Numbers what came of it.
	Does    string `json:"does"`
	Numbers string `json:"numbers"`
	// Key names the stage for the script.
	Key string `json:"key"`
}

// Stepper shows what each stage of the detection does to one image, side by
// side or one after the other: input, probability map, peaks, close points removed
// (with a line to the point that removes them), refined (with a line from where
// they were), and scored. Its points and numbers are those of
// [detection.DetectInImage] and [detection.Match].
type Stepper struct {
	opts        StepperOptions
	image, prob *detection.Volume // prob is the map with the peaks, smoothed if asked for
	truth       []detection.Point
	hasTruth    bool
	z           int

	peaks     []detection.Point // above the threshold, by descending probability
	removedBy []int             // for each peak; -1 for one that is kept
	kept      []int             // indices of peaks
	points    []detection.Point // those, refined
	matching  detection.Matching
	otsu      []float64 // thresholds of the channels, by Otsu

	raster, mapRaster *raster
	notes             []string
}

// NewStepper runs the stages.
//
// image has any number of channels; prob is its map, of the same size, with a
// channel for each class. truth are the true points; nil when they are not
// known, and then nothing is scored. Nothing given is modified; image and prob
// are read again by [Stepper.PNG].
//
// Errors: those of [StepperOptions.Validate], of the stages and of the volumes;
// sizes that differ ([detection.ErrShape]); more entries of Channels than channels,
// and a plane that is not there; points that take more than half of MostBytes.
func NewStepper(image, prob *detection.Volume, truth []detection.Point, opts StepperOptions) (*Stepper, error) {
	s := &Stepper{opts: opts, image: image, prob: prob, truth: slices.Clone(truth), hasTruth: truth != nil, notes: slices.Clone(opts.Notes)}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("widgets: stepper: %w", err)
	}
	if err := s.run(); err != nil {
		return nil, fmt.Errorf("widgets: stepper: %w", err)
	}
	size := s.found().size() + s.marks().size() + s.true().size()
	if size > opts.MostBytes/2 {
		return nil, fmt.Errorf("widgets: stepper: %w", sizeError(len(s.peaks)+len(s.points)+len(s.truth), size, opts.MostBytes))
	}
	if s.z = opts.Z; s.z < 0 {
		s.z = planeOfMost(slices.Concat(s.points, s.truth), image.Dims[0])
	}
	s.pack(opts.MostBytes - size)
	return s, nil
}

func (s *Stepper) check() error {
	if err := errors.Join(s.image.Validate(), s.prob.Validate(), s.opts.Validate()); err != nil {
		return err
	}
	errs := []error{checkChannels(s.opts.Channels, s.image.Channels)}
	if s.image.Dims != s.prob.Dims {
		errs = append(errs, fmt.Errorf("%w: the image is %v, the map %v", detection.ErrShape, s.image.Dims, s.prob.Dims))
	}
	if s.opts.Z >= s.image.Dims[0] {
		errs = append(errs, fmt.Errorf("Z is %d: want one of the %d planes of the image, from 0", s.opts.Z, s.image.Dims[0]))
	}
	return errors.Join(errs...)
}

// run runs the stages one by one, so that what lies between them is known; the
// last points are those of all of them at once.
func (s *Stepper) run() (err error) {
	o := s.opts.Detect
	if o.Smooth != [3]float64{} {
		if s.prob, err = detection.GaussianFilter(s.prob, o.Smooth); err != nil {
			return err
		}
		o.Smooth = [3]float64{}
	}
	if o.Peaks.ThresholdType == detection.Otsu {
		for c := range s.prob.Channels {
			t, err := detection.OtsuThreshold(s.prob.Channel(c))
			if err != nil {
				return err
			}
			s.otsu = append(s.otsu, float64(t))
		}
	}
	if s.points, err = detection.DetectInImage(s.prob, s.image, o); err != nil {
		return err
	}
	first := o
	first.RemoveClose, first.Refine = false, detection.RefineNone
	if s.peaks, err = detection.Detect(s.prob, first); err != nil {
		return err
	}
	s.removedBy = make([]int, len(s.peaks))
	for i := range s.removedBy {
		s.removedBy[i] = -1
	}
	if o.RemoveClose {
		if s.removedBy, err = detection.RemovedBy(s.peaks, o.Prune); err != nil {
			return err
		}
	}
	for i, by := range s.removedBy {
		if by < 0 {
			s.kept = append(s.kept, i)
		}
	}
	s.matching, err = detection.Match(s.truth, s.points, s.opts.Match) // refuses true points that are not finite
	return err
}

// pack packs image and map within so many characters, the map a third at most.
func (s *Stepper) pack(most int) {
	prob, notes := rasterOf(s.prob, poolLargest, most/3)
	probabilityContrast(prob.Bands)
	for _, n := range notes {
		s.notes = append(s.notes, "Probability map: "+lowerFirst(n))
	}
	image, notes := rasterOf(s.image, poolMean, most-prob.size())
	describe(image.Bands, s.opts.Channels)
	for _, n := range notes {
		s.notes = append(s.notes, "Image: "+lowerFirst(n))
	}
	s.raster, s.mapRaster = &image, &prob
}

// Points are those of the last stage before the score, by descending
// probability.
func (s *Stepper) Points() []detection.Point { return slices.Clone(s.points) }

// Matching pairs the true points with [Stepper.Points]; empty pairs where the true
// points are not known.
func (s *Stepper) Matching() detection.Matching { return s.matching }

// found are the peaks for the script, each with the one that removes it; marks the
// points and true the true points, with their mates.
func (s *Stepper) found() *marked { return markedOf(s.peaks, s.removedBy) }

func (s *Stepper) marks() *marked {
	if !s.hasTruth {
		return markedOf(s.points, nil)
	}
	_, mates := matesOf(s.matching, len(s.truth), len(s.points))
	return markedOf(s.points, mates)
}

func (s *Stepper) true() *marked {
	if !s.hasTruth {
		return nil
	}
	mates, _ := matesOf(s.matching, len(s.truth), len(s.points))
	return markedOf(s.truth, mates)
}
