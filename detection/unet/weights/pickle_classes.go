package weights

import (
	"fmt"
	"slices"

	"github.com/nlpodyssey/gopickle/types"
)

// inert says whether a checkpoint may hold instances of a class beside its
// tensors. They are loaded as [inertObject], which has no behaviour. BiaPy's
// own checkpoints need none of them; earlier releases kept the configuration
// as yacs.config.CfgNode and arguments of some networks as functools.partial
// of a layer class.
func inert(module, name string) bool {
	var names []string
	switch module {
	case "__builtin__", "builtins": // protocol 2 uses the first
		names = []string{"set", "frozenset", "dict", "list", "tuple", "int", "float", "complex", "bool", "str",
			"bytearray", "slice", "range"}
	case "collections":
		names = []string{"Counter", "defaultdict"}
	case "argparse":
		names = []string{"Namespace"}
	case "functools":
		names = []string{"partial"}
	case "_codecs": // bytes, in protocol 2
		names = []string{"encode"}
	case "yacs.config":
		names = []string{"CfgNode"}
	case "torch":
		names = []string{"Size", "device", "float64", "float32", "float16", "bfloat16",
			"int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool"}
	case "torch.nn.modules.normalization":
		names = []string{"LayerNorm"}
	case "numpy":
		names = []string{"dtype"}
	case "numpy.core.multiarray", "numpy._core.multiarray":
		names = []string{"scalar"}
	}
	return slices.Contains(names, name)
}

// findClass is the one gate for class and function names. A name that is not
// on its lists is an error that says it.
func findClass(module, name string) (any, error) {
	full := module + "." + name
	if d, ok := torchStorages[full]; ok {
		return storageClass(d), nil
	}
	switch full {
	case "collections.OrderedDict":
		return &types.OrderedDictClass{}, nil
	case "torch._utils._rebuild_tensor_v2":
		return callable(rebuildTensor), nil
	case "torch._utils._rebuild_parameter":
		return callable(rebuildParameter), nil
	}
	if inert(module, name) {
		return &inertClass{name: full}, nil
	}
	return nil, fmt.Errorf("the pickle asks for %s, which is not on the list of classes that a file of weights may hold, and nothing was run (a whole module saved with torch.save(model) must be saved again as torch.save(model.state_dict()))", full)
}

// callable makes a function of ours one that the interpreter can call.
type callable func(args []any) (any, error)

func (c callable) Call(args ...any) (any, error) { return c(args) }

// inertClass stands for a Python class. Calling it makes an [inertObject].
type inertClass struct{ name string }

func (c *inertClass) Call(args ...any) (any, error) {
	return &inertObject{class: c.name, args: args}, nil
}
func (c *inertClass) PyNew(args ...any) (any, error) { return c.Call(args...) }

// inertObject records what the pickle says about an instance: arguments, state
// and the entries of a dictionary. It implements the interfaces through which
// the interpreter fills objects.
type inertObject struct {
	class   string
	args    []any
	state   any
	entries []types.DictEntry
}

func (o *inertObject) Set(key, value any) {
	o.entries = append(o.entries, types.DictEntry{Key: key, Value: value})
}

func (o *inertObject) PySetState(state any) error {
	o.state = state
	return nil
}
