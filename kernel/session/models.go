//go:build unix

package session

import (
	"context"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// Model describes a model; see [protocol.ModelReply].
type Model = protocol.ModelReply

// Model describes a model file, or a model that comes with Puncta.
func (s *Session) Model(ctx context.Context, model string) (Model, error) {
	var reply Model
	model, err := modelPath(model)
	if err != nil {
		return reply, err
	}
	err = s.call(ctx, request{op: protocol.OpModel, args: protocol.ModelArgs{Model: model}, result: &reply})
	return reply, err
}

// Scored is the score of a model on a folder; see [protocol.ScoreReply].
type Scored = protocol.ScoreReply

// Score finds the points of all images of a folder and compares them with the
// CSV files of the same names in another one. nil options are those of the
// model. Maps that are known are not predicted again, so that the second score
// of a model takes a moment, whatever its options.
func (s *Session) Score(ctx context.Context, images, points, model string, opts *detection.DetectOptions, match detection.MatchOptions) (*Scored, error) {
	args := protocol.ScoreArgs{Options: opts, Match: match}
	if err := absolute(&args.Images, images, &args.Points, points, &args.Model, model); err != nil {
		return nil, err
	}
	var reply Scored
	return &reply, s.call(ctx, request{op: protocol.OpScore, args: args, result: &reply})
}

// Tuned are the settings that [Session.Tune] chose; see [protocol.TuneReply].
type Tuned = protocol.TuneReply

// Tune finds the smoothing, threshold, close-point radius and refinement with
// the highest F1 on a folder of images with true points, which should be
// validation images. The model file stays as it is: give Detect of the result to
// [Session.Detect].
func (s *Session) Tune(ctx context.Context, images, points, model string, match detection.MatchOptions) (*Tuned, error) {
	args := protocol.TuneArgs{Match: match}
	if err := absolute(&args.Images, images, &args.Points, points, &args.Model, model); err != nil {
		return nil, err
	}
	var reply Tuned
	return &reply, s.call(ctx, request{op: protocol.OpTune, args: args, result: &reply})
}

// absolute makes the paths of a call about folders absolute.
func absolute(toImages *string, images string, toPoints *string, points string, toModel *string, model string) (err error) {
	if *toImages, err = filepath.Abs(images); err != nil {
		return err
	}
	if *toPoints, err = filepath.Abs(points); err != nil {
		return err
	}
	*toModel, err = modelPath(model)
	return err
}

// Counters say what the engine has done; see [protocol.Counters].
type Counters = protocol.Counters

// Counters returns what the engine has done since it started.
func (s *Session) Counters(ctx context.Context) (Counters, error) {
	var c Counters
	return c, s.call(ctx, request{op: protocol.OpCounters, args: struct{}{}, result: &c})
}

// Forget makes the engine let go of all results.
func (s *Session) Forget(ctx context.Context) error {
	return s.call(ctx, request{op: protocol.OpForget, args: struct{}{}})
}
