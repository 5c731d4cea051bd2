package workflow

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/plots"
)

// plotModel draws the network of the job for patches of the size that it is
// trained on.
func (j *Job) plotModel(network unet.Config) error {
	if err := makeFolder(j.Layout.ModelPlot()); err != nil {
		return err
	}
	patch, _ := j.Config.Patch()
	picture := networkPicture(network, patch)
	picture.Title = fmt.Sprintf("%s: %s, %dD", j.Layout.Job, network.Kind(), network.NDim)
	return atomicfile.Write(j.Layout.ModelPlot(), picture.WritePNG)
}

// networkPicture says what is drawn of a network for a patch of size (z, y, x):
// the width, the size and the number of trainable parameters of every level.
// The figures of all boxes add up to that of the network; a level on the way
// up includes its up-sampling.
func networkPicture(c unet.Config, patch [3]int) plots.Network {
	depth := c.Depth()
	counts := countParams(c)
	n := plots.Network{Notes: []string{fmt.Sprintf("%s trainable parameters", thousands(c.NumParams())), layersNote(c)}}
	dims := patch
	for i := range depth {
		down := c.Down(i)
		body := []string{levelTitle(c, i), convolutions(c, i)}
		factor := times(down)
		n.Levels = append(n.Levels, plots.NetworkLevel{
			Down: box(body, dims, c.NDim, counts.down[i]), Up: box(body, dims, c.NDim, counts.up[i]),
			Skip: fmt.Sprintf("skip, %d maps", c.FeatureMaps[i]), DownArrow: "max-pool " + factor, UpArrow: upName(c) + " " + factor,
		})
		for k, f := range down {
			dims[3-c.NDim+k] /= f
		}
	}
	n.Bottom = box([]string{levelTitle(c, depth), convolutions(c, depth)}, dims, c.NDim, counts.bottom)
	ends := func(what string, channels, params int) plots.Box {
		b := plots.Box{what, plural(channels, "channel"), size(patch, c.NDim)}
		if params > 0 {
			b = append(b, plural(params, "parameter"))
		}
		return b
	}
	n.Input, n.Output = ends("image", c.InChannels, counts.input), ends("probability", c.OutChannels, counts.output)
	return n
}

// layersNote says what the convolutions have in common.
func layersNote(c unet.Config) string {
	order := "convolution, norm, activation"
	if c.BlockOrder == unet.OrderNormActConv {
		order = "norm, activation, convolution"
	}
	norm := map[string]string{
		unet.NormInstance: "instance norm", unet.NormBatch: "batch norm",
		unet.NormGroup: fmt.Sprintf("group norm of %d", c.Groups()), unet.NormNone: "no norm",
	}[c.Norm]
	return fmt.Sprintf("%s; %s; %s", order, norm, c.Activation)
}

func levelTitle(c unet.Config, level int) string { return fmt.Sprintf("%d maps", c.FeatureMaps[level]) }

// convolutions says how many there are at a level and of what kernel.
func convolutions(c unet.Config, level int) string {
	kernel := []int{c.KernelSize, c.KernelSize}
	if c.NDim == 3 {
		kernel = append([]int{c.KernelSize}, kernel...)
		if !c.Isotropy[level] {
			kernel[0] = 1
		}
	}
	s := fmt.Sprintf("%d conv %s", c.ConvLayers[level], times(kernel))
	if p := c.Dropout[level]; p > 0 {
		s += fmt.Sprintf(", dropout %g", p)
	}
	return s
}

func upName(c unet.Config) string {
	if c.Upsample == unet.UpInterpolate {
		return "interpolation"
	}
	return "transposed conv"
}

// box puts size and number of parameters below the first lines.
func box(lines []string, dims [3]int, ndim, params int) plots.Box {
	return plots.Box{lines[0], size(dims, ndim), lines[1], plural(params, "parameter")}
}

func size(dims [3]int, ndim int) string { return times(dims[3-ndim:]) }

func times(n []int) string {
	parts := make([]string, len(n))
	for i, v := range n {
		parts[i] = strconv.Itoa(v)
	}
	return strings.Join(parts, " × ")
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return thousands(n) + " " + what
}

// thousands puts commas between groups of three digits.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// paramCounts are trainable parameters by part of the network.
type paramCounts struct {
	input, bottom, output int
	down, up              []int // by level
}

// countParams sorts the parameters by their names, in which up paths count from
// the bottom. What belongs to no level is at the output.
func countParams(c unet.Config) paramCounts {
	n := paramCounts{down: make([]int, c.Depth()), up: make([]int, c.Depth())}
	for _, p := range c.Params() {
		if !p.Trainable() {
			continue
		}
		part, rest, _ := strings.Cut(p.Name, ".")
		to := &n.output
		switch part {
		case "conv_in":
			to = &n.input
		case "bottleneck":
			to = &n.bottom
		case "down_path":
			to = &n.down[leadingNumber(rest)]
		case "up_paths":
			_, level, _ := strings.Cut(rest, ".") // after the number of the decoder
			to = &n.up[c.Depth()-1-leadingNumber(level)]
		}
		*to += p.Size()
	}
	return n
}

// leadingNumber is the number before the first dot of a parameter's name.
func leadingNumber(name string) int {
	digits, _, _ := strings.Cut(name, ".")
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic(fmt.Sprintf("workflow: parameter name %q", name)) // names are ours
	}
	return n
}
