package unet

import "slices"

// Names of the networks, spelled as in BiaPy's YAML but for the U-Net, which is
// the empty name, so that descriptions from before there were others stay as
// they are.
const (
	// ArchUNet is the plain U-Net.
	ArchUNet = ""
	// ArchResUNet has residual blocks and up-sampling without norm and
	// activation (Z. Zhang, Q. Liu, Y. Wang, "Road Extraction by Deep Residual
	// U-Net", IEEE GRSL 2018).
	ArchResUNet = "resunet"
	// ArchSEUNet weighs the channels after each convolution unit
	// (squeeze-and-excitation: J. Hu, L. Shen, G. Sun, CVPR 2018).
	ArchSEUNet = "seunet"
	// ArchAttentionUNet weighs the voxels of each skip connection (O. Oktay et
	// al., "Attention U-Net", MIDL 2018). As in BiaPy 3.7.1, the gate does not
	// normalise what comes from the skip connection.
	ArchAttentionUNet = "attention_unet"
	// ArchResUNetSE is ArchResUNet with one more convolution unit in front of
	// each block, around which no shortcut leads, and with the channels weighed
	// after each block (K. Lee et al., arXiv:1706.00120).
	ArchResUNetSE = "resunet_se"
)

// traits are the ways in which a network differs from the plain U-Net.
type traits struct {
	residual bool // blocks with a shortcut, bare up-sampling
	leading  bool // one more unit in front of a residual block
	squeeze  bool // channels weighed after a unit, or after a residual block
	gate     bool // voxels of skip connections weighed
}

var architectures = map[string]traits{
	ArchUNet:          {},
	ArchResUNet:       {residual: true},
	ArchSEUNet:        {squeeze: true},
	ArchAttentionUNet: {gate: true},
	ArchResUNetSE:     {residual: true, leading: true, squeeze: true},
}

// Kind is the network's name in BiaPy's YAML: Architecture, or "unet".
func (c Config) Kind() string {
	if c.Architecture == ArchUNet {
		return "unet"
	}
	return c.Architecture
}

func (c Config) traits() traits { return architectures[c.Architecture] }

// leastWidth is how many channels a level must have, because some layers have
// a fraction of them.
func (c Config) leastWidth() int {
	switch t := c.traits(); {
	case t.squeeze:
		return squeezeRatio
	case t.gate:
		return 2
	}
	return 1
}

// squeezeRatio is how many channels share one in the middle of a
// squeeze-and-excitation.
const squeezeRatio = 16

// inPlace says whether BiaPy's layer of an activation overwrites its input.
func inPlace(activation string) bool {
	return slices.Contains([]string{"relu", "leaky_relu", "elu", "silu"}, activation)
}
