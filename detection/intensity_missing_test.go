package detection_test

import (
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// gapOf are the voxels of one plane and channel that changed.
func gapOf(before, after *detection.Volume, z, c int) (gap []bool, any bool) {
	gap = make([]bool, before.Dims[1]*before.Dims[2])
	for i := range gap {
		at := (z*len(gap)+i)*before.Channels + c
		gap[i] = before.Data[at] != after.Data[at]
		any = any || gap[i]
	}
	return gap, any
}

// grown adds the neighbours along y and x: the slow twin of the reach.
func grown(gap []bool, width int) []bool {
	out := make([]bool, len(gap))
	for i, set := range gap {
		if !set {
			continue
		}
		out[i] = true
		if i%width > 0 {
			out[i-1] = true
		}
		if i%width < width-1 {
			out[i+1] = true
		}
		if i >= width {
			out[i-width] = true
		}
		if i+width < len(gap) {
			out[i+width] = true
		}
	}
	return out
}

// The gap is a line from edge to opposite edge, dilated as often as the reach
// says, and holds the mean of its plane.
func TestMissingSectionsGap(t *testing.T) {
	directions := map[bool]int{}
	for seed := range uint64(80) {
		v := patchOf(seed, [3]int{1, 30, 41}, 1)
		cut := func(reach int) (*detection.Volume, []bool) {
			out := v.Clone()
			opts := detection.MissingSectionsOptions{Reach: [2]int{reach, reach}, Probability: 1}
			if err := detection.MissingSections(out, opts, seeded(seed)); err != nil {
				t.Fatal(err)
			}
			gap, _ := gapOf(v, out, 0, 0)
			return out, gap
		}
		_, line := cut(0)
		perRow, perColumn := [30]int{}, [41]int{}
		voxels := 0
		for i, set := range line {
			if set {
				perRow[i/41]++
				perColumn[i%41]++
				voxels++
			}
		}
		full := func(counts []int) bool {
			for _, n := range counts {
				if n == 0 {
					return false
				}
			}
			return true
		}
		down, across := full(perRow[:]), full(perColumn[:])
		if !down && !across || voxels > 41 {
			t.Fatalf("seed %d: %d voxels that reach no opposite edges", seed, voxels)
		}
		directions[down && !across]++
		want := line
		mean, _, _ := momentsOf(v, 0)
		for reach := 1; reach <= 5; reach++ {
			want = grown(want, 41)
			out, gap := cut(reach)
			for i, set := range gap {
				if set != want[i] {
					t.Fatalf("seed %d, reach %d: voxel %d is %v", seed, reach, i, set)
				}
				if set && out.Data[i] != float32(mean) {
					t.Fatalf("value %v in the gap, want the mean %v", out.Data[i], mean)
				}
			}
		}
	}
	if len(directions) != 2 {
		t.Errorf("all lines have one direction: %v", directions)
	}
}

// Two planes without a gap follow one with it, in each channel by itself; with
// probability 1 every third plane has one. In 2D the channels are the planes.
func TestMissingSectionsPlanes(t *testing.T) {
	opts := detection.MissingSectionsOptions{Reach: [2]int{1, 1}, Probability: 1}
	v := patchOf(1, [3]int{8, 9, 9}, 2)
	out := v.Clone()
	if err := detection.MissingSections(out, opts, seeded(1)); err != nil {
		t.Fatal(err)
	}
	for z := range 8 {
		for c := range 2 {
			if _, any := gapOf(v, out, z, c); any != (z%3 == 0) {
				t.Errorf("plane %d, channel %d: gap %v", z, c, any)
			}
		}
	}
	v = patchOf(1, [3]int{1, 9, 9}, 5)
	out = v.Clone()
	if err := detection.MissingSections(out, opts, seeded(1)); err != nil {
		t.Fatal(err)
	}
	for c := range 5 {
		if _, any := gapOf(v, out, 0, c); any != (c%3 == 0) {
			t.Errorf("channel %d of an image: gap %v", c, any)
		}
	}
	// With probability p gaps start a fraction p/(1+2p) of the planes.
	opts.Probability = 0.5
	v = patchOf(1, [3]int{2000, 3, 3}, 1)
	out = v.Clone()
	if err := detection.MissingSections(out, opts, seeded(5)); err != nil {
		t.Fatal(err)
	}
	n := 0.0
	for z := range 2000 {
		if _, any := gapOf(v, out, z, 0); any {
			n++
		}
	}
	wantNear(t, "planes with a gap", n, 500, 60)
}

// The reach is drawn once for all planes, both ends of its range included: the
// result is that of one of the fixed reaches, whose draws are the same.
func TestMissingSectionsReach(t *testing.T) {
	seen := map[int]bool{}
	for seed := range uint64(40) {
		v := patchOf(seed, [3]int{7, 20, 20}, 1)
		cut := func(reach [2]int) []float32 {
			out := v.Clone()
			opts := detection.MissingSectionsOptions{Reach: reach, Probability: 1}
			if err := detection.MissingSections(out, opts, seeded(seed)); err != nil {
				t.Fatal(err)
			}
			return out.Data
		}
		got, equal := cut([2]int{2, 4}), 0
		for reach := range 7 {
			if slices.Equal(got, cut([2]int{reach, reach})) {
				seen[reach] = true
				equal++
			}
		}
		if equal != 1 {
			t.Fatalf("seed %d: equal to %d of the reaches", seed, equal)
		}
	}
	if len(seen) != 3 || !seen[2] || !seen[3] || !seen[4] {
		t.Errorf("reaches %v, want 2, 3 and 4", seen)
	}
}
