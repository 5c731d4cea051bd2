package training

import (
	"context"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// take takes the steps from first to last, counted from 1.
func take(t *testing.T, trainer *Trainer, data *Loader, first, last int, after func(step int)) {
	t.Helper()
	for step := first; step <= last; step++ {
		b, err := data.Batch((step-1)/data.Batches(), (step-1)%data.Batches())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trainer.Step(b); err != nil {
			t.Fatal(err)
		}
		if after != nil {
			after(step)
		}
	}
}

func stateOf(t *testing.T, trainer *Trainer) *weights.Set {
	t.Helper()
	state, err := trainer.State()
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// The averages are those that one computes from the parameters after every
// step; validation looks at them; frozen parameters stay to the last bit; and a
// training that goes on has the same ones.
func TestAverageOfParameters(t *testing.T) {
	const steps, stop = 18, 7 // the decay is reached in step 16
	opts := smallOptions()
	opts.Average = 0.6
	trainer, data, val, frozen := frozenTraining(t, opts, "bottleneck")
	before := params(t, trainer)
	want := map[string][]float64{}
	var middle kept
	take(t, trainer, data, 1, steps, func(step int) {
		d := math.Min(0.6, float64(step-1)/float64(step+9))
		for name, tensor := range params(t, trainer).All() {
			if want[name] == nil {
				want[name] = make([]float64, len(tensor.Data))
			}
			for i, v := range tensor.Data {
				want[name][i] = d*want[name][i] + (1-d)*float64(v)
			}
		}
		if step == stop {
			middle = keep(t, new(Position), stateOf(t, trainer))
		}
	})
	got, err := trainer.Weights()
	if err != nil {
		t.Fatal(err)
	}
	if weights.Hash(got) == weights.Hash(params(t, trainer)) {
		t.Error("the averages are the parameters")
	}
	for name, tensor := range got.All() {
		for i, v := range tensor.Data {
			if math.Abs(float64(v)-want[name][i]) > 1e-5 {
				t.Fatalf("%s[%d] is %v, one by one %v", name, i, v, want[name][i])
			}
		}
	}
	for _, name := range frozen {
		a, _ := before.Get(name)
		if b, _ := got.Get(name); !slices.Equal(a.Data, b.Data) {
			t.Errorf("frozen %s was %v, its average is %v", name, a.Data, b.Data)
		}
	}

	evaluated, _, err := trainer.Evaluate(context.Background(), val, nil)
	if err != nil {
		t.Fatal(err)
	}
	other, _, _, _ := frozenTraining(t, smallOptions(), "bottleneck")
	if err := other.Model().SetWeights(got); err != nil {
		t.Fatal(err)
	}
	if m, _, err := other.Evaluate(context.Background(), val, nil); err != nil || m != evaluated {
		t.Errorf("validated %+v, a network with the averages %+v, %v", evaluated, m, err)
	}

	again, _, _, _ := frozenTraining(t, opts, "bottleneck")
	middle.restore(t, again)
	take(t, again, data, stop+1, steps, nil)
	a, b := stateOf(t, trainer), stateOf(t, again)
	if weights.Hash(a) != weights.Hash(b) || !maps.Equal(a.Metadata, b.Metadata) {
		t.Error("a training that stopped and went on has another state than one in one go")
	}
}
