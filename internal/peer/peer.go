// Package peer gives tests and benchmarks a Python with the programs that
// Puncta is compared with: BiaPy, scikit-image, scipy, tifffile, napari,
// TensorBoard, Jupyter, roifile, shapely. An environment is made on first
// use, with every package at a fixed version, in the user's cache folder, and
// kept there:
//
//	out := peer.Run(t, peer.Imaging, script, "4", "0.5")
//
// The files that use it carry the build tag peer, because the first use
// downloads: some 200 MB for [Imaging] and [Jupyter], more for [Viewers],
// several GB for [BiaPy], which takes longer than the ten minutes that go test allows by
// default (-timeout).
//
// [RunJava] runs Java programs with ImageJ in the same way.
//
// A variable PUNCTA_PEER_PYTHON_<NAME>, such as PUNCTA_PEER_PYTHON_BIAPY, with
// the path of an interpreter takes the place of the environment of that name;
// its packages are then the caller's business.
package peer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Env names a Python environment.
type Env int

const (
	// Imaging has numpy, scipy, scikit-image, tifffile and imagecodecs.
	Imaging Env = iota + 1
	// BiaPy has BiaPy, its PyTorch and the safetensors package, and all of
	// Imaging.
	BiaPy
	// Viewers has napari, without a window system, TensorBoard, and all of
	// Imaging.
	Viewers
	// Jupyter has JupyterLab, nbclient, nbconvert, nbformat, papermill and the
	// Python kernel.
	Jupyter
	// Exchange has the readers of other programs' formats of points: roifile,
	// geojson and shapely, and numpy.
	Exchange
)

// String is the name in the folder and in the variable.
func (e Env) String() string {
	switch e {
	case Imaging:
		return "imaging"
	case BiaPy:
		return "biapy"
	case Viewers:
		return "viewers"
	case Jupyter:
		return "jupyter"
	case Exchange:
		return "exchange"
	}
	return "unknown"
}

// Requirements lists the packages as name==version. They resolve together on
// CPython 3.11; what they need in turn is left to pip.
func (e Env) Requirements() []string {
	imaging := []string{
		"numpy==2.4.6",
		"scipy==1.17.1",
		"scikit-image==0.26.0",
		"tifffile==2026.3.3",
		"imagecodecs==2026.3.6",
	}
	switch e {
	case Imaging:
		return imaging
	case BiaPy:
		return append(imaging, "biapy==3.7.1", "torch==2.15.0", "torchvision==0.29.2", "safetensors==0.8.0")
	case Viewers:
		return append(imaging, "napari==0.9.2", "tensorboard==2.21.0")
	case Jupyter:
		return []string{"jupyterlab==4.6.6", "nbclient==0.11.0", "nbconvert==7.17.2", "nbformat==5.11.1", "ipykernel==7.4.0", "papermill==2.7.0"}
	case Exchange:
		return []string{"numpy==2.4.6", "roifile==2026.2.10", "geojson==3.3.0", "shapely==2.1.2"}
	}
	return nil
}

// Python returns the absolute path of an interpreter that has the packages of
// env. It makes the environment when there is none yet; other processes that
// want the same one wait meanwhile. An environment that was left half made is
// made again.
//
// The test is skipped where there is no python3, and fails, with the output
// of pip, where the environment cannot be made.
func Python(t testing.TB, env Env) string {
	t.Helper()
	if own := os.Getenv("PUNCTA_PEER_PYTHON_" + strings.ToUpper(env.String())); own != "" {
		path, err := exec.LookPath(own)
		if err != nil {
			t.Fatalf("PUNCTA_PEER_PYTHON_%s: %v", strings.ToUpper(env.String()), err)
		}
		return absolute(t, path)
	}
	if len(env.Requirements()) == 0 {
		t.Fatalf("peer: no environment %d", env)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	e := environment{
		dir:          filepath.Join(cache, "puncta", "peer", folder(env.String(), env.Requirements())),
		requirements: env.Requirements(),
	}
	python, err := e.ensure(t.Context(), t.Logf)
	if errors.Is(err, errNoPython) {
		t.Skip("skipped: no python3 on the PATH, which the comparison with Python programs needs")
	}
	if err != nil {
		t.Fatal(err)
	}
	return python
}

// Run runs a Python script in env and returns what it wrote to standard
// output. The arguments are sys.argv[1:]; standard input is empty. The script
// sees the packages of env only: user packages and PYTHON… variables are
// ignored, and text is UTF-8. A script that fails fails the test, with what it
// wrote to standard error.
func Run(t testing.TB, env Env, script string, args ...string) []byte {
	t.Helper()
	return RunInput(t, env, nil, script, args...)
}

// RunInput is [Run] with stdin as the script's standard input.
func RunInput(t testing.TB, env Env, stdin io.Reader, script string, args ...string) []byte {
	t.Helper()
	python := Python(t, env)
	// A file, not -c: tracebacks then show the lines.
	file := filepath.Join(t.TempDir(), "script.py")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, err := run(t.Context(), stdin, python, append([]string{"-I", "-X", "utf8", file}, args...)...)
	if err != nil {
		t.Fatalf("python script: %v\n%s", err, stderr)
	}
	return out
}

// run executes a program; a cancelled context kills it, and its output is
// waited for a little longer in case it left children that hold the pipe.
func run(ctx context.Context, stdin io.Reader, program string, args ...string) (stdout, stderr []byte, err error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &errs
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	return out.Bytes(), errs.Bytes(), err
}

// folder is the name of an environment's folder: another list of packages has
// another folder.
func folder(name string, requirements []string) string {
	sum := sha256.Sum256([]byte(strings.Join(requirements, "\n")))
	return name + "-" + hex.EncodeToString(sum[:4])
}

func absolute(t testing.TB, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
