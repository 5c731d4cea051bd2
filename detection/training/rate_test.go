package training

import (
	"testing"

	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// The rate that is set is the rate of the next step: at 0 nothing moves.
func TestSetLearningRate(t *testing.T) {
	for _, kind := range []OptimizerKind{AdamW, Adam, SGD} {
		t.Run(string(kind), func(t *testing.T) {
			o := smallOptions()
			o.Optimizer, o.WeightDecay = kind, 0.1
			trainer, data, _ := newTraining(t, o)
			hash := func() string { return weights.Hash(params(t, trainer)) }
			step := func(rate float64, moves bool) {
				t.Helper()
				if err := trainer.SetLearningRate(rate); err != nil {
					t.Fatal(err)
				}
				before := hash()
				if _, err := trainer.Step(mustBatch(t, data, 0, 0)); err != nil {
					t.Fatal(err)
				}
				if moved := hash() != before; moved != moves {
					t.Errorf("at a rate of %v the parameters moved: %v, want %v", rate, moved, moves)
				}
			}
			step(0, false) // the first one compiles
			step(1e-3, true)
			step(0, false)
		})
	}
}
