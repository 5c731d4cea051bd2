package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTemplates loads every template from a file, in both forms, for folders of
// all sorts of names.
func TestTemplates(t *testing.T) {
	entries, err := templateFiles.ReadDir("templates")
	if err != nil || len(entries) != len(templateNames) {
		t.Fatalf("%d files for %d templates: %v", len(entries), len(templateNames), err)
	}
	for _, tmpl := range Templates() {
		if !strings.HasSuffix(tmpl.Doc, ".") {
			t.Errorf("%s: %q is no sentence", tmpl.Name, tmpl.Doc)
		}
		for _, dir := range []string{"", "nuclei", "/a b/c", "a: #b", "2024", "ü"} {
			for _, val := range []bool{false, true} {
				path := filepath.Join(t.TempDir(), tmpl.Name+".yaml")
				if err := os.WriteFile(path, []byte(tmpl.Text(dir, val)), 0o600); err != nil {
					t.Fatal(err)
				}
				c, warnings, err := Load(path)
				if err != nil || len(warnings) > 0 {
					t.Fatalf("%s for %q: %v, %v", tmpl.Name, dir, warnings, err)
				}
				want := map[string]string{"": "data"}[dir]
				if want == "" {
					want = dir
				}
				d := c.Data
				got := []string{d.Train.Path, d.Train.GTPath, d.Test.Path, d.Test.GTPath}
				paths := []string{want + "/train/x", want + "/train/y", want + "/test/x", want + "/test/y"}
				if val {
					got, paths = append(got, d.Val.Path, d.Val.GTPath), append(paths, want+"/val/x", want+"/val/y")
				}
				if !slices.Equal(got, paths) || d.Val.FromTrain == val || !c.Train.Enable || !c.Test.Enable || !d.Test.LoadGT {
					t.Errorf("%s for %q: paths %v, validation from training %v", tmpl.Name, dir, got, d.Val.FromTrain)
				}
			}
		}
	}
}

// TestReadmeIsATemplate: the example of the README and its template are one
// configuration.
func TestReadmeIsATemplate(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```yaml\n")
	example, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the README has no YAML")
	}
	want, _, err := Parse([]byte(example), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(Templates(), func(t Template) bool { return t.Name == "nuclei2d" })
	got, _, err := Parse([]byte(Templates()[i].Text("nuclei", false)), "nuclei2d.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d := got.Differences(want); len(d) > 0 {
		t.Errorf("they differ in %v", d)
	}
}
