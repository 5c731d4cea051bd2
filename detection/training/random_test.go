package training

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// numberedImage is an image whose values are the indices of its voxels.
func numberedImage(dims [3]int) *detection.Volume {
	v := detection.NewVolume(dims, 1)
	for i := range v.Data {
		v.Data[i] = float32(i)
	}
	return v
}

// randomData is one image of 40 x 60 with a disk of 5 pixels at (20, 30), of
// which patches of 8 x 10 are drawn.
func randomData(r Random) Data {
	return Data{
		Samples: []Sample{{"a", numberedImage([3]int{1, 40, 60}), []detection.Point{{Pos: [3]float64{0, 20, 30}}}}},
		Target:  Disks(detection.MaskOptions{Classes: 1, Radii: [3]int{0, 1, 1}}),
		Tiles:   detection.TileOptions{Patch: [3]int{1, 8, 10}}, Random: &r,
	}
}

// corners deals n epochs of the only patch, without changes, and returns the
// voxel of each in its first corner.
func corners(t *testing.T, data Data, n int) [][2]int {
	t.Helper()
	l, err := NewLoader(data, Options{BatchSize: 1, Seed: 3, Augment: detection.DefaultGeometryOptions()})
	if err != nil {
		t.Fatal(err)
	}
	list := make([][2]int, n)
	for epoch := range list {
		b, err := l.Batch(epoch, 0)
		if err != nil {
			t.Fatal(err)
		}
		first := int(b.Images[0])
		list[epoch] = [2]int{first / 60, first % 60}
		for k, v := range b.Images { // all of it lies inside, undistorted
			if want := first + k/10*60 + k%10; int(v) != want {
				t.Fatalf("epoch %d: value %d is %v, want %d", epoch, k, v, want)
			}
		}
	}
	return list
}

func TestRandomPatchesAreDrawnEvenly(t *testing.T) {
	const n = 3300
	counts := map[[2]int]int{}
	for _, c := range corners(t, randomData(Random{}), n) {
		counts[c]++
	}
	// 33 x 51 places: none far from its share, and both ends of both axes occur
	for c, k := range counts {
		if k > 14 { // 2 expected; Poisson gives 14 or more once in a million places
			t.Errorf("place %v came %d times", c, k)
		}
	}
	seen := [2]map[int]bool{{}, {}}
	for c := range counts {
		seen[0][c[0]], seen[1][c[1]] = true, true
	}
	if len(seen[0]) != 33 || len(seen[1]) != 51 || !seen[0][0] || !seen[0][32] || !seen[1][0] || !seen[1][50] {
		t.Errorf("%d rows and %d columns occur, want 33 and 51", len(seen[0]), len(seen[1]))
	}
}

// The middle of a patch, voxel (4, 5) of it, is on the disk in the share that
// was asked for, each of its pixels alike.
func TestRandomPatchesFollowTheTarget(t *testing.T) {
	const n = 4000
	for _, tt := range []struct {
		fore, back float64
		share      float64
	}{{0.94, 0.06, 0.94}, {1, 3, 0.25}, {2, 0, 1}, {0, 1, 0}} {
		on := map[[2]int]int{}
		total := 0
		for _, c := range corners(t, randomData(Random{ByTarget: true, Foreground: tt.fore, Background: tt.back}), n) {
			y, x := c[0]+4-20, c[1]+5-30
			if y*y+x*x <= 1 {
				on[[2]int{y, x}]++
				total++
			}
		}
		sigma := math.Sqrt(tt.share * (1 - tt.share) / n)
		if got := float64(total) / n; math.Abs(got-tt.share) > 4*sigma {
			t.Errorf("shares %v to %v: %v of the middles are on the disk, want %v", tt.fore, tt.back, got, tt.share)
		}
		for p, k := range on {
			if want := float64(total) / 5; math.Abs(float64(k)-want) > 5*math.Sqrt(want) {
				t.Errorf("shares %v to %v: pixel %v of the disk came %d times of %d", tt.fore, tt.back, p, k, total)
			}
		}
	}
}

// Every voxel of the background has the same chance, by counting them all.
func TestDrawingOfBackground(t *testing.T) {
	data := randomData(Random{ByTarget: true, Background: 1})
	data.Samples[0].Image = numberedImage([3]int{1, 5, 4})
	data.Samples[0].Points = []detection.Point{{Pos: [3]float64{0, 0, 0}}, {Pos: [3]float64{0, 4, 3}}, {Pos: [3]float64{0, 2, 1}}}
	d, err := data.Random.prepare(data.Samples[0], [3]int{1, 1, 1}, data.Target)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for rank := range 20 - len(d.voxels) {
		i := d.background(rank)
		if i < 0 || i >= 20 || slices.Contains(d.voxels, i) || seen[i] {
			t.Errorf("rank %d gives voxel %d", rank, i)
		}
		seen[i] = true
	}
	if len(d.voxels) != 11 || len(seen) != 9 {
		t.Errorf("%d voxels of foreground, %d of background", len(d.voxels), len(seen))
	}
}

// A side without voxels leaves all to the other, and a patch at the border is
// moved inwards.
func TestRandomPatchesAtTheEdge(t *testing.T) {
	data := randomData(Random{ByTarget: true, Foreground: 1})
	data.Samples[0].Points = nil
	corners(t, data, 20) // from the background, inside
	data.Samples[0].Points = []detection.Point{{Pos: [3]float64{0, 0, 59}}}
	for _, c := range corners(t, data, 20) {
		if c != [2]int{0, 50} {
			t.Errorf("the patch for a point in the corner begins at %v", c)
		}
	}
	full := randomData(Random{ByTarget: true, Background: 1})
	full.Target = Disks(detection.MaskOptions{Classes: 1, Radii: [3]int{0, 99, 99}})
	corners(t, full, 20) // from the foreground
}

// A sample smaller than the patch is completed on both sides as the grid does.
func TestRandomPatchOfSmallSample(t *testing.T) {
	data := randomData(Random{})
	data.Samples[0].Image = numberedImage([3]int{1, 5, 10})
	grid := data
	grid.Random = nil
	for i, d := range []Data{data, grid} {
		l, err := NewPlainLoader(d, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Batch(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if l.Batches() != 1 || b.Images[10] != 0 || b.Images[0] != 10 || b.Images[7*10] != 20 {
			t.Errorf("loader %d: %d batches of %v", i, l.Batches(), b.Images)
		}
	}
}

// Validation sees the same patches in every epoch; training does not, and its
// patches do not depend on how many are made at a time.
func TestRandomPatchesAreReproducible(t *testing.T) {
	data := randomData(Random{ByTarget: true, Foreground: 0.5, Background: 0.5})
	for i := range 6 {
		s := data.Samples[0]
		s.Name = fmt.Sprint(i)
		data.Samples = append(data.Samples, s)
	}
	data.Repeat = 3
	val, err := NewPlainLoader(data, 4)
	if err != nil {
		t.Fatal(err)
	}
	first, second := mustBatch(t, val, 0, 2), mustBatch(t, val, 9, 2)
	if !slices.Equal(first.Images, second.Images) {
		t.Error("validation patches of two epochs differ")
	}
	if slices.Equal(first.Images[:80], first.Images[80:160]) {
		t.Error("two validation patches of one image are the same")
	}
	opts := DefaultOptions()
	opts.BatchSize, opts.Augment.Rot90 = 2, 0
	train, err := NewLoader(data, opts)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(mustBatch(t, train, 0, 0).Images, mustBatch(t, train, 1, 0).Images) {
		t.Error("training patches of two epochs are the same")
	}
	again, err := NewLoader(data, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(mustBatch(t, train, 5, 3).Images, mustBatch(t, again, 5, 3).Images) {
		t.Error("another loader deals other patches")
	}
	for _, workers := range []int{0, 1, 5} {
		inOrder(t, train, workers)
	}
}

func mustBatch(t *testing.T, l *Loader, epoch, i int) *Batch {
	t.Helper()
	b, err := l.Batch(epoch, i)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRepeatDealsPatchesAgain(t *testing.T) {
	data := numbered(3)
	data.Repeat = 4
	l, err := NewLoader(data, Options{BatchSize: 2, Shuffle: true, Augment: DefaultOptions().Augment})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]int{}
	forms := map[string]bool{}
	for i := range l.Batches() {
		b := mustBatch(t, l, 1, i)
		for k := range b.Valid {
			pixels := b.Images[4*k:][:4]
			seen[int(slices.Min(pixels))/10]++
			forms[fmt.Sprint(pixels)] = true
		}
	}
	if l.Batches() != 6 || seen[0] != 4 || seen[1] != 4 || seen[2] != 4 || len(forms) < 6 {
		t.Errorf("%d batches with patches %v in %d forms", l.Batches(), seen, len(forms))
	}
	data.Repeat = -1
	if _, err := NewPlainLoader(data, 1); err == nil || !strings.Contains(err.Error(), "Repeat -1") {
		t.Errorf("error %v", err)
	}
}

// With a margin of 1 the inner 2 x 2 of patches of 4 x 4 cover the image once,
// and what lies beyond the border is mirrored.
func TestPaddingIsAMargin(t *testing.T) {
	data := Data{
		Samples: []Sample{{"a", numberedImage([3]int{1, 6, 8}), nil}},
		Target:  Disks(detection.MaskOptions{Classes: 1}),
		Tiles:   detection.TileOptions{Patch: [3]int{1, 4, 4}, Padding: [3]int{0, 1, 1}},
	}
	l, err := NewPlainLoader(data, 1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]int{}
	for i := range l.Batches() {
		p := mustBatch(t, l, 0, i).Images
		for _, k := range []int{5, 6, 9, 10} {
			seen[int(p[k])]++
		}
		if i == 0 && !slices.Equal(p, []float32{9, 8, 9, 10, 1, 0, 1, 2, 9, 8, 9, 10, 17, 16, 17, 18}) {
			t.Errorf("the first patch is %v", p)
		}
	}
	if l.Batches() != 12 || len(seen) != 48 {
		t.Errorf("%d patches whose insides hold %d of 48 pixels", l.Batches(), len(seen))
	}
}

func TestRandomValidateNamesEveryFault(t *testing.T) {
	err := Random{ByTarget: true, Foreground: -1, Background: math.NaN()}.Validate()
	if err == nil || !strings.Contains(err.Error(), "Foreground -1") || !strings.Contains(err.Error(), "Background NaN") {
		t.Errorf("error %v", err)
	}
	if _, err := NewPlainLoader(randomData(Random{ByTarget: true}), 1); err == nil || !strings.Contains(err.Error(), "both 0") {
		t.Errorf("error %v", err)
	}
}
