package training

import "sync"

// defaultWorkers make the batch after the next one while the next one waits, so
// that a slow one does not keep the device waiting.
const defaultWorkers = 2

// prefetcher makes the batches of an epoch while the device works, several at
// a time, and hands them out in order.
type prefetcher struct {
	slots chan chan prefetched // in the order of batches
	quit  chan struct{}
	done  sync.WaitGroup
}

type prefetched struct {
	batch *Batch
	err   error
}

// prefetch starts making batches first to last-1 of an epoch. A batch depends
// on its number alone, so that it does not matter how many are made at a time.
func prefetch(l *Loader, epoch, first, last, workers int) *prefetcher {
	if workers < 1 {
		workers = defaultWorkers
	}
	p := &prefetcher{slots: make(chan chan prefetched, workers-1), quit: make(chan struct{})}
	p.done.Go(func() {
		defer close(p.slots)
		for i := first; i < last; i++ {
			slot := make(chan prefetched, 1)
			select {
			case p.slots <- slot:
			case <-p.quit:
				return
			}
			p.done.Go(func() {
				b, err := l.Batch(epoch, i)
				slot <- prefetched{b, err}
			})
		}
	})
	return p
}

// batch is the next batch, nil after the last.
func (p *prefetcher) batch() (*Batch, error) {
	slot, ok := <-p.slots
	if !ok {
		return nil, nil
	}
	b := <-slot
	return b.batch, b.err
}

// stop ends the making of batches and waits for those in the making.
func (p *prefetcher) stop() {
	close(p.quit)
	p.done.Wait()
}
