package unet

import (
	"maps"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// normEpsilon is added to variances; PyTorch's default for all its norms.
const normEpsilon = 1e-5

// batchNormMomentum is the weight of a new batch in the running statistics.
const batchNormMomentum = 0.1

var activations = map[string]func(x *Node) *Node{
	"relu":       func(x *Node) *Node { return MaxScalar(x, 0) },
	"leaky_relu": func(x *Node) *Node { return Max(x, MulScalar(x, 0.01)) },
	"elu":        elu,
	"gelu": func(x *Node) *Node {
		return Mul(MulScalar(x, 0.5), OnePlus(Erf(MulScalar(x, 0.7071067811865476))))
	},
	"silu":     func(x *Node) *Node { return Mul(x, Sigmoid(x)) },
	"tanh":     Tanh,
	"sigmoid":  Sigmoid,
	"softplus": func(x *Node) *Node { return Add(MaxScalar(x, 0), Log1P(Exp(Neg(Abs(x))))) },
	"linear":   Identity,
	"none":     Identity,
}

// Activations lists the names that [Config.Activation] takes. BiaPy's softmax
// between layers is left out: it makes the channels of a voxel compete, which
// no published U-Net does.
func Activations() []string { return slices.Sorted(maps.Keys(activations)) }

// grapher is the builder that makes the computation graph; x is the current
// tensor, channels last.
type grapher struct {
	c      Config
	scope  *model.Scope
	vars   func(name string) *model.Variable
	frozen map[string]bool // see Model.Freeze
	x      *Node
	kept   []*Node
}

func (b *grapher) param(name string) *Node { return b.vars(name).NodeValue(b.x.Graph()) }

// spatialAxes are the axes of x between batch and channels.
func (b *grapher) spatialAxes() []int {
	axes := make([]int, b.c.NDim)
	for i := range axes {
		axes[i] = i + 1
	}
	return axes
}

// channels is the last dimension of x.
func channels(x *Node) int { return x.Shape().Dimensions[x.Rank()-1] }

// perChannel reshapes a vector so that it broadcasts over the last axis of x.
func perChannel(p, x *Node) *Node {
	dims := ones(x.Rank())
	dims[x.Rank()-1] = p.Shape().Size()
	return Reshape(p, dims...)
}

// convLayout turns PyTorch's (out, in, k…) into (k…, in, out).
func convLayout(w *Node) *Node {
	axes := make([]int, 0, w.Rank())
	for i := 2; i < w.Rank(); i++ {
		axes = append(axes, i)
	}
	return TransposeAllAxes(w, append(axes, 1, 0)...)
}

func (b *grapher) conv(name string, in, out int, kernel []int) {
	w, bias := b.param(name+".weight"), b.param(name+".bias")
	if w.Shape().Size() == in*out {
		b.pointwise(w, in, out)
	} else {
		b.x = Convolve(b.x, convLayout(w)).PadSame().Done()
	}
	b.x = Add(b.x, perChannel(bias, b.x))
}

// pointwise is a 1x1 convolution: a matrix product over the channels.
func (b *grapher) pointwise(w *Node, in, out int) {
	dims := slices.Clone(b.x.Shape().Dimensions)
	dims[len(dims)-1] = out
	flat := Reshape(b.x, -1, in)
	b.x = Reshape(Dot(flat, Transpose(Reshape(w, out, in), 0, 1)).Product(), dims...)
}

func (b *grapher) linear(name string, in, out int) { b.pointwise(b.param(name+".weight"), in, out) }

// upconv is exact for kernel = stride: every input voxel makes a block of its
// own, so it is a matrix product to out*factor channels and depth-to-space.
func (b *grapher) upconv(name string, in, out int, factor []int) {
	w, bias := b.param(name+".weight"), b.param(name+".bias")
	n := len(factor)
	dims := b.x.Shape().Dimensions
	// (in, out, k…) -> (in, k…, out) -> (in, k*out)
	axes := []int{0}
	for i := range n {
		axes = append(axes, 2+i)
	}
	w = Reshape(TransposeAllAxes(w, append(axes, 1)...), in, -1)
	y := Dot(Reshape(b.x, -1, in), w).Product()
	// (batch, s…, k…, out) -> (batch, s0, k0, s1, k1, …, out)
	split := slices.Concat(dims[:n+1], factor, []int{out})
	perm := []int{0}
	merged := []int{dims[0]}
	for i := range n {
		perm = append(perm, 1+i, 1+n+i)
		merged = append(merged, dims[1+i]*factor[i])
	}
	y = TransposeAllAxes(Reshape(y, split...), append(perm, 1+2*n)...)
	b.x = Reshape(y, append(merged, out)...)
	b.x = Add(b.x, perChannel(bias, b.x))
}

// interpolate is linear interpolation with pixel centres at half coordinates
// (PyTorch's align_corners=False): output i*f+r lies at i + (r+0.5)/f - 0.5,
// between input i and one neighbour; at the ends the neighbour is the voxel
// itself.
func (b *grapher) interpolate(factor []int) {
	for i, f := range factor {
		if f > 1 {
			b.x = stretch(b.x, i+1, f)
		}
	}
}

// stretch interpolates x along one axis by the factor f.
func stretch(x *Node, axis, f int) *Node {
	dims := x.Shape().Dimensions
	n := dims[axis]
	part := func(from, to int) *Node {
		spec := make([]SliceAxisSpec, x.Rank())
		for i := range spec {
			spec[i] = AxisRange()
		}
		spec[axis] = AxisRange(from, to)
		return Slice(x, spec...)
	}
	before, after := x, x
	if n > 1 {
		before = Concatenate([]*Node{part(0, 1), part(0, n-1)}, axis)
		after = Concatenate([]*Node{part(1, n), part(n-1, n)}, axis)
	}
	phases := make([]*Node, f)
	for r := range f {
		t := (float64(r)+0.5)/float64(f) - 0.5
		neighbour := after
		if t < 0 {
			neighbour, t = before, -t
		}
		phases[r] = ExpandAxes(Add(MulScalar(x, 1-t), MulScalar(neighbour, t)), axis+1)
	}
	out := slices.Clone(dims)
	out[axis] *= f
	return Reshape(Concatenate(phases, axis+1), out...)
}

func (b *grapher) norm(name string, _ int) {
	gamma := perChannel(b.param(name+".weight"), b.x)
	beta := perChannel(b.param(name+".bias"), b.x)
	switch b.c.Norm {
	case NormInstance:
		b.x, _, _ = normalise(b.x, gamma, beta, b.spatialAxes())
	case NormGroup:
		b.x = groupNorm(b.x, gamma, beta, b.c.Groups(), b.spatialAxes())
	case NormBatch:
		b.batchNorm(name, gamma, beta)
	}
}

// batchNorm uses the statistics of the batch while training, and moves the
// running ones towards them as PyTorch does (unbiased variance); otherwise, and
// where they are frozen, it uses the running ones.
func (b *grapher) batchNorm(name string, gamma, beta *Node) {
	g := b.x.Graph()
	mean, variance := b.vars(name+".running_mean"), b.vars(name+".running_var")
	if !b.scope.IsTraining(g) || b.frozen[name+".running_mean"] {
		m, v := perChannel(mean.NodeValue(g), b.x), perChannel(variance.NodeValue(g), b.x)
		scale := Mul(inverseSqrt(AddScalar(v, normEpsilon)), gamma)
		b.x = Add(Mul(Sub(b.x, m), scale), beta)
		return
	}
	count := float64(b.x.Shape().Size() / channels(b.x))
	y, m, v := normalise(b.x, gamma, beta, append([]int{0}, b.spatialAxes()...))
	move := func(variable *model.Variable, value *Node) {
		value = StopGradient(Reshape(value, -1))
		variable.SetNodeValue(Add(MulScalar(variable.NodeValue(g), 1-batchNormMomentum), MulScalar(value, batchNormMomentum)))
	}
	move(mean, m)
	move(variance, MulScalar(v, count/max(count-1, 1)))
	counter := b.vars(name + ".num_batches_tracked")
	counter.SetNodeValue(OnePlus(counter.NodeValue(g)))
	b.x = y
}

func (b *grapher) activate(name string) { b.x = activations[name](b.x) }

// dropout zeroes single values with probability p while training and scales
// the others by 1/(1-p), as torch.nn.Dropout.
func (b *grapher) dropout(p float64) {
	g := b.x.Graph()
	if !b.scope.IsTraining(g) {
		return
	}
	keep := b.scope.RandomBernoulli(Scalar(g, b.x.DType(), 1-p), b.x.Shape())
	b.x = MulScalar(Mul(b.x, keep), 1/(1-p))
}

// pool is max-pooling with window = stride, as maxima of two along one axis
// after the other, the last first, so that of equal values the first one gets
// the gradient, as in PyTorch. Not ReduceMax: its gradient goes to the values
// that equal the maximum, and when XLA computes both sides of that comparison
// apart, to the last bit otherwise, it is lost.
func (b *grapher) pool(factor []int) {
	for i := len(factor) - 1; i >= 0; i-- {
		if factor[i] > 1 {
			b.x = maxAlong(b.x, i+1, factor[i])
		}
	}
}

// maxAlong is the maximum of every f values along an axis.
func maxAlong(x *Node, axis, f int) *Node {
	dims := x.Shape().Dimensions
	split := slices.Concat(dims[:axis], []int{dims[axis] / f, f}, dims[axis+1:])
	x = Reshape(x, split...)
	one := slices.Delete(slices.Clone(split), axis+1, axis+2)
	at := func(i int) *Node {
		spec := make([]SliceAxisSpec, x.Rank())
		for k := range spec {
			spec[k] = AxisRange()
		}
		spec[axis+1] = AxisRange(i, i+1)
		return Reshape(Slice(x, spec...), one...)
	}
	most := at(0)
	for i := 1; i < f; i++ {
		most = Max(most, at(i))
	}
	return most
}

func (b *grapher) mean() { b.x = ReduceAndKeep(b.x, ReduceMean, b.spatialAxes()...) }

func (b *grapher) push() { b.kept = append(b.kept, b.x) }

func (b *grapher) pick(back int) { b.x = b.kept[len(b.kept)-1-back] }

func (b *grapher) swap() {
	last := len(b.kept) - 1
	b.x, b.kept[last] = b.kept[last], b.x
}

func (b *grapher) pop() *Node {
	last := len(b.kept) - 1
	x := b.kept[last]
	b.kept = b.kept[:last]
	return x
}

func (b *grapher) popConcat() { b.x = Concatenate([]*Node{b.x, b.pop()}, -1) }
func (b *grapher) popAdd()    { b.x = Add(b.x, b.pop()) }
func (b *grapher) popMul()    { b.x = Mul(b.x, b.pop()) }
