package detection_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// isPeriodicBlank says whether the blank voxels of a row or column, given as a
// function of the place, are runs of hole voxels, one per period.
func isPeriodicBlank(n, period, hole int, blank func(i int) bool) bool {
	for shift := range period {
		fits := true
		for i := range n {
			if blank(i) != ((i+shift)%period < hole) {
				fits = false
				break
			}
		}
		if fits {
			return true
		}
	}
	return false
}

// Without a turn the blank voxels are squares of a regular grid: a voxel is
// blank when its row and its column both run through squares.
func TestGridMaskSquares(t *testing.T) {
	const h, w = 50, 60
	shifts := map[[2]int]bool{}
	for seed := range uint64(60) {
		for _, invert := range []bool{false, true} {
			v := filled([3]int{1, h, w}, 2, 3)
			// 25 voxels, of which the bars take 0.56*25, in float64 a little more than 14
			opts := detection.GridMaskOptions{Ratio: 0.56, Period: [2]float64{0.5, 0.5}, Invert: invert}
			if err := detection.GridMask(v, opts, seeded(seed)); err != nil {
				t.Fatal(err)
			}
			blank := func(y, x int) bool { return (v.At(0, y, x, 0) == 0) != invert }
			var rows, columns [h + w]bool
			first := [2]int{-1, -1}
			for y := range h {
				for x := range w {
					if a, b := v.At(0, y, x, 0), v.At(0, y, x, 1); a != b || a != 0 && a != 3 {
						t.Fatalf("voxel %v %v, want 0 or 3 in both channels", a, b)
					}
					if blank(y, x) {
						rows[y], columns[x] = true, true
						if first[0] < 0 {
							first = [2]int{y, x}
						}
					}
				}
			}
			for y := range h {
				for x := range w {
					if blank(y, x) != (rows[y] && columns[x]) {
						t.Fatalf("seed %d: (%d, %d) does not fit a grid", seed, y, x)
					}
				}
			}
			if !isPeriodicBlank(h, 25, 11, func(i int) bool { return rows[i] }) ||
				!isPeriodicBlank(w, 25, 11, func(i int) bool { return columns[i] }) {
				t.Fatalf("seed %d: squares are not 11 voxels every 25", seed)
			}
			shifts[first] = true
		}
	}
	if len(shifts) < 20 {
		t.Errorf("%d places of the grid in 60 draws", len(shifts))
	}
}

// Turned by any angle the share of blank voxels stays (1-Ratio)² on average,
// and the angle matters.
func TestGridMaskTurned(t *testing.T) {
	share, turned := 0.0, 0
	const draws = 300
	for seed := range uint64(draws) {
		v := filled([3]int{1, 60, 60}, 1, 1)
		opts := detection.GridMaskOptions{Ratio: 0.5, Period: [2]float64{0.2, 0.4}, Rotation: 1}
		if err := detection.GridMask(v, opts, seeded(seed)); err != nil {
			t.Fatal(err)
		}
		mean, _, _ := momentsOf(v, 0)
		share += (1 - mean) / draws
		opts.Rotation = 0
		straight := filled(v.Dims, 1, 1)
		if err := detection.GridMask(straight, opts, seeded(seed)); err != nil {
			t.Fatal(err)
		}
		for i := range v.Data {
			if v.Data[i] != straight.Data[i] {
				turned++
				break
			}
		}
	}
	// bars of whole voxels: the mean over periods 12 to 24 of the squared share of squares
	want := 0.0
	for period := 12; period <= 24; period++ {
		hole := float64(period - int(math.Ceil(float64(period)/2)))
		want += hole * hole / float64(period*period) / 13
	}
	wantNear(t, "blank share", share, want, 0.01)
	if turned < draws*9/10 {
		t.Errorf("%d of %d grids differ from the one that is not turned", turned, draws)
	}
}

// fixedSource makes Float64 return a quarter and IntN of most numbers 0.
type fixedSource struct{}

func (fixedSource) Uint64() uint64 { return 1 << 51 }

// Half of half a turn, and half of a whole one, from a grid without shift: the
// latter is the straight grid turned, the former its own mirror image.
func TestGridMaskAngle(t *testing.T) {
	masked := func(rotation float64) *detection.Volume {
		v := filled([3]int{1, 61, 61}, 1, 1)
		opts := detection.GridMaskOptions{Ratio: 0.5, Period: [2]float64{0.2, 0.2}, Rotation: rotation}
		if err := detection.GridMask(v, opts, rand.New(fixedSource{})); err != nil {
			t.Fatal(err)
		}
		return v
	}
	straight, diagonal, quarter := masked(0), masked(0.5), masked(1)
	if closeTo(straight.Data, quarter.Data, 0) || !closeTo(applied(t, detection.Rotate270, straight).Data, quarter.Data, 0) {
		t.Error("a quarter turn of the grid is not one of the picture")
	}
	if closeTo(diagonal.Data, straight.Data, 0) || !closeTo(applied(t, detection.FlipX, diagonal).Data, diagonal.Data, 0) {
		t.Error("the grid turned by 45 degrees is not its own mirror image")
	}
	if closeTo(applied(t, detection.FlipX, straight).Data, straight.Data, 0) {
		t.Error("the straight grid is its own mirror image: the test says nothing")
	}
}

// In 3D consecutive planes are blanked alike, as many as the share of Period.
func TestGridMaskPlanes(t *testing.T) {
	seen := map[int]bool{}
	for seed := range uint64(60) {
		v := filled([3]int{10, 20, 20}, 1, 1)
		opts := detection.GridMaskOptions{Ratio: 0.3, Period: [2]float64{0.4, 0.6}}
		if err := detection.GridMask(v, opts, seeded(seed)); err != nil {
			t.Fatal(err)
		}
		plane := func(z int) []float32 { return v.Data[z*400 : (z+1)*400] }
		first, last := -1, -1
		for z := range 10 {
			blank := false
			for _, x := range plane(z) {
				blank = blank || x == 0
			}
			if blank && first < 0 {
				first = z
			}
			if blank {
				last = z
			}
		}
		for z := first; z <= last; z++ {
			if !closeTo(plane(z), plane(first), 0) {
				t.Fatalf("seed %d: planes %d and %d differ", seed, first, z)
			}
		}
		seen[last-first+1] = true
	}
	if len(seen) != 3 || !seen[4] || !seen[5] || !seen[6] {
		t.Errorf("numbers of planes %v, want 4, 5 and 6", seen)
	}
}
