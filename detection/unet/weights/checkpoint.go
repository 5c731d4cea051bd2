package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Checkpoint is a file of weights with what else is known about the network.
// From safetensors only Weights is filled.
type Checkpoint struct {
	// Weights are the tensors of the network, under the names of its state
	// dictionary.
	Weights *Set
	// Epoch is the tag of the epoch at which the file was written: a number,
	// or "best" as BiaPy writes it; "" when the file has none.
	Epoch string
	// Version is the version of BiaPy that wrote the file; "" when unknown.
	Version string
	// BuildArgs are the arguments that BiaPy built the network with, such as
	// "feature_maps" or "normalization"; nil when the file has none. Values
	// are as in Config.
	BuildArgs map[string]any
	// Config is the whole configuration of the run, sections as nested maps;
	// nil when the file has none. Values are nil, bool, int, float64, string
	// (also for integers beyond 64 bits), []any (lists, tuples and sets) and
	// map[string]any; an instance of a class is a map with "class", its name,
	// "args" and "state".
	Config map[string]any
	// Other names the entries of the file that were left unread, such as the
	// state of the optimiser, in the order of the file.
	Other []string
}

// ConfigYAML is Config as YAML, keys in order; empty when there is none.
func (c *Checkpoint) ConfigYAML() ([]byte, error) {
	if c.Config == nil {
		return nil, nil
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(c.Config); err != nil {
		return nil, fmt.Errorf("configuration of the checkpoint: %w", err)
	}
	return b.Bytes(), enc.Close()
}

// ReadPTH reads a checkpoint that torch.save wrote, without running any code
// of it: BiaPy's, any dictionary with the state dictionary of the network
// under "model", "model_state_dict" or "state_dict", or the bare state
// dictionary. Tensors may be views (strides, offsets, shared storages) of any
// number type that the package comment names.
//
// The format is the zip that PyTorch writes since 1.6, with a pickle of
// protocol 2. Errors, each with the file's name: the older format without a
// zip; TorchScript; compressed entries; big-endian numbers; a pickle of
// another protocol, or one that asks for a class off the list (the error says
// which); a storage that is missing or of the wrong size; tensors that
// take more than 16 times the size of the file (64 MiB for small files); a dictionary without
// weights; a weight that is not a tensor.
//
// Source: the format as PyTorch's torch/serialization.py reads it, and the
// keys as BiaPy 3.7.1 writes them.
func ReadPTH(path string) (*Checkpoint, error) { return readFile(path, readPTH) }

func readPTH(r io.ReaderAt, size int64) (*Checkpoint, error) {
	start := make([]byte, min(size, 8))
	if _, err := readFullAt(r, start, 0); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(start, []byte("\x80\x02\x8a\x0a")) {
		return nil, errLegacy
	}
	a, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	value, err := a.unpickle()
	if err != nil {
		return nil, err
	}
	entries, ok := dictEntries(value)
	if !ok {
		return nil, fmt.Errorf("the file holds a %T, want a dictionary with the weights", value)
	}
	top := make(map[string]any, len(entries))
	var names []string
	for _, e := range entries {
		name := keyText(e.Key)
		if _, again := top[name]; !again {
			names = append(names, name)
		}
		top[name] = e.Value
	}
	c := &Checkpoint{}
	used, err := c.fill(a, top, names)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !slices.Contains(used, name) {
			c.Other = append(c.Other, name)
		}
	}
	return c, nil
}

var errLegacy = errors.New("a PyTorch file of the format before 1.6, without a zip: load it in PyTorch and save it again with torch.save")

// fill takes what it knows from the top dictionary and returns the names of
// what it has used.
func (c *Checkpoint) fill(a *archive, top map[string]any, names []string) (used []string, err error) {
	if isStateDict(top) {
		c.Weights, err = a.stateDict(top, names)
		return names, err
	}
	for _, key := range []string{"model", "model_state_dict", "state_dict"} {
		entries, ok := dictEntries(top[key])
		if !ok {
			continue
		}
		state := make(map[string]any, len(entries))
		order := make([]string, 0, len(entries))
		for _, e := range entries {
			name, ok := e.Key.(string)
			if !ok {
				return nil, fmt.Errorf("%q: a weight is named %s, want text", key, keyText(e.Key))
			}
			if _, again := state[name]; !again {
				order = append(order, name)
			}
			state[name] = e.Value
		}
		if c.Weights, err = a.stateDict(state, order); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
		used = append(used, key)
		break
	}
	if c.Weights == nil {
		return nil, fmt.Errorf("no weights under model, model_state_dict or state_dict; the file has %s", listSome(names))
	}
	rest, err := c.describe(top)
	return append(used, rest...), err
}

// describe reads what is known about the run.
func (c *Checkpoint) describe(top map[string]any) (used []string, err error) {
	var p plainer
	for _, part := range []struct {
		key string
		dst *map[string]any
	}{{"model_build_kwargs", &c.BuildArgs}, {"cfg", &c.Config}} {
		entries, ok := dictEntries(top[part.key])
		if !ok {
			continue
		}
		if *part.dst, err = p.dict(entries, 0); err != nil {
			return nil, fmt.Errorf("%q: %w", part.key, err)
		}
		used = append(used, part.key)
	}
	switch epoch := top["epoch"].(type) {
	case string:
		c.Epoch, used = epoch, append(used, "epoch")
	case int:
		c.Epoch, used = strconv.Itoa(epoch), append(used, "epoch")
	}
	if version, ok := top["biapy_version"].(string); ok {
		c.Version, used = version, append(used, "biapy_version")
	}
	return used, nil
}

// isStateDict says whether all values are tensors, and there is one.
func isStateDict(top map[string]any) bool {
	for _, v := range top {
		if _, ok := v.(*tensorRef); !ok {
			return false
		}
	}
	return len(top) > 0
}

// stateDict reads the tensors of a state dictionary, in the order of names.
func (a *archive) stateDict(state map[string]any, names []string) (*Set, error) {
	set := &Set{}
	for _, name := range names {
		ref, ok := state[name].(*tensorRef)
		if !ok {
			return nil, fmt.Errorf("%q is not a tensor", name)
		}
		t, err := a.tensor(ref)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if err := set.Add(name, t); err != nil {
			return nil, err
		}
	}
	if set.Len() == 0 {
		return nil, errors.New("no tensors")
	}
	return set, nil
}

// listSome names up to ten things.
func listSome(names []string) string {
	if len(names) == 0 {
		return "no entries"
	}
	text := strings.Join(names[:min(len(names), 10)], ", ")
	if len(names) > 10 {
		text += ", …"
	}
	return shorten(text)
}
