package training

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// rough makes images of noise, some points in each.
func rough(n int) Data {
	d := Data{Target: Disks(detection.MaskOptions{Classes: 1}), Tiles: detection.TileOptions{Patch: [3]int{1, 16, 16}}}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		im := detection.NewVolume([3]int{1, 32, 40}, 2)
		for k := range im.Data {
			im.Data[k] = rng.Float32()
		}
		points := []detection.Point{{Pos: [3]float64{0, 8, 8}}, {Pos: [3]float64{0, 20, 30}}}
		d.Samples = append(d.Samples, Sample{Name: string(rune('a' + i)), Image: im, Points: points})
	}
	return d
}

// What a preview shows is what the batches hold, whatever changes there are.
func TestPreviewIsWhatTrainingSees(t *testing.T) {
	opts := DefaultOptions()
	opts.BatchSize, opts.Augment.Rotate, opts.Augment.Zoom, opts.Augment.Elastic = 5, 0.5, 0.5, 0.5
	opts.Changes = []Change{{Name: "noise", Probability: 0.7, Apply: func(p *Patch, rng *rand.Rand) error {
		return detection.GaussianNoise(p.Image, detection.DefaultGaussianNoiseOptions(), rng)
	}}}
	l, err := NewLoader(rough(3), opts)
	if err != nil {
		t.Fatal(err)
	}
	if l.Patches() != 18 {
		t.Fatalf("%d patches, want 18", l.Patches())
	}
	for epoch := range 2 {
		for position := range l.Patches() {
			b, err := l.Batch(epoch, position/5)
			if err != nil {
				t.Fatal(err)
			}
			p, err := l.Preview(epoch, position, position%2*4)
			if err != nil {
				t.Fatal(err)
			}
			k := position % 5
			if !slices.Equal(p.Image.Data, b.Images[k*512:][:512]) || !slices.Equal(p.Target.Data, b.Targets[k*256:][:256]) {
				t.Fatalf("epoch %d: the preview of patch %d is another patch", epoch, position)
			}
			if (p.Grid != nil) != (position%2 == 1) {
				t.Fatalf("patch %d: a grid is there or not as it should not", position)
			}
			if !strings.Contains("abc", p.Name) || len(p.Name) != 1 {
				t.Fatalf("patch %d is of %q", position, p.Name)
			}
		}
	}
	for _, position := range []int{-1, 18} {
		if _, err := l.Preview(0, position, 0); err == nil || !strings.Contains(err.Error(), "want 0 to 17") {
			t.Errorf("position %d: %v", position, err)
		}
	}
}

// So it is where places are drawn, and of a plain loader, whose epochs are all
// the first one.
func TestPreviewOfDrawnPatches(t *testing.T) {
	data := rough(4)
	data.Random = &Random{ByTarget: true, Foreground: 0.5, Background: 0.5}
	opts := DefaultOptions()
	opts.BatchSize = 4
	shuffled, err := NewLoader(data, opts)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := NewPlainLoader(data, 4)
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*Loader{"shuffled": shuffled, "plain": plain} {
		for epoch := range 3 {
			b, err := l.Batch(epoch, 0)
			if err != nil {
				t.Fatal(err)
			}
			for position := range 4 {
				p, err := l.Preview(epoch, position, 4)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(p.Image.Data, b.Images[position*512:][:512]) {
					t.Errorf("%s, epoch %d: the preview of patch %d is another patch", name, epoch, position)
				}
			}
		}
	}
}

// Without changes the lines are where they were drawn, and nothing else is
// another; mirrored, they are mirrored with the image.
func TestPreviewGrid(t *testing.T) {
	for _, mirror := range []bool{false, true} {
		opts := DefaultOptions()
		opts.Shuffle, opts.Augment = false, detection.DefaultGeometryOptions()
		if mirror {
			opts.Augment.FlipX = 1
		}
		data := rough(1)
		l, err := NewLoader(data, opts)
		if err != nil {
			t.Fatal(err)
		}
		p, err := l.Preview(0, 1, 5) // the patch from x = 12 to 27
		if err != nil {
			t.Fatal(err)
		}
		_, bright := data.Samples[0].Image.Range()
		for y := range 16 {
			for x := range 16 {
				at := 12 + x
				if mirror {
					at = 27 - x
				}
				for c := range 2 {
					want := p.Image.At(0, y, x, c)
					if y%5 == 0 || at%5 == 0 {
						want = bright
					}
					if got := p.Grid.At(0, y, x, c); got != want {
						t.Fatalf("mirror %v: at %d, %d the grid has %v, want %v", mirror, y, x, got, want)
					}
				}
			}
		}
	}
}
