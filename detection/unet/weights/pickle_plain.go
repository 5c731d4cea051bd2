package weights

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/nlpodyssey/gopickle/types"
)

const (
	// maxPlainNodes bounds how many values a configuration may expand to. A
	// pickle can name one list many times, so that a small file stands for an
	// enormous tree; BiaPy's configuration has about 1500 values.
	maxPlainNodes = 1 << 20
	// maxPlainDepth bounds its depth, and with it a list that contains itself.
	maxPlainDepth = 100
)

// plainer turns unpickled values into plain Go values.
type plainer struct{ nodes int }

// value converts v: None to nil, bool, int, float64 and string to themselves,
// an integer beyond 64 bits to decimal text, list, tuple and set to []any, and
// dictionaries to map[string]any, keys as text. An instance of another class
// becomes a map with "class", "args" and, if it has one, "state"; a class, its
// name; a tensor, its shape in words.
func (p *plainer) value(v any, depth int) (any, error) {
	if p.nodes++; p.nodes > maxPlainNodes {
		return nil, fmt.Errorf("more than %d values", maxPlainNodes)
	}
	if depth > maxPlainDepth {
		return nil, fmt.Errorf("more than %d levels deep", maxPlainDepth)
	}
	switch v := v.(type) {
	case nil, bool, int, float64, string:
		return v, nil
	case *big.Int:
		return v.String(), nil
	case *types.List:
		return p.list(*v, depth)
	case *types.Tuple:
		return p.list(*v, depth)
	case *tensorRef:
		return fmt.Sprintf("tensor of shape %v", v.shape), nil
	case *inertClass:
		return v.name, nil
	}
	if entries, ok := dictEntries(v); ok {
		return p.dict(entries, depth)
	}
	if o, ok := v.(*inertObject); ok {
		return p.object(o, depth)
	}
	return nil, fmt.Errorf("a value of unknown kind %T", v)
}

func (p *plainer) list(items []any, depth int) ([]any, error) {
	out := make([]any, 0, len(items))
	for _, item := range items {
		plain, err := p.value(item, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, plain)
	}
	return out, nil
}

func (p *plainer) dict(entries []types.DictEntry, depth int) (map[string]any, error) {
	out := make(map[string]any, len(entries))
	for _, e := range entries {
		plain, err := p.value(e.Value, depth+1)
		if err != nil {
			return nil, err
		}
		out[keyText(e.Key)] = plain
	}
	return out, nil
}

func (p *plainer) object(o *inertObject, depth int) (any, error) {
	switch o.class {
	case "__builtin__.set", "builtins.set", "__builtin__.frozenset", "builtins.frozenset", "torch.Size":
		if len(o.args) == 1 {
			return p.value(o.args[0], depth+1)
		}
	}
	out := map[string]any{"class": o.class}
	var err error
	if out["args"], err = p.list(o.args, depth); err != nil {
		return nil, err
	}
	if o.state != nil {
		if out["state"], err = p.value(o.state, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// dictEntries lists what a dictionary-like value holds, in its order. A key
// set twice is there twice, the last one counting.
func dictEntries(v any) ([]types.DictEntry, bool) {
	switch v := v.(type) {
	case *types.Dict:
		return *v, true
	case *types.OrderedDict:
		out := make([]types.DictEntry, 0, v.Len())
		for e := v.List.Front(); e != nil; e = e.Next() {
			entry := e.Value.(*types.OrderedDictEntry)
			out = append(out, types.DictEntry{Key: entry.Key, Value: entry.Value})
		}
		return out, true
	case *inertObject:
		if v.class == "yacs.config.CfgNode" || v.class == "collections.defaultdict" {
			return v.entries, true
		}
	}
	return nil, false
}

// keyText writes a dictionary key as text.
func keyText(key any) string {
	switch key := key.(type) {
	case string:
		return key
	case int:
		return strconv.Itoa(key)
	case float64:
		return strconv.FormatFloat(key, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(key)
	case nil:
		return "None"
	default:
		return fmt.Sprintf("%T", key)
	}
}
