package unet

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/testkit"
)

func small() Config {
	c := NewConfig(2, 4, 8)
	return c
}

func TestNewIsSeeded(t *testing.T) {
	hash := func(seed uint64) string {
		m, err := New(small(), seed)
		if err != nil {
			t.Fatal(err)
		}
		w, err := m.Weights()
		if err != nil {
			t.Fatal(err)
		}
		return weights.Hash(w)
	}
	first := hash(1)
	if first != hash(1) {
		t.Error("the same seed gave other weights")
	}
	if first == hash(2) {
		t.Error("another seed gave the same weights")
	}
}

// The bounds are those of Xavier (out and in channels times the kernel) and
// of PyTorch's default; a uniform draw has a standard deviation of bound/sqrt(3).
func TestInitialWeights(t *testing.T) {
	m, err := New(NewConfig(2, 32, 64), 3)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, bound float64) {
		t.Helper()
		v, ok := w.Get(name)
		if !ok {
			t.Fatalf("no %s", name)
		}
		var sum, most float64
		for _, x := range v.Data {
			sum += float64(x) * float64(x)
			most = max(most, math.Abs(float64(x)))
		}
		if sd := math.Sqrt(sum / float64(len(v.Data))); most > bound || math.Abs(sd-bound/math.Sqrt(3)) > 0.05*bound {
			t.Errorf("%s: standard deviation %.4f, largest %.4f, want %.4f and at most %.4f", name, sd, most, bound/math.Sqrt(3), bound)
		}
	}
	check("bottleneck.block.1.block.0.weight", math.Sqrt(6.0/(9*(64+64))))
	check("down_path.0.block.1.block.0.weight", math.Sqrt(6.0/(9*(32+32))))
	check("up_paths.0.0.up.0.weight", 1/math.Sqrt(32*4))
	check("bottleneck.block.0.block.0.bias", 0)

	c := NewConfig(2, 128, 256)
	c.Architecture = ArchResUNetSE
	if m, err = New(c, 3); err != nil {
		t.Fatal(err)
	}
	if w, err = m.Weights(); err != nil {
		t.Fatal(err)
	}
	check("bottleneck.pre_conv.2.block.0.weight", math.Sqrt(6.0/(9*(128+256))))
	check("bottleneck.se_block.excitation.0.weight", math.Sqrt(6.0/(256+16)))
	check("up_paths.0.0.up.weight", 1/math.Sqrt(256*4))
}

// A U-Net is described and starts as before there were other networks: the
// JSON form and the hash were taken from the code of then.
func TestUNetIsAsItWas(t *testing.T) {
	text, err := json.Marshal(small())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"ndim":2,"in_channels":1,"out_channels":1,"feature_maps":[4,8],"conv_layers":[2,2],"dropout":[0,0],` +
		`"z_down":[2],"yx_down":[2],"isotropy":[true,true],"kernel_size":3,"norm":"in","activation":"elu",` +
		`"upsample":"convtranspose","block_order":"conv_norm_act","larger_io":false}`
	if string(text) != want {
		t.Errorf("JSON\n%s, want\n%s", text, want)
	}
	m, err := New(small(), 1)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	if h := weights.Hash(w); h != "528e88e0ced1e9d26bf6e8acdc0df16557fa910add69d1e79f0cb58728d2aeba" {
		t.Errorf("weights with hash %s", h)
	}
}

func TestSetWeightsNamesFaults(t *testing.T) {
	m, err := New(small(), 1)
	if err != nil {
		t.Fatal(err)
	}
	before, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	bad := &weights.Set{}
	for name, v := range before.All() {
		switch name {
		case "heads.0.bias":
			continue
		case "heads.0.weight":
			v = weights.Tensor{Shape: []int{2, 2, 1, 1}, Data: make([]float32, 4)}
		default:
			v = weights.Tensor{Shape: v.Shape, Data: make([]float32, len(v.Data))}
		}
		if err := bad.Add(name, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := bad.Add("extra.weight", weights.Tensor{Shape: []int{1}, Data: []float32{1}}); err != nil {
		t.Fatal(err)
	}
	err = m.SetWeights(bad)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"heads.0.bias is missing", "heads.0.weight has shape [2 2 1 1], want [1 4 1 1]", "extra.weight is not part of the network"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	after, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	if weights.Hash(before) != weights.Hash(after) {
		t.Error("weights changed in spite of the error")
	}
}

func TestLogitsShapes(t *testing.T) {
	planes := NewConfig(3, 4, 8, 8)
	planes.ZDown, planes.Isotropy = []int{1, 2}, []bool{false, true, true}
	three := small()
	three.InChannels, three.OutChannels = 3, 2
	residual := NewConfig(3, 16, 16, 32)
	residual.Architecture, residual.ZDown, residual.LargerIO, residual.Upsample = ArchResUNetSE, []int{1, 2}, true, UpInterpolate
	gated := small()
	gated.Architecture, gated.BlockOrder, gated.OutChannels = ArchAttentionUNet, OrderNormActConv, 2
	tests := []struct {
		name     string
		config   Config
		in, want []int
	}{
		{"2D", small(), []int{2, 6, 8, 1}, []int{2, 6, 8, 1}},
		{"three channels, two classes", three, []int{1, 4, 4, 3}, []int{1, 4, 4, 2}},
		{"3D, anisotropic", planes, []int{1, 2, 8, 4, 1}, []int{1, 2, 8, 4, 1}},
		{"3D, residual", residual, []int{1, 4, 8, 8, 1}, []int{1, 4, 8, 8, 1}},
		{"2D, gated", gated, []int{2, 6, 8, 1}, []int{2, 6, 8, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := New(tt.config, 1)
			if err != nil {
				t.Fatal(err)
			}
			exec, err := model.NewExec(testkit.Backend(t), m.Store(), m.Logits)
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.Call(random(1, tt.in...))
			if err != nil {
				t.Fatal(err)
			}
			if got := out[0].Shape().Dimensions; !slices.Equal(got, tt.want) {
				t.Errorf("output %v, want %v", got, tt.want)
			}
		})
	}
	m, err := New(small(), 1)
	if err != nil {
		t.Fatal(err)
	}
	exec, err := model.NewExec(testkit.Backend(t), m.Store(), m.Logits)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.Call(random(1, 1, 5, 4, 1)); err == nil || !strings.Contains(err.Error(), "axis y has 5 voxels") {
		t.Errorf("an odd axis: %v", err)
	}
}

// Batch norm in training uses the batch and moves the running statistics by a
// tenth; afterwards the running ones are used.
func TestBatchNormStatistics(t *testing.T) {
	c := NewConfig(2, 4, 4)
	c.Norm, c.ConvLayers = NormBatch, []int{1, 1}
	m, err := New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(training bool) *model.Exec {
		e, err := model.NewExec(testkit.Backend(t), m.Store(), func(s *model.Scope, x *graph.Node) *graph.Node {
			s.Store().SetTraining(x.Graph(), training)
			return m.Logits(s, x)
		})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	x := random(5, 2, 4, 4, 1)
	mean := func() []float32 {
		w, err := m.Weights()
		if err != nil {
			t.Fatal(err)
		}
		v, _ := w.Get("down_path.0.block.1.running_mean")
		n, _ := w.Get("down_path.0.block.1.num_batches_tracked")
		return append(slices.Clone(v.Data), n.Data...)
	}
	if _, err := exec(false).Call(x); err != nil {
		t.Fatal(err)
	}
	if got := mean(); !slices.Equal(got, make([]float32, 5)) {
		t.Errorf("inference changed the statistics: %v", got)
	}
	if _, err := exec(true).Call(x); err != nil {
		t.Fatal(err)
	}
	first := mean()
	if first[4] != 1 || slices.Equal(first[:4], make([]float32, 4)) {
		t.Errorf("statistics after a step: %v", first)
	}
	if _, err := exec(true).Call(x); err != nil {
		t.Fatal(err)
	}
	second := mean()
	for i := range 4 { // the same batch again: m, then m + 0.9 m
		if math.Abs(float64(second[i]-1.9*first[i])) > 1e-6 {
			t.Errorf("channel %d: %v after one step, %v after two", i, first[i], second[i])
		}
	}
}

// With a prior an untrained network answers about that everywhere.
func TestSetPrior(t *testing.T) {
	c := NewConfig(2, 4, 8)
	c.OutChannels = 2
	m, err := New(c, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SetPrior(0.01); err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	bias, _ := w.Get("heads.0.bias")
	for _, b := range bias.Data {
		if p := 1 / (1 + math.Exp(-float64(b))); math.Abs(p-0.01) > 1e-6 {
			t.Errorf("bias %v is probability %v", b, p)
		}
	}
	if len(bias.Data) != 2 {
		t.Errorf("%d biases", len(bias.Data))
	}
	for _, p := range []float64{0, 1, math.NaN()} {
		if err := m.SetPrior(p); err == nil {
			t.Errorf("prior %v: no error", p)
		}
	}
}
