package dataset

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// twin is the earlier image that an image repeats.
type twin struct {
	at       int // -1 for none
	exact    bool
	likeness float64
}

// findTwins finds for each image the earlier one that it repeats: one of
// another split before one of its own, among these one of equal pixels before
// one that is alike, then the most alike, then the first. What is found does
// not depend on the number of goroutines. Every pair is compared, so that the
// time grows with the square of the number of images: a second or two for
// 1000, some minutes for 10,000. step is called after each image, from
// several goroutines.
func findTwins(ctx context.Context, images []*examined, likeness float64, step func()) ([]twin, error) {
	twins := make([]twin, len(images))
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for {
				j := int(next.Add(1)) - 1
				if j >= len(images) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				twins[j] = findTwin(images, j, likeness)
				step()
			}
		})
	}
	return twins, g.Wait()
}

// findTwin compares image j with those before it.
func findTwin(images []*examined, j int, likeness float64) twin {
	best, bestRank := twin{at: -1}, -1
	turned := images[j].print.turned()
	for i, other := range images[:j] {
		t := twin{at: i, exact: other.print.exact == images[j].print.exact, likeness: 1}
		if !t.exact {
			if t.likeness = other.print.likeness(turned); t.likeness < likeness {
				continue
			}
		}
		rank := 0
		if other.split != images[j].split {
			rank += 2
		}
		if t.exact {
			rank++
		}
		if rank > bestRank || rank == bestRank && t.likeness > best.likeness {
			best, bestRank = t, rank
		}
	}
	return best
}

// describe is the finding about image it, which repeats other. The same image
// in two splits makes a score worthless; one image twice in a split gives it
// more weight than was meant.
func (t twin) describe(it, other *examined) Finding {
	f := Finding{Severity: Note, Kind: KindDuplicate, File: it.image, Other: other.image}
	leaks := it.split != other.split
	what := fmt.Sprintf("looks like %s (likeness %.2f, perhaps turned, mirrored or of other brightness)", filepath.ToSlash(other.image), t.likeness)
	if t.exact {
		what = "has the same pixels as " + filepath.ToSlash(other.image)
	}
	switch {
	case leaks && t.exact:
		f.Severity = Error
		f.Message = what + ": an image must be in one split only, or the score says nothing about new images"
	case leaks:
		f.Severity = Warning
		f.Message = what + ": look at both, and keep a field in one split"
	case t.exact:
		f.Severity = Warning
		f.Message = what + ": one of them is too many"
	default:
		f.Message = what
	}
	return f
}
