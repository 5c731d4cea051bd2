package unet

import (
	"fmt"
)

// Role says how a parameter starts and whether the optimiser changes it.
type Role int

// The roles of parameters. Buffers are the running statistics of batch norm:
// saved with the weights, not trained.
const (
	ConvWeight Role = iota
	ConvBias
	TransposeWeight
	TransposeBias
	NormWeight
	NormBias
	BufferMean
	BufferVar
	BufferCount
)

// Param is one named parameter or buffer of a network.
type Param struct {
	// Name is PyTorch's, such as "down_path.0.block.0.block.0.weight".
	Name string
	// Shape is PyTorch's: (out, in, k…) for a convolution, (in, out, k…) for a
	// transposed one; empty for the batch counter of batch norm.
	Shape []int
	Role  Role
	// FanIn is PyTorch's fan-in of the weight that a transposed convolution's
	// bias belongs to; 0 elsewhere.
	FanIn int
}

// Size is the number of values.
func (p Param) Size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// Trainable says whether the optimiser changes the parameter.
func (p Param) Trainable() bool { return p.Role < BufferMean }

// Params lists the parameters and buffers of the network in the order in
// which its graph uses them. The configuration must be valid.
func (c Config) Params() []Param {
	var ps []Param
	l := lister{c: c, add: func(p Param) { ps = append(ps, p) }}
	c.walk(&l)
	return ps
}

// NumParams is the number of trainable values, as PyTorch counts parameters.
func (c Config) NumParams() int {
	n := 0
	for _, p := range c.Params() {
		if p.Trainable() {
			n += p.Size()
		}
	}
	return n
}

// builder is what [Config.walk] drives: one implementation lists parameters,
// the other builds the graph. So the two cannot disagree.
type builder interface {
	// conv is a convolution with bias, "same" padding, stride 1.
	conv(name string, in, out int, kernel []int)
	// upconv is a transposed convolution with bias, kernel = stride = factor.
	upconv(name string, in, out int, factor []int)
	interpolate(factor []int)
	norm(name string, channels int)
	activate()
	dropout(p float64)
	pool(factor []int)
	// push keeps the current tensor as a skip connection; popConcat puts the
	// last one kept behind the current tensor along the channels.
	push()
	popConcat()
}

// walk visits the layers of the network in order of evaluation.
func (c Config) walk(b builder) {
	depth, width := c.Depth(), c.InChannels
	if c.LargerIO {
		c.unit(b, "conv_in.block", width, c.FeatureMaps[0], c.kernel(0, 2), 0)
		width = c.FeatureMaps[0]
	}
	for i := range depth {
		c.block(b, fmt.Sprintf("down_path.%d.block", i), width, i)
		width = c.FeatureMaps[i]
		b.push()
		b.pool(c.Down(i))
	}
	c.block(b, "bottleneck.block", width, depth)
	width = c.FeatureMaps[depth]
	for j := range depth {
		level := depth - 1 - j
		out := c.FeatureMaps[level]
		name := fmt.Sprintf("up_paths.0.%d", j)
		next := 1
		if c.Upsample == UpTranspose {
			b.upconv(name+".up.0", width, out, c.Down(level))
		} else {
			b.interpolate(c.Down(level))
			b.conv(name+".up.1", width, out, ones(c.NDim))
			next = 2
		}
		if c.Norm != NormNone {
			b.norm(fmt.Sprintf("%s.up.%d", name, next), out)
		}
		b.activate()
		b.popConcat()
		c.block(b, name+".conv_block.block", 2*out, level)
		width = out
	}
	if c.LargerIO {
		c.unit(b, "conv_out.0.block", width, width, c.kernel(0, 2), 0)
	}
	b.conv("heads.0", width, c.OutChannels, ones(c.NDim))
}

// block is the stack of convolution units of a level. With one unit PyTorch's
// names have one step less.
func (c Config) block(b builder, name string, in, level int) {
	out, kernel, drop := c.FeatureMaps[level], c.kernel(level, 0), c.Dropout[level]
	if c.ConvLayers[level] == 1 {
		c.unit(b, name, in, out, kernel, drop)
		return
	}
	for i := range c.ConvLayers[level] {
		c.unit(b, fmt.Sprintf("%s.%d.block", name, i), in, out, kernel, drop)
		in = out
	}
}

// unit is one convolution with its norm, activation and dropout.
func (c Config) unit(b builder, name string, in, out int, kernel []int, drop float64) {
	at := func(i int) string { return fmt.Sprintf("%s.%d", name, i) }
	if c.BlockOrder == OrderConvNormAct {
		b.conv(at(0), in, out, kernel)
		if c.Norm != NormNone {
			b.norm(at(1), out)
		}
		b.activate()
	} else {
		next := 1
		if c.Norm != NormNone {
			b.norm(at(0), in)
			next = 2
		}
		b.activate()
		b.conv(at(next), in, out, kernel)
	}
	if drop > 0 {
		b.dropout(drop)
	}
}

func ones(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// lister is the builder behind [Config.Params].
type lister struct {
	c   Config
	add func(Param)
}

func (l *lister) conv(name string, in, out int, kernel []int) {
	l.add(Param{Name: name + ".weight", Shape: append([]int{out, in}, kernel...), Role: ConvWeight})
	l.add(Param{Name: name + ".bias", Shape: []int{out}, Role: ConvBias})
}

func (l *lister) upconv(name string, in, out int, factor []int) {
	w := Param{Name: name + ".weight", Shape: append([]int{in, out}, factor...), Role: TransposeWeight}
	l.add(w)
	// PyTorch takes dimension 1 times the kernel for the fan-in, which for a
	// transposed convolution is the output side.
	l.add(Param{Name: name + ".bias", Shape: []int{out}, Role: TransposeBias, FanIn: w.Size() / in})
}

func (l *lister) norm(name string, channels int) {
	l.add(Param{Name: name + ".weight", Shape: []int{channels}, Role: NormWeight})
	l.add(Param{Name: name + ".bias", Shape: []int{channels}, Role: NormBias})
	if l.c.Norm == NormBatch {
		l.add(Param{Name: name + ".running_mean", Shape: []int{channels}, Role: BufferMean})
		l.add(Param{Name: name + ".running_var", Shape: []int{channels}, Role: BufferVar})
		l.add(Param{Name: name + ".num_batches_tracked", Role: BufferCount})
	}
}

func (l *lister) interpolate([]int) {}
func (l *lister) activate()         {}
func (l *lister) dropout(float64)   {}
func (l *lister) pool([]int)        {}
func (l *lister) push()             {}
func (l *lister) popConcat()        {}
