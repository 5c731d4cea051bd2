package config

import (
	"os"
	"path/filepath"
	"regexp"
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

// TestReadmeNamesTemplates: the README starts from templates that there are.
func TestReadmeNamesTemplates(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`--template (\S+)`).FindAllStringSubmatch(string(readme), -1)
	if len(named) == 0 {
		t.Error("the README names no template")
	}
	for _, m := range named {
		if !slices.ContainsFunc(Templates(), func(t Template) bool { return t.Name == m[1] }) {
			t.Errorf("the README starts from %q, which is no template", m[1])
		}
	}
}
