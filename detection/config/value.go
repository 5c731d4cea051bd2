package config

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxEntries bounds lists; no option has more than a few entries.
const maxEntries = 1000

// convert reads n as a value of the type of def. It reports false when n is
// something else; the rules of the key are not looked at.
func convert(n *yaml.Node, def any) (any, bool) {
	if def == nil {
		return n, true
	}
	switch def.(type) {
	case bool:
		return one(n, toBool)
	case int:
		return one(n, toInt)
	case float64:
		return one(n, toFloat)
	case string:
		return one(n, toText)
	case []bool:
		return many(n, toBool)
	case []int:
		return many(n, toInt)
	case []float64:
		return many(n, toFloat)
	case []string:
		return many(n, toText)
	case [][]float64:
		return groups(n, toFloat)
	case [][]string:
		return groups(n, toText)
	}
	return nil, false
}

// one reads a value, or a list of one value.
func one[T any](n *yaml.Node, read func(*yaml.Node) (T, bool)) (any, bool) {
	n = resolve(n)
	if v, ok := read(n); ok {
		return v, true
	}
	list, ok := entries(n)
	if !ok || len(list) != 1 {
		return nil, false
	}
	v, ok := read(resolve(list[0]))
	return v, ok
}

// many reads a list, or a value as a list of one. A list that holds nothing
// but a list is that list: newer versions of BiaPy write [[0.9, 0.999]].
func many[T any](n *yaml.Node, read func(*yaml.Node) (T, bool)) (any, bool) {
	list, ok := entries(n)
	if ok && len(list) == 1 {
		if inner, isList := entries(list[0]); isList {
			list = inner
		}
	}
	if !ok {
		list = []*yaml.Node{n}
	}
	if len(list) > maxEntries {
		return nil, false
	}
	out := make([]T, len(list))
	for i, item := range list {
		if out[i], ok = read(resolve(item)); !ok {
			return nil, false
		}
	}
	return out, true
}

// groups reads a list of lists. A single value stands for one group of it;
// several without lists around them do not, because they might be one group or
// many.
func groups[T any](n *yaml.Node, read func(*yaml.Node) (T, bool)) (any, bool) {
	list, ok := entries(n)
	if !ok {
		list = []*yaml.Node{n}
	}
	if len(list) > maxEntries {
		return nil, false
	}
	var out [][]T
	for _, item := range list {
		if _, isList := entries(item); !isList && len(list) > 1 {
			return nil, false
		}
		v, ok := many(item, read)
		if !ok {
			return nil, false
		}
		out = append(out, v.([]T))
	}
	return out, true
}

// entries returns the items of a YAML list, or of the text of a Python list
// or tuple, with or without brackets.
func entries(n *yaml.Node) ([]*yaml.Node, bool) {
	n = resolve(n)
	if n.Kind == yaml.SequenceNode {
		return n.Content, true
	}
	s := strings.TrimSpace(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || s == "" || len(s) > 1<<16 {
		return nil, false
	}
	switch {
	case s[0] == '(' && s[len(s)-1] == ')', s[0] == '[' && s[len(s)-1] == ']':
	case strings.Contains(s, ","):
		s = "[" + s + "]"
	default:
		return nil, false
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(strings.NewReplacer("(", "[", ")", "]").Replace(s)), &doc); err != nil ||
		len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, false
	}
	return doc.Content[0].Content, true
}

// resolve follows aliases (*name) to what they stand for.
func resolve(n *yaml.Node) *yaml.Node {
	for range 10 { // an alias never stands for an alias, save by a fault of the parser
		if n.Kind != yaml.AliasNode || n.Alias == nil {
			return n
		}
		n = n.Alias
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
}

func toBool(n *yaml.Node) (bool, bool) {
	if n.Kind != yaml.ScalarNode || !isBool(n.Value) {
		return false, false
	}
	switch strings.ToLower(n.Value) {
	case "true", "yes", "on":
		return true, true
	}
	return false, true
}

// isBool says whether YAML 1.1 takes s for a truth value.
func isBool(s string) bool {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off":
		return true
	}
	return false
}

func toInt(n *yaml.Node) (int, bool) {
	v, ok := toFloat(n)
	if !ok || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, false
	}
	return int(v), true
}

func toFloat(n *yaml.Node) (float64, bool) {
	if n.Kind != yaml.ScalarNode {
		return 0, false
	}
	return parseNumber(strings.TrimSpace(n.Value))
}

var (
	decimal     = regexp.MustCompile(`^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$`)
	leadingZero = regexp.MustCompile(`^[-+]?0[0-9]+$`)
)

// parseNumber reads a finite decimal number. Whole numbers with a leading 0
// are refused: they are octal in YAML 1.1 and decimal in YAML 1.2.
func parseNumber(s string) (float64, bool) {
	if !decimal.MatchString(s) || leadingZero.MatchString(s) {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

func toText(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Tag == "!!bool" {
		return "", false
	}
	return n.Value, true
}
