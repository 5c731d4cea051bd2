package engine

import (
	"container/list"
	"context"
	"sync"

	"github.com/puncta-bio/puncta/kernel/protocol"
)

// memo keeps results by the hash of everything that they depend on, up to a
// size; the ones used last stay. The same result is worked out once, however
// many ask for it at the same time, and no longer than somebody waits for it.
type memo struct {
	mu       sync.Mutex
	limit    int64
	bytes    int64
	entries  map[string]*entry
	recent   *list.List // of *entry, the one used last in front
	computed int
	known    int
}

// entry is a result, or the work on it.
type entry struct {
	key     string
	result  *result
	err     error
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int           // callers that wait for it
	place   *list.Element // nil while it is worked on
}

// result is a volume or another value, of about so many bytes.
type result struct {
	blob  *protocol.Blob
	value any
	bytes int64
	held  int  // callers that use it
	gone  bool // no longer in the memo
}

func newMemo(limit int64) *memo {
	return &memo{limit: limit, entries: map[string]*entry{}, recent: list.New()}
}

// do returns the result of a key, and whether it was known; work finds it when it is not. The
// caller lets go of it when it has been used. Errors are not kept.
func (m *memo) do(ctx context.Context, key string, work func(context.Context) (*result, error)) (r *result, known bool, err error) {
	m.mu.Lock()
	e, known := m.entries[key]
	switch {
	case known && e.place != nil:
		m.recent.MoveToFront(e.place)
		e.result.held++
		m.known++
		m.mu.Unlock()
		return e.result, true, nil
	case !known:
		// The work goes on when the first caller leaves and another one waits.
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		e = &entry{key: key, done: make(chan struct{}), cancel: cancel}
		m.entries[key] = e
		go m.work(shared, e, work)
	}
	e.waiting++
	m.mu.Unlock()
	select {
	case <-e.done:
	case <-ctx.Done():
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.result == nil && e.err == nil {
		if e.waiting--; e.waiting == 0 {
			e.cancel()
			delete(m.entries, key) // who comes now begins anew
		}
		return nil, false, ctx.Err()
	}
	if e.err == nil && known {
		m.known++
	}
	return e.result, known, e.err
}

// work finds the result of an entry and files it.
func (m *memo) work(ctx context.Context, e *entry, work func(context.Context) (*result, error)) {
	r, err := work(ctx)
	e.cancel()
	m.mu.Lock()
	defer m.mu.Unlock()
	e.result, e.err = r, err
	current := m.entries[e.key] == e
	switch {
	case err != nil:
		if e.result = nil; current {
			delete(m.entries, e.key)
		}
	case !current: // nobody waits any more
		r.gone = true
		r.free()
	default:
		m.computed++
		r.held = e.waiting
		m.bytes += r.bytes
		e.place = m.recent.PushFront(e)
		m.shrink()
	}
	close(e.done)
}

// add files a result that is there already.
func (m *memo) add(key string, r *result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[key]; ok {
		if e.place != nil {
			m.recent.MoveToFront(e.place)
		}
		r.gone = true
		r.free()
		return
	}
	e := &entry{key: key, result: r, done: make(chan struct{}), cancel: func() {}}
	close(e.done)
	m.entries[key], m.bytes = e, m.bytes+r.bytes
	e.place = m.recent.PushFront(e)
	m.shrink()
}

// get returns a result that is there, nil without.
func (m *memo) get(key string) *result {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[key]
	if e == nil || e.place == nil {
		return nil
	}
	m.recent.MoveToFront(e.place)
	e.result.held++
	return e.result
}

// release lets go of a result.
func (m *memo) release(r *result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.held--
	r.free()
}

// shrink lets results go until the rest is within the limit. The one used last
// stays in any case.
func (m *memo) shrink() {
	for m.bytes > m.limit && m.recent.Len() > 1 {
		m.drop(m.recent.Back())
	}
}

// forget lets all results go.
func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.recent.Len() > 0 {
		m.drop(m.recent.Back())
	}
}

func (m *memo) drop(place *list.Element) {
	e := place.Value.(*entry)
	m.recent.Remove(place)
	delete(m.entries, e.key)
	m.bytes -= e.result.bytes
	e.result.gone = true
	e.result.free()
}

// free closes a result that is neither kept nor used.
func (r *result) free() {
	if r.gone && r.held == 0 && r.blob != nil {
		_ = r.blob.Close()
		r.blob = nil
	}
}
