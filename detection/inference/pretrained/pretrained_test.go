package pretrained

import (
	"io/fs"
	"strings"
	"testing"
)

// Every model opens, is small enough to ship, and tells nothing about the
// machine that it was trained on.
func TestModels(t *testing.T) {
	found, err := fs.Glob(files, "*.safetensors")
	if err != nil || len(found) != len(List()) {
		t.Fatalf("%d files for %d models: %v", len(found), len(List()), err)
	}
	for _, m := range List() {
		f, err := Open(m.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Model(); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		info, err := fs.Stat(files, m.Name+".safetensors")
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 4_000_000 {
			t.Errorf("%s has %d bytes, more than 4 MB", m.Name, info.Size())
		}
		if s := f.Settings; s.Epoch < 1 || len(s.Tolerance) == 0 {
			t.Errorf("%s: settings %+v", m.Name, s)
		}
		for _, line := range strings.Split(f.Settings.Config, "\n") {
			if key, path, _ := strings.Cut(strings.TrimSpace(line), ": "); strings.HasSuffix(key, "PATH") && strings.HasPrefix(path, "/") {
				t.Errorf("%s: %s names a folder of one machine", m.Name, line)
			}
		}
		if m.Doc == "" || !strings.Contains(m.Data, "CC0") {
			t.Errorf("%+v", m)
		}
	}
	if _, err := Open("cells"); err == nil || !strings.Contains(err.Error(), `no model "cells": want one of nuclei2d`) {
		t.Errorf("a name that is not there: %v", err)
	}
}
