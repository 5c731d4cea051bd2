package workflow

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// TruePairs lists the images of a folder, or a single image, with the true
// points of the CSV files of the same names, all read and checked as [Pair]
// and [detection.ReadPoints] do. As for [ScoreFolders], points may share a
// voxel, as dense spots do, and round to a place outside, as those at the edge
// of a cut field do. classes is the number of classes: above 1 the files need
// a column class, at 1 it is not looked at. Every fault is in one error for
// [ErrInput].
func TruePairs(images, points string, classes int) ([]Item, error) {
	items, err := Pair(images, points)
	if err != nil {
		return nil, err
	}
	return readTruth(items, classes)
}

func readTruth(items []Item, classes int) ([]Item, error) {
	good, badPoints, badImages := readItems(items, readOptions{classes: classes, lenient: true, keep: true})
	for _, it := range good {
		for _, v := range it.Image.Data {
			if v-v != 0 {
				badImages = append(badImages, fmt.Errorf("%s: holds a value of %v: want finite numbers", it.Path, v))
				break
			}
		}
	}
	if errs := append(badImages, badPoints...); len(errs) > 0 {
		return nil, Input(limitErrors(errs))
	}
	for _, it := range good {
		if len(it.Truth) > 0 {
			return good, nil
		}
	}
	return nil, inputf("%s: no true point in any file: there is nothing to tune on", filepath.Dir(items[0].PointsPath))
}

// MapPairs is [TruePairs] for probability maps: all of them have values of 0
// to 1 and the same number of channels, which is that of the classes.
func MapPairs(maps, points string) ([]Item, error) {
	items, err := Pair(maps, points)
	if err != nil {
		return nil, err
	}
	var errs []error
	channels := 0
	for i := range items {
		if err := items[i].readImage(readOptions{}); err != nil {
			errs = append(errs, err)
			continue
		}
		image := items[i].Image
		if channels == 0 {
			channels = image.Channels
		}
		if err := checkProbabilities(&items[i]); err != nil {
			errs = append(errs, err)
		}
		if image.Channels != channels {
			errs = append(errs, fmt.Errorf("%s: the map has %d channels, others have %d", items[i].Path, image.Channels, channels))
		}
	}
	if len(errs) > 0 {
		return nil, Input(limitErrors(errs))
	}
	return readTruth(items, channels)
}

// PredictMaps replaces the images of items by their probability maps and
// returns them. progress is told of each image; it may be nil.
func PredictMaps(ctx context.Context, p *Predictor, items []Item, progress detection.Progress) ([]*detection.Volume, error) {
	images := make([]*detection.Volume, len(items))
	for i, it := range items {
		image, err := it.load()
		if err != nil {
			return nil, err
		}
		images[i] = image.Volume
		prob, err := p.Predict(ctx, image)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.Path, err)
		}
		items[i].Image = &imageio.Image{Volume: prob}
		detection.Report(progress, detection.ProgressEvent{Task: "tune", Done: i + 1, Total: len(items), Unit: "images"})
	}
	return images, nil
}

// TuneMaps finds the best settings for the maps of items, by [detection.Tune],
// or by [detection.TuneClasses] where the maps have several channels. base
// gives what the grid does not set, and grid.Match the matching. grid.Images
// are the images of the maps where a refinement looks at them.
func TuneMaps(items []Item, base detection.DetectOptions, grid detection.TuneOptions) (Tuned, error) {
	maps, truth := make([]*detection.Volume, len(items)), make([][]detection.Point, len(items))
	for i, it := range items {
		image, err := it.load()
		if err != nil {
			return Tuned{}, err
		}
		maps[i], truth[i] = image.Volume, it.Truth
	}
	if maps[0].Channels > 1 {
		return tuneClassMaps(maps, truth, base, grid)
	}
	settings, best, err := detection.Tune(maps, truth, base, grid)
	if err != nil {
		return Tuned{}, err
	}
	options := settings[best].Apply(base)
	return Tuned{
		Metrics: settings[best].Score.At(grid.Match.Tolerance), Detect: &options,
		Curves: []ThresholdCurve{mapCurve(settings, settings[best])},
	}, nil
}

// tuneClassMaps tunes each class and scores all together as [detection.Detect]
// finds them.
func tuneClassMaps(maps []*detection.Volume, truth [][]detection.Point, base detection.DetectOptions, grid detection.TuneOptions) (Tuned, error) {
	found, err := detection.TuneClasses(maps, truth, base, grid)
	if err != nil {
		return Tuned{}, err
	}
	points := make([][]detection.Point, len(maps))
	for i, m := range maps {
		var image *detection.Volume
		if grid.Images != nil {
			image = grid.Images[i]
		}
		if points[i], err = detection.DetectInImage(m, image, found.Options); err != nil {
			return Tuned{}, err
		}
	}
	grid.Match.ClassAware = true
	e, err := detection.ScoreImages(truth, points, grid.Match)
	if err != nil {
		return Tuned{}, err
	}
	t := Tuned{Metrics: e.Pooled, Classes: e.Classes, Detect: &found.Options}
	for c, best := range found.Best {
		if found.Settings[c] != nil {
			curve := mapCurve(found.Settings[c], best)
			curve.Class = c + 1
			t.Curves = append(t.Curves, curve)
		}
	}
	return t, nil
}

// TuneLoG finds the best scale and threshold of the Laplacian of Gaussian for
// items, by [detection.TuneLoG].
func TuneLoG(ctx context.Context, items []Item, grid detection.LoGGrid, tolerance float64, spacing detection.Spacing) (Tuned, error) {
	images, truth, err := volumes(items)
	if err != nil {
		return Tuned{}, err
	}
	settings, best, err := detection.TuneLoG(ctx, images, truth, grid, tolerance, spacing)
	if err != nil {
		return Tuned{}, err
	}
	chosen := settings[best]
	curve := ThresholdCurve{Best: chosen.Options.Threshold}
	for _, s := range settings {
		if s.Options.Sigmas[0] == chosen.Options.Sigmas[0] {
			curve.add(s.Options.Threshold, s.Score.At(tolerance))
		}
	}
	return Tuned{Metrics: chosen.Score.At(tolerance), LoG: &chosen.Options, Curves: []ThresholdCurve{curve.sorted()}}, nil
}

// TuneCentroid finds the best of the settings of grid of the classical
// detector for items, by [detection.TuneClassicalGrid]. Its curve is that over
// the factor of the threshold.
func TuneCentroid(ctx context.Context, items []Item, grid []detection.ClassicalOptions, tolerance float64, spacing detection.Spacing) (Tuned, error) {
	images, truth, err := volumes(items)
	if err != nil {
		return Tuned{}, err
	}
	settings, best, err := detection.TuneClassicalGrid(ctx, images, truth, grid, tolerance, spacing)
	if err != nil {
		return Tuned{}, err
	}
	chosen := settings[best]
	curve := ThresholdCurve{Best: chosen.Options.ThresholdFactor}
	for _, s := range settings {
		same := s.Options
		same.ThresholdFactor = chosen.Options.ThresholdFactor
		if same == chosen.Options {
			curve.add(s.Options.ThresholdFactor, s.Score.At(tolerance))
		}
	}
	return Tuned{Metrics: chosen.Score.At(tolerance), Centroid: &chosen.Options, Curves: []ThresholdCurve{curve.sorted()}}, nil
}
