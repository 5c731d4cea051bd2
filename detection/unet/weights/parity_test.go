package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/internal/shareddata"
)

// The reference files were written by BiaPy 3.7.1 and by the safetensors
// package for Python 0.8.0 from the same network.
func TestReferenceFilesAgree(t *testing.T) {
	reference := shareddata.Path(t, "biapy_parity2d", "weights.safetensors")
	c, err := ReadPTH(shareddata.Path(t, "biapy_parity2d", "checkpoint.pth"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "out.safetensors")
	if err := WriteSafetensorsFile(path, c.Weights); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("the .pth written as safetensors (%d bytes) differs from the reference file (%d bytes)", len(got), len(want))
	}
	set, err := Read(reference)
	if err != nil {
		t.Fatal(err)
	}
	if Hash(set) != Hash(c.Weights) {
		t.Fatal("the two files have different hashes")
	}
}

// Expected values as torch.load shows them for this file.
func TestReferenceCheckpoint(t *testing.T) {
	c, err := ReadCheckpoint(shareddata.Path(t, "biapy_parity2d", "checkpoint.pth"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Weights.Len() != 90 || c.Epoch != "best" || c.Version != "3.7.1" {
		t.Errorf("%d tensors, epoch %q, version %q; want 90, best, 3.7.1", c.Weights.Len(), c.Epoch, c.Version)
	}
	if len(c.Other) != 1 || c.Other[0] != "optimizer" {
		t.Errorf("unread entries %q, want optimizer", c.Other)
	}
	if got := c.BuildArgs["normalization"]; got != "in" {
		t.Errorf("normalization %v, want in", got)
	}
	problem, _ := c.Config["PROBLEM"].(map[string]any)
	if got := problem["TYPE"]; got != "DETECTION" {
		t.Errorf("PROBLEM.TYPE %v, want DETECTION", got)
	}
	text, err := c.ConfigYAML()
	if err != nil || !bytes.Contains(text, []byte("\nPROBLEM:\n")) {
		t.Errorf("configuration as YAML: %v\n%.200s", err, text)
	}
}
