package detection

import (
	"errors"
	"testing"
)

func TestDrawPoints(t *testing.T) {
	v := NewVolume([3]int{2, 9, 9}, 1)
	for i := range v.Data {
		v.Data[i] = float32(i % 81)
	}
	points := []Point{{Pos: [3]float64{1, 4, 4}}, {Pos: [3]float64{1, 0, 8.4}}, {Pos: [3]float64{0, 20, 4}}}
	opts := DefaultDrawOptions()
	opts.Low, opts.High = 0, 100
	got, err := DrawPoints(v, points, opts)
	if err != nil {
		t.Fatal(err)
	}
	// a disk of radius 2 has 13 pixels; 6 of the one in the corner are inside
	white := map[int]int{}
	for i, x := range got.Data {
		if x == 255 {
			white[i/81]++
		} else if x > 180 {
			t.Fatalf("value %v is brighter than the level", x)
		}
	}
	if white[0] != 0 || white[1] != 13+6 {
		t.Errorf("white pixels by plane: %v, want none and 19", white)
	}
	if a, b := got.At(0, 0, 0, 0), got.At(0, 8, 8, 0); a != 0 || b != 180 {
		t.Errorf("darkest is %v, brightest %v, want 0 and 180", a, b)
	}
	if v.At(1, 4, 4, 0) != 40 {
		t.Error("the image was changed")
	}
	if _, err := DrawPoints(v, nil, DrawOptions{Radius: -1, Level: 300, Low: 5, High: 5}); err == nil {
		t.Error("bad options: no error")
	}
}

func TestDrawMatching(t *testing.T) {
	truth := []Point{{Pos: [3]float64{0, 10, 10}}, {Pos: [3]float64{0, 10, 30}}}
	pred := []Point{{Pos: [3]float64{0, 11, 10}}, {Pos: [3]float64{0, 30, 10}}}
	m, err := Match(truth, pred, MatchOptions{Tolerance: 3, Spacing: UnitSpacing})
	if err != nil {
		t.Fatal(err)
	}
	got, err := DrawMatching(NewVolume([3]int{1, 40, 40}, 1), truth, pred, m)
	if err != nil {
		t.Fatal(err)
	}
	at := func(y, x int) [3]float32 {
		return [3]float32{got.At(0, y, x, 0), got.At(0, y, x, 1), got.At(0, y, x, 2)}
	}
	if got.Dims != [3]int{1, 120, 120} || at(35, 32) != colourHit {
		t.Errorf("size %v, pair drawn as %v", got.Dims, at(35, 32))
	}
	if at(32, 92+15) != colourMissed || at(32, 92) != [3]float32{} {
		t.Errorf("missed: ring %v, centre %v", at(32, 107), at(32, 92))
	}
	if at(92, 32+15) != colourFalse || at(92, 32) != colourFalse {
		t.Errorf("false: ring %v, centre %v", at(92, 47), at(92, 32))
	}
	if _, err := DrawMatching(NewVolume([3]int{2, 4, 4}, 1), nil, nil, Matching{}); !errors.Is(err, ErrShape) {
		t.Errorf("two planes: %v", err)
	}
}
