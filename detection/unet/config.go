package unet

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Names of the choices of a [Config], spelled as in BiaPy's YAML.
const (
	NormInstance = "in"
	NormBatch    = "bn"
	NormGroup    = "gn"
	NormNone     = "none"

	UpTranspose   = "convtranspose"
	UpInterpolate = "upsampling"

	OrderConvNormAct = "conv_norm_act"
	OrderNormActConv = "norm_act_conv"
)

// Config describes a network. Start from [DefaultConfig]. Its fields follow
// BiaPy's MODEL section; the JSON form is what model files carry.
type Config struct {
	// Architecture is ArchUNet or another of its kind.
	Architecture string `json:"architecture,omitempty"`
	// NDim is 2 or 3.
	NDim int `json:"ndim"`
	// InChannels is the number of image channels, at least 1.
	InChannels int `json:"in_channels"`
	// OutChannels is the number of sigmoid channels: one per class, at least 1.
	OutChannels int `json:"out_channels"`
	// FeatureMaps is the width of each level; the last is the bottleneck, so
	// the depth is len-1. Default 16, 32, 64, 128, 256: wider levels double the
	// work without a gain on nuclei, narrower ones lose crowded objects.
	FeatureMaps []int `json:"feature_maps"`
	// ConvLayers is the number of convolutions per level, at least 1 each.
	ConvLayers []int `json:"conv_layers"`
	// Dropout is the probability, [0, 1), with which a value is dropped at the
	// end of each convolution unit of a level while training.
	Dropout []float64 `json:"dropout"`
	// ZDown and YXDown are the down-sampling factors between levels, one less
	// than levels, at least 1 each. ZDown is not used in 2D.
	ZDown  []int `json:"z_down"`
	YXDown []int `json:"yx_down"`
	// Isotropy is, per level, true for k*k*k kernels and false for 1*k*k. It is
	// not used in 2D.
	Isotropy []bool `json:"isotropy"`
	// KernelSize is k, odd.
	KernelSize int `json:"kernel_size"`
	// Norm is one of NormInstance, NormBatch, NormGroup, NormNone. Group norm
	// has 16 groups in 2D and 8 in 3D and needs widths that divide by that (in
	// BiaPy 3.7.1 it is meant so, but stops with an error).
	Norm string `json:"norm"`
	// Activation is one of the names in [Activations].
	Activation string `json:"activation"`
	// Upsample is UpTranspose (kernel = stride = factor) or UpInterpolate
	// (linear interpolation and a 1x1 convolution).
	Upsample string `json:"upsample"`
	// BlockOrder is OrderConvNormAct or OrderNormActConv.
	BlockOrder string `json:"block_order"`
	// LargerIO adds a convolution of size k+2 before the first level and one
	// before the head.
	LargerIO bool `json:"larger_io"`
}

// DefaultConfig is BiaPy's default network for ndim dimensions, with one
// input and one output channel: 1,944,241 parameters in 2D and 5,648,337 in 3D.
func DefaultConfig(ndim int) Config {
	return NewConfig(ndim, 16, 32, 64, 128, 256)
}

// NewConfig is [DefaultConfig] with the given width per level.
func NewConfig(ndim int, featureMaps ...int) Config {
	n := len(featureMaps)
	c := Config{
		NDim: ndim, InChannels: 1, OutChannels: 1, FeatureMaps: featureMaps,
		ConvLayers: slices.Repeat([]int{2}, n), Dropout: make([]float64, n),
		Isotropy: slices.Repeat([]bool{true}, n), KernelSize: 3,
		Norm: NormInstance, Activation: "elu", Upsample: UpTranspose, BlockOrder: OrderConvNormAct,
	}
	if n > 0 {
		c.ZDown, c.YXDown = slices.Repeat([]int{2}, n-1), slices.Repeat([]int{2}, n-1)
	}
	return c
}

// Depth is the number of levels above the bottleneck.
func (c Config) Depth() int { return len(c.FeatureMaps) - 1 }

// Groups is the number of groups of the group norm.
func (c Config) Groups() int {
	if c.NDim == 3 {
		return 8
	}
	return 16
}

// Down is the factor of level i along each spatial axis of the network:
// (y, x) in 2D and (z, y, x) in 3D.
func (c Config) Down(i int) []int {
	if c.NDim == 2 {
		return []int{c.YXDown[i], c.YXDown[i]}
	}
	return []int{c.ZDown[i], c.YXDown[i], c.YXDown[i]}
}

// Factor is what each axis (z, y, x) of an input must divide by: the product
// of the down-sampling factors; 1 along z in 2D.
func (c Config) Factor() [3]int {
	f := [3]int{1, 1, 1}
	for i := range c.Depth() {
		d := c.Down(i)
		if c.NDim == 3 {
			f[0] *= d[0]
		}
		f[1] *= d[len(d)-2]
		f[2] *= d[len(d)-1]
	}
	return f
}

// kernel is the kernel shape of level i, larger by extra.
func (c Config) kernel(level, extra int) []int {
	k := c.KernelSize + extra
	if c.NDim == 2 {
		return []int{k, k}
	}
	if !c.Isotropy[level] {
		return []int{1, k, k}
	}
	return []int{k, k, k}
}

// Validate names every field that is not usable.
func (c Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if _, ok := architectures[c.Architecture]; !ok {
		bad("Architecture %q: want %s, or nothing for the U-Net", c.Architecture,
			strings.Join(slices.Sorted(maps.Keys(architectures))[1:], ", "))
	}
	if c.NDim != 2 && c.NDim != 3 {
		bad("NDim %d: want 2 or 3", c.NDim)
	}
	if c.InChannels < 1 || c.OutChannels < 1 {
		bad("InChannels %d and OutChannels %d: want at least 1", c.InChannels, c.OutChannels)
	}
	n := len(c.FeatureMaps)
	if n < 2 {
		bad("FeatureMaps %v: want at least 2 levels", c.FeatureMaps)
	}
	for _, l := range []struct {
		name string
		got  int
		want int
	}{
		{"ConvLayers", len(c.ConvLayers), n}, {"Dropout", len(c.Dropout), n}, {"Isotropy", len(c.Isotropy), n},
		{"ZDown", len(c.ZDown), n - 1}, {"YXDown", len(c.YXDown), n - 1},
	} {
		if l.got != l.want {
			bad("%s has %d entries: want %d for %d feature maps", l.name, l.got, l.want, n)
		}
	}
	for _, l := range []struct {
		name   string
		values []int
		least  int
	}{{"FeatureMaps", c.FeatureMaps, c.leastWidth()}, {"ConvLayers", c.ConvLayers, 1}, {"ZDown", c.ZDown, 1}, {"YXDown", c.YXDown, 1}} {
		if slices.ContainsFunc(l.values, func(v int) bool { return v < l.least }) {
			bad("%s %v: want at least %d each", l.name, l.values, l.least)
		}
	}
	if slices.ContainsFunc(c.Dropout, func(v float64) bool { return !(v >= 0 && v < 1) }) {
		bad("Dropout %v: want 0 <= p < 1 each", c.Dropout)
	}
	if c.KernelSize < 1 || c.KernelSize%2 == 0 {
		bad("KernelSize %d: want an odd number above 0", c.KernelSize)
	}
	oneOf := func(name, got string, choices ...string) {
		if !slices.Contains(choices, got) {
			bad("%s %q: want one of %s", name, got, strings.Join(choices, ", "))
		}
	}
	oneOf("Norm", c.Norm, NormInstance, NormBatch, NormGroup, NormNone)
	oneOf("Activation", c.Activation, Activations()...)
	oneOf("Upsample", c.Upsample, UpTranspose, UpInterpolate)
	oneOf("BlockOrder", c.BlockOrder, OrderConvNormAct, OrderNormActConv)
	if c.Norm == NormGroup {
		for _, p := range c.normWidths() {
			if p%c.Groups() != 0 {
				bad("group norm over %d channels: want a multiple of %d", p, c.Groups())
				break
			}
		}
	}
	return errors.Join(errs...)
}

// normWidths lists the channel counts that a norm layer sees.
func (c Config) normWidths() []int {
	out := slices.Clone(c.FeatureMaps)
	if c.BlockOrder == OrderNormActConv {
		out = append(out, c.InChannels)
		for _, f := range c.FeatureMaps[:max(0, len(c.FeatureMaps)-1)] {
			out = append(out, 2*f)
		}
	}
	if c.traits().gate {
		out = append(out, 1)
	}
	return out
}

// CheckInput reports a spatial shape (z, y, x) that the network cannot take:
// an axis that does not divide by [Config.Factor], or is so small that the
// bottleneck would see a single voxel in a plane.
func (c Config) CheckInput(dims [3]int) error {
	factor := c.Factor()
	for i, d := range dims {
		if c.NDim == 2 && i == 0 {
			if d != 1 {
				return fmt.Errorf("a 2D network takes one plane, got %d", d)
			}
			continue
		}
		if d < factor[i] || d%factor[i] != 0 {
			return fmt.Errorf("axis %s has %d voxels: the network's down-sampling needs a multiple of %d (nearest: %d or %d)",
				[3]string{"z", "y", "x"}[i], d, factor[i], max(factor[i], d/factor[i]*factor[i]), (d/factor[i]+1)*factor[i])
		}
	}
	return nil
}
