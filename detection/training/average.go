package training

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// averageScope is where the averages live in the store, each under the path of
// its parameter.
const averageScope = model.ScopeSeparator + "average"

// averaging keeps the moving average of a network's parameters: after step t,
// average += (1-d)·(parameter-average) with d = min(decay, (t-1)/(t+9)), so that
// the first steps, far from where training ends, are soon forgotten. The running
// statistics of batch norm are averaged, too.
//
// Source: B. Polyak, A. Juditsky, SIAM J. Control Optim. 30 (1992), 838-855; the
// growing decay is that of TensorFlow's ExponentialMovingAverage.
type averaging struct {
	model *unet.Model
	decay float64
}

// path is where the average of a parameter lives.
func (a averaging) path(name string) string { return averageScope + a.model.VariablePath(name) }

// update adds the average to a training graph, after the optimiser's step.
func (a averaging) update(g *Graph) {
	store := a.model.Store()
	step := ConvertDType(optimizer.GetGlobalStepVar(store).NodeValue(g), dtypes.Float32)
	keep := MinScalar(Div(AddScalar(step, -1), AddScalar(step, 9)), a.decay)
	for _, p := range a.model.Config().Params() {
		v := store.GetVariable(a.model.VariablePath(p.Name))
		if !v.InUseByGraph(g) {
			continue
		}
		average := store.VariableWithShape(a.path(p.Name), v.Shape(), initializer.Zero).SetTrainable(false)
		was := average.NodeValue(g)
		average.SetNodeValue(Add(was, Mul(OneMinus(keep), Sub(v.NodeValue(g), was))))
	}
}

// weights are those of the network, with the averages in their place as soon as
// there are any.
func (a averaging) weights() (*weights.Set, error) {
	now, err := a.model.Weights()
	if err != nil {
		return nil, err
	}
	set := &weights.Set{}
	for name, tensor := range now.All() {
		if v := a.model.Store().GetVariable(a.path(name)); v != nil && v.HasValue() {
			value, err := v.Value()
			if err == nil {
				tensor.Data, err = tensors.CopyFlatData[float32](value)
			}
			if err != nil {
				return nil, fmt.Errorf("training: average of %s: %w", name, err)
			}
		}
		if err := set.Add(name, tensor); err != nil {
			return nil, err
		}
	}
	return set, nil
}
