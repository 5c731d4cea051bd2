package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/puncta-bio/puncta/kernel/jupyter"
)

// guarded executes code, at most for the given time (0: as long as it takes)
// and until ctx is cancelled. Then it interrupts, and kills the kernel when it
// has not obeyed within the grace period; alive says whether the kernel still
// runs.
//
// Errors: [ErrTimeout]; that of ctx; those of [jupyter.Kernel.Execute].
func (r *run) guarded(ctx context.Context, limit time.Duration, code string, opts jupyter.ExecuteOptions, handle func(jupyter.Message)) (reply jupyter.Reply, alive bool, err error) {
	// Execution has a context of its own: a cancelled ctx must not cut off what
	// the kernel says when it is interrupted.
	executing, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	finished := make(chan struct{})
	stopped := make(chan error, 1) // why the code was stopped, nil when it was not
	go func() {
		var expired <-chan time.Time
		if limit > 0 {
			timer := time.NewTimer(limit)
			defer timer.Stop()
			expired = timer.C
		}
		var why error
		select {
		case <-finished:
			stopped <- nil
			return
		case <-ctx.Done():
			why = ctx.Err()
		case <-expired:
			why = fmt.Errorf("%w: it took longer than %v", ErrTimeout, limit)
		}
		_ = r.kernel.Interrupt() // the kill below comes in any case
		select {
		case <-finished:
		case <-time.After(r.opts.Grace):
			giveUp()
		}
		stopped <- why
	}()
	reply, err = r.kernel.Execute(executing, code, opts, handle)
	close(finished)
	why := <-stopped
	switch {
	case why == nil:
		return reply, err == nil, err
	case err == nil:
		return reply, true, why
	}
	r.kernel.Shutdown(0)
	if executing.Err() == nil { // the kernel broke by itself
		return reply, false, fmt.Errorf("%w; then %w", why, err)
	}
	return reply, false, fmt.Errorf("%w; it did not stop within %v and the kernel was killed", why, r.opts.Grace)
}
