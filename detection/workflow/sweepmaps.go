package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// mapFile is a probability map on the disk.
type mapFile struct {
	path string
	// seconds is how long its prediction took; NaN where a power cut has taken the
	// journal's line.
	seconds float64
}

// predictionKey stands for all that a model makes of an image: its weights and
// those settings that are not about what is done with the map.
func predictionKey(f *inference.ModelFile) (string, error) {
	s := f.Settings
	s.Detect, s.Tolerance, s.Epoch, s.ValLoss, s.Config = detection.DetectOptions{}, nil, 0, 0, ""
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return sweep.ID("model", string(text), weights.Hash(f.Weights.Params())), nil
}

// predict makes the maps of images that are not there yet: files named by all
// that a map depends on, so that no run ever takes another's.
func (s *Sweep) predict(ctx context.Context, j *Job, items []Item, task string) ([]mapFile, error) {
	if len(items) == 0 {
		return nil, nil
	}
	model, err := predictionKey(j.Model)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.Dir, "maps")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var p *Predictor
	defer func() {
		if p != nil {
			p.Close()
		}
	}()
	files := make([]mapFile, len(items))
	s.report(task, 0, len(items), "images")
	for i := range items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		it := items[i]
		content, err := s.files.file(it.Path)
		if err != nil {
			return nil, err
		}
		key := sweep.ID("map", model, content)
		files[i].path = filepath.Join(dir, it.Name+"-"+key+".tif")
		if _, err := os.Stat(files[i].path); err == nil {
			files[i].seconds = math.NaN()
			if record, ok := s.journal.Find(key); ok {
				files[i].seconds, _ = record.Value(measureSeconds)
			}
			s.count(func(c *SweepCounts) { c.MapsFound++ })
			s.report(task, i+1, len(items), "images")
			continue
		}
		if p == nil {
			runtime, err := s.device(ctx)
			if err != nil {
				return nil, err
			}
			if p, err = NewPredictor(runtime.Backend, j.Model, nil); err != nil {
				return nil, err
			}
		}
		if files[i].seconds, err = s.predictOne(ctx, p, it, key, files[i].path); err != nil {
			return nil, fmt.Errorf("%s: %w", it.Path, err)
		}
		s.count(func(c *SweepCounts) { c.Predicted++ })
		s.report(task, i+1, len(items), "images")
	}
	return files, nil
}

// predictOne writes the map of an image. The journal comes first, so that no map
// is there whose time is not known.
func (s *Sweep) predictOne(ctx context.Context, p *Predictor, it Item, key, path string) (seconds float64, err error) {
	image, err := it.load()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	prob, err := p.Predict(ctx, image)
	if err != nil {
		return 0, err
	}
	seconds = time.Since(start).Seconds()
	err = s.journal.Note(sweep.Record{
		ID: key, Kind: "map", Results: []sweep.Result{{Measure: measureSeconds, Value: seconds}},
		Files: map[string]string{"map": "maps/" + filepath.Base(path)},
	})
	if err != nil {
		return 0, err
	}
	return seconds, imageio.WriteFile(path, prob, imageio.DefaultTIFFOptions())
}

// report tells how a task goes; groups that are worked on at the same time take
// turns.
func (s *Sweep) report(task string, done, total int, unit string) {
	s.telling.Lock()
	defer s.telling.Unlock()
	detection.Report(s.Progress, detection.ProgressEvent{Task: task, Done: done, Total: total, Unit: unit})
}
