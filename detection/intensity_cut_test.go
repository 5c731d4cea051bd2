package detection_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// Exactly the voxels of the returned boxes are blank, in all channels, and
// number, sides and places of the boxes are those that the options allow.
func TestCutout(t *testing.T) {
	for _, dims := range [][3]int{{1, 40, 60}, {20, 10, 30}} {
		counts := map[int]int{}
		lowest, highest := dims, [3]int{} // sides along each axis
		touchesLo, touchesHi := [3]bool{}, [3]bool{}
		for seed := range uint64(200) {
			v := filled(dims, 2, 1)
			opts := detection.CutoutOptions{Boxes: [2]int{0, 3}, Size: [2]float64{0.1, 0.4}, Value: -2}
			boxes, err := detection.Cutout(v, opts, seeded(seed))
			if err != nil {
				t.Fatal(err)
			}
			counts[len(boxes)]++
			for _, b := range boxes {
				share := float64(b.Hi[2]-b.Lo[2]) / float64(dims[2])
				for a, n := range dims {
					side := b.Hi[a] - b.Lo[a]
					lowest[a], highest[a] = min(lowest[a], side), max(highest[a], side)
					touchesLo[a] = touchesLo[a] || b.Lo[a] == 0
					touchesHi[a] = touchesHi[a] || b.Hi[a] == n
					rounding := 0.5 + 0.5*float64(n)/float64(dims[2])
					if b.Lo[a] < 0 || b.Hi[a] > n || side > 1 && math.Abs(float64(side)-share*float64(n)) > rounding {
						t.Fatalf("box %v in %v: outside, or sides of different shares", b, dims)
					}
				}
			}
			for i, x := range v.Data {
				j := i / 2
				voxel := [3]int{j / dims[2] / dims[1], j / dims[2] % dims[1], j % dims[2]}
				want := float32(1)
				if slices.ContainsFunc(boxes, func(b detection.Box) bool { return b.Contains(voxel) }) {
					want = -2
				}
				if x != want {
					t.Fatalf("seed %d: voxel %v is %v, want %v with boxes %v", seed, voxel, x, want, boxes)
				}
			}
		}
		if len(counts) != 4 {
			t.Errorf("numbers of boxes %v, want 0 to 3", counts)
		}
		for a, n := range dims {
			lo, hi := max(int(math.Round(0.1*float64(n))), 1), max(int(math.Round(0.4*float64(n))), 1)
			if lowest[a] != lo || highest[a] < hi-1 || highest[a] > hi || !touchesLo[a] || !touchesHi[a] {
				t.Errorf("axis %d of %v: sides %d to %d (want %d to %d), touching %v %v",
					a, dims, lowest[a], highest[a], lo, hi, touchesLo[a], touchesHi[a])
			}
		}
	}
}

func TestBoxContains(t *testing.T) {
	b := detection.Box{Lo: [3]int{1, 2, 3}, Hi: [3]int{2, 4, 6}}
	n := 0
	for z := -1; z < 4; z++ {
		for y := -1; y < 6; y++ {
			for x := -1; x < 8; x++ {
				if b.Contains([3]int{z, y, x}) {
					n++
				}
			}
		}
	}
	if n != 1*2*3 || !b.Contains([3]int{1, 2, 3}) || !b.Contains([3]int{1, 3, 5}) {
		t.Errorf("%d voxels, want 6, the low corner among them", n)
	}
}

// The points in the dark are dropped with Contains.
func ExampleCutout() {
	patch := detection.NewVolume([3]int{1, 64, 64}, 1)
	points := []detection.Point{{Pos: [3]float64{0, 10, 12}}, {Pos: [3]float64{0, 50, 30}}}
	opts := detection.DefaultCutoutOptions()
	opts.Boxes, opts.Size = [2]int{1, 1}, [2]float64{0.5, 0.5}
	boxes, err := detection.Cutout(patch, opts, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, box := range boxes {
		points = slices.DeleteFunc(points, func(p detection.Point) bool { return box.Contains(p.Voxel()) })
	}
	fmt.Println("box from", boxes[0].Lo, "to", boxes[0].Hi)
	for _, p := range points {
		fmt.Println("left:", p.Pos)
	}
	// Output:
	// box from [0 26 7] to [1 58 39]
	// left: [0 10 12]
}

// The noise has the drawn strength of the range of values, mean 0, is the same
// in all channels, and lies in boxes.
func TestCutNoise(t *testing.T) {
	const n = 240 * 240
	for _, add := range []float32{0, -8} { // the same with negative values throughout
		v := filled([3]int{1, 240, 240}, 2, 1+add)
		v.Data[0], v.Data[len(v.Data)-1] = add, 5+add // a range of 5
		before := v.Clone()
		opts := detection.CutNoiseOptions{Boxes: [2]int{1, 1}, Size: [2]float64{1, 1}, Scale: [2]float64{0.1, 0.1}}
		if err := detection.CutNoise(v, opts, seeded(3)); err != nil {
			t.Fatal(err)
		}
		for i := range v.Data {
			v.Data[i] -= before.Data[i]
			if i%2 == 1 && math.Abs(float64(v.Data[i]-v.Data[i-1])) > 1e-5 {
				t.Fatalf("value %d: noise %v in one channel and %v in the other", i, v.Data[i], v.Data[i-1])
			}
		}
		mean, variance, _ := momentsOf(v, 0)
		wantNear(t, "mean", mean, 0, 5*0.5/240)
		wantNear(t, "variance", variance, 0.25, 5*0.25*math.Sqrt(2.0/n))
	}
}

// Number and size of the boxes, and the range of strengths.
func TestCutNoiseRanges(t *testing.T) {
	rng := seeded(4)
	lowest, highest := 99.0, 0.0
	for range 60 {
		v := filled([3]int{4, 32, 32}, 1, 0)
		v.Data[0] = 1
		opts := detection.CutNoiseOptions{Boxes: [2]int{1, 1}, Size: [2]float64{0.25, 0.25}, Scale: [2]float64{0.2, 1}}
		if err := detection.CutNoise(v, opts, rng); err != nil {
			t.Fatal(err)
		}
		v.Data[0] = 0
		var noisy, sum float64
		for _, x := range v.Data {
			if x != 0 {
				noisy++
				sum += float64(x) * float64(x)
			}
		}
		if noisy != 64 && noisy != 63 { // 1 x 8 x 8, less the white voxel
			t.Fatalf("%v noisy voxels, want 64", noisy)
		}
		sd := math.Sqrt(sum / noisy)
		lowest, highest = min(lowest, sd), max(highest, sd)
	}
	if lowest < 0.12 || lowest > 0.4 || highest < 0.8 || highest > 1.5 {
		t.Errorf("standard deviations from %v to %v, want about 0.2 to 1", lowest, highest)
	}
	counts := map[bool]int{}
	for range 60 {
		v := filled([3]int{1, 20, 20}, 1, 0)
		v.Data[0] = 1
		opts := detection.DefaultCutNoiseOptions()
		opts.Boxes = [2]int{0, 1}
		if err := detection.CutNoise(v, opts, rng); err != nil {
			t.Fatal(err)
		}
		v.Data[0] = 0
		counts[slices.Max(v.Data) > 0]++
	}
	if counts[true] < 10 || counts[false] < 10 {
		t.Errorf("0 or 1 boxes: with noise %d times, without %d", counts[true], counts[false])
	}
}
