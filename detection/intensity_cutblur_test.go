package detection_test

import (
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// A box as large as the image: squares get their means, by hand. Five voxels
// in twos are a two and a three.
func TestCutBlurSquares(t *testing.T) {
	v := detection.NewVolume([3]int{1, 4, 5}, 1)
	copy(v.Data, []float32{
		1, 3, 0, 3, 9,
		5, 7, 0, 6, 0,
		2, 2, 1, 1, 1,
		2, 2, 1, 1, 1,
	})
	opts := detection.CutBlurOptions{Size: [2]float64{1, 1}, Factor: [2]int{2, 2}, InsideOnly: true}
	want := []float32{
		4, 4, 3, 3, 3,
		4, 4, 3, 3, 3,
		2, 2, 1, 1, 1,
		2, 2, 1, 1, 1,
	}
	if err := detection.CutBlur(v, opts, seeded(1)); err != nil || !slices.Equal(v.Data, want) {
		t.Errorf("%v %v, want %v", v.Data, err, want)
	}
	tall := detection.NewVolume([3]int{1, 8, 1}, 1) // two squares of four in place of threes
	copy(tall.Data, []float32{1, 3, 0, 4, 9, 1, 1, 1})
	opts.Factor = [2]int{3, 3}
	if err := detection.CutBlur(tall, opts, seeded(1)); err != nil || !slices.Equal(tall.Data, []float32{2, 2, 2, 2, 3, 3, 3, 3}) {
		t.Errorf("%v %v, want four twos and four threes", tall.Data, err)
	}
	opts.Factor = [2]int{50, 50} // one square
	if err := detection.CutBlur(v, opts, seeded(1)); err != nil || !closeTo(v.Data, filled(v.Dims, 1, 2.4).Data, 1e-6) {
		t.Errorf("%v %v, want 2.4 throughout", v.Data, err)
	}
}

// Only the box changes, or only the rest; the box takes all planes, has the
// drawn share of y and x, and keeps its mean in every plane and channel.
func TestCutBlurInsideAndOutside(t *testing.T) {
	const side = 32
	outsides := 0
	for seed := range uint64(100) {
		v := patchOf(seed, [3]int{3, side, 2 * side}, 2)
		before := v.Clone()
		opts := detection.CutBlurOptions{Size: [2]float64{0.25, 0.25}, Factor: [2]int{2, 8}, InsideOnly: seed%2 == 0}
		if err := detection.CutBlur(v, opts, seeded(seed)); err != nil {
			t.Fatal(err)
		}
		box := detection.Box{Lo: [3]int{0, side, 2 * side}, Hi: [3]int{3, 0, 0}} // around what changed
		rest := box                                                              // around what did not
		changed := 0
		for z := range 3 {
			for y := range side {
				for x := range 2 * side {
					b := &rest
					if v.At(z, y, x, 0) != before.At(z, y, x, 0) {
						b = &box
						changed++
						if v.At(z, y, x, 1) == before.At(z, y, x, 1) {
							t.Fatalf("seed %d: one channel changed alone", seed)
						}
					}
					b.Lo[1], b.Lo[2] = min(b.Lo[1], y), min(b.Lo[2], x)
					b.Hi[1], b.Hi[2] = max(b.Hi[1], y+1), max(b.Hi[2], x+1)
				}
			}
		}
		if changed > v.Voxels()/2 {
			outsides++
			box, changed = rest, v.Voxels()-changed
			if opts.InsideOnly {
				t.Fatalf("seed %d: the outside changed with InsideOnly", seed)
			}
		}
		if box.Hi[1]-box.Lo[1] != side/4 || box.Hi[2]-box.Lo[2] != side/2 || changed != 3*side/4*side/2 {
			t.Fatalf("seed %d: box %v with %d voxels, want 8 x 16 in 3 planes", seed, box, changed)
		}
		for c := range 2 {
			want, _, _ := momentsOf(before, c)
			got, _, _ := momentsOf(v, c)
			if opts.InsideOnly {
				wantNear(t, "mean", got, want, 1e-6)
			}
		}
	}
	if outsides < 10 || outsides > 40 {
		t.Errorf("the outside changed in %d of 50, want about half", outsides)
	}
}

// The factor is drawn from its range: pieces of 12 voxels in a row of 48 for
// 12, of 16 for 13 to 16.
func TestCutBlurFactor(t *testing.T) {
	rng := seeded(2)
	seen := map[int]bool{}
	for range 60 {
		v := patchOf(1, [3]int{1, 1, 48}, 1)
		opts := detection.CutBlurOptions{Size: [2]float64{1, 1}, Factor: [2]int{12, 16}, InsideOnly: true}
		if err := detection.CutBlur(v, opts, rng); err != nil {
			t.Fatal(err)
		}
		seen[len(slices.Compact(v.Data))] = true
	}
	if len(seen) != 2 || !seen[3] || !seen[4] {
		t.Errorf("rows of %v squares, want 3 and 4", seen)
	}
}
