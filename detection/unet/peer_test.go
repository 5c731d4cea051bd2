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

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/internal/testkit"
)

//go:embed testdata/biapy_unet.py
var biapyScript string

type peerCase struct {
	name   string
	Config Config `json:"config"`
	Shape  []int  `json:"shape"`
}

// peerCases covers every choice of a Config at least once in 2D and in 3D.
func peerCases() []peerCase {
	two, three := func() Config { return NewConfig(2, 16, 32, 32) }, func() Config { return NewConfig(3, 8, 16, 16) }
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	plane, cube := []int{24, 32}, []int{8, 16, 24}
	cases := []peerCase{
		{"2D default", two(), plane},
		{"3D default", three(), cube},
		{"2D batch norm", with(two(), func(c *Config) { c.Norm = NormBatch }), plane},
		{"3D batch norm", with(three(), func(c *Config) { c.Norm = NormBatch }), cube},
		{"2D group norm", with(two(), func(c *Config) { c.Norm = NormGroup }), plane},
		{"3D group norm", with(three(), func(c *Config) { c.Norm = NormGroup }), cube},
		{"2D no norm", with(two(), func(c *Config) { c.Norm = NormNone }), plane},
		{"2D interpolated", with(two(), func(c *Config) { c.Upsample = UpInterpolate }), plane},
		{"3D interpolated", with(three(), func(c *Config) { c.Upsample = UpInterpolate }), cube},
		{"2D norm first", with(two(), func(c *Config) { c.BlockOrder, c.Norm, c.InChannels = OrderNormActConv, NormInstance, 3 }), plane},
		{"2D larger in and out", with(two(), func(c *Config) { c.LargerIO = true }), plane},
		{"3D larger, flat kernels", with(three(), func(c *Config) { c.LargerIO, c.Isotropy = true, []bool{false, true, false} }), cube},
		{"3D planes kept", with(three(), func(c *Config) { c.ZDown, c.Isotropy = []int{1, 2}, []bool{false, true, true} }), cube},
		{"2D convolutions per level", with(two(), func(c *Config) { c.ConvLayers = []int{1, 3, 2} }), plane},
		{"2D factor 4, kernel 5", with(two(), func(c *Config) { c.YXDown, c.KernelSize = []int{4, 2}, 5 }), plane},
		{"3D factor 4 interpolated", with(three(), func(c *Config) { c.YXDown, c.Upsample = []int{2, 4}, UpInterpolate }), cube},
		{"2D channels", with(two(), func(c *Config) { c.InChannels, c.OutChannels = 3, 2 }), plane},
	}
	for _, a := range []string{ArchResUNet, ArchSEUNet, ArchAttentionUNet, ArchResUNetSE} {
		cases = append(cases, architectureCases(a)...)
	}
	for _, a := range Activations() {
		cases = append(cases, peerCase{"2D " + a, with(two(), func(c *Config) { c.Activation = a }), plane})
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
	plane, cube := []int{24, 32}, []int{8, 16, 24}
	cases := []peerCase{
		{"2D default", two(func(*Config) {}), plane},
		{"3D default", three(func(*Config) {}), cube},
		{"2D default maps", two(func(c *Config) { *c = maps(2) }), []int{32, 48}},
		{"3D default maps", three(func(c *Config) { *c = maps(3) }), []int{16, 32, 32}},
		{"2D dropout", two(func(c *Config) { c.Dropout = []float64{0.1, 0, 0.2} }), plane},
		{"2D batch norm", two(func(c *Config) { c.Norm = NormBatch }), plane},
		{"3D batch norm", three(func(c *Config) { c.Norm = NormBatch }), cube},
		{"2D no norm", two(func(c *Config) { c.Norm = NormNone }), plane},
		{"2D no norm, gelu", two(func(c *Config) { c.Norm, c.Activation = NormNone, "gelu" }), plane},
		{"3D no norm, norm first, relu", three(func(c *Config) {
			c.Norm, c.BlockOrder, c.Activation = NormNone, OrderNormActConv, "relu"
		}), cube},
		{"2D norm first", two(func(c *Config) { c.BlockOrder, c.InChannels, c.OutChannels = OrderNormActConv, 3, 2 }), plane},
		{"3D norm first, batch norm", three(func(c *Config) { c.BlockOrder, c.Norm = OrderNormActConv, NormBatch }), cube},
		{"2D interpolated", two(func(c *Config) { c.Upsample = UpInterpolate }), plane},
		{"3D interpolated", three(func(c *Config) { c.Upsample = UpInterpolate }), cube},
		{"2D larger in and out", two(func(c *Config) { c.LargerIO = true }), plane},
		{"3D larger, flat kernels", three(func(c *Config) { c.LargerIO, c.Isotropy = true, []bool{false, true, false} }), cube},
		{"3D planes kept", three(func(c *Config) { c.ZDown, c.Isotropy = []int{1, 2}, []bool{false, true, true} }), cube},
		{"2D convolutions per level", two(func(c *Config) { c.ConvLayers = []int{1, 3, 4} }), plane},
		{"2D norm first, convolutions per level", two(func(c *Config) { c.BlockOrder, c.ConvLayers = OrderNormActConv, []int{3, 1, 2} }), plane},
		{"2D kernel 5, planes kept once", two(func(c *Config) { c.YXDown, c.KernelSize = []int{1, 2}, 5 }), plane},
	}
	if architecture != ArchAttentionUNet { // which has a norm of one channel
		cases = append(cases,
			peerCase{"2D group norm", two(func(c *Config) { c.Norm = NormGroup }), plane},
			peerCase{"3D group norm", three(func(c *Config) { c.Norm = NormGroup }), cube})
	}
	for i := range cases {
		cases[i].name = architecture + " " + cases[i].name
	}
	return cases
}

// TestPeerNetworks builds each network in BiaPy with random weights and
// compares the logits on the same input.
func TestPeerNetworks(t *testing.T) {
	cases := peerCases()
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
			m, err := FromWeights(c.Config, without(t, set, "input", "output"))
			if err != nil {
				t.Fatal(err)
			}
			if n := c.Config.NumParams(); n != counts[i] {
				t.Errorf("%d parameters, BiaPy has %d", n, counts[i])
			}
			exec, err := model.NewExec(testkit.Backend(t), m.Store(), m.Logits)
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.Call(x)
			if err != nil {
				t.Fatal(err)
			}
			got, ref := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](want)
			scale := 1.0
			for _, v := range ref {
				scale = max(scale, math.Abs(float64(v)))
			}
			d := maxDiff(got, ref)
			t.Logf("largest difference %.2g of %.2g", d, scale)
			if !(d <= 2e-5*scale) {
				t.Errorf("logits differ by %g of %g", d, scale)
			}
		})
	}
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

func without(t *testing.T, set *weights.Set, names ...string) *weights.Set {
	t.Helper()
	out := &weights.Set{}
	for name, v := range set.All() {
		if !slices.Contains(names, name) {
			if err := out.Add(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}
