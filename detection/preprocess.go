package detection

import (
	"errors"
	"fmt"
	"math"
)

// PreprocessOptions configures [Preprocess]. The zero value changes nothing.
// Steps are done in the order of the fields.
type PreprocessOptions struct {
	// Gaussian smooths by [GaussianBlur] with these standard deviations, (z, y, x)
	// in voxels; all 0 for no smoothing.
	Gaussian [3]float64 `json:"gaussian"`
	// Border is what Gaussian finds beyond a face; "" is [BorderNearest].
	Border Border `json:"border,omitempty"`
	// Median takes the median of boxes of these sides, (z, y, x) in voxels, by
	// [MedianBox]; all 0 for none.
	Median [3]int `json:"median"`
	// Histogram gives the image the distribution of others, by
	// [Histogram.Match]; nil for none.
	Histogram *Histogram `json:"histogram,omitempty"`
	// CLAHE equalises contrast locally, by [EqualiseLocally]; nil for none.
	CLAHE *CLAHEOptions `json:"clahe,omitempty"`
	// Canny replaces the image by its edges, by [CannyEdges]; nil for none.
	Canny *CannyOptions `json:"canny,omitempty"`
}

// None says whether no step is asked for.
func (o PreprocessOptions) None() bool {
	return o.Gaussian == [3]float64{} && o.Median == [3]int{} && o.Histogram == nil && o.CLAHE == nil && o.Canny == nil
}

// Validate reports every invalid field at once, each by name and value.
func (o PreprocessOptions) Validate() error {
	var errs []error
	for a, s := range o.Gaussian {
		if err := checkLength("Gaussian along "+AxisNames[a], s); err != nil {
			errs = append(errs, err)
		}
	}
	if _, ok := o.Border.edge(); !ok {
		errs = append(errs, fmt.Errorf("Border %q: want %s, %s, %s, %s or %s", o.Border, BorderNearest, BorderReflect, BorderMirror, BorderConstant, BorderWrap))
	}
	if o.Median != [3]int{} {
		errs = append(errs, checkBox(o.Median))
	}
	if o.Histogram != nil {
		errs = append(errs, o.Histogram.Validate())
	}
	if o.CLAHE != nil {
		errs = append(errs, o.CLAHE.Validate())
	}
	if o.Canny != nil {
		errs = append(errs, o.Canny.Validate())
	}
	return errors.Join(errs...)
}

// Preprocess does the steps of opts one after the other and returns the
// outcome; v is not modified, and returned itself where there is no step. scale
// is the largest value of the sample type, 255 or 65535, and 1 for images in
// floating point: CLAHE spreads values from 0 to scale, and edges are 0 or
// scale. Results are not rounded to whole numbers.
//
// Errors: invalid options or scale; those of the steps.
//
// Source: the DATA.PREPROCESS steps of BiaPy 3.7.1, in its order. Differs:
// channels are treated one by one, never across, and values of whole-number
// images are not cut to whole numbers after each step.
func Preprocess(v *Volume, scale float64, opts PreprocessOptions) (*Volume, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("detection: preprocess: %w", err)
	}
	if !(scale > 0) || math.IsInf(scale, 0) {
		return nil, fmt.Errorf("detection: preprocess: scale is %v: want a finite number above 0", scale)
	}
	var err error
	if opts.Gaussian != [3]float64{} {
		v, err = GaussianBlur(v, opts.Gaussian, opts.Border)
	}
	if err == nil && opts.Median != [3]int{} {
		v, err = MedianBox(v, opts.Median)
	}
	if err == nil && opts.Histogram != nil {
		v, err = opts.Histogram.Match(v)
	}
	if err == nil && opts.CLAHE != nil {
		v, err = EqualiseLocally(v, scale, *opts.CLAHE)
	}
	if err == nil && opts.Canny != nil {
		v, err = CannyEdges(v, scale, *opts.Canny)
	}
	return v, err
}
