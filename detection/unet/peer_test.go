//go:build peer

package unet

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/internal/testkit"
)

//go:embed testdata/biapy_unet.py
var biapyScript string

type peerCase struct {
	name     string
	Config   Config `json:"config"`
	Shape    []int  `json:"shape"`
	Gradient bool   `json:"gradient"`
}

// peerCases covers every choice of a Config at least once in 2D and in 3D.
func peerCases() []peerCase {
	two, three := func() Config { return NewConfig(2, 16, 32, 32) }, func() Config { return NewConfig(3, 8, 16, 16) }
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	plane, cube := []int{24, 32}, []int{8, 16, 24}
	cases := []peerCase{
		{name: "2D default", Config: two(), Shape: plane},
		{name: "3D default", Config: three(), Shape: cube},
		{name: "2D batch norm", Config: with(two(), func(c *Config) { c.Norm = NormBatch }), Shape: plane},
		{name: "3D batch norm", Config: with(three(), func(c *Config) { c.Norm = NormBatch }), Shape: cube},
		{name: "2D group norm", Config: with(two(), func(c *Config) { c.Norm = NormGroup }), Shape: plane},
		{name: "3D group norm", Config: with(three(), func(c *Config) { c.Norm = NormGroup }), Shape: cube},
		{name: "2D no norm", Config: with(two(), func(c *Config) { c.Norm = NormNone }), Shape: plane},
		{name: "2D interpolated", Config: with(two(), func(c *Config) { c.Upsample = UpInterpolate }), Shape: plane},
		{name: "3D interpolated", Config: with(three(), func(c *Config) { c.Upsample = UpInterpolate }), Shape: cube},
		{name: "2D norm first", Config: with(two(), func(c *Config) { c.BlockOrder, c.Norm, c.InChannels = OrderNormActConv, NormInstance, 3 }), Shape: plane},
		{name: "2D larger in and out", Config: with(two(), func(c *Config) { c.LargerIO = true }), Shape: plane},
		{name: "3D larger, flat kernels", Config: with(three(), func(c *Config) { c.LargerIO, c.Isotropy = true, []bool{false, true, false} }), Shape: cube},
		{name: "3D planes kept", Config: with(three(), func(c *Config) { c.ZDown, c.Isotropy = []int{1, 2}, []bool{false, true, true} }), Shape: cube},
		{name: "2D convolutions per level", Config: with(two(), func(c *Config) { c.ConvLayers = []int{1, 3, 2} }), Shape: plane},
		{name: "2D factor 4, kernel 5", Config: with(two(), func(c *Config) { c.YXDown, c.KernelSize = []int{4, 2}, 5 }), Shape: plane},
		{name: "3D factor 4 interpolated", Config: with(three(), func(c *Config) { c.YXDown, c.Upsample = []int{2, 4}, UpInterpolate }), Shape: cube},
		{name: "2D channels", Config: with(two(), func(c *Config) { c.InChannels, c.OutChannels = 3, 2 }), Shape: plane},
	}
	for _, a := range Activations() {
		cases = append(cases, peerCase{name: "2D " + a, Config: with(two(), func(c *Config) { c.Activation = a }), Shape: plane})
	}
	return cases
}

// architectureCases covers what may differ from the U-Net: where norms,
// activations and shortcuts stand, with which names and how many channels.
func architectureCases(architecture string) []peerCase {
	two := func(change func(*Config)) Config {
		c := NewConfig(2, 16, 32, 32)
		c.Architecture = architecture
		change(&c)
		return c
	}
	three := func(change func(*Config)) Config {
		c := NewConfig(3, 16, 16, 32)
		c.Architecture = architecture
		change(&c)
		return c
	}
	maps := func(ndim int) Config {
		c := DefaultConfig(ndim)
		c.Architecture = architecture
		return c
	}
	// The default maps have 4 steps down. With 16 planes 4 voxels are left at the
	// bottom, and their norm makes PyTorch's logits uncertain by the bound itself
	// (float32 against float64, and with its own two kinds of convolution).
	plane, cube, large := []int{24, 32}, []int{8, 16, 24}, []int{32, 32, 32}
	cases := []peerCase{
		{name: "2D default", Config: two(func(*Config) {}), Shape: plane},
		{name: "3D default", Config: three(func(*Config) {}), Shape: cube},
		{name: "2D batch norm", Config: two(func(c *Config) { c.Norm = NormBatch }), Shape: plane},
		{name: "3D batch norm", Config: three(func(c *Config) { c.Norm = NormBatch }), Shape: cube},
		{name: "2D no norm", Config: two(func(c *Config) { c.Norm = NormNone }), Shape: plane},
		{name: "2D default maps", Config: two(func(c *Config) { *c = maps(2) }), Shape: []int{32, 48}},
		{name: "3D default maps", Config: three(func(c *Config) { *c = maps(3) }), Shape: large},
		{name: "2D dropout", Config: two(func(c *Config) { c.Dropout = []float64{0.1, 0, 0.2} }), Shape: plane},
		{name: "2D no norm, gelu", Config: two(func(c *Config) { c.Norm, c.Activation = NormNone, "gelu" }), Shape: plane},
		{name: "3D no norm, norm first, relu", Config: three(func(c *Config) {
			c.Norm, c.BlockOrder, c.Activation = NormNone, OrderNormActConv, "relu"
		}), Shape: cube},
		{name: "2D norm first", Config: two(func(c *Config) { c.BlockOrder, c.InChannels, c.OutChannels = OrderNormActConv, 3, 2 }), Shape: plane},
		{name: "3D norm first, batch norm", Config: three(func(c *Config) { c.BlockOrder, c.Norm = OrderNormActConv, NormBatch }), Shape: cube},
		{name: "2D interpolated", Config: two(func(c *Config) { c.Upsample = UpInterpolate }), Shape: plane},
		{name: "3D interpolated", Config: three(func(c *Config) { c.Upsample = UpInterpolate }), Shape: cube},
		{name: "2D larger in and out", Config: two(func(c *Config) { c.LargerIO = true }), Shape: plane},
		{name: "3D larger, flat kernels", Config: three(func(c *Config) { c.LargerIO, c.Isotropy = true, []bool{false, true, false} }), Shape: cube},
		{name: "3D planes kept", Config: three(func(c *Config) { c.ZDown, c.Isotropy = []int{1, 2}, []bool{false, true, true} }), Shape: cube},
		{name: "2D convolutions per level", Config: two(func(c *Config) { c.ConvLayers = []int{1, 3, 4} }), Shape: plane},
		{name: "2D norm first, convolutions per level", Config: two(func(c *Config) { c.BlockOrder, c.ConvLayers = OrderNormActConv, []int{3, 1, 2} }), Shape: plane},
		{name: "2D kernel 5, planes kept once", Config: two(func(c *Config) { c.YXDown, c.KernelSize = []int{1, 2}, 5 }), Shape: plane},
	}
	if architecture != ArchAttentionUNet { // which has a norm of one channel
		cases = append(cases,
			peerCase{name: "2D group norm", Config: two(func(c *Config) { c.Norm = NormGroup }), Shape: plane},
			peerCase{name: "3D group norm", Config: three(func(c *Config) { c.Norm = NormGroup }), Shape: cube})
	}
	for i := range cases {
		cases[i].Gradient = i < 5
	}
	return cases
}

// TestPeerNetworks builds each network in BiaPy with random weights and
// compares the logits on the same input.
func TestPeerNetworks(t *testing.T) { comparePeer(t, peerCases()) }

// TestPeerOtherNetworks is the same for the networks besides the U-Net, and
// compares gradients too.
func TestPeerOtherNetworks(t *testing.T) {
	for _, a := range []string{ArchResUNet, ArchSEUNet, ArchAttentionUNet, ArchResUNetSE} {
		t.Run(a, func(t *testing.T) { comparePeer(t, architectureCases(a)) })
	}
}

func comparePeer(t *testing.T, cases []peerCase) {
	t.Helper()
	dir := t.TempDir()
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "cases.json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	var counts []int // the lines that are a number; BiaPy prints others
	for line := range strings.Lines(string(peer.Run(t, peer.BiaPy, biapyScript, path, dir))) {
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
			counts = append(counts, n)
		}
	}
	if len(counts) != len(cases) {
		t.Fatalf("%d numbers of parameters for %d networks", len(counts), len(cases))
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set, err := weights.ReadSafetensorsFile(filepath.Join(dir, fmt.Sprintf("%d.safetensors", i)))
			if err != nil {
				t.Fatal(err)
			}
			x, want := channelsLast(t, set, "input"), channelsLast(t, set, "output")
			gradients := &weights.Set{}
			for _, name := range set.Names() {
				if p, ok := strings.CutPrefix(name, "gradient."); ok {
					v, _ := set.Get(name)
					if err := gradients.Add(p, v); err != nil {
						t.Fatal(err)
					}
				}
			}
			m, err := FromWeights(c.Config, without(t, set, func(name string) bool {
				return name == "input" || name == "output" || strings.HasPrefix(name, "gradient.")
			}))
			if err != nil {
				t.Fatal(err)
			}
			if n := c.Config.NumParams(); n != counts[i] {
				t.Errorf("%d parameters, BiaPy has %d", n, counts[i])
			}
			got := logitsAndGradients(t, m, x, gradients.Names())
			scale, d := compare(got[0], tensors.MustCopyFlatData[float32](want))
			t.Logf("largest difference %.2g of %.2g", d, scale)
			if !(d <= 2e-5*scale) {
				t.Errorf("logits differ by %g of %g", d, scale)
			}
			// The bias of a convolution before a norm has the gradient 0 and gets
			// noise, so all are measured by the largest of all.
			most, worst := 0.0, 0.0
			for k, name := range gradients.Names() {
				v, _ := gradients.Get(name)
				size, d := compare(got[k+1], v.Data)
				most, worst = max(most, size), max(worst, d)
			}
			if c.Gradient {
				t.Logf("gradients of %d parameters: largest difference %.2g of %.2g", gradients.Len(), worst, most)
			}
			if c.Gradient != (gradients.Len() > 0) || !(worst <= 2e-5*most) {
				t.Errorf("%d gradients differ by %g of %g", gradients.Len(), worst, most)
			}
		})
	}
}

// logitsAndGradients evaluates the network on x, and the gradients of the sum
// of its squared logits by the named parameters.
func logitsAndGradients(t *testing.T, m *Model, x *tensors.Tensor, names []string) [][]float32 {
	t.Helper()
	exec, err := model.NewExec(testkit.Backend(t), m.Store(), func(s *model.Scope, x *graph.Node) []*graph.Node {
		y := m.Logits(s, x)
		out := []*graph.Node{y}
		if len(names) == 0 {
			return out
		}
		wrt := make([]*graph.Node, len(names))
		for i, name := range names {
			wrt[i] = s.Store().GetVariable(variablePath(name)).NodeValue(x.Graph())
		}
		return append(out, graph.Gradient(graph.ReduceAllSum(graph.Square(y)), wrt...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call(x)
	if err != nil {
		t.Fatal(err)
	}
	values := make([][]float32, len(out))
	for i, o := range out {
		values[i] = tensors.MustCopyFlatData[float32](o)
	}
	return values
}

// compare is the largest value of want, at least 1, and the largest difference.
func compare(got, want []float32) (scale, difference float64) {
	scale = 1
	for _, v := range want {
		scale = max(scale, math.Abs(float64(v)))
	}
	return scale, maxDiff(got, want)
}

// channelsLast is a tensor of the set, (n, c, space…), as (n, space…, c).
func channelsLast(t *testing.T, set *weights.Set, name string) *tensors.Tensor {
	t.Helper()
	v, ok := set.Get(name)
	if !ok {
		t.Fatalf("no %s", name)
	}
	n, c := v.Shape[0], v.Shape[1]
	space := len(v.Data) / n / c
	out := make([]float32, len(v.Data))
	for i := range n {
		for k := range c {
			for s := range space {
				out[(i*space+s)*c+k] = v.Data[(i*c+k)*space+s]
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(out, slices.Concat([]int{n}, v.Shape[2:], []int{c})...)
}

func without(t *testing.T, set *weights.Set, drop func(name string) bool) *weights.Set {
	t.Helper()
	out := &weights.Set{}
	for name, v := range set.All() {
		if !drop(name) {
			if err := out.Add(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}
