package runner

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// cell is a code cell with tags.
func cell(source string, tags ...string) *notebook.Cell {
	c := &notebook.Cell{Type: notebook.Code, Source: source, Metadata: notebook.Object{}}
	var list []any
	for _, t := range tags {
		list = append(list, t)
	}
	if list != nil {
		c.Metadata["tags"] = list
	}
	return c
}

func book(cells ...*notebook.Cell) *notebook.Notebook {
	return &notebook.Notebook{Minor: 4, Metadata: notebook.Object{}, Cells: cells}
}

func parameters(t *testing.T, texts ...string) []Parameter {
	t.Helper()
	var list []Parameter
	for _, s := range texts {
		p, err := ParseParameter(s)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

const declaredCell = `import "math"
%noautoget
!ls
var threshold = 0.5
var (
	name       = "a"
	n, m       = 1, -2
	small uint8 = 3
	f32        float32
	half       = float32(0.5)
	on         = true
	radii      = []float64{1, 2}
	grid       [][]int
	far        = math.Sqrt(2)
	r          = 'x'
)
const fixed = 1
func init_x() { inner := 1; _ = inner }
%%
var notDeclared = 1
`

func TestInjectDeclares(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{"threshold=1", "var threshold = 1.0"},
		{"threshold=1e-9", "var threshold = 1e-09"},
		{"threshold=0x10", "var threshold = 16.0"},
		{"name=5", `var name = "5"`},
		{"name=true", `var name = "true"`},
		{`name=a"b\n`, `var name = "a\"b\\n"`},
		{"n=+7", "var n = 7"},
		{"m=-7", "var m = -7"},
		{"small=255", "var small uint8 = 255"},
		{"f32=2", "var f32 float32 = 2.0"},
		{"half=0.25", "var half float32 = 0.25"},
		{"on=False", "var on = false"},
		{"radii=[3, 4.5]", "var radii = []float64{3.0, 4.5}"},
		{"radii=[]", "var radii = []float64{}"},
		{"grid=[[1, 2], [3]]", "var grid [][]int = [][]int{[]int{1, 2}, []int{3}}"},
		{"far=3", "var far = 3"},
		{"r=65", "var r rune = 65"},
	} {
		nb := book(cell(declaredCell, "parameters"))
		if _, err := Inject(nb, parameters(t, test.give), "go"); err != nil {
			t.Errorf("%s: %v", test.give, err)
			continue
		}
		got := nb.Cells[1].Source
		if got != "// Parameters\n"+test.want {
			t.Errorf("%s: got %s", test.give, got)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+got, 0); err != nil {
			t.Errorf("%s: %v", test.give, err)
		}
	}
}

func TestInjectRefuses(t *testing.T) {
	for give, want := range map[string]string{
		"other=1":         "parameter other is not declared in cell 1, tagged parameters: it declares threshold, name, n, m",
		"notDeclared=1":   "not declared",
		"inner=1":         "not declared",
		"fixed=2":         "parameter fixed is a constant in cell 1",
		"threshold=a":     `parameter threshold is "a": want a number`,
		"n=1.5":           `parameter n is "1.5": want a whole number`,
		"small=256":       "parameter small is 256: want a whole number that uint8 holds",
		"small=-1":        "parameter small is -1",
		"on=1":            "want true or false",
		"radii=1":         "want a list",
		"radii=[a]":       `parameter radii item 1 is "a": want a number`,
		"name=[a]":        "parameter name is a list: want text",
		"threshold=1e999": "parameter threshold is 1e999: want a number that float64 holds",
	} {
		nb := book(cell(declaredCell, "parameters"))
		before := nb.Bytes()
		_, err := Inject(nb, parameters(t, give), "go")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", give, err, want)
		}
		if !bytes.Equal(before, nb.Bytes()) {
			t.Errorf("%s: the notebook changed", give)
		}
	}
	for source, want := range map[string]string{"var x = \nvar = 2": "cell 1, tagged parameters: line 2", "x := 1": "line 1", "": "declares no variable"} {
		if _, err := Inject(book(cell(source, "parameters")), parameters(t, "x=1"), "go"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", source, err, want)
		}
	}
	if _, err := Inject(book(), parameters(t, "x=1"), "python"); err == nil || !strings.Contains(err.Error(), `language is "python"`) {
		t.Errorf("error %v", err)
	}
	for give, want := range map[string]string{"x=[1, a]": "items of one type", "x=[]": "empty list", "x=[[1]]": "list of lists", "x=99999999999999999999": "int holds"} {
		if _, err := Inject(book(), parameters(t, give), "go"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", give, err, want)
		}
	}
}

func TestInjectPlaces(t *testing.T) {
	sources := func(nb *notebook.Notebook) string {
		var s []string
		for _, c := range nb.Cells {
			s = append(s, strings.ReplaceAll(c.Source, "\n", ";"))
		}
		return strings.Join(s, " | ")
	}
	for _, test := range []struct {
		name string
		nb   *notebook.Notebook
		want Injection
		text string
	}{
		{"behind the tagged cell", book(cell("a"), cell("var x = 1", "parameters"), cell("b")), Injection{Cell: 2}, "a | var x = 1 | // Parameters;var x = 2 | b"},
		{"in the place of an earlier one", book(cell("var x = 1", "parameters"), cell("b"), cell("old", "injected-parameters"), cell("c")), Injection{Cell: 2, Replaced: true}, "var x = 1 | b | // Parameters;var x = 2 | c"},
		{"first without a tag", book(cell("a"), cell("b", "other")), Injection{NoParametersCell: true}, "// Parameters;var x = 2 | a | b"},
		{"an earlier one only", book(cell("a"), cell("old", "injected-parameters")), Injection{Cell: 1, Replaced: true, NoParametersCell: true}, "a | // Parameters;var x = 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Inject(test.nb, parameters(t, "x=2"), "Go")
			if err != nil || got != test.want || sources(test.nb) != test.text {
				t.Errorf("%+v, %s, %v", got, sources(test.nb), err)
			}
			if !test.nb.Cells[got.Cell].HasTag("injected-parameters") {
				t.Error("no tag")
			}
		})
	}
	nb := book(cell("a"))
	if got, err := Inject(nb, nil, "python"); err != nil || got.Cell != -1 || len(nb.Cells) != 1 {
		t.Errorf("without parameters: %+v, %v", got, err)
	}
}

func TestInjectOrderAndRecord(t *testing.T) {
	nb := book(cell("var b = 1\nvar a = 2\nvar s = []string{}", "parameters"))
	nb.Minor = 5
	if _, err := Inject(nb, parameters(t, "s=[x]", "a=1", "b=2"), "go"); err != nil {
		t.Fatal(err)
	}
	if got, want := nb.Cells[1].Source, "// Parameters\nvar b = 2\nvar a = 1\nvar s = []string{\"x\"}"; got != want {
		t.Errorf("source %s", got)
	}
	if nb.Cells[1].ID == "" {
		t.Error("no id")
	}
	got := nb.Metadata["papermill"].(notebook.Object)["parameters"]
	if want := (notebook.Object{"a": json.Number("1"), "b": json.Number("2"), "s": []any{"x"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("record %v", got)
	}
	nb = book()
	if _, err := Inject(nb, parameters(t, "z=1", "y=text", "x=[1.5, 2]"), "go"); err != nil {
		t.Fatal(err)
	}
	if got, want := nb.Cells[0].Source, "// Parameters\nvar x = []float64{1.5, 2.0}\nvar y = \"text\"\nvar z = 1"; got != want {
		t.Errorf("source %s", got)
	}
}
