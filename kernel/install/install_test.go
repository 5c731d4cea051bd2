//go:build unix

package install

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// checkout is the folder of this module.
func checkout(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := Checkout(dir)
	if root != filepath.Dir(filepath.Dir(dir)) {
		t.Fatalf("the checkout of %s is %q", dir, root)
	}
	return root
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestCheckout(t *testing.T) {
	checkout(t)
	dir := t.TempDir()
	if got := Checkout(dir); got != "" {
		t.Errorf("outside: %q", got)
	}
	write(t, filepath.Join(dir, "go.mod"), "module example.org/other\n")
	write(t, filepath.Join(dir, "sub", "x.go"), "package sub\n")
	if got := Checkout(filepath.Join(dir, "sub")); got != "" {
		t.Errorf("another module: %q", got)
	}
}

func TestModulesOf(t *testing.T) {
	list, err := modulesOf(checkout(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{ModulePath, "github.com/janpfeifer/gonb", "gonum.org/v1/plot"} {
		if !slices.Contains(list, want) {
			t.Errorf("no %s in %v", want, list)
		}
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.org/other\n")
	if _, err := modulesOf(dir); err == nil || !strings.Contains(err.Error(), "not the module") {
		t.Errorf("another module: %v", err)
	}
}

// fake is an installation whose parts are all there, though they do nothing.
func fake(t *testing.T) Installed {
	t.Helper()
	dir := t.TempDir()
	i := Installed{Data: filepath.Join(dir, "data"), Cache: filepath.Join(dir, "cache"), Module: checkout(t), Go: "/none/go", Spec: SpecFolder(filepath.Join(dir, "jupyter"))}
	for _, p := range programs {
		write(t, filepath.Join(i.Data, p.file), "#!/bin/sh\n")
	}
	list, err := modulesOf(i.Module)
	if err != nil {
		t.Fatal(err)
	}
	write(t, i.modules(), string(lines(list)))
	write(t, filepath.Join(i.goCache(), "x"), "")
	if err := errors.Join(i.save(), writeSpec(i)); err != nil {
		t.Fatal(err)
	}
	return i
}

func TestSpec(t *testing.T) {
	i := fake(t)
	text, err := os.ReadFile(filepath.Join(i.Spec, "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	argv, _ := s["argv"].([]any)
	if len(argv) != 4 || argv[0] != i.Program() || argv[3] != "{connection_file}" || s["display_name"] != "Go (Puncta)" || s["interrupt_mode"] != "message" || s["language"] != "go" {
		t.Errorf("%s", text)
	}
}

func TestLoadAndUninstall(t *testing.T) {
	i := fake(t)
	got, err := Load(i.Data)
	if err != nil || got != i {
		t.Errorf("%+v, %v, want %+v", got, err, i)
	}
	mine := filepath.Join(i.Data, "bin", "of the user")
	write(t, mine, "")
	if err := Uninstall(i); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(i.Data); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "puncta kernel install") {
		t.Errorf("after: %v", err)
	}
	for _, gone := range []string{i.Spec, i.Program(), i.shim(), i.goCache()} {
		if _, err := os.Stat(gone); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", gone, err)
		}
	}
	for _, stays := range []string{mine, filepath.Join(i.Module, "go.mod")} {
		if _, err := os.Stat(stays); err != nil {
			t.Error(err)
		}
	}
	if err := Uninstall(i); err != nil {
		t.Errorf("again: %v", err)
	}
}

// findings are those of an installation, by name.
func findings(t *testing.T, data string) map[string]Finding {
	t.Helper()
	all := map[string]Finding{}
	for _, f := range Doctor(context.Background(), data, "puncta kernel install --prefix here") {
		all[f.Name] = f
		if !f.OK && f.Mend == "" {
			t.Errorf("%+v: nothing mends it", f)
		}
	}
	return all
}

func TestDoctor(t *testing.T) {
	if f := findings(t, t.TempDir())["installed"]; f.OK || f.Mend != "puncta kernel install --prefix here" {
		t.Errorf("nothing there: %+v", f)
	}
	i := fake(t)
	all := findings(t, i.Data)
	for _, name := range []string{"installed", "module", "programs", "jupyter"} {
		if !all[name].OK {
			t.Errorf("a whole one: %+v", all[name])
		}
	}
	if all["go"].OK || !strings.Contains(all["go"].Text, "/none/go") || all["compile"].OK {
		t.Errorf("without a go command: %+v, %+v", all["go"], all["compile"])
	}
	for _, tt := range []struct {
		name string
		do   func(i *Installed)
		want string
	}{
		{"programs", func(i *Installed) { _ = os.Remove(i.GoNB()) }, "bin/gonb"},
		{"jupyter", func(i *Installed) { _ = os.RemoveAll(i.Spec) }, "no description"},
		{"jupyter", func(i *Installed) {
			other := *i
			other.Data = "/elsewhere"
			_ = writeSpec(other)
		}, "/elsewhere/bin/puncta"},
		{"module", func(i *Installed) { i.Module = t.TempDir(); _ = i.save() }, "does not hold the module"},
		{"module", func(i *Installed) { write(t, i.modules(), ModulePath+"\n") }, "requires others"},
	} {
		i := fake(t)
		tt.do(&i)
		if f := findings(t, i.Data)[tt.name]; f.OK || !strings.Contains(f.Text, tt.want) {
			t.Errorf("%s: %+v, want %q", tt.name, f, tt.want)
		}
	}
}

func TestExtract(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "src")
	for _, text := range []string{"one", "two"} {
		if err := extract(fstest.MapFS{"go.mod": {Data: []byte(text)}, "x/y.go": {Data: []byte(text)}}, dir); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, "x", "y.go"))
		if err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if err := extract(nil, dir); err == nil {
		t.Error("no source")
	}
}

func TestCellEnv(t *testing.T) {
	i := Installed{Data: "/d", Cache: "/c", Go: "/go/bin/go"}
	env := i.CellEnv()
	for _, want := range []string{"GOCACHE=/c/gocache", "PUNCTA_GO=/go/bin/go", "PUNCTA_MODULES=/d/modules.txt", "PUNCTA_PROGRAM=/d/bin/puncta", "GOWORK="} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in %v", want, env)
		}
	}
	if !strings.HasPrefix(env[0], "PATH=/d/shim:/d/bin:/go/bin:") {
		t.Errorf("%s: want the shim before go", env[0])
	}
}
