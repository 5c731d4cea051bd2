package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// Side does one piece of work and returns the seconds that it took: what has
// to be prepared or cleared away is not counted.
type Side func(ctx context.Context) (seconds float64, err error)

// Options says how [Alternate] measures. Start from [DefaultOptions].
type Options struct {
	// Rounds is how many measurements of each side count, at least 1. Default
	// 5: fewer leave the median to chance, more make a slow peer a long wait.
	Rounds int
	// Warmups is how many rounds come first and are not counted, at least 0:
	// they compile, fill caches and take memory. Default 1.
	Warmups int
	// Progress is told of every round; may be nil.
	Progress detection.Progress
}

// DefaultOptions returns 5 rounds after one warm-up.
func DefaultOptions() Options { return Options{Rounds: 5, Warmups: 1} }

// Validate reports every invalid field, each by name and value.
func (o Options) Validate() error {
	var errs []error
	if o.Rounds < 1 {
		errs = append(errs, fmt.Errorf("Rounds is %d: want at least 1", o.Rounds))
	}
	if o.Warmups < 0 {
		errs = append(errs, fmt.Errorf("Warmups is %d: want at least 0", o.Warmups))
	}
	return errors.Join(errs...)
}

// Alternate measures both sides in turn, ours first, and summarises the
// counted rounds. peer may be nil: then ours is measured alone.
//
// Errors: those of [Options.Validate]; the first of a side, with its name;
// ctx.Err() between two measurements.
func Alternate(ctx context.Context, name string, ours, peer Side, opts Options) (Item, error) {
	if err := opts.Validate(); err != nil {
		return Item{}, fmt.Errorf("bench: %w", err)
	}
	total := opts.Warmups + opts.Rounds
	detection.Report(opts.Progress, detection.ProgressEvent{Task: name, Total: total, Unit: "rounds"})
	var a, b []float64
	for i := range total {
		s, err := measure(ctx, name, "ours", ours)
		if err != nil {
			return Item{}, err
		}
		if i >= opts.Warmups {
			a = append(a, s)
		}
		if peer != nil {
			if s, err = measure(ctx, name, "the peer", peer); err != nil {
				return Item{}, err
			}
			if i >= opts.Warmups {
				b = append(b, s)
			}
		}
		detection.Report(opts.Progress, detection.ProgressEvent{Task: name, Done: i + 1, Total: total, Unit: "rounds"})
	}
	return newItem(name, a, b), nil
}

// measure runs one side once.
func measure(ctx context.Context, name, who string, side Side) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s, err := side(ctx)
	switch {
	case ctx.Err() != nil: // whatever else went wrong with it
		return 0, ctx.Err()
	case err != nil:
		return 0, fmt.Errorf("bench: %s: %s: %w", name, who, err)
	case !(s > 0):
		return 0, fmt.Errorf("bench: %s: %s: took %v seconds: want a time above 0", name, who, s)
	}
	return s, nil
}
