package peer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// errNoPython says that there is no python3 to make an environment with.
var errNoPython = errors.New("no python3 on the PATH")

// environment is a virtual environment, made or not.
type environment struct {
	dir          string
	requirements []string
}

// completeMarker is written last, so an environment without it was left half
// made. A virtual environment holds its own path, so it cannot be made
// elsewhere and moved here.
const completeMarker = ".complete"

// ensure returns the interpreter, making the environment when it has to.
func (e environment) ensure(ctx context.Context, logf func(string, ...any)) (string, error) {
	if e.complete() {
		return e.python(), nil
	}
	system, err := exec.LookPath("python3")
	if err != nil {
		return "", errNoPython
	}
	if err := os.MkdirAll(filepath.Dir(e.dir), 0o755); err != nil {
		return "", err
	}
	lock := flock.New(e.dir + ".lock")
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return "", fmt.Errorf("%s.lock: waiting for another process that makes this environment: %w", e.dir, err)
	}
	defer lock.Unlock()
	if e.complete() { // by the process we waited for
		return e.python(), nil
	}
	logf("making a Python environment with %s in %s (once)", strings.Join(e.requirements, " "), e.dir)
	if err := e.make(ctx, system); err != nil {
		return "", err
	}
	return e.python(), nil
}

// make builds the environment from nothing. The caller holds the lock.
func (e environment) make(ctx context.Context, system string) error {
	if err := os.RemoveAll(e.dir); err != nil {
		return err
	}
	if err := step(ctx, system, "-m", "venv", e.dir); err != nil {
		return err
	}
	install := append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"}, e.requirements...)
	if err := step(ctx, e.python(), install...); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(e.dir, completeMarker), []byte(e.list()), 0o644)
}

// step runs a command of the making; its output is part of the error.
func step(ctx context.Context, program string, args ...string) error {
	stdout, stderr, err := run(ctx, nil, program, args...)
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s%s", program, strings.Join(args, " "), err, stdout, stderr)
	}
	return nil
}

// complete says whether the environment was made to its end, of this list of
// packages, and its interpreter is still there: it is a link to the one that
// made it, which may have been removed since.
func (e environment) complete() bool {
	marker, err := os.ReadFile(filepath.Join(e.dir, completeMarker))
	if err != nil || string(marker) != e.list() {
		return false
	}
	_, err = os.Stat(e.python())
	return err == nil
}

func (e environment) list() string { return strings.Join(e.requirements, "\n") + "\n" }

// python is where venv puts the interpreter.
func (e environment) python() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(e.dir, "Scripts", "python.exe")
	}
	return filepath.Join(e.dir, "bin", "python3")
}
