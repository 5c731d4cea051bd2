package training

import (
	"context"
	"errors"
	"math"
	"regexp"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// frozenTraining is newTraining on a network with batch norm whose parameters
// that match are frozen; running statistics are away from their start.
func frozenTraining(t *testing.T, opts Options, pattern string) (trainer *Trainer, data, val *Loader, frozen []string) {
	t.Helper()
	c := unet.NewConfig(2, 4, 8)
	c.ConvLayers, c.Norm = []int{1, 1}, unet.NormBatch
	m, err := unet.New(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	set, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Params() {
		tensor, _ := set.Get(p.Name)
		for i := range tensor.Data {
			switch p.Role {
			case unet.BufferMean:
				tensor.Data[i] = 0.1 * float32(i)
			case unet.BufferVar:
				tensor.Data[i] = 1 + 0.2*float32(i)
			case unet.BufferCount:
				tensor.Data[i] = 7
			}
		}
	}
	if err := m.SetWeights(set); err != nil {
		t.Fatal(err)
	}
	if frozen, err = m.Freeze(regexp.MustCompile(pattern)); err != nil {
		t.Fatal(err)
	}
	if trainer, err = NewTrainer(testkit.Backend(t), m, opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	if data, err = NewLoader(dots(1, 10), opts); err != nil {
		t.Fatal(err)
	}
	if val, err = NewPlainLoader(dots(2, 5), opts.BatchSize); err != nil {
		t.Fatal(err)
	}
	return trainer, data, val, frozen
}

func params(t *testing.T, trainer *Trainer) *weights.Set {
	t.Helper()
	set, err := trainer.Model().Weights()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Frozen parameters and running statistics keep every bit, the others move,
// with every optimiser, and a training that is stopped and goes on in a new
// trainer ends where it would have.
func TestFrozenStayAndResume(t *testing.T) {
	for optimizer, stop := range map[OptimizerKind]int{AdamW: 2, Adam: 0, SGD: 0} { // 0: no stop
		t.Run(string(optimizer), func(t *testing.T) {
			opts := smallOptions()
			opts.Epochs, opts.Optimizer, opts.GradientClipNorm, opts.WeightDecay = 2, optimizer, 0.5, 0.1
			run := func(ctx context.Context, resume *kept, progress func(int)) (kept, []string, error) {
				trainer, data, val, frozen := frozenTraining(t, opts, "^(down_path|bottleneck)")
				before := params(t, trainer)
				o := FitOptions{Options: opts, Progress: detection.ProgressFunc(func(e detection.ProgressEvent) { progress(e.Done) })}
				if resume != nil {
					o.Resume = resume.restore(t, trainer)
				}
				var last kept
				o.OnState = func(at *Position, state *weights.Set) error { last = keep(t, at, state); return nil }
				_, err := Fit(ctx, trainer, data, val, o)
				for name, after := range params(t, trainer).All() {
					was, _ := before.Get(name)
					if same := slices.EqualFunc(was.Data, after.Data, sameBits); same != slices.Contains(frozen, name) {
						t.Errorf("%s is as it was: %v, frozen: %v", name, same, !same)
					}
				}
				return last, frozen, err
			}
			whole, frozen, err := run(context.Background(), nil, func(int) {})
			if err != nil {
				t.Fatal(err)
			}
			if len(frozen) != 14 { // two units of 2 + 2 + 3 tensors
				t.Errorf("frozen are %v", frozen)
			}
			if stop == 0 {
				return
			}
			ctx, cancel := context.WithCancel(context.Background())
			half, _, err := run(ctx, nil, func(done int) {
				if done == stop {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			rest, _, err := run(context.Background(), &half, func(int) {})
			if err != nil {
				t.Fatal(err)
			}
			if rest.position != whole.position || hash(t, rest.file) != hash(t, whole.file) {
				t.Errorf("stopped at step %d, the training ends elsewhere", stop)
			}
		})
	}
}

func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

// With all batch norms frozen the network computes in training what it
// computes in use; with batch statistics it does not.
func TestFrozenNormUsesRunningStatistics(t *testing.T) {
	for pattern, same := range map[string]bool{"path|bottleneck": true, `^heads\.0\.bias`: false} {
		opts := smallOptions()
		trainer, _, val, _ := frozenTraining(t, opts, pattern)
		one, err := val.Batch(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		use, err := NewPlainLoader(dots(2, opts.BatchSize), opts.BatchSize)
		if err != nil {
			t.Fatal(err)
		}
		evaluated, _, err := trainer.Evaluate(context.Background(), use, nil)
		if err != nil {
			t.Fatal(err)
		}
		stepped, err := trainer.Step(one)
		if err != nil {
			t.Fatal(err)
		}
		if near := math.Abs(stepped.Loss-evaluated.Loss) < 1e-5*evaluated.Loss; near != same {
			t.Errorf("%s: loss %v in training, %v in use", pattern, stepped.Loss, evaluated.Loss)
		}
	}
}
