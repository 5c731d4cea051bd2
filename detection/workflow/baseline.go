package workflow

import (
	"context"

	"github.com/puncta-bio/puncta/detection"
)

// Baseline is what the classical detector reaches: the bar for a network.
type Baseline struct {
	// Options are the settings that were best on the training images.
	Options detection.ClassicalOptions
	// Train is its score there, Test the evaluation on the test images.
	Train detection.Score
	Test  detection.Evaluation
	// Points are what it found in each test image.
	Points [][]detection.Point
}

// ClassicalBaseline tunes the classical detector on one set of images at the
// given matching and scores it on another.
func ClassicalBaseline(ctx context.Context, train, test []Item, match detection.MatchOptions) (*Baseline, error) {
	images, truth, err := volumes(train)
	if err != nil {
		return nil, err
	}
	b := &Baseline{}
	b.Options, b.Train, err = detection.TuneClassical(ctx, images, truth, match.Tolerance, match.Spacing)
	if err != nil {
		return nil, err
	}
	if images, truth, err = volumes(test); err != nil {
		return nil, err
	}
	b.Points = make([][]detection.Point, len(images))
	for i, v := range images {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if b.Points[i], err = detection.Classical(v, b.Options); err != nil {
			return nil, err
		}
	}
	b.Test, err = detection.ScoreImages(truth, b.Points, match)
	return b, err
}

// volumes loads the images of a set, as grey values, with their points.
func volumes(items []Item) (images []*detection.Volume, truth [][]detection.Point, err error) {
	for _, it := range items {
		image, err := it.load()
		if err != nil {
			return nil, nil, err
		}
		images = append(images, image.Grey())
		truth = append(truth, it.Truth)
	}
	return images, truth, nil
}
