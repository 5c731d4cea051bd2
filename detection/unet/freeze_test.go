package unet

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// frozenConfig is a small network with batch norm.
func frozenConfig() Config {
	c := NewConfig(2, 4, 8)
	c.ConvLayers, c.Norm = []int{1, 1}, NormBatch
	return c
}

func patterns(texts ...string) []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, t := range texts {
		list = append(list, regexp.MustCompile(t))
	}
	return list
}

func TestFreezeNames(t *testing.T) {
	const layer = "down_path.0.block."
	statistics := []string{layer + "1.running_mean", layer + "1.running_var", layer + "1.num_batches_tracked"}
	for _, tt := range []struct {
		name     string
		patterns []string
		want     []string
	}{
		{"none", nil, nil},
		{"a layer with its statistics", []string{`^down_path\.0`},
			slices.Concat([]string{layer + "0.weight", layer + "0.bias", layer + "1.weight", layer + "1.bias"}, statistics)},
		{"weight and bias bring the statistics", []string{`h\.0\.block\.1\.w`, `h\.0\.block\.1\.b`}, slices.Concat([]string{layer + "1.weight", layer + "1.bias"}, statistics)},
		{"a bias alone does not", []string{`^down_path.*1\.bias`}, []string{layer + "1.bias"}},
		{"statistics stay together", []string{`^down_path.*running_var`}, statistics},
		{"anywhere in the name", []string{"eads"}, []string{"heads.0.weight", "heads.0.bias"}},
	} {
		m, err := New(frozenConfig(), 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Freeze(patterns(tt.patterns...)...)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		}
		for _, p := range m.config.Params() {
			trainable := m.store.GetVariable(variablePath(p.Name)).Trainable
			if want := p.Trainable() && !slices.Contains(tt.want, p.Name); trainable != want {
				t.Errorf("%s: %s is trainable: %v, want %v", tt.name, p.Name, trainable, want)
			}
		}
	}
}

func TestFreezeRefuses(t *testing.T) {
	m, err := New(frozenConfig(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		patterns []string
		want     string
	}{
		{[]string{"heads", "encoder"}, `unet: no parameter matches "encoder": they are named such as down_path.0.block.0.weight and heads.0.bias`},
		{[]string{"weight", "bias"}, `unet: "weight" and "bias" match every parameter: nothing is left to train`},
	} {
		if _, err := m.Freeze(patterns(tt.patterns...)...); err == nil || err.Error() != tt.want {
			t.Errorf("%v: error %v, want %s", tt.patterns, err, tt.want)
		}
	}
	if len(m.frozen) > 0 || !m.store.GetVariable(variablePath("heads.0.bias")).Trainable {
		t.Error("a refused call froze something")
	}
	if _, err := m.Freeze(patterns("weight")...); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Freeze(patterns("bias")...); err == nil {
		t.Error("two calls freeze everything")
	}
}

// TestSetMatching takes a network with two outputs and one level more over
// into one with a single output.
func TestSetMatching(t *testing.T) {
	from := NewConfig(2, 4, 8, 16)
	from.OutChannels = 2
	source, err := New(from, 1)
	if err != nil {
		t.Fatal(err)
	}
	set, err := source.Weights()
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(NewConfig(2, 4, 8), 2)
	if err != nil {
		t.Fatal(err)
	}
	before, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SetWeights(set); err == nil {
		t.Fatal("SetWeights takes weights that do not fit")
	}
	unmatched, err := m.SetMatching(set)
	if err != nil {
		t.Fatal(err)
	}
	after, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(unmatched, "\n")
	taken := 0
	for name, got := range after.All() {
		want, fits := set.Get(name)
		fits = fits && slices.Equal(want.Shape, got.Shape)
		if fits {
			taken++
		} else {
			want, _ = before.Get(name)
		}
		if !slices.Equal(got.Data, want.Data) {
			t.Errorf("%s has other values than it should", name)
		}
		if told := strings.Contains(said, name+" "); told == fits {
			t.Errorf("%s: taken %v, named among the unmatched %v", name, fits, told)
		}
	}
	if taken != 8 { // two units of the first level, with a weight and a bias each for convolution and norm
		t.Errorf("%d tensors taken:\n%s", taken, said)
	}
	for _, want := range []string{"heads.0.weight has shape [2 4 1 1], want [1 4 1 1]", "down_path.1.block.0.block.0.weight is not part of the network"} {
		if !slices.Contains(unmatched, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
	other := &weights.Set{}
	if err := other.Add("conv.weight", weights.Tensor{Shape: []int{1}, Data: []float32{1}}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.SetMatching(other); err == nil || !strings.Contains(err.Error(), "no weight fits") {
		t.Errorf("nothing fits: %v", err)
	}
}
