package sweep

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Value is one value of a parameter.
type Value struct {
	// Text is the value as YAML on one line, as it was written: 0.5, True,
	// [4, 6], "5" in quotes for a text.
	Text string
}

// Number is the value as a finite number; false when it is none.
func (v Value) Number() (float64, bool) {
	f, err := strconv.ParseFloat(v.Text, 64)
	return f, err == nil && f-f == 0
}

// number makes a value of a number, with the fewest digits that read back as the
// same one.
func number(f float64) Value { return Value{strconv.FormatFloat(f, 'g', -1, 64)} }

// valueOf reads a value: a scalar, or a list of values.
func valueOf(n *yaml.Node) (Value, error) {
	n = resolve(n)
	left := mostItems
	if err := checkValue(n, 0, &left); err != nil {
		return Value{}, err
	}
	text, err := yaml.Marshal(flow(n))
	if err != nil {
		return Value{}, err
	}
	return Value{strings.TrimRight(string(text), "\n")}, nil
}

// mostDepth bounds lists in lists, and mostItems what is in them, aliases
// followed; no key and no parameter takes more.
const (
	mostDepth = 4
	mostItems = 1000
)

func checkValue(n *yaml.Node, depth int, left *int) error {
	*left--
	switch {
	case *left < 0:
		return fmt.Errorf("a list of more than %d items: want fewer", mostItems)
	case n.Kind == yaml.MappingNode:
		return fmt.Errorf("a section: want a value, or a list of values")
	case n.Tag == "!!null":
		return fmt.Errorf("nothing: want a value")
	case n.Kind == yaml.SequenceNode && depth == mostDepth:
		return fmt.Errorf("lists in lists in lists: want a value, or a list of values")
	case n.Kind == yaml.ScalarNode && strings.ContainsAny(n.Value, "\n\r"):
		return fmt.Errorf("a text of several lines: want one")
	}
	for _, item := range n.Content {
		if err := checkValue(resolve(item), depth+1, left); err != nil {
			return err
		}
	}
	return nil
}

// flow copies a value without comments and anchors, to be written on one line.
func flow(n *yaml.Node) *yaml.Node {
	n = resolve(n)
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style &^ (yaml.LiteralStyle | yaml.FoldedStyle | yaml.TaggedStyle)}
	if n.Kind == yaml.SequenceNode {
		out.Style = yaml.FlowStyle
	}
	for _, item := range n.Content {
		out.Content = append(out.Content, flow(item))
	}
	return out
}

// resolve follows aliases (*name) to what they stand for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}

// round keeps so many significant digits.
func round(f float64, digits int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', digits, 64), 64)
	if err != nil || math.IsInf(r, 0) {
		return f
	}
	return r
}
