package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/fakekernel"
	"github.com/puncta-bio/puncta/kernel/notebook"
)

// source is a code cell of a test: tags, and commands for the fake kernel.
type source struct{ tags, code string }

// writeBook writes a notebook for the fake kernel.
func writeBook(t *testing.T, path string, cells ...source) {
	t.Helper()
	nb := &notebook.Notebook{Minor: 5, Metadata: notebook.Object{"kernelspec": notebook.Object{"name": "fake", "display_name": "Fake"}}}
	for _, s := range cells {
		c := nb.NewCode(s.code)
		if s.tags != "" {
			c.Metadata["tags"] = []any{s.tags}
		}
		nb.Cells = append(nb.Cells, c)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := nb.WriteFile(path); err != nil {
		t.Fatal(err)
	}
}

// notebookCommand runs the program; DIR in what it says stands for dir.
func notebookCommand(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, strings.ReplaceAll(out.String(), dir, "DIR"), strings.ReplaceAll(errs.String(), dir, "DIR")
}

func TestNotebookRun(t *testing.T) {
	fakekernel.Install(t, "fake", fakekernel.Options{})
	dir := t.TempDir()
	in, out, page := filepath.Join(dir, "in.ipynb"), filepath.Join(dir, "out.ipynb"), filepath.Join(dir, "out.html")
	writeBook(t, in, source{"parameters", "var x = 1\nvar s = \"a\""}, source{"", "get x\nget s\ncwd"})
	before, _ := os.ReadFile(in)
	file := filepath.Join(dir, "p.yaml")
	if err := os.WriteFile(file, []byte("x: 2\ns: from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := notebookCommand(t, dir, "notebook", "run", in, "-o", out, "-f", file, "-p", "x=3", "--html", page)
	if status != 0 || !strings.HasPrefix(stdout, "DIR/in.ipynb: 3 cells in ") || strings.Count(stderr, "\n") != 3 || !strings.HasPrefix(stderr, "cell 1 of 3: ") {
		t.Errorf("status %d, %s, %s", status, stdout, stderr)
	}
	nb, err := notebook.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if got := nb.Cells[2].Outputs[0].Text; got != "3\n\"from file\"\n"+dir {
		t.Errorf("output %q", got)
	}
	if after, _ := os.ReadFile(in); !bytes.Equal(before, after) {
		t.Error("the input changed")
	}
	if html, err := os.ReadFile(page); err != nil || !strings.Contains(string(html), "from file") {
		t.Errorf("page: %v", err)
	}
	// In place, with JSON.
	status, stdout, stderr = notebookCommand(t, dir, "notebook", "run", in, "-o", in, "--json", "-q")
	var object struct {
		Status   string
		Executed int
		Failed   []any
	}
	if err := json.Unmarshal([]byte(stdout), &object); err != nil || status != 0 || stderr != "" || object.Status != "completed" || object.Executed != 2 || object.Failed == nil {
		t.Errorf("status %d, %s, %s, %v", status, stdout, stderr, err)
	}
	if nb, err := notebook.ReadFile(in); err != nil || len(nb.Cells[1].Outputs) == 0 {
		t.Errorf("in place: %v", err)
	}
}

func TestNotebookRunFails(t *testing.T) {
	fakekernel.Install(t, "fake", fakekernel.Options{InterruptMode: "message"})
	fakekernel.Install(t, "snake", fakekernel.Options{Language: "python"})
	dir := t.TempDir()
	book := func(name string, cells ...source) string {
		path := filepath.Join(dir, name)
		writeBook(t, path, cells...)
		return path
	}
	bad := book("bad.ipynb", source{"", "print a"}, source{"", "error ValueError too high"}, source{"", "print b"})
	slow := book("slow.ipynb", source{"", "sleep 30"})
	tagged := book("tagged.ipynb", source{"parameters", "var x = 1"})
	late := book("late.ipynb", source{"timeout=soon", "print"})
	nameless := filepath.Join(dir, "nameless.ipynb")
	if err := os.WriteFile(nameless, []byte(`{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	yaml := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(yaml, []byte("x: 1\nx: 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{bad}, 1, "puncta: DIR/bad.ipynb: cell 2: ValueError: too high"},
		{[]string{bad, "--allow-errors"}, 0, "cell 3 of 3"},
		{[]string{slow, "--timeout", "200ms"}, 1, "puncta: DIR/slow.ipynb: cell 1: time-out: it took longer than 200ms"},
		{[]string{filepath.Join(dir, "none.ipynb")}, 2, "DIR/none.ipynb: no such file"},
		{[]string{nameless}, 2, "DIR/nameless.ipynb: metadata.kernelspec.name is missing: give the kernel with --kernel"},
		{[]string{bad, "--kernel", "nope"}, 2, `kernel "nope": no such kernel: there are `},
		{[]string{tagged, "-p", "y=1"}, 2, "DIR/tagged.ipynb: parameter y is not declared in cell 1, tagged parameters: it declares x"},
		{[]string{tagged, "-p", "x"}, 2, "-p: parameter \"x\": want name=value"},
		{[]string{tagged, "-f", yaml}, 2, "DIR/bad.yaml: line 2: parameter x is there twice"},
		{[]string{tagged, "-p", "x=1", "--kernel", "snake"}, 2, `language is "python"`},
		{[]string{tagged, "-o", filepath.Join(dir, "no", "o.ipynb")}, 2, "--output: there is no folder DIR/no for o.ipynb"},
		{[]string{tagged, "--html", dir}, 2, "--html: DIR is a folder"},
		{[]string{tagged, "--timeout", "-1s"}, 2, "Timeout is -1s"},
		{[]string{late}, 2, "DIR/late.ipynb: cell 1: the tag timeout=soon"},
		{[]string{}, 2, "accepts 1 arg"},
	} {
		status, stdout, stderr := notebookCommand(t, dir, append([]string{"notebook", "run"}, test.args...)...)
		if status != test.status || !strings.Contains(stderr, test.want) {
			t.Errorf("%q: status %d, %s, %s, want %d and %s", test.args, status, stdout, stderr, test.status, test.want)
		}
	}
}

func TestNotebookRunWithoutTag(t *testing.T) {
	fakekernel.Install(t, "fake", fakekernel.Options{})
	dir := t.TempDir()
	in := filepath.Join(dir, "in.ipynb")
	writeBook(t, in, source{"", "get x"})
	status, _, stderr := notebookCommand(t, dir, "notebook", "run", in, "-p", "x=1")
	if status != 0 || !strings.Contains(stderr, "warning: DIR/in.ipynb has no cell tagged parameters") || !strings.Contains(stderr, "the outputs are not kept") {
		t.Errorf("status %d, %s", status, stderr)
	}
}

func TestNotebookRunIsInterrupted(t *testing.T) {
	fakekernel.Install(t, "fake", fakekernel.Options{})
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.ipynb"), filepath.Join(dir, "out.ipynb")
	writeBook(t, in, source{"", "print a"}, source{"", "sleep 30"})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(2*time.Second, cancel)
	var stdout, stderr bytes.Buffer
	start := time.Now()
	status := run(ctx, []string{"notebook", "run", in, "-o", out, "--json"}, &stdout, &stderr)
	if status != 1 || !strings.Contains(stderr.String(), "puncta: interrupted: "+in+": cell 2") || time.Since(start) > 20*time.Second {
		t.Errorf("status %d, %s", status, stderr.String())
	}
	if nb, err := notebook.ReadFile(out); err != nil || len(nb.Cells[0].Outputs) != 1 {
		t.Errorf("output: %v", err)
	}
	if !strings.Contains(stdout.String(), `"status":"failed"`) {
		t.Errorf("JSON %s", stdout.String())
	}
}

func TestNotebookTest(t *testing.T) {
	fakekernel.Install(t, "fake", fakekernel.Options{})
	dir := t.TempDir()
	writeBook(t, filepath.Join(dir, "a.ipynb"), source{"", "print a\ncount"})
	writeBook(t, filepath.Join(dir, "sub", "b.ipynb"), source{"raises-exception", "error E e"})
	writeBook(t, filepath.Join(dir, ".ipynb_checkpoints", "c.ipynb"), source{"", "error E e"})
	before, _ := os.ReadFile(filepath.Join(dir, "a.ipynb"))
	status, stdout, stderr := notebookCommand(t, dir, "notebook", "test", dir, filepath.Join(dir, "a.ipynb"))
	if lines := strings.Split(strings.TrimSpace(stdout), "\n"); status != 0 || len(lines) != 2 || !strings.HasPrefix(lines[0], "ok    DIR/a.ipynb ") || !strings.HasPrefix(lines[1], "ok    DIR/sub/b.ipynb ") {
		t.Errorf("status %d, %s, %s", status, stdout, stderr)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "a.ipynb")); !bytes.Equal(before, after) {
		t.Error("the notebook changed")
	}

	writeBook(t, filepath.Join(dir, "d.ipynb"), source{"", "error E e"})
	writeBook(t, filepath.Join(dir, "e.ipynb"), source{"raises-exception", "print fine"})
	if err := os.WriteFile(filepath.Join(dir, "f.ipynb"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr = notebookCommand(t, dir, "notebook", "test", dir)
	if status != 1 || !strings.Contains(stderr, "puncta: 3 of 5 notebooks failed") {
		t.Errorf("status %d, %s", status, stderr)
	}
	for _, want := range []string{"FAIL  DIR/d.ipynb ", " s: cell 1: E: e\n", "FAIL  DIR/e.ipynb ", "did not fail", "FAIL  DIR/f.ipynb ", "not a notebook", "ok    DIR/sub/b.ipynb"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %s in %s", want, stdout)
		}
	}
	status, stdout, _ = notebookCommand(t, dir, "notebook", "test", dir, "--json")
	var object struct {
		Failed    int
		Notebooks []checked
	}
	if err := json.Unmarshal([]byte(stdout), &object); err != nil || status != 1 || object.Failed != 3 || len(object.Notebooks) != 5 || !object.Notebooks[0].OK {
		t.Errorf("status %d, %s, %v", status, stdout, err)
	}

	for name, want := range map[string]string{"x": "ok    DIR/test/x.ipynb", "y": " s: parameter y is not declared in cell 1, tagged parameters: it declares x"} {
		path := filepath.Join(dir, "test", name+".ipynb")
		writeBook(t, path, source{"parameters", "var x = 1"}, source{"", "print a"})
		nb, err := notebook.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		nb.Metadata["puncta"] = notebook.Object{"test": notebook.Object{name: json.Number("7")}}
		if err := nb.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		if _, stdout, stderr := notebookCommand(t, dir, "notebook", "test", path); !strings.Contains(stdout, want) {
			t.Errorf("values for a test: %s%s, want %s", stdout, stderr, want)
		}
	}

	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{empty: "there is no notebook", filepath.Join(dir, "none"): "no such file"} {
		if status, _, stderr := notebookCommand(t, dir, "notebook", "test", arg); status != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, %s", arg, status, stderr)
		}
	}
}
