package detection

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// TuneOptions is the grid that [Tune] searches. Start from
// [DefaultTuneOptions].
type TuneOptions struct {
	// Thresholds are tried for Peaks.Threshold. Default 0.05 to 0.95 in steps
	// of 0.05, and 0.01 to 0.03 in steps of 0.01: a curve of F1 is flat enough
	// near its top for that, and finer steps fit the noise of a small validation
	// set. The low ones are for networks that learnt without weighing
	// foreground up, and smoothing lowers a map, too.
	Thresholds []float64
	// Radii are tried for Prune.Radius, in physical units; 0 switches the
	// removal of close points off. Default 0 to 16 in steps of 2.
	Radii []float64
	// Smoothings are tried for DetectOptions.Smooth, in physical units, alike
	// along every axis; 0 leaves the map as it is. Default 0 to 3 in steps of 1:
	// each value costs a filter and a search for peaks per map, and small
	// objects do not survive more.
	Smoothings []float64
	// Refinements are tried for DetectOptions.Refine. Default none alone.
	Refinements []Refinement
	// Images are the images of the maps, for refinements that look at them; nil
	// when none does.
	Images []*Volume
	// Match decides what counts as found.
	Match MatchOptions
}

// Refinement is a choice of DetectOptions.Refine.
type Refinement struct {
	Kind RefineKind
	// Factor is the ThresholdFactor of [RefineCentroid]; not used by others.
	Factor float64
}

// AllRefinements lists every kind of refinement, that to centroids at factors
// from 0.4 to 1.
func AllRefinements() []Refinement {
	return []Refinement{{Kind: RefineNone}, {Kind: RefinePeak},
		{RefineCentroid, 0.4}, {RefineCentroid, 0.6}, {RefineCentroid, 0.8}, {RefineCentroid, 1}}
}

// DefaultTuneOptions returns the default grid and [DefaultMatchOptions].
func DefaultTuneOptions() TuneOptions {
	o := TuneOptions{Smoothings: []float64{0, 1, 2, 3}, Refinements: []Refinement{{Kind: RefineNone}}, Match: DefaultMatchOptions()}
	o.Thresholds = []float64{0.01, 0.02, 0.03}
	for i := 1; i < 20; i++ {
		o.Thresholds = append(o.Thresholds, float64(i)*5/100)
	}
	for r := 0.0; r <= 16; r += 2 {
		o.Radii = append(o.Radii, r)
	}
	return o
}

// Validate reports every invalid field, each by name and value.
func (o TuneOptions) Validate() error {
	errs := []error{o.Match.Validate()}
	if len(o.Thresholds) == 0 || len(o.Radii) == 0 || len(o.Smoothings) == 0 || len(o.Refinements) == 0 {
		errs = append(errs, fmt.Errorf("%d Thresholds, %d Radii, %d Smoothings and %d Refinements: want at least one each",
			len(o.Thresholds), len(o.Radii), len(o.Smoothings), len(o.Refinements)))
	}
	for i, r := range o.Refinements {
		base := DefaultDetectOptions()
		if err := r.apply(&base); err != nil {
			errs = append(errs, fmt.Errorf("Refinements[%d]: %w", i, err))
		}
	}
	for i, t := range o.Thresholds {
		if !isFinite(t) {
			errs = append(errs, fmt.Errorf("Thresholds[%d] is %v: want a finite number", i, t))
		}
	}
	for i, r := range o.Radii {
		errs = append(errs, checkLength(fmt.Sprintf("Radii[%d]", i), r))
	}
	for i, s := range o.Smoothings {
		errs = append(errs, checkLength(fmt.Sprintf("Smoothings[%d]", i), s))
	}
	return errors.Join(errs...)
}

// apply puts the refinement into options, and says whether they are usable.
func (r Refinement) apply(o *DetectOptions) error {
	o.Refine = r.Kind
	if r.Kind == RefineCentroid {
		o.Centroid.ThresholdFactor = r.Factor
	}
	return o.Validate()
}

// String names the refinement.
func (r Refinement) String() string {
	switch r.Kind {
	case RefineNone:
		return "none"
	case RefineCentroid:
		return fmt.Sprintf("%s, factor %g", r.Kind, r.Factor)
	}
	return string(r.Kind)
}

// Setting is one point of the grid with its score over all images, pooled.
type Setting struct {
	Smoothing float64 // physical units
	Threshold float64
	Radius    float64 // physical units
	Refinement
	Score Score
}

// Apply returns base with the setting in place of its own: smoothing in
// voxels of base.Prune.Spacing, a manual threshold for all classes, and a
// radius of 0 as no removal of close points.
func (s Setting) Apply(base DetectOptions) DetectOptions {
	for a, voxel := range base.Prune.Spacing {
		base.Smooth[a] = s.Smoothing / voxel
	}
	base.Peaks.ThresholdType, base.Peaks.Threshold, base.ClassThresholds = Manual, s.Threshold, nil
	base.RemoveClose = s.Radius > 0
	base.Prune.Radius, base.Prune.ClassRadii = s.Radius, nil
	base.Refine = s.Kind
	if s.Kind == RefineCentroid {
		base.Centroid.ThresholdFactor = s.Factor
	}
	return base
}

// better says whether s is to be preferred to t: a higher F1, ties to the
// higher threshold, then the larger radius, which give fewer points for the
// same score, then the weaker smoothing.
func (s Setting) better(t Setting) bool {
	return cmp.Or(
		cmp.Compare(s.Score.F1(), t.Score.F1()),
		cmp.Compare(s.Threshold, t.Threshold),
		cmp.Compare(s.Radius, t.Radius),
		cmp.Compare(t.Smoothing, s.Smoothing),
	) > 0
}

// Tune tries every smoothing, refinement, threshold and radius of a grid on
// the probability maps of validation images and returns all settings, in the
// order of the grid with the radius fastest, then the threshold, then the
// refinement, and the smoothing slowest, and the index of the best: highest
// F1, ties to the higher threshold, then the larger radius, which give fewer
// points for the same score, then the weaker smoothing, then the refinement
// that is named first. [Setting.Apply] makes options of it.
//
// maps[i] belongs to truth[i], and to opts.Images[i] if there are images. base
// gives every option that the grid does not set; its own smoothing, manual
// threshold, radius and refinement are not used. Images are worked on in
// parallel; the result does not depend on that.
//
// The peaks of a smoothed map are found once, at the lowest threshold: those above a
// higher threshold are the same ones. That holds for every minimum distance,
// because a peak is only ever removed by a higher one.
//
// Errors: those of the options and stages; different numbers of maps and
// lists of points; a refinement that needs images without them.
func Tune(maps []*Volume, truth [][]Point, base DetectOptions, opts TuneOptions) ([]Setting, int, error) {
	if err := errors.Join(base.Validate(), opts.Validate()); err != nil {
		return nil, 0, fmt.Errorf("detection: tune: %w", err)
	}
	if len(maps) != len(truth) || len(maps) == 0 || opts.Images != nil && len(opts.Images) != len(maps) {
		return nil, 0, fmt.Errorf("detection: tune: %w: %d maps, %d lists of points and %d images", ErrShape, len(maps), len(truth), len(opts.Images))
	}
	perImage := make([][]Setting, len(maps))
	var group errgroup.Group
	group.SetLimit(maxParts())
	for i := range maps {
		group.Go(func() (err error) {
			t := tuning{prob: maps[i], truth: truth[i], base: base, opts: opts, grounds: centroidGrounds{}}
			if opts.Images != nil {
				t.image = opts.Images[i]
			}
			perImage[i], err = t.run()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, fmt.Errorf("detection: tune: %w", err)
	}
	settings := perImage[0]
	for _, image := range perImage[1:] {
		for k := range settings {
			settings[k].Score = settings[k].Score.Add(image[k].Score)
		}
	}
	best := 0
	for k, s := range settings {
		if s.better(settings[best]) {
			best = k
		}
	}
	return settings, best, nil
}

// tuning scores one image at every setting.
type tuning struct {
	prob, image *Volume
	truth       []Point
	base        DetectOptions
	opts        TuneOptions
	grounds     centroidGrounds
}

func (t *tuning) run() ([]Setting, error) {
	var settings []Setting
	for _, smoothing := range t.opts.Smoothings {
		lowest := Setting{Smoothing: smoothing, Threshold: slices.Min(t.opts.Thresholds)}
		smoothed, peaks, err := candidates(t.prob, lowest.Apply(t.base))
		if err != nil {
			return nil, err
		}
		var block []Setting // without a refinement
		var sets pointSets
		var own []int // of a setting in block: its set
		for _, threshold := range t.opts.Thresholds {
			above := peaks[:countAbove(peaks, threshold)]
			for _, radius := range t.opts.Radii {
				s := Setting{Smoothing: smoothing, Threshold: threshold, Radius: radius}
				k, err := sets.add(above, s.Apply(t.base))
				if err != nil {
					return nil, err
				}
				block, own = append(block, s), append(own, k)
			}
		}
		for _, refinement := range t.opts.Refinements {
			detect := lowest
			detect.Refinement = refinement
			scores, err := t.scores(smoothed, sets, detect.Apply(t.base))
			if err != nil {
				return nil, err
			}
			for i, s := range block {
				s.Refinement, s.Score = refinement, scores[own[i]]
				settings = append(settings, s)
			}
		}
	}
	return settings, nil
}

// pointSets are different sets of peaks: many settings leave the same one.
type pointSets struct {
	list  [][]Point
	byIDs map[string]int
}

// add puts in what the removal of close points leaves of peaks and returns its
// place in the list.
func (s *pointSets) add(peaks []Point, detect DetectOptions) (int, error) {
	points := peaks
	if detect.RemoveClose {
		var indices []int
		var err error
		if points, indices, err = RemoveClosePoints(peaks, detect.Prune); err != nil {
			return 0, err
		}
		for k, i := range indices { // keep the ids of the peaks
			points[k].ID = peaks[i].ID
		}
	}
	var ids []byte
	for _, p := range points {
		ids = binary.AppendUvarint(ids, uint64(p.ID))
	}
	k, known := s.byIDs[string(ids)]
	if !known {
		if s.byIDs == nil {
			s.byIDs = map[string]int{}
		}
		k = len(s.list)
		s.list = append(s.list, points)
		s.byIDs[string(ids)] = k
	}
	return k, nil
}

// scores scores each set of peaks of smoothed after the refinement of detect.
func (t *tuning) scores(smoothed *Volume, sets pointSets, detect DetectOptions) ([]Score, error) {
	scores := make([]Score, len(sets.list))
	for k, points := range sets.list {
		var err error
		switch detect.Refine {
		case RefinePeak:
			points, err = refinePeaks(smoothed, points)
		case RefineCentroid:
			points, err = t.toCentroids(points, detect.centroid())
		}
		if err != nil {
			return nil, err
		}
		matching, err := Match(t.truth, points, t.opts.Match)
		if err != nil {
			return nil, err
		}
		scores[k] = matching.Score()
	}
	return scores, nil
}

// toCentroids is [RefineCentroids] that looks at the image once per factor.
func (t *tuning) toCentroids(points []Point, opts CentroidOptions) ([]Point, error) {
	if t.image == nil || t.image.Dims != t.prob.Dims {
		return nil, fmt.Errorf("%w: refinement %q needs the image of each map, of its size", ErrShape, RefineCentroid)
	}
	return t.grounds.refine(t.image, points, opts)
}

// countAbove is how many points, by descending probability, exceed threshold
// as [Peaks] compares them, in the precision of the map.
func countAbove(points []Point, threshold float64) int {
	t := float64(float32(threshold))
	n, _ := slices.BinarySearchFunc(points, t, func(p Point, t float64) int {
		if p.Prob > t {
			return -1
		}
		return 1
	})
	return n
}
