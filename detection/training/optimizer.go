package training

import (
	"path"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// OptimizerKind names a way to take steps; the values are those of BiaPy's
// TRAIN.OPTIMIZER.
type OptimizerKind string

const (
	// AdamW is Adam with decoupled weight decay (I. Loshchilov, F. Hutter, ICLR
	// 2019).
	AdamW OptimizerKind = "ADAMW"
	// Adam adds the decay to the gradient (D. P. Kingma, J. Ba, ICLR 2015, with
	// L2), as torch.optim.Adam.
	Adam OptimizerKind = "ADAM"
	// SGD has Nesterov momentum 0.9 and adds the decay to the gradient, as
	// torch.optim.SGD.
	SGD OptimizerKind = "SGD"
)

// adamEpsilon is PyTorch's; GoMLX's default of 1e-7 gives other steps.
const adamEpsilon = 1e-8

// momentum of [SGD], as BiaPy sets it.
const momentum = 0.9

// descent is the optimiser in the training graph: it clips the gradients, adds
// the weight decay where the optimiser wants it there, and hands on to Adam or
// Nesterov's rule. Then it brings the average of the parameters up to date.
type descent struct {
	opts    Options
	adam    train.OptimizeWithGradients // nil for SGD
	average *averaging                  // nil without
}

func newDescent(opts Options, average *averaging) *descent {
	d := &descent{opts: opts, average: average}
	if opts.Optimizer != SGD {
		decay := opts.WeightDecay
		if opts.Optimizer == Adam {
			decay = 0
		}
		d.adam = optimizer.Adam().LearningRate(opts.LearningRate).WeightDecay(decay).
			Betas(opts.Beta1, opts.Beta2).Epsilon(adamEpsilon).Done().(train.OptimizeWithGradients)
	}
	return d
}

// UpdateGraph implements optimizer.Interface.
func (d *descent) UpdateGraph(scope *model.Scope, _ *Graph, loss *Node) {
	d.UpdateGraphWithGradients(scope, scope.BuildTrainableVariablesGradientsGraph(loss), loss.DType())
}

// UpdateGraphWithGradients implements optimizer.Interface.
func (d *descent) UpdateGraphWithGradients(scope *model.Scope, grads []*Node, dtype dtypes.DType) {
	if d.opts.GradientClipNorm > 0 {
		clip(grads, d.opts.GradientClipNorm)
	}
	params := trained(scope, grads[0].Graph())
	if d.opts.Optimizer != AdamW && d.opts.WeightDecay > 0 {
		for i, v := range params {
			grads[i] = Add(grads[i], MulScalar(v.NodeValue(grads[i].Graph()), d.opts.WeightDecay))
		}
	}
	g := grads[0].Graph()
	if d.adam != nil {
		d.adam.UpdateGraphWithGradients(scope, grads, dtype)
	} else {
		d.nesterov(scope, params, grads, dtype)
	}
	if d.average != nil {
		d.average.update(g)
	}
}

// nesterov moves parameters by -rate·(g + m·velocity), velocity = m·velocity + g.
func (d *descent) nesterov(scope *model.Scope, params []*model.Variable, grads []*Node, dtype dtypes.DType) {
	g := grads[0].Graph()
	rate := optimizer.LearningRateVar(scope, dtype, d.opts.LearningRate).NodeValue(g)
	optimizer.IncrementGlobalStep(g, dtype)
	for i, v := range params {
		velocity := scope.Store().Scope(path.Join("/SGD", v.Scope())).WithInitializer(initializer.Zero).
			VariableWithShape(v.Name()+"_velocity", v.Shape()).SetTrainable(false)
		moved := Add(MulScalar(velocity.NodeValue(g), momentum), grads[i])
		velocity.SetNodeValue(moved)
		v.SetNodeValue(Sub(v.NodeValue(g), Mul(rate, Add(grads[i], MulScalar(moved, momentum)))))
	}
}

// Clear implements optimizer.Interface. A trainer is made for one training, so
// there is never anything to clear.
func (d *descent) Clear(*model.Scope) error { return nil }

// trained lists the variables that gradients are for, in the order of
// Scope.BuildTrainableVariablesGradientsGraph.
func trained(scope *model.Scope, g *Graph) []*model.Variable {
	var list []*model.Variable
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			list = append(list, v)
		}
	}
	return list
}

// clip scales all gradients by one factor so that their common Euclidean norm
// is at most limit, as torch.nn.utils.clip_grad_norm_.
func clip(grads []*Node, limit float64) {
	var sum *Node
	for _, grad := range grads {
		square := ReduceAllSum(Square(grad))
		if sum == nil {
			sum = square
		} else {
			sum = Add(sum, square)
		}
	}
	factor := MinScalar(Div(Scalar(sum.Graph(), sum.DType(), limit), AddScalar(Sqrt(sum), 1e-6)), 1)
	for i := range grads {
		grads[i] = Mul(grads[i], factor)
	}
}
