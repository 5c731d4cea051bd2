package training

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/metric"

	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// metricsScope is where GoMLX keeps its moving averages, under names that are
// random; nothing depends on them.
const metricsScope = model.ScopeSeparator + metric.Scope + model.ScopeSeparator

// stepsPrefix begins the names of the parameters themselves where a state has
// their averages under PyTorch's names.
const stepsPrefix = weights.StatePrefix + "parameters/"

// State copies out all that the next step depends on: [Trainer.Weights] in
// PyTorch's names, and the optimiser's variables, the random generator and
// what else there is under names that begin with "training/". Variables that
// are not float32 are in the metadata, by the same names.
func (t *Trainer) State() (*weights.Set, error) {
	set, err := t.Weights()
	if err != nil {
		return nil, err
	}
	if t.average != nil {
		own, err := t.model.Weights()
		if err != nil {
			return nil, err
		}
		for name, tensor := range own.All() {
			if err := set.Add(stepsPrefix+name, tensor); err != nil {
				return nil, fmt.Errorf("training: state: %w", err)
			}
		}
	}
	set.Metadata = map[string]string{}
	for v := range t.model.Store().IterVariables() {
		if t.model.IsParam(v.Path()) || !v.HasValue() || strings.HasPrefix(v.Path(), metricsScope) || strings.HasPrefix(v.Path(), averageScope) {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("training: state of %s: %w", v.Path(), err)
		}
		if value.DType() == dtypes.Float32 {
			var data []float32
			if data, err = tensors.CopyFlatData[float32](value); err == nil {
				err = set.Add(stateName(v), weights.Tensor{Shape: slices.Clone(value.Shape().Dimensions), Data: data})
			}
		} else {
			set.Metadata[stateName(v)], err = encodeTensor(value)
		}
		if err != nil {
			return nil, fmt.Errorf("training: state of %s: %w", v.Path(), err)
		}
	}
	return set, nil
}

// Restore puts back what [Trainer.State] copied out, so that the next step is
// the one that would have followed. It must be called before the first step.
// Errors: parameters that do not fit the network (nothing has changed then),
// and state that cannot be read.
func (t *Trainer) Restore(set *weights.Set) error {
	own := set.Params()
	if t.average != nil {
		var err error
		if own, err = t.restoreAverages(set); err != nil {
			return err
		}
	}
	if err := t.model.SetWeights(own); err != nil {
		return fmt.Errorf("training: restore: %w", err)
	}
	for name, tensor := range set.All() {
		if !strings.HasPrefix(name, weights.StatePrefix) || strings.HasPrefix(name, stepsPrefix) {
			continue
		}
		if err := t.set(name, tensors.FromFlatDataAndDimensions(slices.Clone(tensor.Data), tensor.Shape...)); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set.Metadata)) {
		if !strings.HasPrefix(name, weights.StatePrefix) {
			continue
		}
		value, err := decodeTensor(set.Metadata[name])
		if err != nil {
			return fmt.Errorf("training: restore %s: %w", name, err)
		}
		if err := t.set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// restoreAverages takes the averages of a state and returns the parameters
// themselves.
func (t *Trainer) restoreAverages(set *weights.Set) (*weights.Set, error) {
	if err := t.used.SetWeights(set.Params()); err != nil {
		return nil, fmt.Errorf("training: restore: %w", err)
	}
	own := &weights.Set{}
	for name, tensor := range set.All() {
		var err error
		if parameter, ok := strings.CutPrefix(name, stepsPrefix); ok {
			err = own.Add(parameter, tensor)
		} else if !strings.HasPrefix(name, weights.StatePrefix) {
			err = t.setVariable(t.average.path(name), tensors.FromFlatDataAndDimensions(slices.Clone(tensor.Data), tensor.Shape...))
		}
		if err != nil {
			return nil, fmt.Errorf("training: restore: %w", err)
		}
	}
	return own, nil
}

// set gives the variable that a checkpoint calls name a value.
func (t *Trainer) set(name string, value *tensors.Tensor) error {
	if err := t.setVariable(model.ScopeSeparator+strings.TrimPrefix(name, weights.StatePrefix), value); err != nil {
		return fmt.Errorf("training: restore %s: %w", name, err)
	}
	return nil
}

// setVariable gives a variable of the store a value, making it when it is not
// there.
func (t *Trainer) setVariable(path string, value *tensors.Tensor) error {
	v := t.model.Store().GetVariable(path)
	if v != nil {
		return v.SetValue(value)
	}
	v, err := t.model.Store().CreateVariable(path, value)
	if err == nil {
		v.SetTrainable(false)
	}
	return err
}

// stateName is the name of a variable in a checkpoint.
func stateName(v *model.Variable) string {
	return weights.StatePrefix + strings.TrimPrefix(v.Path(), model.ScopeSeparator)
}

// storedTensor is a tensor of any type as text.
type storedTensor struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Bytes string `json:"bytes"` // hexadecimal, in the machine's order
}

func encodeTensor(t *tensors.Tensor) (string, error) {
	s := storedTensor{DType: t.DType().String(), Shape: t.Shape().Dimensions}
	if err := t.ConstBytes(func(data []byte) { s.Bytes = hex.EncodeToString(data) }); err != nil {
		return "", err
	}
	text, err := json.Marshal(s)
	return string(text), err
}

func decodeTensor(text string) (*tensors.Tensor, error) {
	var s storedTensor
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, err
	}
	dtype, err := dtypes.DTypeString(s.DType)
	if err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(s.Bytes)
	if err != nil {
		return nil, err
	}
	size := dtype.Size()
	for _, n := range s.Shape {
		if n < 0 || n > len(raw) {
			return nil, fmt.Errorf("shape %v for %d bytes", s.Shape, len(raw))
		}
		size *= n
	}
	if size != len(raw) {
		return nil, fmt.Errorf("shape %v of %s for %d bytes", s.Shape, s.DType, len(raw))
	}
	t := tensors.FromShape(shapes.Make(dtype, s.Shape...))
	err = t.MutableBytes(func(data []byte) { copy(data, raw) })
	return t, err
}
