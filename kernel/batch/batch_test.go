package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/internal/fakekernel"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

func TestMain(m *testing.M) {
	fakekernel.Main()
	os.Exit(m.Run())
}

// world is a folder with a notebook for the fake kernel that reports its
// parameter x as f1.
func world(t *testing.T) string {
	t.Helper()
	fakekernel.Install(t, "fake", fakekernel.Options{})
	dir := t.TempDir()
	nb := &notebook.Notebook{Minor: 5, Metadata: notebook.Object{"kernelspec": notebook.Object{"name": "fake", "display_name": "Fake"}}}
	parameters := nb.NewCode("var x = \"0\"\nvar s = \"none\"\nvar list = []float64{1}")
	parameters.Metadata["tags"] = []any{"parameters"}
	nb.Cells = append(nb.Cells, parameters, nb.NewCode("get s\ncwd\nenv SHARED"), nb.NewCode("report f1 x\nreport other x"))
	if err := nb.WriteFile(filepath.Join(dir, "explore.ipynb")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func batchOf(t *testing.T, dir, text string, set ...string) *Batch {
	t.Helper()
	asked, err := sweep.Parse([]byte(text), filepath.Join(dir, "sweep.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(asked, set)
	if err != nil {
		t.Fatal(err)
	}
	b.Dir, b.Parallel = filepath.Join(dir, "out"), 3
	b.Runner.Env = []string{"SHARED=/somewhere"}
	return b
}

func done(t *testing.T, b *Batch) *sweep.Table {
	t.Helper()
	table, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

const asked = `notebook: explore.ipynb
set: {s: "a b"}
parameters:
  x: ["0.5", "0.75", "high", "0.75000"]
  list: [[1, 2], [3]]
`

func TestRun(t *testing.T) {
	dir := world(t)
	b := batchOf(t, dir, asked)
	table := done(t, b)
	if len(table.Rows) != 8 || table.Failures() != 2 || b.Known != 0 {
		t.Fatalf("%d rows, %d failures, %d known: %+v", len(table.Rows), table.Failures(), b.Known, table.Rows)
	}
	for i, want := range []float64{0.5, 0.5, 0.75, 0.75, -1, -1, 0.75, 0.75} {
		row := table.Rows[i]
		f1, _ := row.Value("f1")
		other, _ := row.Value("other")
		took, _ := row.Value("seconds")
		if want < 0 {
			if !strings.Contains(row.Error, "explore.ipynb: cell 4: ValueError") {
				t.Errorf("run %d: %q", i+1, row.Error)
			}
			continue
		}
		if f1 != want || other != want || took <= 0 || row.Error != "" {
			t.Errorf("run %d: %+v", i+1, row)
		}
		nb, err := notebook.ReadFile(filepath.Join(b.Dir, row.Files["notebook"]))
		if err != nil {
			t.Fatal(err)
		}
		if got := nb.Cells[2].Outputs[0].Text; got != "\"a b\"\n"+dir+"/somewhere" {
			t.Errorf("run %d printed %q", i+1, got)
		}
		if list := []string{"{1.0, 2.0}", "{3.0}"}[i%2]; !strings.Contains(nb.Cells[1].Source, list) {
			t.Errorf("run %d has the parameters %q", i+1, nb.Cells[1].Source)
		}
	}
	if best, _ := table.Best(); best != 2 {
		t.Errorf("the best is row %d", best)
	}

	// the best parameters are a file for notebook run
	text, err := os.ReadFile(filepath.Join(b.Dir, "best.yaml"))
	if err != nil || !strings.HasPrefix(string(text), "# The best of 8 runs by f1, 0.75: run 3.\n") {
		t.Fatalf("%v\n%s", err, text)
	}
	list, err := runner.ParseYAML(text)
	if err != nil || len(list) != 3 || list[0].Value.Text != "a b" || list[1].Value.Text != "0.75" || list[2].Value.Items[1].Text != "2" {
		t.Errorf("%+v, %v", list, err)
	}
	for _, name := range []string{"table.csv", "table.md", "sweep.html", "sweep.yaml", "journal.jsonl"} {
		if _, err := os.Stat(filepath.Join(b.Dir, name)); err != nil {
			t.Error(err)
		}
	}

	// once more: only what failed; the same with another order of parameters
	again := batchOf(t, dir, strings.Replace(asked, `  x: ["0.5", "0.75", "high", "0.75000"]
  list: [[1, 2], [3]]
`, `  list: [[1, 2], [3]]
  x: ["0.5", "0.75", "0.75000"]
`, 1))
	if table := done(t, again); again.Known != 6 || len(table.Rows) != 6 || table.Failures() != 0 {
		t.Errorf("%d known, %d rows", again.Known, len(table.Rows))
	}
	// another notebook: all of them
	path := filepath.Join(dir, "explore.ipynb")
	nb, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	nb.Cells[2].Source = "print no results\n"
	if err := nb.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	silent := batchOf(t, dir, asked)
	table = done(t, silent)
	if want := `the notebook does not report "f1": want a cell with display.Result("f1", …); it reports nothing`; silent.Known != 0 || table.Failures() != 8 || table.Rows[0].Error != want {
		t.Errorf("%d known, %d failures, %q", silent.Known, table.Failures(), table.Rows[0].Error)
	}
	if _, err := os.Stat(filepath.Join(b.Dir, "best.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a best run among failures: %v", err)
	}
}

// Stopped after the first run, it goes on with the others.
func TestInterrupted(t *testing.T) {
	dir := world(t)
	const text = "notebook: explore.ipynb\nparameters: {x: [\"1\", \"2\", \"3\", \"4\"]}\nobjective: other\ngoal: minimise\n"
	b := batchOf(t, dir, text)
	b.Parallel = 1
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var lines []string
	b.Progress = detection.ProgressFunc(func(e detection.ProgressEvent) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, fmt.Sprintf("%d of %d: %s", e.Done, e.Total, e.Line))
		cancel()
	})
	table, err := b.Run(ctx)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 of 4 runs are done; the same command goes on") || len(table.Rows) != 1 {
		t.Fatalf("%v, %+v", err, table)
	}
	if !slices.Equal(lines, []string{`1 of 4: run 1 of 4 (x="1"): other 1`}) {
		t.Errorf("%q", lines)
	}
	rest := batchOf(t, dir, text)
	if table := done(t, rest); rest.Known != 1 || len(table.Rows) != 4 || table.Failures() != 0 {
		t.Errorf("%d known, %+v", rest.Known, table.Rows)
	}
	afresh := batchOf(t, dir, text)
	afresh.Afresh = true
	if table := done(t, afresh); afresh.Known != 0 {
		t.Errorf("%d known", afresh.Known)
	} else if best, _ := table.Best(); best != 0 {
		t.Errorf("the least is row %d", best)
	}
}

func TestNewErrors(t *testing.T) {
	dir := world(t)
	for _, tt := range []struct {
		text string
		set  []string
		want string
	}{
		{"notebook: none.ipynb\nparameters: {x: [1]}", nil, "none.ipynb: no such file"},
		{"notebook: sweep.yaml\nparameters: {x: [1]}", nil, "sweep.yaml"},
		{"notebook: explore.ipynb\nkernel: unheard\nparameters: {x: [1]}", nil, "unheard"},
		{"notebook: explore.ipynb\nparameters: {x: [1]}", []string{"x=2"}, "--set x: " + dir + "/sweep.yaml varies it"},
		{"notebook: explore.ipynb\nset: {a b: 2}\nparameters: {x: [1]}", nil, "want a name that Go allows"},
		{"notebook: explore.ipynb\nparameters:\n  x: [\"1\"]\n  list: [[1], 2, [a]]", nil,
			"sweep.yaml:4: parameter list is \"2\": want a list (run 2: x=\"1\", list=2)\n" + dir + "/sweep.yaml:4: parameter list item 1 is \"a\": want a number (run 3: x=\"1\", list=[a])"},
		{"notebook: explore.ipynb\nparameters: {y: [1]}", nil, "sweep.yaml:2: parameter y is not declared in cell 1"},
	} {
		if err := os.WriteFile(filepath.Join(dir, "sweep.yaml"), []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := sweep.Load(filepath.Join(dir, "sweep.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(s, tt.set); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
}
