// Package fuzzkit holds what the fuzz targets of several packages need.
package fuzzkit

import (
	"runtime/metrics"
	"testing"
)

// MaxInput is the number of bytes of an input above which [Bounded] skips it:
// larger ones only slow the search for new paths down.
const MaxInput = 1 << 16

// Bounded calls read with the input, and fails the test when read, which must
// not start goroutines that outlive it, took more than limit bytes of memory
// from the heap, freed ones included. So a small file that claims to be large
// is found before it fills a machine's memory. Inputs above [MaxInput] are
// skipped. Small objects are counted in blocks, to about a megabyte.
func Bounded(t *testing.T, input []byte, limit uint64, read func()) {
	t.Helper()
	if len(input) > MaxInput {
		t.Skip("too long")
	}
	before := allocated()
	read()
	if n := allocated() - before; n > limit {
		t.Fatalf("%d bytes of input took %d bytes of memory, want at most %d", len(input), n, limit)
	}
}

// allocated is the number of bytes that were ever taken from the heap.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
