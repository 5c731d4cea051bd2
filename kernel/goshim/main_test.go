//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAllThere(t *testing.T) {
	list := filepath.Join(t.TempDir(), "modules")
	if err := os.WriteFile(list, []byte("example.org/puncta\nexample.org/other/v2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		src  string
		want bool
	}{
		{"standard", `import ("fmt"; "go/token")`, true},
		{"the module", `import "example.org/puncta"`, true},
		{"a package of it", `import d "example.org/puncta/detection"`, true},
		{"of what it needs", `import _ "example.org/other/v2/x"`, true},
		{"like its name", `import "example.org/punctation"`, false},
		{"another version", `import "example.org/other/v3"`, false},
		{"another one", `import ("fmt"; "example.com/x")`, false},
		{"no imports", ``, true},
		{"no Go", `import fmt`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n"+tt.src+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if got := allThere(dir, list); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if allThere(t.TempDir(), list) {
		t.Error("a folder without Go files")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if allThere(dir, filepath.Join(dir, "none")) {
		t.Error("without a list")
	}
}
