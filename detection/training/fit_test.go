package training

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// dots makes samples of 16 x 16 with noise and a bright dot at a point.
func dots(seed uint64, n int) Data {
	rng := rand.New(rand.NewPCG(seed, 9))
	mask := detection.MaskOptions{Classes: 1, Radii: [3]int{0, 1, 1}}
	d := Data{Target: Disks(mask), Tiles: detection.TileOptions{Patch: [3]int{1, 16, 16}}}
	for range n {
		image := detection.NewVolume([3]int{1, 16, 16}, 1)
		for k := range image.Data {
			image.Data[k] = float32(0.3 * rng.NormFloat64())
		}
		y, x := 2+rng.IntN(12), 2+rng.IntN(12)
		for _, at := range [][2]int{{0, 0}, {0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
			image.Set(0, y+at[0], x+at[1], 0, 2+image.At(0, y+at[0], x+at[1], 0))
		}
		d.Samples = append(d.Samples, Sample{Image: image, Points: []detection.Point{{Pos: [3]float64{0, float64(y), float64(x)}}}})
	}
	return d
}

// training prepares a small training with the given options.
func newTraining(t *testing.T, opts Options) (trainer *Trainer, data, val *Loader) {
	t.Helper()
	c := unet.NewConfig(2, 4, 8)
	c.ConvLayers = []int{1, 1} // compiles twice as fast
	m, err := unet.New(c, opts.Seed)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err = NewTrainer(testkit.Backend(t), m, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	if data, err = NewLoader(dots(1, 10), opts); err != nil {
		t.Fatal(err)
	}
	if val, err = NewPlainLoader(dots(2, 5), opts.BatchSize); err != nil {
		t.Fatal(err)
	}
	return trainer, data, val
}

func smallOptions() Options {
	o := DefaultOptions()
	o.Epochs, o.BatchSize, o.LearningRate, o.Seed = 15, 4, 1e-2, 3
	return o
}

func TestFitLearnsAndKeepsTheBest(t *testing.T) {
	opts := smallOptions()
	trainer, data, val := newTraining(t, opts)
	var best []int
	var kept *weights.Set
	var events []detection.ProgressEvent
	h, err := Fit(context.Background(), trainer, data, val, FitOptions{
		Options:  opts,
		Progress: detection.ProgressFunc(func(e detection.ProgressEvent) { events = append(events, e) }),
		OnBest:   func(e Epoch, w *weights.Set) error { best = append(best, e.Epoch); kept = w; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Epochs) != 15 || h.Epochs[14].Steps != 45 || h.Stop != "all 45 steps done" {
		t.Errorf("%d epochs, %d steps, %q", len(h.Epochs), h.Epochs[14].Steps, h.Stop)
	}
	first, last := h.Epochs[0], h.Epochs[h.Best]
	if !(last.ValLoss < first.ValLoss/2 && last.ValIoU > 0.6) {
		t.Errorf("validation loss went from %.3f to %.3f, IoU to %.3f", first.ValLoss, last.ValLoss, last.ValIoU)
	}
	for i, e := range h.Epochs {
		if e.ValLoss < h.Epochs[h.Best].ValLoss {
			t.Errorf("epoch %d is better than the best", i+1)
		}
	}
	if best[len(best)-1] != h.Best+1 {
		t.Errorf("weights of epochs %v were kept, the best is %d", best, h.Best+1)
	}
	// the kept weights give the loss of their epoch
	if err := trainer.Model().SetWeights(kept); err != nil {
		t.Fatal(err)
	}
	m, _, err := trainer.Evaluate(context.Background(), val, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := m.Loss - last.ValLoss; d > 1e-6 || d < -1e-6 {
		t.Errorf("the kept weights have loss %v, their epoch had %v", m.Loss, last.ValLoss)
	}
	if e := events[len(events)-1]; events[0].Done != 0 || e.Done != 45 || e.Total != 45 || !strings.HasPrefix(e.Line, "epoch 15: loss ") {
		t.Errorf("progress began with %+v and ended with %+v", events[0], e)
	}
}

// The other networks learn: the loss of the training batches falls by half.
// What a seunet adds is in resunet_se.
func TestFitOtherNetworks(t *testing.T) {
	for _, architecture := range []string{unet.ArchResUNet, unet.ArchAttentionUNet, unet.ArchResUNetSE} {
		t.Run(architecture, func(t *testing.T) {
			opts := smallOptions()
			opts.Epochs = 8
			c := unet.NewConfig(2, 16, 16)
			c.Architecture = architecture
			m, err := unet.New(c, opts.Seed)
			if err != nil {
				t.Fatal(err)
			}
			trainer, err := NewTrainer(testkit.Backend(t), m, opts)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(trainer.Close)
			data, err := NewLoader(dots(1, 10), opts)
			if err != nil {
				t.Fatal(err)
			}
			h, err := Fit(context.Background(), trainer, data, nil, FitOptions{Options: opts})
			if err != nil {
				t.Fatal(err)
			}
			if first, last := h.Epochs[0].Loss, h.Epochs[len(h.Epochs)-1].Loss; !(last < first/2) {
				t.Errorf("the loss went from %.3f to %.3f", first, last)
			}
		})
	}
}

func TestFitIsReproducible(t *testing.T) {
	hash := func(seed uint64) string {
		opts := smallOptions()
		opts.Epochs, opts.Seed = 2, seed
		trainer, data, _ := newTraining(t, opts)
		if _, err := Fit(context.Background(), trainer, data, nil, FitOptions{Options: opts}); err != nil {
			t.Fatal(err)
		}
		w, err := trainer.Model().Weights()
		if err != nil {
			t.Fatal(err)
		}
		return weights.Hash(w)
	}
	first := hash(3)
	if first != hash(3) {
		t.Error("two runs with one seed differ")
	}
	if first == hash(4) {
		t.Error("two seeds give the same weights")
	}
}

func TestFitStops(t *testing.T) {
	t.Run("after the steps asked for", func(t *testing.T) {
		opts := smallOptions()
		opts.Steps = 4
		trainer, data, _ := newTraining(t, opts)
		h, err := Fit(context.Background(), trainer, data, nil, FitOptions{Options: opts})
		if err != nil || len(h.Epochs) != 2 || h.Epochs[1].Steps != 4 || h.Best != 1 || h.Epochs[1].HasVal {
			t.Errorf("%+v, %v", h, err)
		}
	})
	t.Run("early", func(t *testing.T) {
		opts := smallOptions()
		opts.LearningRate, opts.Patience, opts.Epochs = 0.5, 2, 100 // wild steps
		trainer, data, val := newTraining(t, opts)
		h, err := Fit(context.Background(), trainer, data, val, FitOptions{Options: opts})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(h.Epochs); n == 100 || n != h.Best+3 || h.Stop != "no better validation loss for 2 epochs" {
			t.Errorf("%d epochs, best %d, %q", n, h.Best, h.Stop)
		}
	})
	t.Run("when cancelled", func(t *testing.T) {
		opts := smallOptions()
		trainer, data, val := newTraining(t, opts)
		ctx, cancel := context.WithCancel(context.Background())
		h, err := Fit(ctx, trainer, data, val, FitOptions{Options: opts, Progress: detection.ProgressFunc(func(e detection.ProgressEvent) {
			if e.Done == 5 {
				cancel()
			}
		})})
		if !errors.Is(err, context.Canceled) || len(h.Epochs) != 1 || h.Stop != "interrupted" {
			t.Errorf("%+v, %v", h, err)
		}
	})
	t.Run("when weights cannot be kept", func(t *testing.T) {
		opts := smallOptions()
		trainer, data, val := newTraining(t, opts)
		full := errors.New("disk full")
		if _, err := Fit(context.Background(), trainer, data, val, FitOptions{Options: opts, OnBest: func(Epoch, *weights.Set) error { return full }}); !errors.Is(err, full) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("when the loss is no number", func(t *testing.T) {
		opts := smallOptions()
		trainer, data, val := newTraining(t, opts)
		nan := float32(0)
		for i := range data.data.Samples {
			data.data.Samples[i].Image.Data[0] = nan / nan
		}
		if _, err := Fit(context.Background(), trainer, data, val, FitOptions{Options: opts}); err == nil || !strings.Contains(err.Error(), "the loss became NaN at step 1") {
			t.Errorf("error %v", err)
		}
	})
}
