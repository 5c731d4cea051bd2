package gallery

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
)

// shownTypes are the types of a package that write themselves as HTML.
func shownTypes(t *testing.T, dir string) []string {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for name, p := range packages {
		for _, f := range p.Files {
			for _, d := range f.Decls {
				method, ok := d.(*ast.FuncDecl)
				if !ok || method.Recv == nil || method.Name.Name != "WriteHTML" {
					continue
				}
				receiver := method.Recv.List[0].Type
				if star, ok := receiver.(*ast.StarExpr); ok {
					receiver = star.X
				}
				found[name+"."+receiver.(*ast.Ident).Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Nothing that can be shown is missing.
func TestEverythingIsShown(t *testing.T) {
	s, err := newScene()
	if err != nil {
		t.Fatal(err)
	}
	widgets, err := s.widgets()
	if err != nil {
		t.Fatal(err)
	}
	charts, err := s.charts()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, w := range widgets {
		shown[strings.TrimPrefix(fmt.Sprintf("%T", w), "*")] = true
	}
	for _, c := range charts {
		shown[fmt.Sprintf("%T", c)] = true
	}
	want := append(shownTypes(t, "../../plots"), shownTypes(t, "../../widgets")...)
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(shown)); !slices.Equal(got, want) || len(want) < 10 {
		t.Errorf("shown are\n%q, want\n%q", got, want)
	}
	if e := s.evaluation.Pooled; e.F1 < 0.7 || e.F1 > 0.97 {
		t.Errorf("F1 %v: want one with something to see", e.F1)
	}
}

func TestSameBytes(t *testing.T) {
	var pages [2]bytes.Buffer
	for i := range pages {
		if err := Write(&pages[i], nil); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(pages[0].Bytes(), pages[1].Bytes()) {
		t.Error("two pages of the same data differ")
	}
	if n := pages[0].Len(); n > 12<<20 {
		t.Errorf("the page has %d bytes: want at most 12 MB", n)
	}
}
