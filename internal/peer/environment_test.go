package peer

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// fakePython is a python3 that notes its arguments in $FAKE_LOG, makes a
// "virtual environment" that is a copy of itself, and whose pip fails when
// $FAKE_PIP is "broken".
const fakePython = `#!/bin/sh
echo "$*" >> "$FAKE_LOG"
case "$2" in
venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python3" ;;
pip) sleep 0.1; if [ "$FAKE_PIP" = broken ]; then echo "no matching distribution" >&2; exit 1; fi ;;
esac
`

// fake puts fakePython on the PATH and returns a fresh environment and a
// function that counts the commands so far that hold a word.
func fake(t *testing.T) (environment, func(word string) int) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: the fake interpreter is a shell script")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "python3"), []byte(fakePython), 0o755); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "log")
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE_LOG", log)
	t.Setenv("FAKE_PIP", "")
	count := func(word string) int {
		text, err := os.ReadFile(log)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return strings.Count(string(text), word)
	}
	return environment{dir: filepath.Join(dir, "cache", "x-0"), requirements: []string{"a==1", "b==2"}}, count
}

func ensure(t *testing.T, e environment) {
	t.Helper()
	python, err := e.ensure(t.Context(), t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	if python != filepath.Join(e.dir, "bin", "python3") {
		t.Fatalf("interpreter %s", python)
	}
	if _, err := os.Stat(python); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureMakesOnce(t *testing.T) {
	e, count := fake(t)
	ensure(t, e)
	ensure(t, e)
	if v, p := count("-m venv"), count("-m pip install"); v != 1 || p != 1 {
		t.Errorf("%d environments made, %d installations, want 1 and 1", v, p)
	}
	t.Setenv("PATH", t.TempDir()) // what is there needs no python3
	ensure(t, e)
	if count("a==1 b==2") != 1 {
		t.Error("pip was not asked for the packages")
	}
}

func TestEnsureMakesAgain(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, e *environment)
	}{
		{"marker missing", func(t *testing.T, e *environment) { remove(t, filepath.Join(e.dir, completeMarker)) }},
		{"interpreter gone", func(t *testing.T, e *environment) { remove(t, e.python()) }},
		{"marker of another list", func(t *testing.T, e *environment) { e.requirements = []string{"a==2"} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e, count := fake(t)
			ensure(t, e)
			leftover := filepath.Join(e.dir, "leftover")
			if err := os.WriteFile(leftover, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			test.damage(t, &e)
			ensure(t, e)
			if n := count("-m pip install"); n != 2 {
				t.Errorf("%d installations, want 2", n)
			}
			if _, err := os.Stat(leftover); !os.IsNotExist(err) {
				t.Error("the old environment was not cleared")
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureReportsPip(t *testing.T) {
	e, _ := fake(t)
	t.Setenv("FAKE_PIP", "broken")
	_, err := e.ensure(t.Context(), t.Logf)
	if err == nil || !strings.Contains(err.Error(), "no matching distribution") || !strings.Contains(err.Error(), "a==1") {
		t.Fatalf("error %v, want pip's command and output", err)
	}
	if e.complete() {
		t.Fatal("the environment counts as complete")
	}
	t.Setenv("FAKE_PIP", "")
	ensure(t, e)
}

func TestEnsureTogether(t *testing.T) {
	e, count := fake(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := e.ensure(t.Context(), t.Logf); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := count("-m pip install"); n != 1 {
		t.Errorf("%d installations, want 1", n)
	}
}

func TestEnsureWithoutPython(t *testing.T) {
	e, _ := fake(t)
	t.Setenv("PATH", t.TempDir())
	if _, err := e.ensure(t.Context(), t.Logf); !errors.Is(err, errNoPython) {
		t.Errorf("error %v, want %v", err, errNoPython)
	}
}

func TestPythonSkipsWithoutPython(t *testing.T) {
	fake(t)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("PUNCTA_PEER_PYTHON_IMAGING", "")
	skipped := false
	t.Run("inner", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		Python(t, Imaging)
	})
	if !skipped {
		t.Error("the test was not skipped")
	}
}

func TestPythonFromVariable(t *testing.T) {
	e, count := fake(t)
	own := filepath.Join(filepath.Dir(filepath.Dir(e.dir)), "python3")
	t.Setenv("PUNCTA_PEER_PYTHON_BIAPY", own)
	if got := Python(t, BiaPy); got != own {
		t.Errorf("interpreter %s, want %s", got, own)
	}
	if count("-m") != 0 {
		t.Error("an environment was made")
	}
}

func TestRunInput(t *testing.T) {
	fake(t)
	// An "interpreter" that shows what it was given.
	shell := filepath.Join(t.TempDir(), "shell")
	const script = "#!/bin/sh\necho \"$1 $2 $3 $5 $6\"\ncat \"$4\"\ncat\n"
	if err := os.WriteFile(shell, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PUNCTA_PEER_PYTHON_IMAGING", shell)
	got := string(RunInput(t, Imaging, strings.NewReader("input"), "print(1)\n", "a", "b c"))
	if want := "-I -X utf8 a b c\nprint(1)\ninput"; got != want {
		t.Errorf("ran %q, want %q", got, want)
	}
	if got, want := string(Run(t, Imaging, "x")), "-I -X utf8  \nx"; got != want {
		t.Errorf("ran %q, want %q", got, want)
	}
}

// Another list of packages has another folder, and the order of building the
// list does not leak from one call into the next.
func TestRequirements(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range []Env{Imaging, BiaPy, Viewers, Jupyter, Exchange} {
		for range 2 {
			seen[folder(e.String(), e.Requirements())] = true
		}
		for _, r := range e.Requirements() {
			if name, version, ok := strings.Cut(r, "=="); !ok || name == "" || version == "" {
				t.Errorf("%s: %q is not pinned", e, r)
			}
		}
	}
	if len(seen) != 5 {
		t.Errorf("folders %v, want one each", seen)
	}
	// sha256sum of "a==1\nb==2"
	if got, want := folder("x", []string{"a==1", "b==2"}), "x-76457601"; got != want {
		t.Errorf("folder %s, want %s", got, want)
	}
	if folder("x", []string{"a==1", "b==2"}) == folder("x", []string{"a==1", "b==3"}) {
		t.Error("another version has the same folder")
	}
}
