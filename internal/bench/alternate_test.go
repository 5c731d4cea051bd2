package bench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// script is a side that takes the given seconds, one after the other, and
// writes its letter into the order.
func script(order *strings.Builder, letter string, seconds ...float64) Side {
	next := 0
	return func(context.Context) (float64, error) {
		order.WriteString(letter)
		next++
		return seconds[next-1], nil
	}
}

func TestAlternate(t *testing.T) {
	var order strings.Builder
	var events []detection.ProgressEvent
	opts := Options{Rounds: 3, Warmups: 1, Progress: detection.ProgressFunc(func(e detection.ProgressEvent) { events = append(events, e) })}
	it, err := Alternate(t.Context(), "work", script(&order, "A", 100, 1, 2, 4), script(&order, "B", 100, 8, 6, 4), opts)
	if err != nil {
		t.Fatal(err)
	}
	if order.String() != "ABABABAB" {
		t.Errorf("order %s, want both in turn, ours first", order.String())
	}
	// Ratios of pairs are 8, 3, 1; the warm-up of 100 s counts nowhere.
	if it.Name != "work" || it.Ours.Spread != (Spread{2, 1, 4}) || it.Peer.Spread != (Spread{6, 4, 8}) || it.Ratio != 3 || *it.PairRatios != (Spread{3, 1, 8}) {
		t.Errorf("got %+v: ours %+v, peer %+v, pairs %+v", it, it.Ours, it.Peer, it.PairRatios)
	}
	if !slices.Equal(it.Ours.Seconds, []float64{1, 2, 4}) || !slices.Equal(it.Peer.Seconds, []float64{8, 6, 4}) {
		t.Errorf("seconds %v and %v, want the counted ones in their order", it.Ours.Seconds, it.Peer.Seconds)
	}
	if first, last := events[0], events[len(events)-1]; len(events) != 5 || first.Done != 0 || last.Done != 4 || last.Total != 4 || last.Task != "work" {
		t.Errorf("progress %+v", events)
	}
}

func TestAlternateAlone(t *testing.T) {
	var order strings.Builder
	it, err := Alternate(t.Context(), "work", script(&order, "A", 5, 1, 2, 3, 8), nil, Options{Rounds: 4, Warmups: 1})
	if err != nil || order.String() != "AAAAA" {
		t.Fatalf("order %s, %v", order.String(), err)
	}
	if it.Ours.Median != 2.5 { // an even number of rounds
		t.Errorf("median %v, want 2.5", it.Ours.Median)
	}
	if it.Peer != nil || it.Ratio != 0 || it.PairRatios != nil {
		t.Errorf("got %+v, want nothing of a peer", it)
	}
}

func TestAlternateErrors(t *testing.T) {
	fine := func(context.Context) (float64, error) { return 1, nil }
	broken := func(context.Context) (float64, error) { return 0, errors.New("out of memory") }
	timeless := func(context.Context) (float64, error) { return 0, nil }
	tests := []struct {
		name       string
		ours, peer Side
		opts       Options
		want       string
	}{
		{"ours fails", broken, fine, DefaultOptions(), "work: ours: out of memory"},
		{"the peer fails", fine, broken, DefaultOptions(), "work: the peer: out of memory"},
		{"no time", fine, timeless, DefaultOptions(), "took 0 seconds"},
		{"options", fine, nil, Options{Warmups: -1}, "Rounds is 0: want at least 1\nWarmups is -1: want at least 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Alternate(t.Context(), "work", tt.ours, tt.peer, tt.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

// A cancelled measurement says so, whatever the side complained about.
func TestAlternateCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	ours := func(context.Context) (float64, error) {
		if calls++; calls == 2 {
			cancel()
			return 0, errors.New("killed")
		}
		return 1, nil
	}
	if _, err := Alternate(ctx, "work", ours, nil, DefaultOptions()); err != context.Canceled || calls != 2 {
		t.Errorf("error %v after %d calls, want the context's after 2", err, calls)
	}
}
