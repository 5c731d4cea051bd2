package detection_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// slowPeaks says with loops over everything what Peaks promises. The map is
// a list of voxels; nothing is skipped early and nothing is filtered by axis.
func slowPeaks(prob *detection.Volume, o detection.PeakOptions) []detection.Point {
	type voxel struct {
		pos   [3]int
		value float32
	}
	var all []voxel
	for z := range prob.Dims[0] {
		for y := range prob.Dims[1] {
			for x := range prob.Dims[2] {
				all = append(all, voxel{[3]int{z, y, x}, prob.At(z, y, x, 0)})
			}
		}
	}
	within := func(a, b voxel, d [3]int, closer bool) bool {
		for k := range d {
			gap := max(a.pos[k]-b.pos[k], b.pos[k]-a.pos[k])
			if gap > d[k] || closer && gap == d[k] {
				return false
			}
		}
		return true
	}
	if !slices.ContainsFunc(all, func(v voxel) bool { return v.value != all[0].value }) {
		return nil
	}
	threshold := float32(o.Threshold)
	if o.ThresholdType == detection.Otsu {
		threshold, _ = detection.OtsuThreshold(prob)
	}
	taken := map[[3]int]bool{}
	var candidates []voxel
	for _, v := range all {
		if v.value <= threshold || taken[v.pos] {
			continue
		}
		top := v
		if o.Plateau == detection.OnePoint {
			plateau := []voxel{v}
			taken[v.pos] = true
			higher := false
			for k := 0; k < len(plateau); k++ {
				for _, w := range all {
					if !within(plateau[k], w, [3]int{1, 1, 1}, false) {
						continue
					}
					higher = higher || w.value > v.value
					if w.value == v.value && !taken[w.pos] {
						taken[w.pos] = true
						plateau = append(plateau, w)
					}
				}
			}
			if higher {
				continue
			}
			sort.Slice(plateau, func(i, j int) bool {
				return slices.Compare(plateau[i].pos[:], plateau[j].pos[:]) < 0
			})
			nearest := -1
			for _, w := range plateau {
				square := 0
				for k := range w.pos {
					off := 0 // len(plateau) times the offset from the centroid
					for _, u := range plateau {
						off += w.pos[k] - u.pos[k]
					}
					square += off * off
				}
				if nearest < 0 || square < nearest {
					nearest, top = square, w
				}
			}
		}
		isPeak := true
		for _, w := range all {
			if within(top, w, o.MinDistance, false) && w.value > top.value {
				isPeak = false
			}
		}
		for k, width := range o.ExcludeBorder {
			if (k > 0 || prob.Dims[0] > 1) && (top.pos[k] < width || top.pos[k] >= prob.Dims[k]-width) {
				isPeak = false
			}
		}
		if isPeak {
			candidates = append(candidates, top)
		}
	}
	sort.SliceStable(candidates, func(i, j int) bool {
		a, b := candidates[i], candidates[j]
		return a.value > b.value || a.value == b.value && slices.Compare(a.pos[:], b.pos[:]) < 0
	})
	var points []detection.Point
	var kept []voxel
	for _, c := range candidates {
		if slices.ContainsFunc(kept, func(k voxel) bool { return within(c, k, o.MinDistance, true) }) {
			continue
		}
		kept = append(kept, c)
		pos := [3]float64{float64(c.pos[0]), float64(c.pos[1]), float64(c.pos[2])}
		points = append(points, detection.Point{ID: len(kept), Pos: pos, Prob: float64(c.value)})
	}
	return points
}

// randomMap has few different values, so that plateaus of all shapes occur;
// one in four is 2D.
func randomMap(r *rand.Rand) *detection.Volume {
	dims := [3]int{1 + r.IntN(4), 1 + r.IntN(7), 1 + r.IntN(9)}
	if r.IntN(4) == 0 {
		dims[0] = 1
	}
	v := detection.NewVolume(dims, 1)
	levels := []int{2, 3, 5, 1000}[r.IntN(4)]
	for i := range v.Data {
		v.Data[i] = float32(r.IntN(levels)) / float32(levels)
	}
	return v
}

func randomPeakOptions(r *rand.Rand) detection.PeakOptions {
	o := detection.DefaultPeakOptions()
	o.Threshold = r.Float64() - 0.3
	for a := range 3 {
		o.MinDistance[a] = 1 + r.IntN(3)
		o.ExcludeBorder[a] = max(r.IntN(4)-1, 0)
	}
	if r.IntN(2) == 0 {
		o.MinDistance = [3]int{1, 1, 1}
	}
	if r.IntN(2) == 0 {
		o.Plateau = detection.PerPixel
	}
	if r.IntN(4) == 0 {
		o.ThresholdType = detection.Otsu
	}
	return o
}

func TestPeaksEqualsSlowTwin(t *testing.T) {
	found := 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 1))
		prob, opts := randomMap(r), randomPeakOptions(r)
		got, err := detection.Peaks(prob, opts)
		if err != nil {
			t.Fatal(err)
		}
		want := slowPeaks(prob, opts)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: map %v %v, options %+v\ngot  %v\nwant %v", seed, prob.Dims, prob.Data, opts, got, want)
		}
		found += len(got)
	}
	if found < 4000 {
		t.Errorf("only %d peaks in 4000 maps: the maps are too poor to tell anything", found)
	}
}

// The peaks at a threshold are the peaks at a lower one that exceed it: a
// slider can be moved without finding peaks again.
func TestPeaksThresholdSelects(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		prob, opts := randomMap(r), randomPeakOptions(r)
		opts.ThresholdType = detection.Manual
		opts.Threshold = -1
		all, err := detection.Peaks(prob, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, threshold := range []float64{0, 0.2, 0.5, float64(prob.Data[0])} {
			opts.Threshold = threshold
			got, err := detection.Peaks(prob, opts)
			if err != nil {
				t.Fatal(err)
			}
			var want []detection.Point
			for _, p := range all {
				if float32(p.Prob) > float32(threshold) {
					want = append(want, p)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, threshold %v: got %v, want %v", seed, threshold, got, want)
			}
		}
	}
}

// Mirrored and turned maps have the same peaks at mirrored and turned places,
// up to the order and choice among equal values: the map has none.
func TestPeaksSymmetries(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	prob := detection.NewVolume([3]int{4, 9, 7}, 1)
	for i, v := range r.Perm(len(prob.Data)) {
		prob.Data[i] = float32(v)
	}
	opts := detection.DefaultPeakOptions()
	opts.MinDistance = [3]int{1, 2, 2}
	want, err := detection.Peaks(prob, opts)
	if err != nil || len(want) < 3 {
		t.Fatal(want, err)
	}
	for _, s := range detection.Symmetries(3) {
		turned := detection.NewVolume(s.Dims(prob.Dims), 1)
		if err := s.Apply(turned, prob); err != nil {
			t.Fatal(err)
		}
		got, err := detection.Peaks(turned, opts)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, s.Points(want, prob.Dims)) {
			t.Errorf("%v: got %v", s, got)
		}
	}
}

func FuzzPeaks(f *testing.F) {
	f.Add(uint8(2), uint8(3), uint8(1), false, []byte{1, 2, 3, 3, 2, 1})
	f.Add(uint8(1), uint8(1), uint8(2), true, []byte{5})
	f.Fuzz(func(t *testing.T, ny, nx, d uint8, perPixel bool, data []byte) {
		dims := [3]int{1, int(ny%8) + 1, int(nx%8) + 1}
		prob := detection.NewVolume(dims, 1)
		for i := range prob.Data {
			if i < len(data) {
				prob.Data[i] = float32(data[i])
			}
		}
		opts := detection.DefaultPeakOptions()
		opts.MinDistance = [3]int{1, int(d%10) + 1, int(d%10) + 1}
		if perPixel {
			opts.Plateau = detection.PerPixel
		}
		got, err := detection.Peaks(prob, opts)
		if err != nil {
			t.Fatal(err)
		}
		if want := slowPeaks(prob, opts); !slices.Equal(got, want) {
			t.Error(fmt.Sprint("got ", got, " want ", want))
		}
	})
}
