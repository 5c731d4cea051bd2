package inference

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/shareddata"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// BiaPy 3.7.1 wrote the maps with these weights: patches of 256 with padding
// 32, whole-image normalisation. Single precision in another order of
// summation gives 2e-6; the bounds leave room for other processors.
func TestParityWithBiaPy(t *testing.T) {
	dir := shareddata.Path(t, "biapy_parity2d")
	set, err := weights.Read(filepath.Join(dir, "weights.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := unet.FromWeights(unet.DefaultConfig(2), set)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(testkit.Backend(t), m, Options{Tiles: detection.DefaultTileOptions(), BatchSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	images, err := imageio.List(filepath.Join(dir, "x"))
	if err != nil {
		t.Fatal(err)
	}
	if len(images) != 10 {
		t.Fatalf("%d images, want 10", len(images))
	}
	for _, path := range images {
		image, err := imageio.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := imageio.Read(filepath.Join(dir, "prob", filepath.Base(path)))
		if err != nil {
			t.Fatal(err)
		}
		normalised, _, err := detection.Normalise(image.Volume, detection.DefaultNormaliseOptions())
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Predict(context.Background(), normalised)
		if err != nil {
			t.Fatal(err)
		}
		if got.Dims != want.Dims {
			t.Fatalf("%s: map %v, want %v", filepath.Base(path), got.Dims, want.Dims)
		}
		var worst, sum float64
		for i, v := range got.Data {
			d := math.Abs(float64(v) - float64(want.Data[i]))
			if !(d <= worst) {
				worst = d
			}
			sum += d
		}
		mean := sum / float64(len(got.Data))
		t.Logf("%s %v: largest difference %.2g, mean %.2g", filepath.Base(path), image.Dims, worst, mean)
		if !(worst <= 2e-5 && mean <= 1e-6) {
			t.Errorf("%s: largest difference %g (want 2e-5), mean %g (want 1e-6)", filepath.Base(path), worst, mean)
		}
	}
}
