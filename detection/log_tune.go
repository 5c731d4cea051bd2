package detection

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"
)

// LoGGrid is the grid that [TuneLoG] searches. Start from [DefaultLoGGrid].
type LoGGrid struct {
	// Base gives every option that the grid does not set. Its scales, Threshold
	// and spacings are not used.
	Base LoGOptions
	// Sigmas are tried one by one for LoGOptions.Sigmas, in physical units,
	// each finite and above 0.
	Sigmas []float64
	// Thresholds are tried for LoGOptions.Threshold, each finite and at least
	// 0: shares of the highest response, below 1, or responses where
	// Base.Relative is false.
	Thresholds []float64
}

// DefaultLoGGrid returns [DefaultLoGOptions] with scales of 1 to 11.3 times
// the size of a voxel along x and relative thresholds of 0.016 to 0.84, both in
// steps of a quarter octave (19 %). Finer steps fit the noise of a small
// training set, and coarser ones pass over the top of F1. For an absolute
// threshold set Base.Relative to false and give Thresholds in the units of the
// image.
func DefaultLoGGrid(spacing Spacing) LoGGrid {
	grid := LoGGrid{Base: DefaultLoGOptions()}
	for k := 0; k <= 14; k++ {
		grid.Sigmas = append(grid.Sigmas, spacing[2]*math.Exp2(float64(k)/4))
	}
	for k := -24; k < 0; k++ {
		grid.Thresholds = append(grid.Thresholds, math.Exp2(float64(k)/4))
	}
	return grid
}

// Validate reports every invalid field, each by name and value.
func (g LoGGrid) Validate() error {
	errs := []error{g.at(1, 0, UnitSpacing).Validate()}
	if len(g.Sigmas) == 0 || len(g.Thresholds) == 0 {
		errs = append(errs, fmt.Errorf("%d Sigmas and %d Thresholds: want at least one each", len(g.Sigmas), len(g.Thresholds)))
	}
	for i, s := range g.Sigmas {
		errs = append(errs, checkScale(fmt.Sprintf("Sigmas[%d]", i), s))
	}
	for i, t := range g.Thresholds {
		errs = append(errs, checkThreshold(fmt.Sprintf("Thresholds[%d]", i), t, g.Base.Relative))
	}
	return errors.Join(errs...)
}

// at is one setting of the grid.
func (g LoGGrid) at(sigma, threshold float64, spacing Spacing) LoGOptions {
	opts := g.Base
	opts.Sigma, opts.Sigmas, opts.Spacing = [3]float64{}, []float64{sigma}, spacing
	opts.Threshold, opts.Prune.Spacing = threshold, spacing
	return opts
}

// LoGSetting is one point of the grid of [TuneLoG].
type LoGSetting struct {
	// Options are complete: [DetectLoG] with them gives the points that were
	// scored.
	Options LoGOptions
	// Score is pooled over all images.
	Score Score
}

// TuneLoG tries every scale and threshold of a grid on the images and returns
// all settings, by scale and then threshold in the order of the grid, and the
// index of the best: the highest F1, pooled over all images; of equally good
// ones the highest threshold, which gives the fewest points, and of these the
// first scale. The settings of one scale are its curve over the thresholds.
//
// truth[i] are the points of images[i]. tolerance is that of [Match],
// inclusive, in the physical units of spacing, which is the voxel size of all
// images and takes the place of both in grid.Base. Classes are not looked at.
//
// The response of an image to a scale is computed once, and its peaks are
// found once, at the lowest threshold: those above a higher threshold are the
// same ones (see [Peaks]). Images and scales are worked on in parallel, and the
// result does not depend on that. When ctx is cancelled the search ends within the
// scale in hand.
//
// The score is that on the images given: for a fair figure, score the result
// on others. On images that were taken alike an absolute threshold may do better
// than a relative one, and their pooled F1 shows it; a single image cannot tell
// the two apart.
//
// Errors: no images; lists of different lengths ([ErrShape]); those of
// [LoGGrid.Validate], [LoG] and [Match]; that of ctx.
func TuneLoG(ctx context.Context, images []*Volume, truth [][]Point, grid LoGGrid, tolerance float64, spacing Spacing) ([]LoGSetting, int, error) {
	match := MatchOptions{Tolerance: tolerance, Spacing: spacing}
	if err := errors.Join(grid.Validate(), match.Validate()); err != nil {
		return nil, 0, fmt.Errorf("detection: tune LoG: %w", err)
	}
	if len(images) == 0 || len(images) != len(truth) {
		return nil, 0, fmt.Errorf("detection: tune LoG: %w: %d images, true points of %d", ErrShape, len(images), len(truth))
	}
	curves := make([][]Score, len(images)*len(grid.Sigmas)) // by image and then scale
	errs := make([]error, len(curves))
	var group errgroup.Group
	group.SetLimit(maxParts())
	for k := range curves {
		group.Go(func() error {
			i := k / len(grid.Sigmas)
			curves[k], errs[k] = scoreLoG(ctx, images[i], truth[i], grid, grid.Sigmas[k%len(grid.Sigmas)], match)
			return nil
		})
	}
	_ = group.Wait() // what is reported does not depend on who was first: see errs
	for k, err := range errs {
		if err != nil {
			return nil, 0, fmt.Errorf("detection: tune LoG: image %d: %w", k/len(grid.Sigmas), err)
		}
	}
	var settings []LoGSetting
	best := 0
	for j, sigma := range grid.Sigmas {
		for k, threshold := range grid.Thresholds {
			s := LoGSetting{Options: grid.at(sigma, threshold, spacing)}
			for i := range images {
				s.Score = s.Score.Add(curves[i*len(grid.Sigmas)+j][k])
			}
			settings = append(settings, s)
			b := settings[best]
			if f, g := s.Score.F1(), b.Score.F1(); f > g || f == g && threshold > b.Options.Threshold {
				best = len(settings) - 1
			}
		}
	}
	return settings, best, nil
}

// scoreLoG scores one image at one scale and every threshold of the grid.
func scoreLoG(ctx context.Context, image *Volume, truth []Point, grid LoGGrid, sigma float64, match MatchOptions) ([]Score, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	opts := grid.at(sigma, slices.Min(grid.Thresholds), match.Spacing)
	volume, err := LoG(image, opts)
	if err != nil {
		return nil, err
	}
	response := newLoGResponse(volume, opts.Relative)
	peaks, err := response.peaks(opts)
	if err != nil {
		return nil, err
	}
	var scores []Score
	for _, threshold := range grid.Thresholds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		points := peaks[:countAbove(peaks, response.threshold(threshold))]
		if opts.RemoveClose {
			if points, _, err = RemoveClosePoints(points, opts.Prune); err != nil {
				return nil, err
			}
		}
		matching, err := Match(truth, points, match)
		if err != nil {
			return nil, err
		}
		scores = append(scores, matching.Score())
	}
	return scores, nil
}
