package widgets

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// marked are points with what is said of them, for a script (js/points.js). Lists
// are base64 of little-endian float64; classes are "" for none.
type marked struct {
	IDs     string `json:"ids"`
	Pos     string `json:"pos"`
	Prob    string `json:"prob"`
	Classes string `json:"classes,omitempty"`
	// Mates are the index of the point of the other list that each is paired with,
	// -1 for none; "" where there is no other list.
	Mates string `json:"mates,omitempty"`
	Count int    `json:"count"`
}

// markedOf packs points; mates may be nil.
func markedOf(points []detection.Point, mates []int) *marked {
	m := &marked{
		IDs:     doubles(points, func(p detection.Point) []float64 { return []float64{float64(p.ID)} }),
		Pos:     doubles(points, position),
		Prob:    doubles(points, func(p detection.Point) []float64 { return []float64{p.Prob} }),
		Classes: classes(points),
		Count:   len(points),
	}
	if mates != nil {
		i := -1
		m.Mates = doubles(points, func(detection.Point) []float64 { i++; return []float64{float64(mates[i])} })
	}
	return m
}

// size is about how many characters it takes.
func (m *marked) size() int {
	if m == nil {
		return 0
	}
	return len(m.IDs) + len(m.Pos) + len(m.Prob) + len(m.Classes) + len(m.Mates)
}

// matesOf are the partners of all points of a matching, -1 for none.
func matesOf(m detection.Matching, truth, pred int) (ofTruth, ofPred []int) {
	ofTruth, ofPred = make([]int, truth), make([]int, pred)
	for i := range ofTruth {
		ofTruth[i] = -1
	}
	for i := range ofPred {
		ofPred[i] = -1
	}
	for _, p := range m.Pairs {
		ofTruth[p.Truth], ofPred[p.Pred] = p.Pred, p.Truth
	}
	return ofTruth, ofPred
}

// sizeError is that of points that leave no room for an image.
func sizeError(points, size, most int) error {
	return fmt.Errorf("%d points take %d characters of a page and MostBytes is %d: want at most half of it, or a larger MostBytes", points, size, most)
}
