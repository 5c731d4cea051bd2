package training

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// numbered makes n samples of 2 x 2 whose image values are 10 i + 1 to 4, and a
// target that is the patch with a 1 at each point. Sample i has its point at
// the pixel of value 10 i + 2.
func numbered(n int) Data {
	d := Data{Target: Disks(detection.MaskOptions{Classes: 1}), Tiles: detection.TileOptions{Patch: [3]int{1, 2, 2}}}
	for i := range n {
		im := detection.NewVolume([3]int{1, 2, 2}, 1)
		for k := range im.Data {
			im.Data[k] = float32(10*i + k + 1)
		}
		d.Samples = append(d.Samples, Sample{Name: fmt.Sprint(i), Image: im, Points: []detection.Point{{Pos: [3]float64{0, 0, 1}}}})
	}
	return d
}

func TestLoaderDealsEveryPatchOnce(t *testing.T) {
	opts := DefaultOptions()
	opts.BatchSize = 4
	l, err := NewLoader(numbered(10), opts)
	if err != nil {
		t.Fatal(err)
	}
	if l.Batches() != 3 {
		t.Fatalf("%d batches, want 3", l.Batches())
	}
	var orders [][]int
	turned := 0
	for epoch := range 3 {
		seen := map[int]int{}
		var order []int
		for i := range l.Batches() {
			b, err := l.Batch(epoch, i)
			if err != nil {
				t.Fatal(err)
			}
			for k, valid := range b.Valid {
				pixels := b.Images[4*k:][:4]
				for j, v := range b.Targets[4*k:][:4] {
					if (v == 1) != (int(pixels[j])%10 == 2) {
						t.Fatalf("image %v and target %v were moved differently", pixels, b.Targets[4*k:][:4])
					}
				}
				if valid == 1 {
					n := int(slices.Min(pixels)) / 10
					seen[n]++
					order = append(order, n)
					if pixels[0] != float32(10*n+1) || pixels[1] != float32(10*n+2) {
						turned++
					}
				}
			}
		}
		if len(seen) != 10 {
			t.Errorf("epoch %d saw patches %v", epoch, seen)
		}
		orders = append(orders, order)
	}
	if slices.Equal(orders[0], orders[1]) || slices.Equal(orders[1], orders[2]) {
		t.Error("two epochs have the same order")
	}
	if turned < 15 { // 7/8 of 30 are expected
		t.Errorf("only %d of 30 patches were turned", turned)
	}
}

func TestLoaderDependsOnSeedAlone(t *testing.T) {
	batch := func(seed uint64, mod func(*detection.GeometryOptions)) []float32 {
		opts := DefaultOptions()
		opts.Seed, opts.Augment = seed, detection.DefaultGeometryOptions()
		mod(&opts.Augment)
		l, err := NewLoader(numbered(10), opts)
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Batch(2, 1)
		if err != nil {
			t.Fatal(err)
		}
		return b.Images
	}
	none := func(*detection.GeometryOptions) {}
	all := func(o *detection.GeometryOptions) {
		o.FlipX, o.FlipY, o.Rot90, o.Rotate, o.Zoom = 0.5, 0.5, 0.5, 0.5, 0.5
	}
	if !slices.Equal(batch(5, all), batch(5, all)) {
		t.Error("the same seed gave another batch")
	}
	if slices.Equal(batch(5, all), batch(6, all)) {
		t.Error("another seed gave the same batch")
	}
	for name, mod := range map[string]func(*detection.GeometryOptions){
		"flip y": func(o *detection.GeometryOptions) { o.FlipY = 1 },
		"turn":   func(o *detection.GeometryOptions) { o.Rot90 = 1 },
		"zoom":   func(o *detection.GeometryOptions) { o.Zoom = 1 },
	} {
		if slices.Equal(batch(5, mod), batch(5, none)) {
			t.Errorf("%s with probability 1 changed nothing", name)
		}
	}
}

func TestPlainLoaderKeepsOrder(t *testing.T) {
	l, err := NewPlainLoader(numbered(3), 2)
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Batch(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{21, 22, 23, 24, 1, 2, 3, 4}; !slices.Equal(b.Images, want) || !slices.Equal(b.Valid, []float32{1, 0}) || b.Patches() != 1 {
		t.Errorf("batch %v valid %v", b.Images, b.Valid)
	}
}

// However many batches are made at a time, they come in order and are the same.
func TestPrefetchKeepsOrder(t *testing.T) {
	l, err := NewLoader(numbered(23), Options{BatchSize: 2, Augment: DefaultOptions().Augment})
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{0, 1, 5} {
		inOrder(t, l, workers)
	}
}

func inOrder(t *testing.T, l *Loader, workers int) {
	t.Helper()
	p := prefetch(l, 3, 2, 9, workers)
	defer p.stop()
	for i := 2; i < 9; i++ {
		got, err := p.batch()
		if err != nil {
			t.Fatal(err)
		}
		want, err := l.Batch(3, i)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Images, want.Images) || !slices.Equal(got.Targets, want.Targets) {
			t.Errorf("batch %d is another", i)
		}
	}
	if b, err := p.batch(); b != nil || err != nil {
		t.Errorf("after the last: %v, %v", b, err)
	}
}

func TestLoaderErrors(t *testing.T) {
	if _, err := NewPlainLoader(numbered(0), 2); err == nil || !strings.Contains(err.Error(), "no images") {
		t.Errorf("no samples: %v", err)
	}
	mixed := numbered(2)
	mixed.Samples[1].Image = detection.NewVolume([3]int{1, 2, 2}, 3)
	if _, err := NewPlainLoader(mixed, 2); err == nil || !strings.Contains(err.Error(), "1: ") || !strings.Contains(err.Error(), "3 channels") {
		t.Errorf("samples with other channels: %v", err)
	}
	oblong := numbered(1)
	oblong.Tiles.Patch = [3]int{1, 2, 4}
	if _, err := NewLoader(oblong, DefaultOptions()); err == nil || !strings.Contains(err.Error(), "square patches") {
		t.Errorf("turns of oblong patches: %v", err)
	}
	if _, err := NewPlainLoader(numbered(1), 0); err == nil || !strings.Contains(err.Error(), "batches of 0") {
		t.Errorf("empty batches: %v", err)
	}
}

// Patches cover the whole sample, one that is too small is completed on both
// sides, and targets are those of the whole image, cut.
func TestPlacesCoverAndComplete(t *testing.T) {
	im := detection.NewVolume([3]int{1, 9, 3}, 1)
	for i := range im.Data {
		im.Data[i] = float32(i + 1)
	}
	points := []detection.Point{{Pos: [3]float64{0, 4, 1}}, {Pos: [3]float64{0, 8, 2}}}
	disks := detection.MaskOptions{Classes: 1, Radii: [3]int{0, 1, 1}}
	whole, err := detection.PointMask(im.Dims, points, disks)
	if err != nil {
		t.Fatal(err)
	}
	l, err := NewPlainLoader(Data{
		Samples: []Sample{{"a", im, points}}, Target: Disks(disks), Tiles: detection.TileOptions{Patch: [3]int{1, 4, 4}},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float32]bool{}
	for i := range l.Batches() {
		b, err := l.Batch(0, i)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range b.Images {
			seen[v] = true
			if k%4 < 3 && b.Targets[k] != whole.Data[int(v)-1] { // the fourth column is reflected
				t.Errorf("patch %d: the target of value %v is %v, that of the whole image %v", i, v, b.Targets[k], whole.Data[int(v)-1])
			}
		}
	}
	if l.Batches() != 3 || len(seen) != 27 {
		t.Errorf("%d patches with %d of 27 pixels", l.Batches(), len(seen))
	}
}

func TestOptionsValidateNamesEveryFault(t *testing.T) {
	o := Options{Epochs: 0, Steps: -1, LearningRate: -1, WeightDecay: -1, Beta1: 1, Beta2: 2, GradientClipNorm: -1,
		Augment: detection.GeometryOptions{FlipX: 2}, Schedule: Schedule{Kind: "steps"}}
	err := o.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"Epochs 0", "Steps -1", "BatchSize 0", "LearningRate -1", "WeightDecay -1", "Beta1 1", "Beta2 2", "FlipX 2", "GradientClipNorm -1", `Optimizer ""`, `Schedule.Kind "steps"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}
