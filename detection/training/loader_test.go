package training

import (
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// numbered makes n patches of 2 x 2 whose image values are 10 i + 1 to 4 and
// whose targets are their negatives.
func numbered(n int) []Patch {
	patches := make([]Patch, n)
	for i := range patches {
		im, target := detection.NewVolume([3]int{1, 2, 2}, 1), detection.NewVolume([3]int{1, 2, 2}, 1)
		for k := range im.Data {
			im.Data[k] = float32(10*i + k + 1)
			target.Data[k] = -im.Data[k]
		}
		patches[i] = Patch{im, target}
	}
	return patches
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
					if v != -pixels[j] {
						t.Fatalf("image and target were turned differently: %v", pixels)
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
	batch := func(seed uint64, augment Augment) []float32 {
		opts := DefaultOptions()
		opts.Seed, opts.Augment = seed, augment
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
	all := DefaultOptions().Augment
	if !slices.Equal(batch(5, all), batch(5, all)) {
		t.Error("the same seed gave another batch")
	}
	if slices.Equal(batch(5, all), batch(6, all)) {
		t.Error("another seed gave the same batch")
	}
	for name, a := range map[string]Augment{"flip y": {FlipY: 1}, "flip x": {FlipX: 1}, "turn": {Rot90: 1}} {
		if slices.Equal(batch(5, a), batch(5, Augment{})) {
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

func TestLoaderErrors(t *testing.T) {
	if _, err := NewPlainLoader(nil, 2); err == nil {
		t.Error("no patches: no error")
	}
	mixed := numbered(2)
	mixed[1].Image = detection.NewVolume([3]int{1, 2, 3}, 1)
	if _, err := NewPlainLoader(mixed, 2); err == nil || !strings.Contains(err.Error(), "patch 1 differs") {
		t.Errorf("patches of two shapes: %v", err)
	}
	oblong := []Patch{{detection.NewVolume([3]int{1, 2, 4}, 1), detection.NewVolume([3]int{1, 2, 4}, 1)}}
	if _, err := NewLoader(oblong, DefaultOptions()); err == nil || !strings.Contains(err.Error(), "square patches") {
		t.Errorf("turns of oblong patches: %v", err)
	}
}

func TestCutPatchesCoversAndCompletes(t *testing.T) {
	im, target := detection.NewVolume([3]int{1, 5, 3}, 1), detection.NewVolume([3]int{1, 5, 3}, 1)
	for i := range im.Data {
		im.Data[i], target.Data[i] = float32(i+1), float32(i%2)
	}
	patches, err := CutPatches([]Sample{{"a", im, target}}, detection.TileOptions{Patch: [3]int{1, 4, 4}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float32]bool{}
	for _, p := range patches {
		for i, v := range p.Image.Data {
			seen[v] = true
			if p.Target.Data[i] != float32((int(v)-1)%2) {
				t.Fatalf("target of value %v is %v", v, p.Target.Data[i])
			}
		}
	}
	if len(patches) != 2 || len(seen) != 15 {
		t.Errorf("%d patches with %d of 15 voxels", len(patches), len(seen))
	}
	_, err = CutPatches([]Sample{{"good.tif", im, target}, {"bad.tif", im, detection.NewVolume([3]int{1, 5, 4}, 1)}}, detection.TileOptions{Patch: [3]int{1, 4, 4}})
	if err == nil || !strings.Contains(err.Error(), "bad.tif") {
		t.Errorf("another shape of target: %v", err)
	}
}

func TestOptionsValidateNamesEveryFault(t *testing.T) {
	o := Options{Epochs: 0, Steps: -1, LearningRate: -1, WeightDecay: -1, Beta1: 1, Beta2: 2, Augment: Augment{FlipX: 2}}
	err := o.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"Epochs 0", "Steps -1", "BatchSize 0", "LearningRate -1", "WeightDecay -1", "Beta1 1", "Beta2 2", "Augment.FlipX 2"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}
