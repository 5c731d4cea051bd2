//go:build peer && unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

const nbclientOnKernel = `
import sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(nb, kernel_name="puncta", timeout=600, coalesce_streams=True, resources={"metadata": {"path": sys.argv[3]}}).execute()
nbformat.write(nb, sys.argv[2])
`

// passing is what differs from run to run: the random names by which outputs are
// replaced, and times.
var passing = regexp.MustCompile(`"display_id":"[^"]*"|puncta-[0-9a-f]{8,}|gonb_id_[0-9a-f]+|[0-9]+(\.[0-9]+)? m?s\b`)

// outputsOf are the outputs of a notebook's code cells, without these. What a
// cell prints comes first, each stream as a whole: nbclient folds it so, where
// JupyterLab keeps the pictures in between.
func outputsOf(t *testing.T, path string) (cells []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	nb, err := notebook.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range nb.Cells {
		var all string
		printed := map[string]string{}
		for _, o := range c.Outputs {
			if o.Type == notebook.Stream {
				printed[o.Name] += o.Text
				continue
			}
			text, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			all += string(text) + "\n"
		}
		all = printed["stdout"] + printed["stderr"] + all
		cells = append(cells, passing.ReplaceAllString(all, "ID"))
	}
	return cells
}

// quick writes a copy of a notebook in which the parameters have the values for a
// test, where what it writes does not lie beside the tutorials.
func quick(t *testing.T, path, to string) string {
	t.Helper()
	nb, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	values, err := runner.TestParameters(nb)
	if err == nil {
		_, err = runner.Inject(nb, values, nb.Language())
	}
	if err == nil {
		err = nb.WriteFile(to)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// The tutorials have the same outputs from nbclient, which is what papermill and
// nbconvert --execute use, and from puncta notebook run.
func TestPeerNbclientOnKernel(t *testing.T) {
	installed(t)
	dir := t.TempDir()
	t.Setenv("JUPYTER_PATH", filepath.Join(os.Getenv("XDG_DATA_HOME"), "jupyter"))
	all, err := filepath.Glob(filepath.Join("..", "..", "notebooks", "*.ipynb"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, path := range all {
		name := filepath.Base(path)
		path := quick(t, path, filepath.Join(dir, name))
		ours, theirs := filepath.Join(dir, "ours-"+name), filepath.Join(dir, "theirs-"+name)
		peer.Run(t, peer.Jupyter, nbclientOnKernel, path, theirs, filepath.Dir(path))
		if status, _, stderr := notebookCommand(t, dir, "notebook", "run", path, "-o", ours); status != exitOK {
			t.Fatalf("%s: status %d, %s", name, status, stderr)
		}
		got, want := outputsOf(t, ours), outputsOf(t, theirs)
		if len(got) != len(want) {
			t.Fatalf("%s: %d cells, nbclient has %d", name, len(got), len(want))
		}
		some := 0
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s, cell %d: %.600s\nnbclient has %.600s", name, i+1, got[i], want[i])
			}
			some += len(got[i])
		}
		if some < 1000 {
			t.Errorf("%s: %d bytes of outputs: nothing was compared", name, some)
		}
	}
}
