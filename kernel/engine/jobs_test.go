package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestJobsWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j jobs
		var inside, other atomic.Int32
		work := func(folder string, n *atomic.Int32) {
			free, err := j.lock(context.Background(), folder)
			if err != nil {
				t.Error(err)
				return
			}
			if folder == "a" && n.Add(1) > 1 {
				t.Error("two in one folder")
			}
			synctest.Wait()
			n.Add(-1)
			free()
		}
		free, err := j.lock(context.Background(), "a")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := j.lock(ctx, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		work("b", &other) // another folder does not wait
		free()
		for range 4 {
			go work("a", &inside)
		}
	})
}
