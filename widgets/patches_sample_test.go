package widgets

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// patchPreviews are patches of a generated image, moved at random and brightened at
// times, with originals and lines.
func patchPreviews(t testing.TB, n int, size [3]int, classes int) []detection.PatchPreview {
	t.Helper()
	dims := [3]int{max(size[0]+2, 1), 160, 200}
	if size[0] == 1 {
		dims[0] = 1
	}
	s := newSample(t, dims, 60, classes, 5)
	r := rand.New(rand.NewPCG(3, 3))
	g := detection.DefaultGeometryOptions()
	g.FlipX, g.Rotate, g.Zoom = 0.5, 0.5, 0.5
	o := detection.DefaultMaskOptions()
	o.Radii, o.Classes, o.Check = [3]int{3, 3, 3}, classes, false
	var list []detection.PatchPreview
	for i := range n {
		var centre [3]float64
		for a, d := range dims {
			centre[a] = float64(size[a]-1)/2 + r.Float64()*float64(d-size[a])
		}
		p := detection.PatchPreview{Name: fmt.Sprintf("image-%d.tif", i%3), Epoch: i / 12, Position: i % 12}
		cut := func(w detection.Warp) (*detection.Volume, []detection.Point, *detection.Volume) {
			v, err := w.Image(s.image)
			if err != nil {
				t.Fatal(err)
			}
			moved, err := w.Points(s.truth, dims, 4)
			if err != nil {
				t.Fatal(err)
			}
			target, err := detection.PointMask(size, moved, o)
			if err != nil {
				t.Fatal(err)
			}
			var inside []detection.Point
			for _, q := range moved {
				if v.Contains(q.Voxel()) {
					inside = append(inside, q)
				}
			}
			return v, inside, target
		}
		w, err := detection.RandomWarp(size, centre, g, r)
		if err != nil {
			t.Fatal(err)
		}
		p.Image, p.Points, p.Target = cut(w)
		p.Original, p.OriginalPoints, _ = cut(detection.NewWarp(size, centre))
		p.Grid = p.Image.Clone()
		for k := range p.Grid.Data {
			if k%13 == 0 {
				p.Grid.Data[k] = 255
			}
		}
		if w.Linear != detection.NewWarp(size, centre).Linear {
			p.Applied = append(p.Applied, fmt.Sprintf("rotated by %.1f degrees", 90*r.Float64()), "zoomed 1.20 times")
		}
		if i%4 == 1 {
			for k := range p.Image.Data {
				p.Image.Data[k] += 60
			}
			p.Applied = append(p.Applied, "brightness")
		}
		list = append(list, p)
	}
	return list
}

func newAugmentPreview(t testing.TB, patches []detection.PatchPreview, change func(*AugmentPreviewOptions)) *AugmentPreview {
	t.Helper()
	o := DefaultAugmentPreviewOptions()
	if change != nil {
		change(&o)
	}
	a, err := NewAugmentPreview(patches, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
