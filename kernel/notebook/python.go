package notebook

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// splitLines cuts a text behind every line end, as str.splitlines(True) of
// Python does, which takes more characters for line ends than the newline.
func splitLines(s string) []any {
	lines := []any{}
	for start := 0; start < len(s); {
		end := start
		for end < len(s) {
			r, n := utf8.DecodeRuneInString(s[end:])
			end += n
			if r == '\r' && end < len(s) && s[end] == '\n' {
				end++
				break
			}
			if isLineEnd(r) {
				break
			}
		}
		lines = append(lines, s[start:end])
		start = end
	}
	return lines
}

func isLineEnd(r rune) bool {
	return r >= '\n' && r <= '\r' || r >= 0x1c && r <= 0x1e || r == 0x85 || r == 0x2028 || r == 0x2029
}

// appendJSON writes a value as json.dumps(indent=1, sort_keys=True,
// ensure_ascii=False) of Python does. The values are those of [Object]; depth
// is that of the value.
func appendJSON(b []byte, value any, depth int) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return appendString(b, v)
	case json.Number:
		return append(b, number(v)...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return append(b, pythonFloat(v)...)
	case []any:
		if len(v) == 0 {
			return append(b, "[]"...)
		}
		for i, e := range v {
			b = appendJSON(newLine(append(b, "[,"[min(i, 1)]), depth+1), e, depth+1)
		}
		return append(newLine(b, depth), ']')
	case Object:
		if len(v) == 0 {
			return append(b, "{}"...)
		}
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys) // UTF-8 sorts as code points do
		for i, k := range keys {
			b = append(appendString(newLine(append(b, "{,"[min(i, 1)]), depth+1), k), ": "...)
			b = appendJSON(b, v[k], depth+1)
		}
		return append(newLine(b, depth), '}')
	}
	panic("notebook: a value that is not JSON") // a programming error
}

func newLine(b []byte, depth int) []byte {
	b = append(b, '\n')
	for range depth {
		b = append(b, ' ')
	}
	return b
}

// appendString escapes what JSON has to, and nothing else.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		default:
			if c < ' ' {
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			} else {
				b = append(b, c)
			}
		}
	}
	return append(b, '"')
}

// number writes a number as Python does that has read it: whole ones keep
// their digits, others become the shortest text of the same float64.
func number(n json.Number) string {
	text := n.String()
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			return "0"
		}
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrRange) && math.IsInf(f, 0) {
		return text // Python would write a word that is no JSON
	}
	return pythonFloat(f)
}

// pythonFloat is repr of Python: digits for exponents from -4 to 15, with at
// least one behind the point, and an exponent of two digits at least else.
func pythonFloat(f float64) string {
	if f == 0 || math.Abs(f) >= 1e-4 && math.Abs(f) < 1e16 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	return strconv.FormatFloat(f, 'e', -1, 64)
}
