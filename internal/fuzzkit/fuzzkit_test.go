package fuzzkit

import "testing"

var sink []byte

func TestAllocatedCountsWhatIsFreedToo(t *testing.T) {
	before := allocated()
	for range 8 {
		sink = make([]byte, 4<<20)
	}
	if n := allocated() - before; n < 32<<20 || n > 34<<20 {
		t.Errorf("8 times 4 MiB are %d bytes", n)
	}
}

func TestBoundedCallsAndSkips(t *testing.T) {
	calls := 0
	for _, n := range []int{0, MaxInput, MaxInput + 1} {
		t.Run("", func(t *testing.T) { Bounded(t, make([]byte, n), 1<<20, func() { calls++ }) })
	}
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}
