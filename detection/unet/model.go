package unet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// scopeName is where the parameters live in the store, so that an optimiser's
// variables beside them are told apart.
const scopeName = "net"

// Model is a network with its parameters, held in PyTorch's layout in a GoMLX
// store. Building graphs from it in several goroutines at once is not safe.
type Model struct {
	config Config
	store  *model.Store
	frozen map[string]bool // parameters that no step changes, by name
}

// New makes a network with BiaPy's initial weights, drawn from seed: the same
// seed gives the same weights. The error is that of [Config.Validate].
func New(config Config, seed uint64) (*Model, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("unet: %w", err)
	}
	m := &Model{config: config, store: model.NewStore()}
	rng := rand.New(rand.NewPCG(seed, 0x756e6574))
	for _, p := range config.Params() {
		if err := m.create(p, p.initial(rng)); err != nil {
			return nil, err
		}
	}
	// Dropout draws from the store's generator.
	if err := m.store.SetRNGStateFromSeed(int64(seed)); err != nil {
		return nil, fmt.Errorf("unet: %w", err)
	}
	return m, nil
}

func (m *Model) create(p Param, values []float32) error {
	t := tensors.FromFlatDataAndDimensions(values, p.Shape...)
	v, err := m.store.CreateVariable(variablePath(p.Name), t)
	if err != nil {
		return fmt.Errorf("unet: parameter %s: %w", p.Name, err)
	}
	v.SetTrainable(p.Trainable())
	return nil
}

func variablePath(name string) string { return model.JoinPath(model.ScopeSeparator+scopeName, name) }

// SetPrior gives the head the bias with which a network that knows nothing yet
// answers p, (0, 1), everywhere: log(p/(1-p)). Where objects are rare, as in
// a loss that does not weigh them up, training then does not begin with many
// steps that only learn that.
//
// Source: T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017,
// section 4.1.
func (m *Model) SetPrior(p float64) error {
	if !(p > 0 && p < 1) {
		return fmt.Errorf("unet: prior %v: want above 0 and below 1", p)
	}
	bias := make([]float32, m.config.OutChannels)
	for i := range bias {
		bias[i] = float32(math.Log(p / (1 - p)))
	}
	v := m.store.GetVariable(variablePath(headName + ".bias"))
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(bias, len(bias))); err != nil {
		return fmt.Errorf("unet: prior: %w", err)
	}
	return nil
}

// FromWeights makes a network of the given shape with the given weights; see
// [Model.SetWeights] for its errors.
func FromWeights(config Config, set *weights.Set) (*Model, error) {
	m, err := New(config, 0)
	if err != nil {
		return nil, err
	}
	return m, m.SetWeights(set)
}

// VariablePath is where the store holds the parameter of that name.
func (m *Model) VariablePath(name string) string { return variablePath(name) }

// IsParam says whether the variable of the store at path belongs to the
// network, and not to an optimiser or a random generator.
func (m *Model) IsParam(path string) bool {
	return strings.HasPrefix(path, variablePath(""))
}

// Config is the network's description.
func (m *Model) Config() Config { return m.config }

// Store holds the parameters; an optimiser adds its variables to it.
func (m *Model) Store() *model.Store { return m.store }

// SetWeights replaces all parameters. Names that are missing, not known or of
// another shape are named in one error, and then nothing has changed. The
// batch counter of batch norm may be missing, as old files lack it.
func (m *Model) SetWeights(set *weights.Set) error {
	fitting, faults := m.match(set)
	if len(faults) > 0 {
		return fmt.Errorf("unet: the weights do not fit the network %s with feature maps %v: %s", m.config.Kind(), m.config.FeatureMaps, summary(faults))
	}
	return m.take(fitting, set)
}

// SetMatching replaces the parameters that set has under the same name and in
// the same shape, and leaves the others. unmatched says of each other
// parameter, and of each tensor without a place, in words, why it was not
// taken. The error is for a set from which nothing can be taken; then nothing
// has changed.
func (m *Model) SetMatching(set *weights.Set) (unmatched []string, err error) {
	fitting, unmatched := m.match(set)
	if len(fitting) == 0 || !slices.ContainsFunc(fitting, func(p Param) bool { _, ok := set.Get(p.Name); return ok }) {
		return unmatched, fmt.Errorf("unet: no weight fits a network with feature maps %v: %s", m.config.FeatureMaps, summary(unmatched))
	}
	return unmatched, m.take(fitting, set)
}

// match lists the parameters for which set has a value that fits (a batch
// counter may lack one), and says what is wrong with the others and with the
// rest of set.
func (m *Model) match(set *weights.Set) (fitting []Param, faults []string) {
	params := m.config.Params()
	known := make(map[string]bool, len(params))
	for _, p := range params {
		known[p.Name] = true
		t, ok := set.Get(p.Name)
		switch {
		case !ok && p.Role != BufferCount:
			faults = append(faults, fmt.Sprintf("%s is missing", p.Name))
		case ok && !slices.Equal(t.Shape, p.Shape) && len(t.Shape)+len(p.Shape) > 0:
			faults = append(faults, fmt.Sprintf("%s has shape %v, want %v", p.Name, t.Shape, p.Shape))
		default:
			fitting = append(fitting, p)
		}
	}
	for _, name := range set.Names() {
		if !known[name] {
			faults = append(faults, fmt.Sprintf("%s is not part of the network", name))
		}
	}
	return fitting, faults
}

// take copies the values of params out of set; those that it lacks become 0.
func (m *Model) take(params []Param, set *weights.Set) error {
	for _, p := range params {
		values := make([]float32, p.Size())
		if t, ok := set.Get(p.Name); ok {
			values = slices.Clone(t.Data)
		}
		v := m.store.GetVariable(variablePath(p.Name))
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, p.Shape...)); err != nil {
			return fmt.Errorf("unet: parameter %s: %w", p.Name, err)
		}
	}
	return nil
}

// summary lists the first few faults and counts the others.
func summary(faults []string) string {
	const most = 5
	out := ""
	for i, f := range faults {
		if i == most {
			return fmt.Sprintf("%s; and %d more", out, len(faults)-most)
		}
		if i > 0 {
			out += "; "
		}
		out += f
	}
	return out
}

// Weights copies all parameters and buffers out of the network.
func (m *Model) Weights() (*weights.Set, error) {
	set := &weights.Set{}
	for _, p := range m.config.Params() {
		value, err := m.store.GetVariable(variablePath(p.Name)).Value()
		if err != nil {
			return nil, fmt.Errorf("unet: parameter %s: %w", p.Name, err)
		}
		data, err := tensors.CopyFlatData[float32](value)
		if err != nil {
			return nil, fmt.Errorf("unet: parameter %s: %w", p.Name, err)
		}
		if err := set.Add(p.Name, weights.Tensor{Shape: slices.Clone(p.Shape), Data: data}); err != nil {
			return nil, fmt.Errorf("unet: parameter %s: %w", p.Name, err)
		}
	}
	return set, nil
}

// Logits builds the graph of the network on x, (batch, y, x, channel) in 2D
// and (batch, z, y, x, channel) in 3D, float32, and returns the logits: the
// same with [Config.OutChannels] channels. Dropout and batch norm behave as
// the scope's training flag says. It panics on a shape that does not fit, as
// graph functions of GoMLX do.
func (m *Model) Logits(scope *model.Scope, x *graph.Node) *graph.Node {
	dims := x.Shape().Dimensions
	if len(dims) != m.config.NDim+2 || dims[len(dims)-1] != m.config.InChannels || x.DType() != dtypes.Float32 {
		panic(fmt.Errorf("unet: input %s: want float32 of rank %d with %d channels", x.Shape(), m.config.NDim+2, m.config.InChannels))
	}
	spatial := [3]int{1, dims[len(dims)-3], dims[len(dims)-2]}
	if m.config.NDim == 3 {
		spatial[0] = dims[1]
	}
	if err := m.config.CheckInput(spatial); err != nil {
		panic(fmt.Errorf("unet: input %s: %w", x.Shape(), err))
	}
	b := &grapher{c: m.config, scope: scope, x: x, frozen: m.frozen, vars: func(name string) *model.Variable {
		return scope.Store().GetVariable(variablePath(name))
	}}
	m.config.walk(b)
	return b.x
}
