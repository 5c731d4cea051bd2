package unet

import (
	"strings"
	"testing"
)

// The counts were read off instantiated models of BiaPy 3.7.1.
func TestNumParams(t *testing.T) {
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	of := func(architecture string, ndim int) Config {
		return with(DefaultConfig(ndim), func(c *Config) { c.Architecture = architecture })
	}
	tests := []struct {
		name   string
		config Config
		want   int
	}{
		{"2D default", DefaultConfig(2), 1944241},
		{"3D default", DefaultConfig(3), 5648337},
		{"2D with 3 channels", with(DefaultConfig(2), func(c *Config) { c.InChannels = 3 }), 1944529},
		{"3D template", NewConfig(3, 18, 36, 48, 64), 727483},
		{"3D, planes not pooled", with(DefaultConfig(3), func(c *Config) { c.ZDown = []int{1, 1, 1, 1} }), 5474257},
		{"2D, group norm", with(DefaultConfig(2), func(c *Config) { c.Norm = NormGroup }), 1944241},
		{"2D resunet", of(ArchResUNet, 2), 2423921},
		{"3D resunet", of(ArchResUNet, 3), 6693777},
		{"2D seunet", of(ArchSEUNet, 2), 1971505},
		{"3D seunet", of(ArchSEUNet, 3), 5675601},
		{"2D attention_unet", of(ArchAttentionUNet, 2), 1966613},
		{"3D attention_unet", of(ArchAttentionUNet, 3), 5670709},
		{"2D resunet_se", of(ArchResUNetSE, 2), 3311713},
		{"3D resunet_se", of(ArchResUNetSE, 3), 9544577},
		{"2D, batch norm: buffers are not counted", with(DefaultConfig(2), func(c *Config) { c.Norm = NormBatch }), 1944241},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.config.Validate(); err != nil {
				t.Fatal(err)
			}
			if got := tt.config.NumParams(); got != tt.want {
				t.Errorf("NumParams() = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	c := DefaultConfig(2)
	c.Architecture, c.NDim, c.InChannels, c.KernelSize, c.Norm, c.Activation = "vnet", 4, 0, 2, "ln", "swish!"
	c.Dropout[0], c.ConvLayers, c.YXDown = 1, []int{2}, []int{2, 2, 0, 2}
	c.Upsample, c.BlockOrder = "nearest", "act_norm_conv"
	err := c.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`Architecture "vnet": want attention_unet, resunet,`, "NDim 4", "InChannels 0", "KernelSize 2", `Norm "ln"`, `Activation "swish!"`, "Dropout [1 0 0 0 0]",
		"ConvLayers has 1 entries", "YXDown [2 2 0 2]", `Upsample "nearest"`, `BlockOrder "act_norm_conv"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s:\n%v", want, err)
		}
	}
	group := NewConfig(3, 18, 36)
	group.Norm = NormGroup
	if err := group.Validate(); err == nil || !strings.Contains(err.Error(), "18 channels: want a multiple of 8") {
		t.Errorf("group norm of 18 channels: %v", err)
	}
	group = DefaultConfig(2)
	group.Architecture, group.Norm = ArchAttentionUNet, NormGroup
	if err := group.Validate(); err == nil || !strings.Contains(err.Error(), "1 channels: want a multiple of 16") {
		t.Errorf("group norm of the gate of one channel: %v", err)
	}
	narrow := NewConfig(2, 8, 16)
	narrow.Architecture = ArchSEUNet
	if err := narrow.Validate(); err == nil || !strings.Contains(err.Error(), "FeatureMaps [8 16]: want at least 16 each") {
		t.Errorf("a sixteenth of 8 channels: %v", err)
	}
}

func TestCheckInput(t *testing.T) {
	anisotropic := DefaultConfig(3)
	anisotropic.ZDown = []int{1, 1, 2, 1}
	tests := []struct {
		config Config
		dims   [3]int
		want   string
	}{
		{DefaultConfig(2), [3]int{1, 256, 320}, ""},
		{DefaultConfig(2), [3]int{1, 256, 250}, "axis x has 250 voxels: the network's down-sampling needs a multiple of 16 (nearest: 240 or 256)"},
		{DefaultConfig(2), [3]int{1, 8, 16}, "axis y has 8 voxels: the network's down-sampling needs a multiple of 16 (nearest: 16 or 16)"},
		{DefaultConfig(2), [3]int{2, 16, 16}, "a 2D network takes one plane, got 2"},
		{anisotropic, [3]int{6, 32, 32}, ""},
		{anisotropic, [3]int{5, 32, 32}, "axis z has 5 voxels: the network's down-sampling needs a multiple of 2 (nearest: 4 or 6)"},
	}
	for _, tt := range tests {
		got := ""
		if err := tt.config.CheckInput(tt.dims); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("CheckInput(%v) = %q, want %q", tt.dims, got, tt.want)
		}
	}
}
