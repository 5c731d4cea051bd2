//go:build unix

package install

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compiling is a kernel of the checkout that compiles with the user's cache.
func compiling(t *testing.T) Installed {
	t.Helper()
	goPath, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(goPath, "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	i := Installed{Data: t.TempDir(), Cache: t.TempDir(), Module: checkout(t), Go: goPath}
	if err := os.Symlink(strings.TrimSpace(string(out)), i.goCache()); err != nil {
		t.Fatal(err)
	}
	return i
}

func TestBuildProgram(t *testing.T) {
	i, dir := compiling(t), t.TempDir()
	t.Chdir(dir)
	write(t, "sub/good.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() { fmt.Println(os.Args[1:]) }\n")
	program := filepath.Join(dir, "program")
	if err := BuildProgram(t.Context(), i, "sub/good.go", program); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "a", "b").Output(); err != nil || string(out) != "[a b]\n" {
		t.Errorf("%q, %v", out, err)
	}
	write(t, "sub/bad.go", "package main\n\nfunc main() {\n\tx := 1\n\ty\n}\n")
	err := BuildProgram(t.Context(), i, "sub/bad.go", program)
	if err == nil {
		t.Fatal("compiled what is no program")
	}
	for _, want := range []string{"sub/bad.go does not compile: ", "sub/bad.go:4:2: declared and not used: x", "\nsub/bad.go:5:2: undefined: y"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q, want %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "../") {
		t.Errorf("names a temporary folder: %q", err)
	}
	if err := BuildProgram(t.Context(), i, "none.go", program); err == nil || !strings.HasPrefix(err.Error(), "none.go: ") {
		t.Errorf("no file: %v", err)
	}
}
