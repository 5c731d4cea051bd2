package download

import (
	"context"
	"errors"
	"time"
)

// final wraps an error for which trying again is of no use.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// Final marks an error for which trying again is of no use.
func Final(err error) error { return final{err} }

// Again calls try until it succeeds, returns an error marked by [Final], which
// comes back without its mark, or has been called as often as the client allows;
// pauses grow. When ctx ends its error is returned.
func (c Client) Again(ctx context.Context, try func(context.Context) error) error {
	for n := 0; ; n++ {
		err := try(ctx)
		var stop final
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &stop):
			return stop.error
		case n == c.Attempts-1:
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(c.Pause << n):
		}
	}
}
