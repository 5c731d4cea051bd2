package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// comparePoints compares points with rows (y, x) of float64.
func comparePoints(ours result, theirs []byte) (bool, string) {
	var a, b [][2]float64
	for _, p := range ours.points {
		a = append(a, [2]float64{p.Pos[1], p.Pos[2]})
	}
	if !decode(theirs, &b, len(theirs)/16) {
		return false, "the peer's points cannot be read"
	}
	if slices.Equal(a, b) {
		return true, fmt.Sprintf("%d points, the same in the same order", len(a))
	}
	missing, extra := difference(a, b), difference(b, a)
	if missing+extra == 0 && len(a) == len(b) {
		return false, fmt.Sprintf("%d points, the same in another order", len(a))
	}
	return false, fmt.Sprintf("%d points and %d: %d only ours, %d only the peer's", len(a), len(b), missing, extra)
}

// difference counts what is in a and not in b.
func difference(a, b [][2]float64) (n int) {
	in := map[[2]float64]bool{}
	for _, p := range b {
		in[p] = true
	}
	for _, p := range a {
		if !in[p] {
			n++
		}
	}
	return n
}

// compareIndices compares the indices of kept points with float64.
func compareIndices(ours result, theirs []byte) (bool, string) {
	var a, b []float64
	for _, i := range ours.indices {
		a = append(a, float64(i))
	}
	if !decode(theirs, &b, len(theirs)/8) {
		return false, "the peer's indices cannot be read"
	}
	if slices.Equal(a, b) {
		return true, fmt.Sprintf("%d points kept, the same in the same order", len(a))
	}
	return false, fmt.Sprintf("%d points kept and %d, not the same", len(a), len(b))
}

// compareLabels compares labels with int32, pixel by pixel.
func compareLabels(ours result, theirs []byte) (bool, string) {
	var b []int32
	if !decode(theirs, &b, len(theirs)/4) || len(b) != len(ours.labels.Data) {
		return false, fmt.Sprintf("%d labels and %d", len(ours.labels.Data), len(b))
	}
	wrong := 0
	for i, l := range ours.labels.Data {
		if l != b[i] {
			wrong++
		}
	}
	return wrong == 0, fmt.Sprintf("%d of %d labels differ", wrong, len(b))
}

// comparePairs compares the number of pairs and the sum of their distances
// with the distances of the peer's pairs as float64. Which points were paired
// may differ where several choices are equally good.
func comparePairs(ours result, theirs []byte) (bool, string) {
	var b []float64
	if !decode(theirs, &b, len(theirs)/8) {
		return false, "the peer's distances cannot be read"
	}
	var sum, peers float64
	for _, p := range ours.pairs {
		sum += p.Distance
	}
	for _, d := range b {
		peers += d
	}
	equal := len(b) == len(ours.pairs) && math.Abs(sum-peers) <= 1e-9*max(sum, peers)
	return equal, fmt.Sprintf("%d true positives and %d, summed distance %.6f and %.6f", len(ours.pairs), len(b), sum, peers)
}

// decode reads n values of fixed size from raw little-endian numbers and says
// whether there were exactly so many.
func decode[T any](raw []byte, values *[]T, n int) bool {
	*values = make([]T, n)
	return binary.Size(*values) == len(raw) && binary.Read(bytes.NewReader(raw), binary.LittleEndian, *values) == nil
}
