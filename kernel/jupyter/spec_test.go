package jupyter

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func install(t *testing.T, data, name, text string) {
	t.Helper()
	dir := filepath.Join(data, "kernels", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFindSpec(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	t.Setenv("JUPYTER_PATH", first+string(os.PathListSeparator)+second)
	install(t, first, "Both", `{"argv":["one","{connection_file}","{resource_dir}/x"],"language":"go","display_name":"One","interrupt_mode":"message"}`)
	install(t, second, "both", `{"argv":["two"]}`)
	install(t, second, "plain", `{"argv":["two"]}`)
	install(t, second, "noargv", `{"display_name":"x"}`)
	install(t, second, "mode", `{"argv":["x"],"interrupt_mode":"shout"}`)
	install(t, second, "broken", `{`)
	if err := os.MkdirAll(filepath.Join(second, "kernels", "empty"), 0o755); err != nil {
		t.Fatal(err)
	}

	s, err := FindSpec("both")
	if err != nil || s.Argv[0] != "one" || s.InterruptMode != InterruptMessage || s.Language != "go" || s.Name != "both" {
		t.Errorf("spec %+v, error %v", s, err)
	}
	if got := s.command("/c.json"); !slices.Equal(got, []string{"one", "/c.json", s.Dir + "/x"}) {
		t.Errorf("command %q", got)
	}
	if s, err := FindSpec("PLAIN"); err != nil || s.InterruptMode != InterruptSignal {
		t.Errorf("spec %+v, error %v", s, err)
	}
	for name, want := range map[string]string{
		"noargv": "argv is empty", "mode": `interrupt_mode is "shout"`, "broken": "kernel.json: unexpected end",
		"empty": "there are", "none": "both, ",
	} {
		_, err := FindSpec(name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
		if missing := name == "empty" || name == "none"; errors.Is(err, ErrNoSpec) != missing {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestDataPaths(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths of Unix")
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "jupyter"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JUPYTER_PATH", "/a:/b")
	t.Setenv("VIRTUAL_ENV", "/venv")
	t.Setenv("CONDA_PREFIX", "")
	t.Setenv("JUPYTER_DATA_DIR", "/data")
	t.Setenv("PATH", bin)
	want := []string{"/a", "/b", "/venv/share/jupyter", "/data", filepath.Join(filepath.Dir(bin), "share", "jupyter"), "/usr/local/share/jupyter", "/usr/share/jupyter"}
	if got := DataPaths(); !slices.Equal(got, want) {
		t.Errorf("paths %q, want %q", got, want)
	}
	t.Setenv("JUPYTER_DATA_DIR", "")
	t.Setenv("XDG_DATA_HOME", "/xdg")
	if got := DataPaths(); runtime.GOOS == "linux" && got[3] != "/xdg/jupyter" {
		t.Errorf("paths %q", got)
	}
}

// Kernels in Python name their interpreter without a folder.
func TestPythonOfTheEnvironment(t *testing.T) {
	prefix := t.TempDir()
	t.Setenv("JUPYTER_PATH", filepath.Join(prefix, "share", "jupyter"))
	install(t, filepath.Join(prefix, "share", "jupyter"), "py", `{"argv":["python","-m","x"]}`)
	s, err := FindSpec("py")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.command("")[0]; got != "python" {
		t.Errorf("command %s", got)
	}
	if err := os.MkdirAll(filepath.Join(prefix, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(prefix, "bin", "python")
	if err := os.WriteFile(own, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := s.command("")[0]; got != own {
		t.Errorf("command %s, want %s", got, own)
	}
}
