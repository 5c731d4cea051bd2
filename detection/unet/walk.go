package unet

import "fmt"

// builder is what [Config.walk] drives: one implementation lists parameters,
// the other builds the graph. So the two cannot disagree. It works on a current
// tensor and a stack of tensors that are kept for later.
type builder interface {
	// conv is a convolution with bias, "same" padding, stride 1.
	conv(name string, in, out int, kernel []int)
	// linear is a matrix product over the channels without bias.
	linear(name string, in, out int)
	// upconv is a transposed convolution with bias, kernel = stride = factor.
	upconv(name string, in, out int, factor []int)
	interpolate(factor []int)
	norm(name string, channels int)
	// activate applies one of [Activations].
	activate(name string)
	dropout(p float64)
	pool(factor []int)
	// mean is the mean over space; the axes stay, with one voxel.
	mean()
	// push keeps the current tensor; pick makes a kept one the current tensor,
	// 0 the last; swap exchanges the current tensor with the last one kept.
	push()
	pick(back int)
	swap()
	// The three below take the last tensor that was kept off the stack:
	// popConcat puts it behind the current tensor along the channels, popAdd adds
	// it, popMul multiplies with it, where an axis of one voxel or channel in
	// either stands for all.
	popConcat()
	popAdd()
	popMul()
}

// headName is the last convolution, whose channels are the logits.
const headName = "heads.0"

// walk visits the layers of the network in order of evaluation.
func (c Config) walk(b builder) {
	depth, width := c.Depth(), c.InChannels
	if c.LargerIO {
		c.unit(b, "conv_in.block", width, c.FeatureMaps[0], c.kernel(0, 2), 0, false)
		width = c.FeatureMaps[0]
	}
	for i := range depth {
		c.block(b, fmt.Sprintf("down_path.%d", i), width, i, i == 0)
		width = c.FeatureMaps[i]
		b.push()
		b.pool(c.Down(i))
	}
	c.block(b, "bottleneck", width, depth, false)
	width = c.FeatureMaps[depth]
	for j := range depth {
		level := depth - 1 - j
		skip := c.FeatureMaps[level]
		name := fmt.Sprintf("up_paths.0.%d", j)
		width = c.up(b, name, width, level)
		if c.traits().gate {
			c.gate(b, name+".attention_gate", skip)
		}
		b.popConcat()
		c.block(b, name+".conv_block", width+skip, level, false)
		width = skip
	}
	if c.LargerIO {
		c.unit(b, "conv_out.0.block", width, width, c.kernel(0, 2), 0, false)
	}
	b.conv(headName, width, c.OutChannels, ones(c.NDim))
}

// up brings the current tensor to the size of a level and returns its channels:
// those of the level, or all that came in where blocks are residual.
func (c Config) up(b builder, name string, in, level int) int {
	if c.traits().residual {
		if c.Upsample == UpTranspose {
			b.upconv(name+".up", in, in, c.Down(level))
		} else {
			b.interpolate(c.Down(level))
		}
		return in
	}
	out, s := c.FeatureMaps[level], sequence{name: name + ".up"}
	if c.Upsample == UpTranspose {
		b.upconv(s.next(), in, out, c.Down(level))
	} else {
		b.interpolate(c.Down(level))
		s.next()
		b.conv(s.next(), in, out, ones(c.NDim))
	}
	c.normAct(b, &s, out)
	return out
}

// gate weighs the last tensor kept, of the given channels like the current one,
// by a number in (0, 1) per voxel that both decide.
func (c Config) gate(b builder, name string, channels int) {
	b.swap()
	b.push() // kept: decoder, skip
	b.conv(name+".w_x.0", channels, channels/2, ones(c.NDim))
	b.push()
	b.pick(2)
	b.conv(name+".w_g.0", channels, channels/2, ones(c.NDim))
	if c.Norm != NormNone {
		b.norm(name+".w_g.1", channels/2)
	}
	b.popAdd()
	b.activate("relu")
	b.conv(name+".psi.0", channels/2, 1, ones(c.NDim))
	if c.Norm != NormNone {
		b.norm(name+".psi.1", 1)
	}
	b.activate("sigmoid")
	b.popMul()
	b.swap()
}

// block is the stack of convolution units of a level; first says that nothing
// but the wider convolution of LargerIO comes before it.
func (c Config) block(b builder, name string, in, level int, first bool) {
	if c.traits().residual {
		c.residual(b, name, in, level, first)
		return
	}
	out, kernel, drop, squeeze := c.FeatureMaps[level], c.kernel(level, 0), c.Dropout[level], c.traits().squeeze
	s := sequence{name: name + ".block"}
	if c.ConvLayers[level] == 1 { // PyTorch's names have one step less
		c.unit(b, s.name, in, out, kernel, drop, squeeze)
		return
	}
	for range c.ConvLayers[level] {
		c.unit(b, s.next()+".block", in, out, kernel, drop, squeeze)
		in = out
	}
}

// residual is a block whose input, by way of a 1x1 convolution, is added to its
// output. With the norm after the convolution, the block begins with a norm
// and an activation of its own, but for the first, and the last of several
// convolutions stands alone.
func (c Config) residual(b builder, name string, in, level int, first bool) {
	out, kernel, drop, t := c.FeatureMaps[level], c.kernel(level, 0), c.Dropout[level], c.traits()
	s := sequence{name: name + ".block"}
	begin := c.BlockOrder == OrderConvNormAct && !first
	if t.leading {
		before := sequence{name: name + ".pre_conv"}
		if begin {
			c.normAct(b, &before, in)
		}
		c.unit(b, before.next()+".block", in, out, kernel, drop, false)
		in, begin = out, false
	}
	b.push()
	if begin {
		c.normAct(b, &s, in)
	}
	width := in
	for i := range c.ConvLayers[level] {
		if i > 0 && i == c.ConvLayers[level]-1 && c.BlockOrder == OrderConvNormAct {
			b.conv(s.next()+".block.0", width, out, kernel)
			break
		}
		c.unit(b, s.next()+".block", width, out, kernel, drop, false)
		width = out
	}
	b.swap()
	// PyTorch works in place: an activation that is the first thing done to the
	// input changes what the shortcut gets.
	if c.Norm == NormNone && inPlace(c.Activation) && (begin || c.BlockOrder == OrderNormActConv) {
		b.activate(c.Activation)
	}
	if !t.leading {
		b.conv(name+".shortcut.0", in, out, ones(c.NDim))
	}
	b.popAdd()
	if t.squeeze {
		c.squeeze(b, name+".se_block", out)
	}
}

// unit is one convolution with its norm, activation, dropout and, if squeeze,
// the weighing of its channels.
func (c Config) unit(b builder, name string, in, out int, kernel []int, drop float64, squeeze bool) {
	s := sequence{name: name}
	if c.BlockOrder == OrderConvNormAct {
		b.conv(s.next(), in, out, kernel)
		c.normAct(b, &s, out)
	} else {
		c.normAct(b, &s, in)
		b.conv(s.next(), in, out, kernel)
	}
	if drop > 0 {
		b.dropout(drop)
		s.next()
	}
	if squeeze {
		c.squeeze(b, s.next(), out)
	}
}

func (c Config) normAct(b builder, s *sequence, channels int) {
	if c.Norm != NormNone {
		b.norm(s.next(), channels)
	}
	b.activate(c.Activation)
	s.next()
}

// squeeze weighs each channel by a number in (0, 1) that the means of all
// channels decide.
func (c Config) squeeze(b builder, name string, channels int) {
	b.push()
	b.mean()
	b.linear(name+".excitation.0", channels, channels/squeezeRatio)
	b.activate("relu")
	b.linear(name+".excitation.2", channels/squeezeRatio, channels)
	b.activate("sigmoid")
	b.popMul()
}

// sequence names the layers of a torch.nn.Sequential: name.0, name.1, …
type sequence struct {
	name string
	used int
}

func (s *sequence) next() string {
	s.used++
	return fmt.Sprintf("%s.%d", s.name, s.used-1)
}

func ones(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
