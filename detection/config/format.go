package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// format writes an option's value as YAML that this package, PyYAML and hence
// BiaPy read as the same value.
func format(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(v)
	case float64:
		return formatFloat(v)
	case string:
		return formatText(v)
	case []bool:
		return formatList(v)
	case []int:
		return formatList(v)
	case []float64:
		return formatList(v)
	case []string:
		return formatList(v)
	case [][]float64:
		return formatList(v)
	case [][]string:
		return formatList(v)
	case *yaml.Node:
		return show(v)
	}
	return fmt.Sprint(v)
}

func formatList[T any](list []T) string {
	entries := make([]string, len(list))
	for i, v := range list {
		entries[i] = format(v)
	}
	return "[" + strings.Join(entries, ", ") + "]"
}

// formatFloat is the shortest text that is a number in YAML 1.1 too, where
// 1e-05 is not one and 1.0e-05 is.
func formatFloat(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if mantissa, exponent, found := strings.Cut(s, "e"); found {
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		return mantissa + "e" + exponent
	}
	if !strings.ContainsAny(s, ".NI") { // no NaN, no Inf
		s += ".0"
	}
	return s
}

var plainText = regexp.MustCompile(`^[A-Za-z0-9_/.][A-Za-z0-9_/.+-]*$`)

// formatText quotes what YAML might not take as that very text.
func formatText(s string) string {
	if plainText.MatchString(s) && !isBool(s) {
		var n yaml.Node
		if yaml.Unmarshal([]byte(s), &n) == nil && len(n.Content) == 1 && n.Content[0].Tag == "!!str" {
			return s
		}
	}
	return strconv.Quote(s) // every escape of Go's is one of YAML's too
}

// show quotes a value of a file in a message, shortened.
func show(n *yaml.Node) string {
	var b strings.Builder
	showTo(&b, n)
	return shorten(b.String())
}

// shown is how many bytes of a value a message shows.
const shown = 60

func shorten(s string) string {
	if len(s) > shown {
		return strings.ToValidUTF8(s[:shown], "") + "…"
	}
	return s
}

func showTo(b *strings.Builder, n *yaml.Node) {
	if b.Len() > shown {
		return
	}
	switch n.Kind {
	case yaml.AliasNode:
		b.WriteString("*" + n.Value)
	case yaml.MappingNode:
		b.WriteString("a section")
	case yaml.SequenceNode:
		b.WriteString("[")
		for i, c := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			showTo(b, c)
		}
		b.WriteString("]")
	default:
		switch {
		case n.Tag == "!!null":
			b.WriteString("empty")
		case n.Tag == "!!str" && !strings.HasPrefix(n.Value, "("):
			b.WriteString(strconv.Quote(n.Value))
		default:
			b.WriteString(n.Value)
		}
	}
}
