package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

func value(v any, bytes int64) func(context.Context) (*result, error) {
	return func(context.Context) (*result, error) { return &result{value: v, bytes: bytes}, nil }
}

func TestMemoKeepsWhatWasUsedLast(t *testing.T) {
	m, ctx := newMemo(30), context.Background()
	ask := func(key string, want bool) {
		t.Helper()
		r, known, err := m.do(ctx, key, value(key, 10))
		if err != nil || known != want || r.value != key {
			t.Fatalf("%s: %v, known %v, want %v, %v", key, r, known, want, err)
		}
		m.release(r)
	}
	ask("a", false)
	ask("b", false)
	ask("c", false)
	ask("a", true)
	ask("d", false) // b goes
	ask("c", true)
	ask("a", true)
	ask("b", false)
	if m.bytes != 30 || m.computed != 5 || m.known != 3 {
		t.Errorf("%d bytes, computed %d, known %d", m.bytes, m.computed, m.known)
	}
	r, _, err := m.do(ctx, "large", value("large", 100))
	if err != nil || r.value != "large" || m.recent.Len() != 1 {
		t.Errorf("a result above the limit: %v, %d kept", err, m.recent.Len())
	}
	m.forget()
	if m.bytes != 0 || len(m.entries) != 0 {
		t.Errorf("after forget %d bytes, %d entries", m.bytes, len(m.entries))
	}
}

// A volume in use is not closed by another result that takes its place.
func TestMemoHolds(t *testing.T) {
	m := newMemo(1)
	blob, err := protocol.NewBlob(detection.NewVolume([3]int{1, 2, 2}, 1))
	if err != nil {
		t.Fatal(err)
	}
	m.add("v", &result{blob: blob, bytes: 16})
	r := m.get("v")
	m.add("other", &result{value: 1, bytes: 1})
	if m.get("v") != nil {
		t.Error("still kept")
	}
	if _, err := r.blob.Volume(); err != nil {
		t.Error(err)
	}
	m.release(r)
	if _, err := blob.Volume(); err == nil || r.blob != nil {
		t.Error("not closed when nobody uses it")
	}
}

// Work that several wait for is done once, goes on while one still waits, and
// ends when nobody does.
func TestMemoShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo(100)
		var started atomic.Int32
		var ended error
		proceed := make(chan struct{})
		work := func(ctx context.Context) (*result, error) {
			started.Add(1)
			select {
			case <-proceed:
				return &result{value: 7, bytes: 1}, nil
			case <-ctx.Done():
				ended = ctx.Err()
				return nil, ctx.Err()
			}
		}
		var wg sync.WaitGroup
		first, leave := context.WithCancel(context.Background())
		wg.Go(func() {
			if _, _, err := m.do(first, "k", work); !errors.Is(err, context.Canceled) {
				t.Errorf("who left: %v", err)
			}
		})
		synctest.Wait()
		for range 3 {
			wg.Go(func() {
				r, known, err := m.do(context.Background(), "k", work)
				if err != nil || r.value != 7 || !known {
					t.Errorf("who waits: %v, %v, %v", r, known, err)
				}
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(proceed)
		wg.Wait()
		if started.Load() != 1 || ended != nil {
			t.Errorf("worked %d times, %v", started.Load(), ended)
		}

		proceed = make(chan struct{})
		alone, leave := context.WithCancel(context.Background())
		wg.Go(func() { _, _, _ = m.do(alone, "other", work) })
		synctest.Wait()
		leave()
		wg.Wait()
		synctest.Wait()
		if !errors.Is(ended, context.Canceled) {
			t.Errorf("work that nobody waits for: %v", ended)
		}
		close(proceed)
		if r, _, err := m.do(context.Background(), "other", work); err != nil || r.value != 7 {
			t.Errorf("asked again: %v, %v", r, err)
		}
		fail := errors.New("no")
		for range 2 {
			if _, _, err := m.do(context.Background(), "bad", func(context.Context) (*result, error) { return nil, fail }); err != fail {
				t.Errorf("error %v", err)
			}
		}
	})
}

// Under many callers at once every result is right and nothing stays open.
func TestMemoRace(t *testing.T) {
	m := newMemo(5)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				key := fmt.Sprint((i * (g + 1)) % 13)
				r, _, err := m.do(context.Background(), key, func(context.Context) (*result, error) {
					v := detection.NewVolume([3]int{1, 1, 1}, 1)
					fmt.Sscan(key, &v.Data[0])
					blob, err := protocol.NewBlob(v)
					return &result{blob: blob, bytes: 1}, err
				})
				if err != nil {
					t.Error(err)
					return
				}
				v, err := r.blob.Volume()
				if err != nil || fmt.Sprint(v.Data[0]) != key {
					t.Errorf("%s: %v, %v", key, v, err)
				}
				m.release(r)
			}
		})
	}
	wg.Wait()
	if m.bytes > 5 || int64(m.recent.Len()) != m.bytes {
		t.Errorf("%d bytes, %d entries", m.bytes, m.recent.Len())
	}
}
