package detection

import (
	"errors"
	"fmt"
	"slices"
)

// DetectOptions configures [Detect]: the options of its stages. Start from
// [DefaultDetectOptions].
type DetectOptions struct {
	// Smooth is the standard deviation (z, y, x), in voxels, of the Gaussian by
	// which the map is smoothed before peaks are looked for; finite, at least
	// 0. Default {0, 0, 0}, the map as it is. About half the radius of an
	// object joins the several peaks of a broad, flat cloud into one near its
	// middle; much more joins neighbours. Thresholds then mean the smoothed map,
	// which is lower than the map at its peaks.
	Smooth [3]float64
	// Peaks is used for every channel of the map.
	Peaks PeakOptions
	// ClassThresholds replaces Peaks.Threshold for single classes: entry c-1 is
	// that of class c. Channels beyond its end use Peaks.Threshold. nil for none.
	ClassThresholds []float64
	// RemoveClose runs [RemoveClosePoints] with Prune on the peaks of all
	// channels together.
	RemoveClose bool
	Prune       PruneOptions
	// Refine says how the points that are left move off their voxels.
	Refine RefineKind
	// Centroid is used by [RefineCentroid]. [DetectInImage] takes the spacing
	// from Prune.
	Centroid CentroidOptions
}

// RefineKind names what moves points off the voxels of their peaks.
type RefineKind string

// The kinds of refinement.
const (
	// RefineNone leaves points on voxels.
	RefineNone RefineKind = ""
	// RefinePeak is [RefineSubpixel] on the map.
	RefinePeak RefineKind = "subpixel"
	// RefineCentroid is [RefineCentroids] in the image; [DetectInImage] alone
	// has one.
	RefineCentroid RefineKind = "centroid"
)

// DefaultDetectOptions returns the defaults of the stages, without smoothing
// and refinement and with the removal of close points switched on.
func DefaultDetectOptions() DetectOptions {
	return DetectOptions{Peaks: DefaultPeakOptions(), RemoveClose: true, Prune: DefaultPruneOptions(), Centroid: DefaultCentroidOptions()}
}

// Validate reports every invalid field, each by name and value.
func (o DetectOptions) Validate() error {
	errs := []error{o.Peaks.Validate()}
	for a, s := range o.Smooth {
		errs = append(errs, checkLength(fmt.Sprintf("Smooth[%s]", AxisNames[a]), s))
	}
	for i, t := range o.ClassThresholds {
		if !isFinite(t) {
			errs = append(errs, fmt.Errorf("ClassThresholds[%d] is %v: want a finite number", i, t))
		}
	}
	if o.RemoveClose {
		errs = append(errs, o.Prune.Validate())
	}
	switch o.Refine {
	case RefineNone, RefinePeak:
	case RefineCentroid:
		if err := o.centroid().Validate(); err != nil {
			errs = append(errs, fmt.Errorf("Centroid: %w", err))
		}
	default:
		errs = append(errs, fmt.Errorf("Refine is %q: want %q, %q or %q", string(o.Refine), RefineNone, RefinePeak, RefineCentroid))
	}
	return errors.Join(errs...)
}

// centroid is Centroid with the spacing of the points.
func (o DetectOptions) centroid() CentroidOptions {
	c := o.Centroid
	c.Spacing = o.Prune.Spacing
	return c
}

// Detect turns a probability map into points: [GaussianFilter] where it is
// asked for, [Peaks] of every channel, [RemoveClosePoints], then the
// refinement. With one channel the points have no class (0); with more, the
// points of channel c have class c+1. They come by descending probability,
// that of the smoothed map, ties by channel and then in raster order, numbered
// from 1.
//
// Errors: those of [DetectOptions.Validate] and of the stages; a refinement
// that needs the image.
func Detect(prob *Volume, opts DetectOptions) ([]Point, error) {
	if opts.Refine == RefineCentroid {
		return nil, fmt.Errorf("detection: detect: Refine is %q, which looks at the image: want it, too", opts.Refine)
	}
	return DetectInImage(prob, nil, opts)
}

// DetectInImage is [Detect] with the image of which prob is the map, for the
// refinement that looks at it: the same spatial dimensions, any number of
// channels, values as they are or normalised. It may be nil for another
// refinement.
//
// Errors: also those of [RefineCentroids]; an image of other dimensions
// ([ErrShape]).
func DetectInImage(prob, image *Volume, opts DetectOptions) ([]Point, error) {
	if err := checkDetect(prob, image, opts); err != nil {
		return nil, err
	}
	prob, points, err := candidates(prob, opts)
	if err != nil {
		return nil, err
	}
	return finishDetect(prob, points, opts, func(points []Point) ([]Point, error) {
		return RefineCentroids(image, points, opts.centroid())
	})
}

// checkDetect accepts arguments of [DetectInImage].
func checkDetect(prob, image *Volume, opts DetectOptions) error {
	if err := errors.Join(prob.Validate(), opts.Validate()); err != nil {
		return fmt.Errorf("detection: detect: %w", err)
	}
	if opts.Refine == RefineCentroid && (image == nil || image.Dims != prob.Dims) {
		var dims [3]int
		if image != nil {
			dims = image.Dims
		}
		return fmt.Errorf("detection: detect: %w: the map is %v, the image %v", ErrShape, prob.Dims, dims)
	}
	return nil
}

// finishDetect removes close points and refines the rest. smoothed is the map
// whose peaks the points are; toCentroids is [RefineCentroids].
func finishDetect(smoothed *Volume, points []Point, opts DetectOptions, toCentroids func([]Point) ([]Point, error)) ([]Point, error) {
	if opts.RemoveClose {
		var err error
		if points, _, err = RemoveClosePoints(points, opts.Prune); err != nil {
			return nil, err
		}
	}
	switch opts.Refine {
	case RefinePeak:
		return refinePeaks(smoothed, points)
	case RefineCentroid:
		return toCentroids(points)
	}
	return points, nil
}

// candidates are the peaks of all channels, and the map in which they are
// peaks.
func candidates(prob *Volume, opts DetectOptions) (*Volume, []Point, error) {
	prob, err := smooth(prob, opts.Smooth)
	if err != nil {
		return nil, nil, err
	}
	channels := make([][]Point, prob.Channels)
	for c := range channels {
		peaks := opts.Peaks
		peaks.Threshold = opts.threshold(c)
		if channels[c], err = Peaks(prob.Channel(c), peaks); err != nil {
			return nil, nil, err
		}
	}
	return prob, joinChannels(channels), nil
}

// smooth is [GaussianFilter] where there is something to smooth.
func smooth(prob *Volume, sigma [3]float64) (*Volume, error) {
	if sigma == [3]float64{} {
		return prob, nil
	}
	return GaussianFilter(prob, sigma)
}

// threshold is the manual threshold of channel c.
func (o DetectOptions) threshold(c int) float64 {
	return forClass(o.ClassThresholds, c+1, o.Peaks.Threshold)
}

// joinChannels puts the peaks of the channels into one list, as [Detect]
// returns them. The lists stay as they are.
func joinChannels(channels [][]Point) []Point {
	var points []Point
	for c, found := range channels {
		points = append(points, found...)
		if len(channels) > 1 {
			for i := len(points) - len(found); i < len(points); i++ {
				points[i].Class = c + 1
			}
		}
	}
	slices.SortStableFunc(points, byProbability)
	Renumber(points)
	return points
}

// refinePeaks is [RefineSubpixel] of each point in the channel of its class.
func refinePeaks(prob *Volume, points []Point) ([]Point, error) {
	out := slices.Clone(points)
	for c := range prob.Channels {
		var of []int
		var part []Point
		for i, p := range points {
			if p.Class == c+1 || prob.Channels == 1 {
				of, part = append(of, i), append(part, p)
			}
		}
		refined, err := RefineSubpixel(prob.Channel(c), part)
		if err != nil {
			return nil, err
		}
		for k, i := range of {
			out[i] = refined[k]
		}
	}
	return out, nil
}

// byProbability puts the more probable point first.
func byProbability(a, b Point) int {
	switch {
	case a.Prob > b.Prob:
		return -1
	case a.Prob < b.Prob:
		return 1
	}
	return 0
}
