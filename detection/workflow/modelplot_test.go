package workflow

import (
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/unet"
)

// The figures of the boxes add up to the network's.
func TestNetworkPictureCountsEveryParameter(t *testing.T) {
	tests := []struct {
		name string
		mod  func(*unet.Config)
		ndim int
	}{
		{"default 2D", func(*unet.Config) {}, 2},
		{"default 3D", func(*unet.Config) {}, 3},
		{"larger ends, interpolation", func(c *unet.Config) { c.LargerIO, c.Upsample = true, unet.UpInterpolate }, 2},
		{"one convolution, batch norm", func(c *unet.Config) { c.ConvLayers, c.Norm = []int{1, 1, 1, 1, 1}, unet.NormBatch }, 2},
		{"residual", func(c *unet.Config) { c.Architecture = unet.ArchResUNet }, 3},
		{"squeezed", func(c *unet.Config) { c.Architecture = unet.ArchSEUNet }, 2},
		{"gated", func(c *unet.Config) { c.Architecture = unet.ArchAttentionUNet }, 2},
		{"residual and squeezed", func(c *unet.Config) { c.Architecture = unet.ArchResUNetSE }, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := unet.DefaultConfig(tt.ndim)
			tt.mod(&c)
			n := countParams(c)
			sum := n.input + n.bottom + n.output
			for i := range n.down {
				if n.down[i] == 0 || n.up[i] == 0 {
					t.Errorf("level %d has %d and %d parameters", i, n.down[i], n.up[i])
				}
				sum += n.down[i] + n.up[i]
			}
			if sum != c.NumParams() || n.bottom == 0 || n.output == 0 || (n.input > 0) != c.LargerIO {
				t.Errorf("%+v add up to %d, the network has %d", n, sum, c.NumParams())
			}
		})
	}
}

func TestNetworkPictureText(t *testing.T) {
	c := unet.NewConfig(3, 16, 32, 64)
	c.ZDown, c.Isotropy, c.Dropout, c.OutChannels = []int{1, 2}, []bool{false, true, true}, []float64{0, 0.1, 0}, 2
	p := networkPicture(c, [3]int{16, 64, 96})
	for _, tt := range []struct {
		what string
		got  []string
		want string
	}{
		// 16·1·9 + 16 + 2·16 and 16·16·9 + 16 + 2·16
		{"first level", p.Levels[0].Down, "16 maps|16 × 64 × 96|2 conv 1 × 3 × 3|2,544 parameters"},
		{"second level", p.Levels[1].Up, "32 maps|16 × 32 × 48|2 conv 3 × 3 × 3, dropout 0.1|99,616 parameters"},
		{"bottleneck", p.Bottom, "64 maps|8 × 16 × 24|2 conv 3 × 3 × 3|166,272 parameters"},
		{"arrows", []string{p.Levels[0].DownArrow, p.Levels[1].UpArrow, p.Levels[1].Skip}, "max-pool 1 × 2 × 2|transposed conv 2 × 2 × 2|skip, 32 maps"},
		{"ends", append(p.Input, p.Output...), "image|1 channel|16 × 64 × 96|probability|2 channels|16 × 64 × 96|34 parameters"},
		// 2,544 + 41,664 down, 166,272, 99,616 + 9,104 up, 34
		{"notes", p.Notes, "319,234 trainable parameters|convolution, norm, activation; instance norm; elu"},
	} {
		if got := strings.Join(tt.got, "|"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, got, tt.want)
		}
	}
}
