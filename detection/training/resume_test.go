package training

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// kept is what a caller keeps of a training on disk.
type kept struct {
	position string
	file     string
}

func keep(t *testing.T, at *Position, state *weights.Set) kept {
	t.Helper()
	text, err := json.Marshal(at)
	if err != nil {
		t.Fatal(err)
	}
	k := kept{position: string(text), file: filepath.Join(t.TempDir(), "state.safetensors")}
	if err := weights.WriteSafetensorsFile(k.file, state); err != nil {
		t.Fatal(err)
	}
	return k
}

// restore gives a trainer back what was kept and returns the position.
func (k kept) restore(t *testing.T, trainer *Trainer) *Position {
	t.Helper()
	set, err := weights.ReadSafetensorsFile(k.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := trainer.Restore(set); err != nil {
		t.Fatal(err)
	}
	at := new(Position)
	if err := json.Unmarshal([]byte(k.position), at); err != nil {
		t.Fatal(err)
	}
	return at
}

// A training that is stopped anywhere and goes on in a new trainer takes the
// same steps, to the last bit, with every optimiser, with dropout, with a
// schedule that looks at the losses, and with averaged parameters and F1.
func TestFitResumesExactly(t *testing.T) {
	for optimizer, stops := range map[OptimizerKind][]int{
		AdamW: {2, 3}, // in an epoch and at its end
		Adam:  {4},
		SGD:   {5}, // in the last epoch
	} {
		t.Run(string(optimizer), func(t *testing.T) {
			opts := smallOptions()
			opts.Epochs, opts.Optimizer, opts.GradientClipNorm = 2, optimizer, 0.5
			opts.Schedule = Schedule{Kind: ReduceOnPlateau, Factor: 0.5}
			switch optimizer {
			case SGD:
				opts.LearningRate = 0.2
			case Adam:
				opts.Average, opts.Monitor = 0.9, MonitorF1
			}
			scoring := DefaultScoring()
			run := func(ctx context.Context, resume *kept, progress func(int)) (kept, *History, error) {
				trainer, data, val := newTraining(t, opts)
				o := FitOptions{Options: opts, Scoring: &scoring, Progress: detection.ProgressFunc(func(e detection.ProgressEvent) {
					if progress != nil {
						progress(e.Done)
					}
				})}
				if resume != nil {
					o.Resume = resume.restore(t, trainer)
				}
				var last kept
				o.OnState = func(at *Position, state *weights.Set) error { last = keep(t, at, state); return nil }
				h, err := Fit(ctx, trainer, data, val, o)
				return last, h, err
			}
			whole, history, err := run(context.Background(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, stop := range stops {
				ctx, cancel := context.WithCancel(context.Background())
				half, _, err := run(ctx, nil, func(done int) {
					if done == stop {
						cancel()
					}
				})
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("stop at %d: %v", stop, err)
				}
				rest, resumed, err := run(context.Background(), &half, nil)
				if err != nil {
					t.Fatal(err)
				}
				if rest.position != whole.position {
					t.Errorf("stopped at step %d, the history is\n%s, without the stop\n%s", stop, rest.position, whole.position)
				}
				if a, b := hash(t, rest.file), hash(t, whole.file); a != b {
					t.Errorf("stopped at step %d, the state is another", stop)
				}
				if resumed.Best != history.Best || len(resumed.Epochs) != len(history.Epochs) {
					t.Errorf("stopped at step %d: best %d of %d epochs, want %d of %d", stop,
						resumed.Best, len(resumed.Epochs), history.Best, len(history.Epochs))
				}
			}
		})
	}
}

// hash is that of all tensors and all metadata of a file.
func hash(t *testing.T, path string) string {
	t.Helper()
	set, err := weights.ReadSafetensorsFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(set.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	return weights.Hash(set) + string(text)
}

func TestRestoreRefuses(t *testing.T) {
	trainer, _, _ := newTraining(t, smallOptions())
	state, err := trainer.State()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no JSON":        "x",
		"unknown type":   `{"dtype":"Number","shape":[],"bytes":""}`,
		"not hex":        `{"dtype":"Uint64","shape":[],"bytes":"xy"}`,
		"too few bytes":  `{"dtype":"Uint64","shape":[2],"bytes":"0000000000000000"}`,
		"negative shape": `{"dtype":"Uint64","shape":[-1],"bytes":"0000000000000000"}`,
	} {
		state.Metadata["training/counter"] = text
		if err := trainer.Restore(state); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := trainer.Restore(&weights.Set{}); err == nil {
		t.Error("no parameters: no error")
	}
}
