package detection

import (
	"errors"
	"strings"
	"testing"
)

func TestDrawIDs(t *testing.T) {
	points := []Point{
		{ID: 300, Pos: [3]float64{1, 10, 14}}, // overlaps the next, which is the lower one
		{ID: 2, Pos: [3]float64{1, 10, 10.4}},
		{ID: 3, Pos: [3]float64{0, 0, 0}},
		{ID: 9, Pos: [3]float64{0, 5, 40}}, // outside
	}
	got, err := DrawIDs([3]int{2, 20, 30}, points)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[[2]int]int{}
	for i, v := range got.Data {
		counts[[2]int{i / 600, int(v)}]++
	}
	// scikit-image's disk(3) has 29 pixels; a quarter of it with its two edges
	// has 11; two of them 4 pixels apart share 3 of their middle rows and 1 of
	// each of four others
	want := map[[2]int]int{{0, 0}: 589, {0, 3}: 11, {1, 0}: 600 - 29 - 22, {1, 300}: 29, {1, 2}: 22}
	for k, n := range want {
		if counts[k] != n {
			t.Errorf("plane %d has %d voxels of id %d, want %d", k[0], counts[k], k[1], n)
		}
	}
	if len(counts) != len(want) {
		t.Errorf("voxels by plane and id: %v", counts)
	}
	if points[0].ID != 300 {
		t.Error("the points were reordered")
	}
	for _, bad := range []int{0, 1<<24 + 1} {
		if _, err := DrawIDs([3]int{1, 9, 9}, []Point{{ID: bad}}); err == nil || !strings.Contains(err.Error(), "point at index 0 has id") {
			t.Errorf("id %d: %v", bad, err)
		}
	}
	if _, err := DrawIDs([3]int{0, 9, 9}, nil); !errors.Is(err, ErrShape) {
		t.Errorf("no plane: %v", err)
	}
}

func TestDrawAssociations(t *testing.T) {
	truth := []Point{{Pos: [3]float64{0, 5, 5}}, {Pos: [3]float64{0, 5, 30}}}
	pred := []Point{{Pos: [3]float64{0, 20, 30}}, {Pos: [3]float64{0, 7, 5}}, {Pos: [3]float64{0, 5, 33}}, {Pos: [3]float64{0, 5, 1}}}
	m, err := Match(truth, pred, MatchOptions{Tolerance: 2, Spacing: UnitSpacing})
	if err != nil {
		t.Fatal(err)
	}
	got, err := DrawAssociations([3]int{1, 30, 40}, truth, pred, m)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[[3]float32]int{}
	for i := 0; i < len(got.Data); i += 3 {
		counts[[3]float32(got.Data[i:])]++
	}
	// a miss covers the 4 + 4·2 pixels that it shares with a false one 3 pixels
	// away; a false one 1 pixel from the border has 23 inside, of which a find 4
	// pixels away covers 7
	want := map[[3]float32]int{{}: 1200 - 29 - 29 - 29 - 17 - 16, {0, 255, 0}: 29, {255, 0, 0}: 29, {0, 0, 255}: 29 + 17 + 16}
	for colour, n := range want {
		if counts[colour] != n {
			t.Errorf("%d pixels of %v, want %d", counts[colour], colour, n)
		}
	}
	if at := got.Data[got.Index(0, 5, 5):][:3]; at[1] != 255 {
		t.Errorf("the pair is not drawn at its true point: %v", at)
	}
	if _, err := DrawAssociations([3]int{1, 30, 40}, truth, pred[:2], m); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "4 predicted points, got 2") {
		t.Errorf("a matching of other points: %v", err)
	}
}
