package inference

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
)

// The slow twin of views: each turned image is predicted by itself, turned
// back, and combined voxel by voxel.
func viewByView(t *testing.T, p *Predictor, image *detection.Volume, list []detection.Symmetry, combine func([]float64) float64) []float64 {
	t.Helper()
	seen := make([][]float64, len(image.Data))
	for _, s := range list {
		turned := detection.NewVolume(s.Dims(image.Dims), image.Channels)
		if err := s.Apply(turned, image); err != nil {
			t.Fatal(err)
		}
		prob, err := p.Predict(context.Background(), turned)
		if err != nil {
			t.Fatal(err)
		}
		back := detection.NewVolume(image.Dims, 1)
		if err := s.Inverse().Apply(back, prob); err != nil {
			t.Fatal(err)
		}
		for i, v := range back.Data {
			seen[i] = append(seen[i], float64(v))
		}
	}
	out := make([]float64, len(seen))
	for i, list := range seen {
		out[i] = combine(list)
	}
	return out
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

func least(list []float64) float64 {
	out := list[0]
	for _, v := range list {
		out = min(out, v)
	}
	return out
}

func most(list []float64) float64 {
	out := list[0]
	for _, v := range list {
		out = max(out, v)
	}
	return out
}

func TestViews(t *testing.T) {
	flat, deep := unet.NewConfig(2, 4, 4), unet.NewConfig(3, 4, 4)
	tests := []struct {
		name    string
		config  unet.Config
		dims    [3]int
		whole   bool
		views   Views
		combine Combine
		list    []detection.Symmetry
		twin    func([]float64) float64
	}{
		{"square, all", flat, [3]int{1, 16, 16}, false, AllViews, Mean, detection.Symmetries(2), mean},
		{"square, least of the flips", flat, [3]int{1, 16, 16}, false, Flips, Minimum, detection.Flips(2), least},
		{"square, most", flat, [3]int{1, 16, 16}, false, AllViews, Maximum, detection.Symmetries(2), most},
		{"whole image that is not square", flat, [3]int{1, 12, 20}, true, AllViews, "", detection.Symmetries(2), mean},
		{"3D", deep, [3]int{4, 8, 8}, false, AllViews, Mean, detection.Symmetries(3), mean},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := Options{Tiles: detection.TileOptions{Patch: tt.dims}, Whole: tt.whole, BatchSize: 2}
			plain := newPredictor(t, tt.config, opts)
			image := noise(5, tt.dims, 1)
			want := viewByView(t, plain, image, tt.list, tt.twin)
			opts.Views, opts.Combine = tt.views, tt.combine
			got, err := newPredictor(t, tt.config, opts).Predict(context.Background(), image)
			if err != nil {
				t.Fatal(err)
			}
			one, err := plain.Predict(context.Background(), image)
			if err != nil {
				t.Fatal(err)
			}
			changed := 0.0
			for i, v := range got.Data {
				if math.Abs(float64(v)-want[i]) > 1e-6 {
					t.Fatalf("voxel %d is %v, one by one %v", i, v, want[i])
				}
				changed = max(changed, math.Abs(float64(v-one.Data[i])))
			}
			if changed < 1e-3 {
				t.Errorf("the views change nothing: at most %v", changed)
			}
		})
	}
}

// On tiles too, so that a batch that is not full and blending take part: a
// mirrored image gives the mirrored map wherever the tile grid is symmetric.
func TestViewsOfTiles(t *testing.T) {
	opts := Options{Tiles: detection.TileOptions{Patch: [3]int{1, 16, 16}, Padding: [3]int{0, 2, 2}}, BatchSize: 2, Views: AllViews}
	p := newPredictor(t, unet.NewConfig(2, 4, 4), opts)
	image := noise(6, [3]int{1, 36, 36}, 1) // three tiles of step 12 on each axis
	prob, err := p.Predict(context.Background(), image)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range detection.Symmetries(2) {
		turned, want := detection.NewVolume(image.Dims, 1), detection.NewVolume(image.Dims, 1)
		if err := s.Apply(turned, image); err != nil {
			t.Fatal(err)
		}
		if err := s.Apply(want, prob); err != nil {
			t.Fatal(err)
		}
		got, err := p.Predict(context.Background(), turned)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Data {
			if math.Abs(float64(v-want.Data[i])) > 1e-6 {
				t.Fatalf("%v: voxel %d is %v, want %v", s, i, v, want.Data[i])
			}
		}
	}
}

func TestViewsValidate(t *testing.T) {
	o := Options{Tiles: detection.TileOptions{Patch: [3]int{1, 16, 16}}, BatchSize: 1, Views: "turns", Combine: "median"}
	err := o.Validate(unet.NewConfig(2, 4, 4))
	if err == nil || !strings.Contains(err.Error(), `Views "turns"`) || !strings.Contains(err.Error(), `Combine "median"`) {
		t.Errorf("error %v", err)
	}
}
