package detection

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// ClassicalGrid returns the settings that [TuneClassical] tries, in its
// order. Lengths are multiples of the size of a voxel along x.
func ClassicalGrid(spacing Spacing) []ClassicalOptions {
	unit := spacing[2]
	var grid []ClassicalOptions
	for _, smoothing := range []float64{0.5, 1, 2} {
		for _, factor := range []float64{0.6, 0.8, 1} {
			for _, minSize := range []int{10, 30, 60} {
				for _, distanceSmoothing := range []float64{1, 2} {
					for _, minDistance := range []float64{3, 5, 8, 12} {
						grid = append(grid, ClassicalOptions{
							Smoothing:         smoothing * unit,
							ThresholdFactor:   factor,
							FillHoles:         true,
							MinSize:           minSize,
							DistanceSmoothing: distanceSmoothing * unit,
							MinDistance:       minDistance * unit,
							Spacing:           spacing,
						})
					}
				}
			}
		}
	}
	return grid
}

// TuneClassical is [TuneClassicalGrid] on [ClassicalGrid]; it returns the best
// setting and its score.
func TuneClassical(ctx context.Context, images []*Volume, truth [][]Point, tolerance float64, spacing Spacing) (ClassicalOptions, Score, error) {
	settings, best, err := TuneClassicalGrid(ctx, images, truth, ClassicalGrid(spacing), tolerance, spacing)
	if err != nil {
		return ClassicalOptions{}, Score{}, err
	}
	return settings[best].Options, settings[best].Score, nil
}

// ClassicalSetting is one setting of [TuneClassicalGrid].
type ClassicalSetting struct {
	Options ClassicalOptions
	// Score is pooled over all images.
	Score Score
}

// TuneClassicalGrid tries every setting of grid on the images and returns all
// of them with their scores, in the order of the grid, and the index of the
// best: the highest F1, pooled over all images; of equally good ones the first.
// truth[i] are the points of images[i]. tolerance is that of [Match],
// inclusive, in the physical units of spacing, which is the voxel size of all
// images and takes the place of that of the settings. Classes are not looked
// at.
//
// Steps of [Classical] that neighbouring settings share are done once, so an
// order in which the late steps change fastest, as that of ClassicalGrid, is
// quick. The score is that on the images given: for a fair figure, score the
// result on others. All processors work, and the result does not depend on
// their number. When ctx is cancelled the search ends within the image in hand.
//
// Errors: no images; lists of different lengths ([ErrShape]); no setting;
// those of [Classical] and [Match]; that of ctx.
func TuneClassicalGrid(ctx context.Context, images []*Volume, truth [][]Point, grid []ClassicalOptions, tolerance float64, spacing Spacing) ([]ClassicalSetting, int, error) {
	if len(images) == 0 || len(images) != len(truth) {
		return nil, 0, fmt.Errorf("detection: tune classical: %w: %d images, true points of %d", ErrShape, len(images), len(truth))
	}
	match := MatchOptions{Tolerance: tolerance, Spacing: spacing}
	if err := match.Validate(); err != nil {
		return nil, 0, fmt.Errorf("detection: tune classical: %w", err)
	}
	if len(grid) == 0 {
		return nil, 0, errors.New("detection: tune classical: no setting to try: want at least one")
	}
	settings := make([]ClassicalSetting, len(grid))
	var errs []error
	for k, o := range grid {
		o.Spacing = spacing
		settings[k].Options = o
		if err := o.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("setting %d: %w", k, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, 0, fmt.Errorf("detection: tune classical: %w", err)
	}
	scores := make([][]Score, len(images)) // of each image and setting
	errs = make([]error, len(images))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range maxParts() {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(images); i = int(next.Add(1)) - 1 {
				scores[i], errs[i] = scoreGrid(ctx, images[i], truth[i], settings, match)
			}
		})
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, 0, fmt.Errorf("detection: tune classical: image %d: %w", i, err)
		}
	}
	best := 0
	for k := range settings {
		for i := range images {
			settings[k].Score = settings[k].Score.Add(scores[i][k])
		}
		if settings[k].Score.F1() > settings[best].Score.F1() {
			best = k
		}
	}
	return settings, best, nil
}

// scoreGrid scores one image at every setting.
func scoreGrid(ctx context.Context, image *Volume, truth []Point, grid []ClassicalSetting, match MatchOptions) ([]Score, error) {
	if err := checkMap(image); err != nil {
		return nil, err
	}
	steps := classicalSteps{image: image}
	scores := make([]Score, len(grid))
	for k, setting := range grid {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		points, err := steps.run(setting.Options)
		if err != nil {
			return nil, err
		}
		m, err := Match(truth, points, match)
		if err != nil {
			return nil, err
		}
		scores[k] = m.Score()
	}
	return scores, nil
}
