package runner

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// basicBits holds the size of the numeric types, negative for floats.
var basicBits = map[string]int{
	"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64, "rune": 32,
	"uint": 64, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64, "byte": 8, "uintptr": 64,
	"float32": -32, "float64": -64,
}

// literal writes a value as Go of the given type, and as it goes into the
// record. With the type "" or one that is not known here, the value's own looks
// decide: a whole number is an int, a list takes the type of its items.
func literal(v Value, typ string) (string, any, error) {
	bits, numeric := basicBits[typ]
	element, isList := strings.CutPrefix(typ, "[]")
	switch {
	case isList:
		if v.Kind != List {
			return "", nil, mismatch(v, "a list")
		}
		return listLiteral(v, typ, element)
	case typ == "string":
		if v.Kind == List {
			return "", nil, mismatch(v, "text")
		}
		return strconv.Quote(v.Text), v.Text, nil
	case typ == "bool":
		if v.Kind != Bool {
			return "", nil, mismatch(v, "true or false")
		}
		return v.Text, v.Text == "true", nil
	case numeric && bits < 0:
		if v.Kind != Int && v.Kind != Float {
			return "", nil, mismatch(v, "a number")
		}
		return floatLiteral(v.Text, -bits)
	case numeric:
		if v.Kind != Int {
			return "", nil, mismatch(v, "a whole number")
		}
		return intLiteral(v.Text, bits, typ)
	}
	switch v.Kind {
	case Bool:
		return literal(v, "bool")
	case Int:
		return literal(v, "int")
	case Float:
		return literal(v, "float64")
	case List:
		element, err := elementType(v.Items)
		if err != nil {
			return "", nil, err
		}
		return listLiteral(v, "[]"+element, element)
	}
	return literal(v, "string")
}

func mismatch(v Value, want string) error {
	if v.Kind == List {
		return fmt.Errorf("is a list: want %s", want)
	}
	return fmt.Errorf("is %q: want %s", v.Text, want)
}

func listLiteral(v Value, typ, element string) (string, any, error) {
	texts, values := make([]string, len(v.Items)), make([]any, len(v.Items))
	for i, item := range v.Items {
		var err error
		if texts[i], values[i], err = literal(item, element); err != nil {
			return "", nil, fmt.Errorf("item %d %w", i+1, err)
		}
	}
	return typ + "{" + strings.Join(texts, ", ") + "}", values, nil
}

// elementType is the one type of all items; whole and other numbers together
// are float64.
func elementType(items []Value) (string, error) {
	if len(items) == 0 {
		return "", fmt.Errorf("is an empty list: its type is known only where a parameters cell declares it")
	}
	kind := items[0].Kind
	for _, item := range items {
		switch {
		case item.Kind == List:
			return "", fmt.Errorf("is a list of lists: its type is known only where a parameters cell declares it")
		case item.Kind == kind:
		case (item.Kind == Int || item.Kind == Float) && (kind == Int || kind == Float):
			kind = Float
		default:
			return "", fmt.Errorf("is a list of a %s and a %s: want items of one type", kind, item.Kind)
		}
	}
	return map[Kind]string{Text: "string", Int: "int", Float: "float64", Bool: "bool"}[kind], nil
}

func intLiteral(text string, bits int, typ string) (string, any, error) {
	var digits string
	if strings.HasPrefix(typ, "u") || typ == "byte" {
		n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 0, bits)
		if err != nil {
			return "", nil, fmt.Errorf("is %s: want a whole number that %s holds", text, typ)
		}
		digits = strconv.FormatUint(n, 10)
	} else {
		n, err := strconv.ParseInt(text, 0, bits)
		if err != nil {
			return "", nil, fmt.Errorf("is %s: want a whole number that %s holds", text, typ)
		}
		digits = strconv.FormatInt(n, 10)
	}
	return digits, json.Number(digits), nil
}

// floatLiteral always has a point or an exponent, so that Go takes it for a
// float without being told the type.
func floatLiteral(text string, bits int) (string, any, error) {
	f, err := strconv.ParseFloat(text, bits)
	if n, intErr := strconv.ParseInt(text, 0, 64); err != nil && intErr == nil { // 0x10
		f, err = float64(n), nil
	}
	if err != nil || math.IsInf(f, 0) {
		return "", nil, fmt.Errorf("is %s: want a number that float%d holds", text, bits)
	}
	s := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s, json.Number(s), nil
}
