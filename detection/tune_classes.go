package detection

import (
	"cmp"
	"errors"
	"fmt"
)

// ClassTuning is what [TuneClasses] found. Entry c-1 of the lists is that of
// class c.
type ClassTuning struct {
	// Options are the options given with the best settings in place of their
	// own.
	Options DetectOptions
	// Best are the settings of the classes, all of one smoothing and one
	// refinement, with the score of the class by itself.
	Best []Setting
	// Settings are all settings that were tried, in the order of [Tune]; nil for
	// a class without true points.
	Settings [][]Setting
}

// TuneClasses is [Tune] for several classes: every class gets a threshold and
// a radius of its own, and all of them one smoothing and one refinement. It
// maximises the mean over the classes of F1, so that a rare class counts as
// much as a common one; ties of a class are those of Tune, and ties of the mean
// go to the weaker smoothing, then the refinement that is named first.
//
// Channel c-1 of a map holds class c, and its peaks match true points of that
// class only, at the tolerance of the class, whatever opts.Match.ClassAware
// says. maps[i] belongs to truth[i]. base gives every option that the grid
// does not set. A class without any true point says nothing about its
// settings: it keeps the threshold and the radius of base and does not count
// in the mean.
//
// In the options that come out classes remove only points of their own class.
// Where base.Prune.AcrossClasses is on it stays on, but the search, which looks
// at one class at a time, leaves that pass out: [Detect] with the options may
// then find fewer points than Best counts.
//
// Errors: those of the options and stages; no maps, different numbers of maps
// and lists of points, maps of different numbers of channels ([ErrShape]); a
// true point whose class has no channel; no true point at all.
func TuneClasses(maps []*Volume, truth [][]Point, base DetectOptions, opts TuneOptions) (ClassTuning, error) {
	classes, err := checkClassMaps(maps, truth)
	if err := errors.Join(err, base.Validate(), opts.Validate()); err != nil {
		return ClassTuning{}, fmt.Errorf("detection: tune classes: %w", err)
	}
	t := ClassTuning{Settings: make([][]Setting, classes)}
	for c := range classes {
		channel, points, some := ofClass(maps, truth, c+1)
		if !some {
			continue
		}
		plain, one := base, opts
		plain.ClassThresholds, plain.Prune = nil, PruneOptions{Spacing: base.Prune.Spacing}
		one.Match = MatchOptions{Tolerance: forClass(opts.Match.ClassTolerances, c+1, opts.Match.Tolerance), Spacing: opts.Match.Spacing}
		if t.Settings[c], _, err = Tune(channel, points, plain, one); err != nil {
			return ClassTuning{}, fmt.Errorf("class %d: %w", c+1, err)
		}
	}
	block, bestMean := len(opts.Thresholds)*len(opts.Radii), 0.0
	for k := range len(opts.Smoothings) * len(opts.Refinements) {
		smoothing, refinement := opts.Smoothings[k/len(opts.Refinements)], opts.Refinements[k%len(opts.Refinements)]
		best, mean, err := t.bestAt(k*block, (k+1)*block)
		if err != nil {
			return ClassTuning{}, fmt.Errorf("detection: tune classes: %w", err)
		}
		if k == 0 || cmp.Or(cmp.Compare(mean, bestMean), cmp.Compare(t.Best[0].Smoothing, smoothing)) > 0 {
			t.Best, bestMean = best, mean
			for c := range best {
				best[c].Smoothing, best[c].Refinement = smoothing, refinement
			}
		}
	}
	t.apply(base)
	return t, nil
}

// bestAt is the best setting of each class among those from lo to below hi,
// which share a smoothing, and the mean of their F1. Classes without true
// points have zeros.
func (t *ClassTuning) bestAt(lo, hi int) (best []Setting, mean float64, err error) {
	best = make([]Setting, len(t.Settings))
	n := 0
	for c, settings := range t.Settings {
		if settings == nil {
			continue
		}
		best[c] = settings[lo]
		for _, s := range settings[lo+1 : hi] {
			if s.better(best[c]) {
				best[c] = s
			}
		}
		n++
		mean += best[c].Score.F1()
	}
	if n == 0 {
		return nil, 0, errors.New("the images have no true point of any class: there is nothing to tune on")
	}
	return best, mean / float64(n), nil
}

// apply fills in what classes without true points keep, and makes the options.
func (t *ClassTuning) apply(base DetectOptions) {
	for c := range t.Best {
		if t.Settings[c] != nil {
			continue
		}
		b := &t.Best[c]
		b.Threshold = forClass(base.ClassThresholds, c+1, base.Peaks.Threshold)
		if base.RemoveClose {
			b.Radius = forClass(base.Prune.ClassRadii, c+1, base.Prune.Radius)
		}
	}
	o := t.Best[0].Apply(base)
	o.RemoveClose, o.Prune.PerClass = false, true
	o.Prune.AcrossClasses = base.RemoveClose && base.Prune.AcrossClasses
	for _, b := range t.Best {
		o.ClassThresholds = append(o.ClassThresholds, b.Threshold)
		o.Prune.ClassRadii = append(o.Prune.ClassRadii, b.Radius)
		o.RemoveClose = o.RemoveClose || b.Radius > 0
	}
	t.Options = o
}

// checkClassMaps returns the number of classes: the channels of every map.
func checkClassMaps(maps []*Volume, truth [][]Point) (int, error) {
	if len(maps) == 0 || len(maps) != len(truth) {
		return 0, fmt.Errorf("%w: %d maps and %d lists of points", ErrShape, len(maps), len(truth))
	}
	var errs []error
	for i, m := range maps {
		if err := m.Validate(); err != nil {
			return 0, fmt.Errorf("map %d: %w", i, err)
		}
		if m.Channels != maps[0].Channels {
			errs = append(errs, fmt.Errorf("%w: map 0 has %d channels, map %d has %d", ErrShape, maps[0].Channels, i, m.Channels))
		}
		for k, p := range truth[i] {
			if p.Class < 1 || p.Class > m.Channels {
				errs = append(errs, fmt.Errorf("image %d: point %d has class %d: want 1 to %d, a channel of the map", i, k+1, p.Class, m.Channels))
				break
			}
		}
	}
	return maps[0].Channels, errors.Join(errs...)
}

// ofClass are the channel of a class in every map and its true points; some
// says that there is any.
func ofClass(maps []*Volume, truth [][]Point, class int) (channels []*Volume, points [][]Point, some bool) {
	channels, points = make([]*Volume, len(maps)), make([][]Point, len(maps))
	for i, m := range maps {
		channels[i] = m.Channel(class - 1)
		for _, p := range truth[i] {
			if p.Class == class {
				points[i] = append(points[i], p)
			}
		}
		some = some || len(points[i]) > 0
	}
	return channels, points, some
}
