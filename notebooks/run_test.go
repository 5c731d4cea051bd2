//go:build linux

package notebooks

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/kernel/install"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

// kernel installs the kernel into folders of the test. Compiled packages are
// shared with other installations.
func kernel(t *testing.T) jupyter.Spec {
	t.Helper()
	cache, err := install.UserCache()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	i, err := install.Install(t.Context(), install.Options{
		Data: filepath.Join(dir, "data"), Cache: cache, Jupyter: filepath.Join(dir, "jupyter"),
		Module: install.Checkout(here), Version: "test", Note: func(text string) { t.Log(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	spec, err := jupyter.ReadSpec(i.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// Every tutorial runs from its first cell to its last in a new kernel, with the
// values that it gives its parameters for a test. Each cell that computes shows
// something, none complains, and exercises tell a right answer from the given one.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: installs a kernel and runs all tutorials")
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	spec := kernel(t)
	before := names(t, ".")
	for _, u := range tutorials(t) {
		t.Run(u.name, func(t *testing.T) {
			solutions := u.addSolutions(t)
			values, err := runner.TestParameters(u.nb)
			if err == nil {
				_, err = runner.Inject(u.nb, values, spec.Language)
			}
			if err != nil {
				t.Fatal(err)
			}
			o := runner.DefaultOptions()
			o.Input, o.Dir, o.Timeout = u.name, t.TempDir(), 5*time.Minute
			r, err := runner.Run(t.Context(), u.nb, spec, o)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d cells in %v", r.Executed, r.Duration.Round(time.Second/10))
			for i, c := range u.nb.Cells {
				checkOutputs(t, i, c)
			}
			for c := range solutions {
				checkExercise(t, c, true)
			}
			for _, c := range u.nb.Cells {
				if c.HasTag("exercise") && !solutions[c] {
					checkExercise(t, c, false)
				}
			}
		})
	}
	if after := names(t, "."); !slices.Equal(before, after) {
		t.Errorf("the folder of the tutorials has %v, had %v: want files below the working folder", after, before)
	}
}

// addSolutions puts behind each exercise the same cell with the solution, and
// returns these cells.
func (u tutorial) addSolutions(t *testing.T) map[*notebook.Cell]bool {
	t.Helper()
	added := map[*notebook.Cell]bool{}
	for k, e := range u.exercises(t) {
		at := e.cell + k // as many have been put before it
		given := u.nb.Cells[at]
		c := u.nb.NewCode(solved(given.Source, e.answer))
		c.Metadata["tags"] = []any{"exercise"}
		u.nb.Cells = slices.Insert(u.nb.Cells, at+1, c)
		added[c] = true
	}
	return added
}

// checkOutputs looks at what a cell has left.
func checkOutputs(t *testing.T, i int, c *notebook.Cell) {
	t.Helper()
	if c.Type != notebook.Code {
		return
	}
	if strings.HasPrefix(c.Source, "%%") && len(c.Outputs) == 0 {
		t.Errorf("cell %d shows nothing: %s", i+1, c.Source)
	}
	for _, o := range c.Outputs {
		if o.Type == notebook.Error || o.Name == "stderr" {
			t.Errorf("cell %d: %s%s %s", i+1, o.Text, o.ErrorName, o.ErrorValue)
		}
	}
}

// checkExercise looks at the lines of an exercise's cell: "right" when the
// answer is, and otherwise "not so".
func checkExercise(t *testing.T, c *notebook.Cell, right bool) {
	t.Helper()
	var said string
	for _, o := range c.Outputs {
		said += o.Text
	}
	begins := func(with string) bool {
		return strings.HasPrefix(said, with) || strings.Contains(said, "\n"+with)
	}
	if begins("right") != right || begins("not so") == right {
		t.Errorf("the cell says %q, and the answer is right: %v\n%s", said, right, c.Source)
	}
}

// names are those of the files in a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
