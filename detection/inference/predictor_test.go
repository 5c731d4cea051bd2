package inference

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/internal/testkit"
)

func noise(seed uint64, dims [3]int, channels int) *detection.Volume {
	v := detection.NewVolume(dims, channels)
	rng := rand.New(rand.NewPCG(seed, 3))
	for i := range v.Data {
		v.Data[i] = float32(rng.NormFloat64())
	}
	return v
}

func newPredictor(t *testing.T, c unet.Config, opts Options) *Predictor {
	t.Helper()
	m, err := unet.New(c, 7)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(testkit.Backend(t), m, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// A network without norms that sees at most 8 voxels around gives, tile by
// tile with enough padding, what it gives of the whole image at once.
func TestTilesEqualTheWholeImage(t *testing.T) {
	flat := unet.NewConfig(2, 4, 4)
	flat.Norm, flat.ConvLayers = unet.NormNone, []int{1, 1}
	image := noise(1, [3]int{1, 48, 64}, 1)
	whole, err := newPredictor(t, flat, Options{Tiles: detection.TileOptions{Patch: image.Dims}, BatchSize: 1}).Predict(context.Background(), image)
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{1, 3} {
		var events []detection.ProgressEvent
		p := newPredictor(t, flat, Options{
			Tiles: detection.TileOptions{Patch: [3]int{1, 32, 32}, Padding: [3]int{0, 8, 8}}, BatchSize: batch,
			Progress: detection.ProgressFunc(func(e detection.ProgressEvent) { events = append(events, e) }),
		})
		tiled, err := p.Predict(context.Background(), image)
		if err != nil {
			t.Fatal(err)
		}
		// zero padding and reflection differ at the image's border
		const margin = 8
		for y := margin; y < 48-margin; y++ {
			for x := margin; x < 64-margin; x++ {
				if a, b := tiled.At(0, y, x, 0), whole.At(0, y, x, 0); math.Abs(float64(a-b)) > 1e-5 {
					t.Fatalf("batch %d: at %d, %d the tiles give %v, the whole %v", batch, y, x, a, b)
				}
			}
		}
		if last := events[len(events)-1]; last.Done != last.Total || last.Total != 12 {
			t.Errorf("batch %d: the last event is %+v", batch, last)
		}
	}
}

// The maps of the tiles, blended here, are the map of the image; an error of
// the one who looks at them ends the prediction.
func TestPredictTiles(t *testing.T) {
	image := noise(5, [3]int{1, 40, 60}, 1)
	p := newPredictor(t, unet.NewConfig(2, 4, 4), Options{
		Tiles: detection.TileOptions{Patch: [3]int{1, 32, 32}, Padding: [3]int{0, 4, 4}}, BatchSize: 3,
	})
	var merger *detection.Merger
	next := 0
	want, err := p.PredictTiles(context.Background(), image, func(g detection.Grid, i int, tile *detection.Volume) (err error) {
		if i == 0 {
			merger, err = detection.NewMerger(g, 1)
		}
		if i != next || tile.Dims != [3]int{1, 32, 32} || err != nil {
			t.Fatalf("tile %d of %v, want %d: %v", i, tile.Dims, next, err)
		}
		next++
		return merger.Add(i, tile)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := detection.NewLike(image, 1)
	if err := merger.Result(got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Data, want.Data) {
		t.Error("the tiles, blended, are not the map")
	}
	stop := errors.New("stop")
	if _, err := p.PredictTiles(context.Background(), image, func(detection.Grid, int, *detection.Volume) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v, want %v", err, stop)
	}
}

// In one piece, images of any size give what one tile of the completed size
// gives.
func TestWholeImages(t *testing.T) {
	c := unet.NewConfig(2, 4, 4, 4)
	whole := newPredictor(t, c, Options{Tiles: detection.TileOptions{Patch: [3]int{1, 16, 16}}, Whole: true, BatchSize: 3})
	for _, tt := range []struct{ dims, tile [3]int }{
		{[3]int{1, 48, 64}, [3]int{1, 48, 64}},
		{[3]int{1, 37, 50}, [3]int{1, 40, 52}},
		{[3]int{1, 3, 17}, [3]int{1, 8, 20}},
	} {
		image := noise(4, tt.dims, 1)
		got, err := whole.Predict(context.Background(), image)
		if err != nil {
			t.Fatal(err)
		}
		want, err := newPredictor(t, c, Options{Tiles: detection.TileOptions{Patch: tt.tile}, BatchSize: 1}).Predict(context.Background(), image)
		if err != nil {
			t.Fatal(err)
		}
		if got.Dims != tt.dims || !slices.Equal(got.Data, want.Data) {
			t.Errorf("%v: the map, of %v, is not that of a tile of %v", tt.dims, got.Dims, tt.tile)
		}
	}
	if err := (Options{Tiles: detection.TileOptions{Patch: [3]int{16, 16, 16}}, Whole: true, BatchSize: 1}).Validate(unet.NewConfig(3, 4, 4)); err == nil || !strings.Contains(err.Error(), "Whole") {
		t.Errorf("whole volumes: %v", err)
	}
}

func TestPredictShapes(t *testing.T) {
	three := unet.NewConfig(3, 4, 4)
	classes := unet.NewConfig(2, 4, 4)
	classes.InChannels, classes.OutChannels = 3, 2
	tests := []struct {
		name   string
		config unet.Config
		patch  [3]int
		image  *detection.Volume
		out    int
	}{
		{"smaller than the patch", unet.NewConfig(2, 4, 4), [3]int{1, 32, 32}, noise(1, [3]int{1, 10, 40}, 1), 1},
		{"3D", three, [3]int{4, 16, 16}, noise(2, [3]int{6, 20, 16}, 1), 1},
		{"channels and classes", classes, [3]int{1, 16, 16}, noise(3, [3]int{1, 17, 16}, 3), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.image.Spacing, tt.image.Unit = detection.Spacing{3, 2, 1}, "um"
			got, err := newPredictor(t, tt.config, Options{Tiles: detection.TileOptions{Patch: tt.patch}, BatchSize: 2}).Predict(context.Background(), tt.image)
			if err != nil {
				t.Fatal(err)
			}
			if got.Dims != tt.image.Dims || got.Channels != tt.out || got.Spacing != tt.image.Spacing || got.Unit != "um" {
				t.Errorf("map of %v with %d channels, spacing %v %s", got.Dims, got.Channels, got.Spacing, got.Unit)
			}
			if lo, hi := got.Range(); !(lo > 0 && hi < 1 && lo < hi) {
				t.Errorf("values from %v to %v", lo, hi)
			}
		})
	}
}

func TestPredictErrors(t *testing.T) {
	flat := unet.NewConfig(2, 4, 4)
	tiles := detection.TileOptions{Patch: [3]int{1, 16, 16}}
	p := newPredictor(t, flat, Options{Tiles: tiles, BatchSize: 1})
	if _, err := p.Predict(context.Background(), noise(1, [3]int{1, 16, 16}, 2)); !errors.Is(err, detection.ErrShape) || !strings.Contains(err.Error(), "2 channels, the network takes 1") {
		t.Errorf("two channels: %v", err)
	}
	if _, err := p.Predict(context.Background(), noise(1, [3]int{2, 16, 16}, 1)); !errors.Is(err, detection.ErrShape) || !strings.Contains(err.Error(), "2 planes") {
		t.Errorf("two planes: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Predict(ctx, noise(1, [3]int{1, 40, 40}, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	m, err := unet.New(flat, 1)
	if err != nil {
		t.Fatal(err)
	}
	bad := Options{Tiles: detection.TileOptions{Patch: [3]int{1, 15, 16}}}
	if _, err := New(testkit.Backend(t), m, bad); err == nil || !strings.Contains(err.Error(), "axis y has 15 voxels") || !strings.Contains(err.Error(), "BatchSize 0") {
		t.Errorf("bad options: %v", err)
	}
}
