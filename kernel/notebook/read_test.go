package notebook

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The golden notebooks were written by nbformat 5.11.
func TestGoldenNotebooksStayTheSame(t *testing.T) {
	files, err := filepath.Glob("testdata/golden*.ipynb")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d golden notebooks: %v", len(files), err)
	}
	for _, file := range files {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := nb.Bytes(); !bytes.Equal(got, want) {
			t.Errorf("%s: %s", file, firstDifference(got, want))
		}
		out := filepath.Join(t.TempDir(), "out.ipynb")
		if err := nb.WriteFile(out); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(out); !bytes.Equal(got, want) {
			t.Errorf("%s: the written file differs", file)
		}
	}
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}

func TestReadUnderstands(t *testing.T) {
	nb, err := ReadFile("testdata/golden45.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	c := nb.Cells[1]
	if nb.KernelName() != "gonb" || nb.Language() != "go" || !c.HasTag("parameters") || c.HasTag("x") || *c.Count != 3 || c.ID != "c-1" {
		t.Errorf("kernel %q, language %q, cell %+v", nb.KernelName(), nb.Language(), c)
	}
	if c.Source != "var x = 0.5\r\nvar y = \"a\tb\\\x01\x7f\"\n" {
		t.Errorf("source %q", c.Source)
	}
	if got := c.Outputs[2].Data["text/html"]; got != "<script>let a = 1 && 2;</script>\n<p>\n" {
		t.Errorf("html %q", got)
	}
	if _, list := c.Outputs[2].Data["application/vnd.x+json"].([]any); !list {
		t.Error("a JSON type lost its list")
	}
}

const head = `{"metadata": {}, "nbformat": 4, "nbformat_minor": 5, "cells": [`

func TestReadRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"cut", "{\n\"cells\": [", "line 2: the file ends"},
		{"syntax", "{\n\n\"cells\": x}", "line 3"},
		{"NaN", "{\"a\": NaN}", "line 1"},
		{"list", "[]", "want a JSON object"},
		{"null", "null", "null"},
		{"more", head + "]}\n{}", "line 2: more text"},
		{"not UTF-8", "{\"a\": \"\xff\"}", "UTF-8"},
		{"no format", `{"cells": []}`, "nbformat is missing"},
		{"format 3", `{"nbformat": 3, "nbformat_minor": 0}`, "nbformat is 3: want 4"},
		{"no minor", `{"nbformat": 4}`, "nbformat_minor is missing"},
		{"no cells", `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}`, "cells is missing: want a list"},
		{"no metadata", `{"nbformat": 4, "nbformat_minor": 5, "cells": []}`, "metadata is missing"},
		{"cell is a text", head + `"a"]}`, "cell 1: is text: want an object"},
		{"source", head + `{"cell_type":"raw","metadata":{},"source":""}, {"cell_type":"raw","metadata":{},"source":7}]}`, "cell 2: source is the number 7: want text or a list of lines"},
		{"count", head + `{"cell_type":"code","metadata":{},"source":"","outputs":[],"execution_count":1.5}]}`, "cell 1: execution_count is the number 1.5"},
		{"output", head + `{"cell_type":"code","metadata":{},"source":"","outputs":[{"output_type":"stream","name":"stdout","text":true}],"execution_count":null}]}`, "cell 1: output 1: text is true or false"},
		{"traceback", head + `{"cell_type":"code","metadata":{},"source":"","outputs":[{"output_type":"error","ename":"a","evalue":"b","traceback":[1]}],"execution_count":null}]}`, "line 1 of traceback"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Read([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if _, err := ReadFile("testdata/none.ipynb"); err == nil || !strings.HasPrefix(err.Error(), "testdata/none.ipynb: ") {
		t.Errorf("error %v", err)
	}
}

func TestIDsAreRepaired(t *testing.T) {
	text := head + `{"cell_type":"raw","metadata":{},"source":"a","id":"x"},{"cell_type":"raw","metadata":{},"source":"b","id":"x"},{"cell_type":"raw","metadata":{"trusted":true},"source":"c"}]}`
	first, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	second, _ := Read([]byte(text))
	ids := map[string]bool{}
	for i, c := range first.Cells {
		ids[c.ID] = true
		if c.ID != second.Cells[i].ID {
			t.Errorf("cell %d has another id each time", i+1)
		}
		if _, there := c.Metadata["trusted"]; there {
			t.Error("trusted stays")
		}
	}
	if len(ids) != 3 || first.Cells[0].ID != "x" || ids[""] {
		t.Errorf("ids %v", ids)
	}
}

// What was written once is read to the same and written to the same.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/golden*.ipynb")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(head + `{"cell_type":"code","metadata":{},"source":["a\u2028b",""],"outputs":[{"output_type":"x","text":["a"]}],"execution_count":-0,"id":""}], "n": 1E+3, "m": 1e999}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		nb, err := Read(text)
		if err != nil {
			return
		}
		once := nb.Bytes()
		again, err := Read(once)
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, once)
		}
		if twice := again.Bytes(); !bytes.Equal(once, twice) {
			t.Fatalf("changes: %s", firstDifference(twice, once))
		}
		if len(again.Cells) != len(nb.Cells) {
			t.Fatalf("%d cells of %d", len(again.Cells), len(nb.Cells))
		}
		for i, c := range nb.Cells {
			if again.Cells[i].Source != c.Source || again.Cells[i].Type != c.Type || len(again.Cells[i].Outputs) != len(c.Outputs) {
				t.Fatalf("cell %d changed", i+1)
			}
		}
	})
}
