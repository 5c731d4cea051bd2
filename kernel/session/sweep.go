//go:build unix

package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// Sweep is a comparison of settings by which points are found; see
// [Session.Sweep].
type Sweep struct {
	// Images and Points are folders: images, and CSV files of the same names with
	// their true points.
	Images, Points string
	// Model is a model file, or the name of a model that comes with Puncta.
	Model string
	// Base is what the axes change; nil for the settings of the model.
	Base *detection.DetectOptions
	// Over are the axes: every combination of their values is tried, the last axis
	// fastest.
	Over []Axis
	// Runs tries so many combinations that are drawn by Seed, instead of all; 0
	// for all.
	Runs int
	Seed uint64
	// Match decides what counts as found.
	Match detection.MatchOptions
}

// Axis is what is varied, with its values. [Vary] makes one of anything;
// [Thresholds], [Radii], [Smoothings] and [Refinements] are the usual ones.
type Axis struct {
	name   string
	values []string
	set    []func(*detection.DetectOptions)
}

// Vary makes an axis of values and of what each does to the settings.
func Vary[T any](name string, set func(o *detection.DetectOptions, value T), values ...T) Axis {
	a := Axis{name: name}
	for _, v := range values {
		a.values = append(a.values, fmt.Sprint(v))
		a.set = append(a.set, func(o *detection.DetectOptions) { set(o, v) })
	}
	return a
}

// Thresholds varies the probability that a peak has to exceed, the same for all
// classes.
func Thresholds(values ...float64) Axis {
	return Vary("threshold", func(o *detection.DetectOptions, v float64) {
		o.Peaks.ThresholdType, o.Peaks.Threshold, o.ClassThresholds = detection.Manual, v, nil
	}, values...)
}

// Radii varies the distance up to which a point is removed for a more probable
// one, in physical units; 0 removes none.
func Radii(values ...float64) Axis {
	return Vary("radius", func(o *detection.DetectOptions, v float64) {
		o.RemoveClose, o.Prune.Radius, o.Prune.ClassRadii = v > 0, v, nil
	}, values...)
}

// Smoothings varies the standard deviation of the Gaussian that smooths the map,
// in physical units; 0 leaves it as it is. The voxel size is that of
// DetectOptions.Prune.
func Smoothings(values ...float64) Axis {
	return Vary("smoothing", func(o *detection.DetectOptions, v float64) {
		for a, voxel := range o.Prune.Spacing {
			o.Smooth[a] = v / voxel
		}
	}, values...)
}

// Refinements varies what moves points off their voxels; without arguments it
// tries all of [detection.AllRefinements].
func Refinements(kinds ...detection.Refinement) Axis {
	if len(kinds) == 0 {
		kinds = detection.AllRefinements()
	}
	return Vary("refinement", func(o *detection.DetectOptions, r detection.Refinement) {
		if o.Refine = r.Kind; r.Kind == detection.RefineCentroid {
			o.Centroid.ThresholdFactor = r.Factor
		}
	}, kinds...)
}

// Swept is a table of settings with their scores; see [protocol.Swept].
type Swept = protocol.Swept

// Sweep scores every combination of settings on a folder of images with true
// points, which should be validation images. The engine predicts each image once
// and finds the points by all settings together, so that a setting costs a small
// part of a prediction; what it has worked out before it does not work out again,
// so that more values of an axis cost no more than they add.
//
// A setting that fails is in the table with its sentence. Errors: an axis without
// values; settings that are not valid; those of [Session.Score].
func (s *Session) Sweep(ctx context.Context, sweep Sweep) (*Swept, error) {
	out, err := s.settings(ctx, sweep)
	if err != nil {
		return nil, err
	}
	args := protocol.SweepArgs{Match: sweep.Match}
	for _, r := range out.Rows {
		args.Settings = append(args.Settings, r.Options)
	}
	if err := absolute(&args.Images, sweep.Images, &args.Points, sweep.Points, &args.Model, sweep.Model); err != nil {
		return nil, err
	}
	var reply protocol.SweepReply
	if err := s.call(ctx, request{op: protocol.OpSweep, args: args, result: &reply}); err != nil {
		return nil, err
	}
	if len(reply.Results) != len(out.Rows) {
		return nil, fmt.Errorf("the engine sent %d results for %d settings", len(reply.Results), len(out.Rows))
	}
	for i, r := range reply.Results {
		out.Rows[i].SweepResult = r
	}
	out.Images, out.Predicted, out.Found = reply.Images, reply.Predicted, reply.Found
	return out, nil
}

// settings makes the rows of a sweep, without results.
func (s *Session) settings(ctx context.Context, sweep Sweep) (*Swept, error) {
	var errs []error
	out := &Swept{}
	sizes := make([]int, len(sweep.Over))
	for k, a := range sweep.Over {
		sizes[k] = len(a.values)
		out.Axes = append(out.Axes, a.name)
		if len(a.values) == 0 {
			errs = append(errs, fmt.Errorf("axis %d, %q, has no values: want at least one", k+1, a.name))
		}
	}
	if len(sweep.Over) == 0 {
		errs = append(errs, errors.New("nothing is varied: want axes in Over, such as session.Thresholds(0.2, 0.3)"))
	}
	if sweep.Runs < 0 {
		errs = append(errs, fmt.Errorf("Runs is %d: want 0 for all combinations, or their number", sweep.Runs))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	base := sweep.Base
	if base == nil {
		model, err := s.Model(ctx, sweep.Model)
		if err != nil {
			return nil, err
		}
		base = &model.Detect
	}
	combinations := detection.Combinations(sizes...)
	if sweep.Runs > 0 {
		combinations = detection.SampleCombinations(sweep.Runs, sweep.Seed, sizes...)
	}
	for i, chosen := range combinations {
		row := protocol.SweptRow{Number: i + 1, Options: *base}
		row.Options.ClassThresholds, row.Options.Prune.ClassRadii = slices.Clone(base.ClassThresholds), slices.Clone(base.Prune.ClassRadii)
		for k, v := range chosen {
			row.Values = append(row.Values, sweep.Over[k].values[v])
			sweep.Over[k].set[v](&row.Options)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}
