package detection

import (
	"runtime"
	"sync"
)

// inParallel cuts 0..n-1 into one contiguous range per processor and runs
// do(part, lo, hi) on each at the same time. It returns the number of parts,
// which is at most maxParts(). A result collected by part is in the order of
// the ranges, whatever the number of processors.
func inParallel(n int, do func(part, lo, hi int)) int {
	parts := min(maxParts(), max(n, 1))
	if parts == 1 {
		do(0, 0, n)
		return 1
	}
	var wait sync.WaitGroup
	for part := range parts {
		wait.Go(func() { do(part, n*part/parts, n*(part+1)/parts) })
	}
	wait.Wait()
	return parts
}

// maxParts is the largest number of parts that [inParallel] makes.
func maxParts() int { return runtime.GOMAXPROCS(0) }
