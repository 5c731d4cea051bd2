package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference"
)

func newModel(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "model",
		Short: "Model files: what is inside, and from other formats",
	}, newModelInfo(a), newModelConvert(a))
}

func newModelInfo(a *app) *cobra.Command {
	var configFile string
	c := &cobra.Command{
		Use:     "info FILE",
		Short:   "Say what a model file holds: network, settings, training",
		Example: "  puncta model info nuclei.safetensors",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := openModel(args[0], configFile)
			if err != nil {
				return err
			}
			s := m.Settings
			return a.result(struct {
				Parameters int `json:"parameters"`
				inference.Settings
			}{s.Network.NumParams(), s}, modelText(s))
		},
	}
	addModelConfig(c, &configFile)
	return c
}

// modelText describes a model in lines.
func modelText(s inference.Settings) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-16s "+format+"\n", append([]any{name}, args...)...)
	}
	n := s.Network
	line("network", "%s, %dD, feature maps %v, norm %s, activation %s", n.Kind(), n.NDim, n.FeatureMaps, n.Norm, n.Activation)
	line("parameters", "%d", n.NumParams())
	line("channels", "%d in, %d out", n.InChannels, n.OutChannels)
	line("grey values", "%s", s.Normalise.Kind)
	if s.Whole {
		line("prediction", "whole images")
	} else {
		line("prediction", "tiles of %v, padding %v (z, y, x)", s.Tiles.Patch, s.Tiles.Padding)
	}
	if s.Views != inference.NoViews {
		line("views", "%s, combined by %s", s.Views, s.Combine)
	}
	d := s.Detect
	line("threshold", "%g", d.Peaks.Threshold)
	if d.Smooth != [3]float64{} {
		line("smoothing", "%v voxels (z, y, x)", d.Smooth)
	}
	if d.RemoveClose {
		line("close points", "removed up to %g", d.Prune.Radius)
	}
	if d.Refine != detection.RefineNone {
		line("refinement", "%s", detection.Refinement{Kind: d.Refine, Factor: d.Centroid.ThresholdFactor})
	}
	if len(s.Tolerance) > 0 {
		line("made for", "a tolerance of %v", s.Tolerance)
	}
	if s.Epoch > 0 {
		line("trained", "%d epochs, validation loss %.4f", s.Epoch, s.ValLoss)
	}
	return b.String()
}

func newModelConvert(a *app) *cobra.Command {
	var configFile string
	var half bool
	c := &cobra.Command{
		Use:   "convert IN OUT.safetensors",
		Short: "Make a model file from weights of BiaPy, or a smaller one",
		Long: `Writes a model file, weights and settings in one, from a model file, or from weights of
BiaPy (.pth, .safetensors). The state of a training in it is left out.`,
		Example: `  puncta model convert my_2d_detection_1-checkpoint-best.pth nuclei.safetensors
  puncta model convert nuclei.safetensors small.safetensors --half`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := openModel(args[0], configFile)
			if err != nil {
				return err
			}
			if in, err := os.Stat(args[0]); err == nil {
				if out, err := os.Stat(args[1]); err == nil && os.SameFile(in, out) {
					return usage("%s is the input, too: want another name for the output", args[1])
				}
			}
			m.Weights = m.Weights.Params()
			save := m.Save
			if half {
				save = m.SaveHalf
			}
			if err := save(args[1]); err != nil {
				return err
			}
			info, err := os.Stat(args[1])
			if err != nil {
				return err
			}
			return a.result(map[string]any{"output": args[1], "bytes": info.Size()},
				fmt.Sprintf("%s holds %d parameters in %.1f MB\n", args[1], m.Settings.Network.NumParams(), float64(info.Size())/1e6))
		},
	}
	c.Flags().BoolVar(&half, "half", false, "half precision: half the size, probabilities differ by about 0.001")
	addModelConfig(c, &configFile)
	return c
}

func addModelConfig(c *cobra.Command, file *string) {
	c.Flags().StringVar(file, "config", "", "configuration of the training, for weights without settings")
}
