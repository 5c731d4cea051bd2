package runner

import (
	"fmt"
	"go/token"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// Kind is what a value of a parameter looks like.
type Kind string

// The kinds of values.
const (
	Text  Kind = "text"
	Int   Kind = "whole number"
	Float Kind = "number"
	Bool  Kind = "true or false"
	List  Kind = "list"
)

// Value is the value of a parameter as it was written. What it becomes in Go
// depends on how the parameter is declared, see [Inject].
type Value struct {
	Kind Kind
	// Text is what was written, without quotes; "" for a list.
	Text string
	// Items are those of a list.
	Items []Value
}

// Parameter is a name and its value.
type Parameter struct {
	Name  string
	Value Value
}

var (
	boolPattern  = regexp.MustCompile(`^(true|false|True|False|TRUE|FALSE)$`)
	intPattern   = regexp.MustCompile(`^[+-]?(0|[1-9][0-9]*|0[xX][0-9a-fA-F]+)$`)
	floatPattern = regexp.MustCompile(`^[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?$`)
)

// classify says what a word without quotes is. Digits with a leading zero are
// a text: they are more often a name than a number.
func classify(s string) Value {
	leadingZero := len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9'
	switch {
	case boolPattern.MatchString(s):
		return Value{Kind: Bool, Text: strings.ToLower(s)}
	case intPattern.MatchString(s):
		return Value{Kind: Int, Text: s}
	case floatPattern.MatchString(s) && !leadingZero:
		return Value{Kind: Float, Text: s}
	}
	return Value{Kind: Text, Text: s}
}

// ParseParameter reads name=value. The value is true, false, a number, a list
// in brackets ([1, 2] or [a, "b c"]), a text in quotes, or else a text as it
// stands.
//
// Errors: no =; a name that is no Go identifier; a list or quotes that do not
// end.
func ParseParameter(s string) (Parameter, error) {
	name, text, ok := strings.Cut(s, "=")
	if !ok {
		return Parameter{}, fmt.Errorf("parameter %q: want name=value", s)
	}
	if err := checkName(name); err != nil {
		return Parameter{}, err
	}
	trimmed := strings.TrimSpace(text)
	if trimmed == "" || !strings.ContainsRune(`["'`, rune(trimmed[0])) {
		return Parameter{name, classify(text)}, nil
	}
	var node yaml.Node
	err := yaml.Unmarshal([]byte(trimmed), &node)
	if err == nil && len(node.Content) == 1 {
		var v Value
		if v, err = fromYAML(node.Content[0]); err == nil {
			return Parameter{name, v}, nil
		}
	}
	return Parameter{}, fmt.Errorf("parameter %s is %s: want a list such as [1, 2] or a text in quotes: %w", name, trimmed, err)
}

func checkName(name string) error {
	if !token.IsIdentifier(name) || name == "_" {
		return fmt.Errorf("parameter %q: want a name that Go allows for a variable", name)
	}
	return nil
}

// ParseYAML reads parameters from the text of a YAML file with one mapping of
// names to values, in its order. An empty file has none.
//
// Errors name the line: no YAML; no mapping; a name twice, or one that is no
// Go identifier; a value that is null or a mapping.
func ParseYAML(text []byte) ([]Parameter, error) {
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return nil, err
	}
	if len(node.Content) == 0 {
		return nil, nil
	}
	top := node.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: want lines of the form name: value", top.Line)
	}
	var parameters []Parameter
	seen := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		if err := checkName(key.Value); err != nil {
			return nil, fmt.Errorf("line %d: %w", key.Line, err)
		}
		if seen[key.Value] {
			return nil, fmt.Errorf("line %d: parameter %s is there twice", key.Line, key.Value)
		}
		seen[key.Value] = true
		v, err := fromYAML(value)
		if err != nil {
			return nil, fmt.Errorf("line %d: parameter %s: %w", value.Line, key.Value, err)
		}
		parameters = append(parameters, Parameter{key.Value, v})
	}
	return parameters, nil
}

func fromYAML(n *yaml.Node) (Value, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.SequenceNode:
		list := Value{Kind: List}
		for _, item := range n.Content {
			v, err := fromYAML(item)
			if err != nil {
				return Value{}, err
			}
			list.Items = append(list.Items, v)
		}
		return list, nil
	case yaml.ScalarNode:
		switch {
		case n.Style != 0: // in quotes, a block, or with a tag
			return Value{Kind: Text, Text: n.Value}, nil
		case n.ShortTag() == "!!null":
			return Value{}, fmt.Errorf("the value is null: want true, false, a number, a text or a list")
		}
		return classify(n.Value), nil
	}
	return Value{}, fmt.Errorf("the value is a mapping: want true, false, a number, a text or a list")
}

// Merge joins parameters; of two with one name the later one counts, in the
// place of the first.
func Merge(lists ...[]Parameter) []Parameter {
	var merged []Parameter
	at := map[string]int{}
	for _, list := range lists {
		for _, p := range list {
			if i, there := at[p.Name]; there {
				merged[i] = p
				continue
			}
			at[p.Name] = len(merged)
			merged = append(merged, p)
		}
	}
	return merged
}
