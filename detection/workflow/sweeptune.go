package workflow

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// maxParallel is the number of images that are worked on at a time.
func maxParallel() int { return runtime.GOMAXPROCS(0) }

// tuneMemo chooses how points are found for the runs of a group whose
// configurations ask for it, once for each choice.
type tuneMemo struct {
	sweep *Sweep
	group *sweepGroup
	known map[string]detection.DetectOptions
}

func newTuneMemo(s *Sweep, g *sweepGroup) *tuneMemo {
	return &tuneMemo{s, g, map[string]detection.DetectOptions{}}
}

// options are those by which a run looks for points: of its configuration, or
// as the tune step of its job would choose them.
func (m *tuneMemo) options(ctx context.Context, c *config.Config) (o detection.DetectOptions, tuned bool, err error) {
	o = detectOptions(c)
	if !c.Train.Enable || !c.Puncta.Tune || !c.Test.Enable {
		return o, false, nil
	}
	j := *m.group.job
	j.Config = c
	key := fmt.Sprintf("%+v %+v %s", o, matchOptions(c), c.Puncta.TuneImages)
	if chosen, ok := m.known[key]; ok {
		return chosen, true, nil
	}
	items := j.tuneItems()
	if !slices.ContainsFunc(items, func(it Item) bool { return len(it.Truth) > 0 }) {
		j.log().Warn("not tuned: the " + j.tunedOn() + " have no true point; the settings are those of the configuration")
		m.known[key] = o
		return o, true, nil
	}
	maps, err := m.sweep.predict(ctx, &j, items, "tune")
	if err != nil {
		return o, false, err
	}
	images := make([]*detection.Volume, len(items))
	for i := range items {
		image, err := items[i].load()
		if err != nil {
			return o, false, err
		}
		images[i] = image.Volume
		if items[i].Image, err = imageio.Read(maps[i].path); err != nil {
			return o, false, err
		}
	}
	chosen, err := TuneMaps(items, o, j.tuneOptions(images))
	if err != nil {
		return o, false, err
	}
	m.known[key] = *chosen.Detect
	return *chosen.Detect, true, nil
}
