package workflow

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/sweep"
)

// atATime is the number of runs whose points are looked for together: enough to
// share what they have in common, and few enough that a sweep that is stopped
// loses little.
const atATime = 256

// found is what is found by one way of looking for points and of matching.
type found struct {
	detect detection.DetectOptions
	match  detection.MatchOptions
	runs   []*sweepRun
	tuned  bool

	images []detection.ImageScore // by test image
	points []int                  // their number
	took   []time.Duration
	errs   []error
}

// find looks for the points of all runs of a group in its maps, scores them and
// notes the results.
func (s *Sweep) find(ctx context.Context, g *sweepGroup, maps []mapFile) error {
	ways, err := s.ways(ctx, g)
	if err != nil {
		return err
	}
	s.count(func(c *SweepCounts) { c.Settings += len(ways) })
	for part := range slices.Chunk(ways, atATime) {
		if err := s.findPart(ctx, g, part, maps); err != nil {
			return err
		}
		var records []sweep.Record
		for _, w := range part {
			for _, r := range w.runs {
				records = append(records, s.record(g, w, r, maps))
			}
		}
		if err := s.journal.Append(records...); err != nil {
			return err
		}
	}
	return nil
}

// ways lists the different ways of a group's runs, those that have much in
// common beside each other.
func (s *Sweep) ways(ctx context.Context, g *sweepGroup) ([]*found, error) {
	var ways []*found
	byKey := map[string]*found{}
	tune := newTuneMemo(s, g)
	for _, r := range g.runs {
		detect, tuned, err := tune.options(ctx, r.config)
		if err != nil {
			return nil, err
		}
		match := matchOptions(r.config)
		key := fmt.Sprintf("%+v %+v", detect, match)
		w := byKey[key]
		if w == nil {
			w = &found{detect: detect, match: match, tuned: tuned}
			byKey[key] = w
			ways = append(ways, w)
		}
		w.runs = append(w.runs, r)
	}
	slices.SortStableFunc(ways, func(a, b *found) int {
		return cmp.Or(slices.Compare(a.detect.Smooth[:], b.detect.Smooth[:]),
			cmp.Compare(fmt.Sprint(a.detect.Refine, a.detect.Centroid), fmt.Sprint(b.detect.Refine, b.detect.Centroid)))
	})
	return ways, nil
}

// findPart works through the test images, some at a time.
func (s *Sweep) findPart(ctx context.Context, g *sweepGroup, part []*found, maps []mapFile) error {
	n := len(g.job.Test)
	for _, w := range part {
		w.images, w.points, w.took, w.errs = make([]detection.ImageScore, n), make([]int, n), make([]time.Duration, n), make([]error, n)
	}
	if err := s.makePoints(part); err != nil {
		return err
	}
	team, ctx := errgroup.WithContext(ctx)
	team.SetLimit(maxParallel())
	var counting sync.Mutex
	done := 0
	s.report("find", 0, n, "images")
	for i := range n {
		team.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.findInImage(g, part, i, maps[i].path); err != nil {
				return err
			}
			counting.Lock()
			defer counting.Unlock()
			done++
			s.report("find", done, n, "images")
			return nil
		})
	}
	return team.Wait()
}

// findInImage looks for points in test image i in every way. Errors of single
// ways are theirs.
func (s *Sweep) findInImage(g *sweepGroup, part []*found, i int, mapPath string) error {
	it := g.job.Test[i]
	prob, err := imageio.Read(mapPath)
	if err != nil {
		return err
	}
	image, err := it.load()
	if err != nil {
		return err
	}
	settings := make([]detection.DetectOptions, len(part))
	for k, w := range part {
		settings[k] = w.detect
	}
	for k, d := range detection.DetectAll(prob.Volume, image.Volume, settings) {
		w := part[k]
		w.points[i], w.took[i], w.errs[i] = len(d.Points), d.Took, d.Err
		if d.Err == nil && g.config.Data.Test.LoadGT {
			w.images[i], w.errs[i] = detection.ScoreImage(it.Truth, d.Points, w.match)
		}
		if w.errs[i] != nil {
			w.errs[i] = fmt.Errorf("%s: %w", it.Path, w.errs[i])
			continue
		}
		if err := s.writePoints(g, w, it.Name, d.Points); err != nil {
			return err
		}
	}
	return nil
}

// makePoints makes the folders for the points of runs, where they are asked
// for.
func (s *Sweep) makePoints(part []*found) error {
	for _, w := range part {
		for _, r := range w.runs {
			if s.asked.Points {
				if err := os.MkdirAll(s.pointsOf(r), 0o755); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// pointsOf is the folder for the points of a run.
func (s *Sweep) pointsOf(r *sweepRun) string { return filepath.Join(s.Dir, "points", r.id) }

func (s *Sweep) writePoints(g *sweepGroup, w *found, name string, points []detection.Point) error {
	if !s.asked.Points {
		return nil
	}
	for _, r := range w.runs {
		if err := WritePoints(s.pointsOf(r), name, points, g.config.NDim(), nil); err != nil {
			return err
		}
	}
	return nil
}
