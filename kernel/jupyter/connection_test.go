package jupyter

import (
	"path/filepath"
	"testing"
)

// The id is between "kernel-" and ".json": names as jupyter_client 8 and this
// package make them, and others.
func TestKernelID(t *testing.T) {
	for name, want := range map[string]string{
		"kernel-5b3a4c0e-2d33-4a8e-9d5f-0a1b2c3d4e5f.json": "5b3a4c0e-2d33-4a8e-9d5f-0a1b2c3d4e5f",
		"kernel-v2-12345AbC.json":                          "v2-12345AbC",
		"kernel-.json":                                     "",
		"kernel-abc":                                       "",
		"mine.json":                                        "",
	} {
		if got := KernelID(filepath.Join("some", "kernel-runtime.json", name)); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	dir := t.TempDir()
	c, err := newConnection("puncta")
	if err != nil {
		t.Fatal(err)
	}
	path, err := c.write(dir)
	if err != nil {
		t.Fatal(err)
	}
	if id := KernelID(path); len(id) != 32 {
		t.Errorf("%s has the id %q", path, id)
	}
}
