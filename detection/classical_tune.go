package detection

import (
	"context"
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

// TuneClassical tries every setting of [ClassicalGrid] on the images and
// returns the one with the best F1, pooled over all of them, and its score;
// of equally good ones the first. truth[i] are the points of images[i].
// tolerance is that of [Match], inclusive, in the physical units of spacing,
// which is the voxel size of all images. Classes are not looked at.
//
// The score is that on the images given: for a fair figure, score the result
// on others. All processors work, and the result does not depend on their
// number. When ctx is cancelled the search ends within the image in hand.
//
// Errors: no images; lists of different lengths ([ErrShape]); those of
// [Classical] and [Match]; that of ctx.
func TuneClassical(ctx context.Context, images []*Volume, truth [][]Point, tolerance float64, spacing Spacing) (ClassicalOptions, Score, error) {
	if len(images) == 0 || len(images) != len(truth) {
		return ClassicalOptions{}, Score{}, fmt.Errorf("detection: tune classical: %w: %d images, true points of %d", ErrShape, len(images), len(truth))
	}
	match := MatchOptions{Tolerance: tolerance, Spacing: spacing}
	if err := match.Validate(); err != nil {
		return ClassicalOptions{}, Score{}, fmt.Errorf("detection: tune classical: %w", err)
	}
	grid := ClassicalGrid(spacing)
	scores := make([][]Score, len(images)) // of each image and setting
	errs := make([]error, len(images))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range maxParts() {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(images); i = int(next.Add(1)) - 1 {
				scores[i], errs[i] = scoreGrid(ctx, images[i], truth[i], grid, match)
			}
		})
	}
	wait.Wait()
	best, bestScore := 0, Score{}
	for k := range grid {
		var sum Score
		for i := range images {
			if errs[i] != nil {
				return ClassicalOptions{}, Score{}, fmt.Errorf("detection: tune classical: image %d: %w", i, errs[i])
			}
			sum = sum.Add(scores[i][k])
		}
		if k == 0 || sum.F1() > bestScore.F1() {
			best, bestScore = k, sum
		}
	}
	return grid[best], bestScore, nil
}

// scoreGrid scores one image at every setting of grid.
func scoreGrid(ctx context.Context, image *Volume, truth []Point, grid []ClassicalOptions, match MatchOptions) ([]Score, error) {
	if err := checkMap(image); err != nil {
		return nil, err
	}
	steps := classicalSteps{image: image}
	scores := make([]Score, len(grid))
	for k, opts := range grid {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		points, err := steps.run(opts)
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
