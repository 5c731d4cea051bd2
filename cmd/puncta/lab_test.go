//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The tutorials are copied once; what a reader has changed stays.
func TestCopyTutorials(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	n, err := copyTutorials(dir)
	if err != nil || n < 2 {
		t.Fatalf("%d copied, %v", n, err)
	}
	first := filepath.Join(dir, "01_first_detection.ipynb")
	if err := os.WriteFile(first, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "04_thresholds_peaks_f1.ipynb")); err != nil {
		t.Fatal(err)
	}
	if n, err = copyTutorials(dir); err != nil || n != 1 {
		t.Errorf("again: %d copied, %v, want the one that was removed", n, err)
	}
	if text, _ := os.ReadFile(first); string(text) != "mine" {
		t.Error("a reader's notebook was overwritten")
	}
}

// Without JupyterLab and a terminal to ask at nothing is installed.
func TestLabAsksFirst(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	data := t.TempDir()
	t.Setenv("XDG_DATA_HOME", data)
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	stdin := os.Stdin
	os.Stdin = in
	defer func() { os.Stdin = stdin }()
	code, _, stderr := command(t, "lab", "--dir", filepath.Join(data, "notebooks"))
	if code != exitInput || stderr == "" {
		t.Errorf("status %d, %s", code, stderr)
	}
	if entries, _ := os.ReadDir(data); len(entries) > 0 {
		t.Errorf("made %v", entries)
	}
}
