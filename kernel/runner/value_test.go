package runner

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseParameter(t *testing.T) {
	for text, want := range map[string]Value{
		"x=1":           {Kind: Int, Text: "1"},
		"x=-0x1F":       {Kind: Int, Text: "-0x1F"},
		"x=007":         {Kind: Text, Text: "007"},
		"x=1.5":         {Kind: Float, Text: "1.5"},
		"x=1e-3":        {Kind: Float, Text: "1e-3"},
		"x=.5":          {Kind: Float, Text: ".5"},
		"x=.inf":        {Kind: Text, Text: ".inf"},
		"x=True":        {Kind: Bool, Text: "true"},
		"x=yes":         {Kind: Text, Text: "yes"},
		"x=":            {Kind: Text},
		"x=a=b: c #d":   {Kind: Text, Text: "a=b: c #d"},
		`x="5"`:         {Kind: Text, Text: "5"},
		`x='it''s'`:     {Kind: Text, Text: "it's"},
		`x="a\nb"`:      {Kind: Text, Text: "a\nb"},
		"x=[]":          {Kind: List},
		`x=[1, 2.5, a]`: {Kind: List, Items: []Value{{Kind: Int, Text: "1"}, {Kind: Float, Text: "2.5"}, {Kind: Text, Text: "a"}}},
		"x=2026-11-28":  {Kind: Text, Text: "2026-11-28"},
	} {
		p, err := ParseParameter(text)
		if err != nil || p.Name != "x" || !reflect.DeepEqual(p.Value, want) {
			t.Errorf("%s: %+v, %v", text, p, err)
		}
	}
	for text, want := range map[string]string{
		"x": "want name=value", "1x=2": "a name that Go allows", "func=2": "a name that Go allows", "_=1": "a name that Go allows",
		"a-b=2": "a name that Go allows", "x=[1": "want a list", `x="a`: "want a list", "x=[{a: 1}]": "mapping", "x=[null]": "null",
	} {
		if _, err := ParseParameter(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func TestParseYAML(t *testing.T) {
	got, err := ParseYAML([]byte("b: 1 # one\na: [x, 'y']\ns: \"5\"\nu: 010\nt: !!str 7\nlines: |\n  p\n  q\n"))
	want := []Parameter{
		{"b", Value{Kind: Int, Text: "1"}}, {"a", Value{Kind: List, Items: []Value{{Kind: Text, Text: "x"}, {Kind: Text, Text: "y"}}}},
		{"s", Value{Kind: Text, Text: "5"}}, {"u", Value{Kind: Text, Text: "010"}}, {"t", Value{Kind: Text, Text: "7"}}, {"lines", Value{Kind: Text, Text: "p\nq\n"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := ParseYAML(nil); got != nil || err != nil {
		t.Errorf("empty: %v, %v", got, err)
	}
	for text, want := range map[string]string{
		"- 1": "line 1: want lines of the form", "a: 1\na: 2": "line 2: parameter a is there twice", "a: 1\nb-c: 2": "line 2: parameter \"b-c\"",
		"a:\n  b: 1": "line 2: parameter a: the value is a mapping", "a: ~": "null", "a: [": "yaml",
	} {
		if _, err := ParseYAML([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestMerge(t *testing.T) {
	a := []Parameter{{"x", classify("1")}, {"y", classify("2")}}
	b := []Parameter{{"z", classify("3")}, {"x", classify("4")}}
	want := []Parameter{{"x", classify("4")}, {"y", classify("2")}, {"z", classify("3")}}
	if got := Merge(a, b); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}
