package detection

import (
	"fmt"
	"math"
	"time"
)

// Detected is what [DetectAll] found by one of its settings.
type Detected struct {
	// Points are those of [DetectInImage].
	Points []Point
	// Err is what DetectInImage fails with, or one thing of several that it
	// fails with; the other settings are not touched by it.
	Err error
	// Took is about the time that the setting takes by itself: what several
	// settings have in common is done once, and counted in full for each.
	Took time.Duration
}

// DetectAll finds the points of one image by many settings: exactly those of
// [DetectInImage] for each, in the order of the settings. prob and image are as
// for DetectInImage.
//
// What settings have in common is done once: the map is smoothed once per
// Smooth, its peaks are looked for once per kind of peak, at the lowest threshold
// of all, because those of a higher one are the same as far as they exceed it
// (see [Peaks]), and the image is looked at once per outline for
// [RefineCentroid]. One smoothed map is in memory at a time.
func DetectAll(prob, image *Volume, settings []DetectOptions) []Detected {
	found := make([]Detected, len(settings))
	d := sharing{prob: prob, image: image, settings: settings, found: found, grounds: centroidGrounds{}}
	bySmooth, byOutline := newGroups[[3]float64](), newGroups[CentroidOptions]()
	for i, o := range settings {
		if found[i].Err = checkDetect(prob, image, o); found[i].Err != nil {
			continue
		}
		bySmooth.add(o.Smooth, i)
		if o.Refine == RefineCentroid {
			byOutline.add(o.centroid().outline(), i)
		}
	}
	for _, outline := range byOutline.keys {
		d.share(byOutline.members[outline], func() error {
			_, err := d.grounds.ground(image, outline)
			return wrapCentroids(err)
		})
	}
	for _, sigma := range bySmooth.keys {
		d.smoothing(sigma, bySmooth.members[sigma])
	}
	return found
}

// groups are the indices of settings by what they have in common, in the order
// of the first of each.
type groups[K comparable] struct {
	keys    []K
	members map[K][]int
}

func newGroups[K comparable]() *groups[K] { return &groups[K]{members: map[K][]int{}} }

func (g *groups[K]) add(key K, i int) {
	if g.members[key] == nil {
		g.keys = append(g.keys, key)
	}
	g.members[key] = append(g.members[key], i)
}

// sharing is the work of [DetectAll] on one image.
type sharing struct {
	prob, image *Volume
	settings    []DetectOptions
	found       []Detected
	grounds     centroidGrounds
}

// share does work that settings have in common. Those of them that have not
// failed before take its time, and fail if it does; left are those that have not.
func (d *sharing) share(of []int, work func() error) (left []int) {
	for _, i := range of {
		if d.found[i].Err == nil {
			left = append(left, i)
		}
	}
	if len(left) == 0 {
		return nil
	}
	start := time.Now()
	err := work()
	took := time.Since(start)
	for _, i := range left {
		d.found[i].Err = err
		d.found[i].Took += took
	}
	if err != nil {
		return nil
	}
	return left
}

// smoothing does all settings with one Smooth.
func (d *sharing) smoothing(sigma [3]float64, of []int) {
	var smoothed *Volume
	of = d.share(of, func() (err error) {
		smoothed, err = smooth(d.prob, sigma)
		return err
	})
	if len(of) == 0 {
		return
	}
	m := sharedMap{Volume: smoothed, otsu: make([]float32, smoothed.Channels)}
	for c := range smoothed.Channels {
		m.channels = append(m.channels, smoothed.Channel(c))
	}
	byKind := newGroups[PeakOptions]() // but for the threshold
	var byOtsu []int
	for _, i := range of {
		kind := d.settings[i].Peaks
		if kind.ThresholdType == Otsu {
			byOtsu = append(byOtsu, i)
		}
		kind.ThresholdType, kind.Threshold = Manual, 0
		byKind.add(kind, i)
	}
	d.share(byOtsu, m.measureOtsu)
	for _, kind := range byKind.keys {
		d.peaks(m, kind, byKind.members[kind])
	}
}

// sharedMap is a smoothed map.
type sharedMap struct {
	*Volume
	channels []*Volume
	otsu     []float32 // threshold of each channel, once measured
}

func (m sharedMap) measureOtsu() error {
	for c, channel := range m.channels {
		t, err := OtsuThreshold(channel)
		if err != nil {
			return fmt.Errorf("detection: peaks: %w", err)
		}
		m.otsu[c] = t
	}
	return nil
}

// threshold is that of a channel by a setting.
func (m sharedMap) threshold(o DetectOptions, c int) float64 {
	if o.Peaks.ThresholdType == Otsu {
		return float64(m.otsu[c])
	}
	return o.threshold(c)
}

// peaks does all settings with one smoothed map and one kind of peak.
func (d *sharing) peaks(m sharedMap, kind PeakOptions, of []int) {
	lists := make([][]Point, len(m.channels))
	of = d.share(of, func() (err error) {
		for c, channel := range m.channels {
			lowest := math.Inf(1)
			for _, i := range of {
				if d.found[i].Err == nil {
					lowest = min(lowest, m.threshold(d.settings[i], c))
				}
			}
			kind.Threshold = lowest
			if lists[c], err = Peaks(channel, kind); err != nil {
				return err
			}
		}
		return nil
	})
	above := make([][]Point, len(lists))
	for _, i := range of {
		start, o, f := time.Now(), d.settings[i], &d.found[i]
		for c, list := range lists {
			above[c] = list[:countAbove(list, m.threshold(o, c))]
		}
		f.Points, f.Err = finishDetect(m.Volume, joinChannels(above), o, func(points []Point) ([]Point, error) {
			points, err := d.grounds.refine(d.image, points, o.centroid())
			return points, wrapCentroids(err)
		})
		f.Took += time.Since(start)
	}
}
