package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLabel(t *testing.T) {
	image, _, points := exploreFiles(t)
	dir := t.TempDir()
	t.Chdir(dir)
	found := filepath.Join(dir, "found.csv")
	if err := os.WriteFile(found, []byte("index,axis-0,axis-1,probability\n0,11.5,10,0.9\n1,35,35,0.25\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Output              string
		Points, Suggestions int
	}
	outcome(t, &got, "label", image)
	if got.Output != "label-a.html" || got.Points != 0 || got.Suggestions != 0 {
		t.Errorf("%+v", got)
	}
	page := filepath.Join(dir, "page.html")
	outcome(t, &got, "label", image, "--points", points, "--suggest", found, "--classes", "cell,debris", "--snap", "bright", "-o", page)
	if got.Output != page || got.Points != 3 || got.Suggestions != 1 { // the other one is known
		t.Errorf("%+v", got)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a.tif: image of 40 x 50 pixels, 3 points (3 cell, 0 debris), 1 suggestion.", `"fileName":"a.csv"`, `"snap":"bright"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestLabelErrors(t *testing.T) {
	image, _, points := exploreFiles(t)
	dir := t.TempDir()
	bad, outside := filepath.Join(dir, "bad.csv"), filepath.Join(dir, "outside.csv")
	for path, text := range map[string]string{bad: "index,axis-0,axis-1,class\n0,1,2,x\n", outside: "index,axis-0,axis-1\n0,41,2\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page := filepath.Join(dir, "page.html")
	for _, tt := range []struct {
		says string
		args []string
	}{
		{"accepts 1 arg(s)", nil},
		{"nothing.tif", []string{"nothing.tif"}},
		{"bad.csv:2: class is", []string{image, "--points", bad}},
		{"outside.csv:2: axis-0 is 41: the image has voxels 0 to 39 along y", []string{image, "--points", outside}},
		{"outside.csv:2", []string{image, "--suggest", outside}},
		{"none.csv: no such file", []string{image, "--points", filepath.Join(dir, "none.csv")}},
		{`Snap is "up"`, []string{image, "--snap", "up"}},
		{"Classes has 10: want at most 9", []string{image, "--points", points, "--classes", "a,b,c,d,e,f,g,h,i,j"}},
	} {
		status, _, stderr := command(t, append(append([]string{"label"}, tt.args...), "-o", page)...)
		if status != exitInput || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: status %d, %q, want %q", tt.args, status, stderr, tt.says)
		}
	}
	if status, _, stderr := command(t, "label", image, "-o", dir); status != exitInput || !strings.Contains(stderr, "is a folder") {
		t.Errorf("a folder: %d, %q", status, stderr)
	}
	if _, err := os.Stat(page); !os.IsNotExist(err) {
		t.Errorf("a page was written: %v", err)
	}
}
