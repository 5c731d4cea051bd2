package bench

import "slices"

// Spread describes numbers by their middle and their ends.
type Spread struct {
	// Median is the middle value; of an even number of values the mean of the
	// two in the middle. Min and Max are the ends.
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf describes values, of which there is at least one.
func spreadOf(values []float64) Spread {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return Spread{Median: (s[(n-1)/2] + s[n/2]) / 2, Min: s[0], Max: s[n-1]}
}

// Sample holds the measurements of one side.
type Sample struct {
	Spread
	// Seconds are the counted measurements in their order.
	Seconds []float64 `json:"seconds"`
}

func newSample(seconds []float64) *Sample { return &Sample{spreadOf(seconds), seconds} }

// Item is one thing that was measured.
type Item struct {
	Name string `json:"name"`
	// Images is how many images one measurement treats; 0 where images are not
	// what is counted.
	Images int     `json:"images,omitempty"`
	Ours   *Sample `json:"ours"`
	// Peer, Ratio and PairRatios are missing without a peer. Ratio is the peer's
	// median over ours, so that 2 means that we take half the time; PairRatios
	// are those of the pairs of neighbouring measurements.
	Peer       *Sample `json:"peer,omitempty"`
	Ratio      float64 `json:"ratio,omitempty"`
	PairRatios *Spread `json:"pair_ratios,omitempty"`
	// Equal says whether both sides gave the same result, and Comparison in
	// words what was compared; missing where results are not compared.
	Equal      *bool  `json:"equal,omitempty"`
	Comparison string `json:"comparison,omitempty"`
	// Note says what the two sides do not do alike; "" for nothing.
	Note string `json:"note,omitempty"`
}

// newItem summarises measurements; theirs is nil without a peer, and as long
// as ours with one.
func newItem(name string, ours, theirs []float64) Item {
	it := Item{Name: name, Ours: newSample(ours)}
	if theirs == nil {
		return it
	}
	it.Peer = newSample(theirs)
	it.Ratio = it.Peer.Median / it.Ours.Median
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = theirs[i] / ours[i]
	}
	pairs := spreadOf(ratios)
	it.PairRatios = &pairs
	return it
}
