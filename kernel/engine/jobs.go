package engine

import (
	"context"
	"sync"
)

// jobs lets one job at a time work in a folder: a cell that is run again waits
// until what it stopped has written its checkpoint.
type jobs struct {
	mu   sync.Mutex
	busy map[string]chan struct{} // closed when the job has ended
}

// lock waits for the folder. free lets the next one in.
func (j *jobs) lock(ctx context.Context, folder string) (free func(), err error) {
	for {
		j.mu.Lock()
		other := j.busy[folder]
		if other == nil {
			if j.busy == nil {
				j.busy = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			j.busy[folder] = mine
			j.mu.Unlock()
			return func() {
				j.mu.Lock()
				defer j.mu.Unlock()
				delete(j.busy, folder)
				close(mine)
			}, nil
		}
		j.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
