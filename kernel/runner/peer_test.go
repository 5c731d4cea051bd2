//go:build peer

package runner

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
)

// pythonCells have every kind of output that nbclient and we treat alike.
// Streams of one name stand together in a cell: nbclient would move them. No
// backspaces: nbclient 0.11 means to apply them and does not. Lines are short:
// its search for carriage returns takes the square of a line's length.
var pythonCells = []*notebook.Cell{
	cell("import sys, time\nfor i in range(3):\n    print('line', i, flush=True)\n    time.sleep(0.3)"),
	cell("print('to stderr', file=sys.stderr)"),
	cell("x = 6 * 7\nx"),
	cell("from IPython.display import display, HTML, Image, clear_output, update_display, Markdown\nh = display(HTML('<b>&amp; é</b>'), display_id='d')\ndisplay(Markdown('*a*\\nb'))"),
	cell("update_display(HTML('<i>new</i>'), display_id='d')"),
	cell("display('again', display_id='d')"),
	cell("print('gone'); clear_output(); print('stays')"),
	cell("print('gone'); clear_output(wait=True); time.sleep(0.2); print('stays')"),
	cell("for i in range(10, 13):\n    print('\\r%d %%' % i, end='', flush=True)"),
	cell("import base64\nImage(base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='))"),
	cell(""),
	cell("1/0", "raises-exception"),
	cell("display({'a': [1, 2.5]}, 'text')\nNone"),
	cell("print('\\u2028 <&> \\x85', repr('\\t'))"),
	{Type: notebook.Markdown, Source: "# text\nand more", Metadata: notebook.Object{}},
	cell("print(('x' * 99 + '\\n') * 30_000)"),
	cell("display(b'last'.decode())"),
}

const nbclient = `
import sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT)
NotebookClient(nb, kernel_name="python3", record_timing=False, coalesce_streams=True, timeout=120).execute()
nbformat.write(nb, sys.argv[2], version=nbformat.NO_CONVERT)
nbformat.validate(nbformat.read(sys.argv[3], as_version=nbformat.NO_CONVERT))
`

// python finds the kernel of the environment.
func python(t *testing.T) jupyter.Spec {
	t.Helper()
	prefix := filepath.Dir(filepath.Dir(peer.Python(t, peer.Jupyter)))
	t.Setenv("JUPYTER_PATH", filepath.Join(prefix, "share", "jupyter"))
	spec, err := jupyter.FindSpec("python3")
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// The same notebook on the same kernel comes out byte by byte as from nbclient,
// but for the record of the run.
func TestOutputsEqualNbclient(t *testing.T) {
	spec := python(t)
	dir := t.TempDir()
	nb := &notebook.Notebook{Minor: 5, Metadata: notebook.Object{"kernelspec": notebook.Object{"name": "python3", "display_name": "P", "language": "python"}}}
	for _, c := range pythonCells {
		fresh := nb.NewCode(c.Source)
		fresh.Type, fresh.Metadata = c.Type, c.Metadata
		nb.Cells = append(nb.Cells, fresh)
	}
	in, theirs, ours := filepath.Join(dir, "in.ipynb"), filepath.Join(dir, "theirs.ipynb"), filepath.Join(dir, "ours.ipynb")
	if err := nb.WriteFile(in); err != nil {
		t.Fatal(err)
	}
	opts := DefaultOptions()
	opts.Dir, opts.Output = dir, ours
	if _, err := Run(t.Context(), nb, spec, opts); err != nil {
		t.Fatal(err)
	}
	peer.Run(t, peer.Jupyter, nbclient, in, theirs, ours)
	want, err := os.ReadFile(theirs)
	if err != nil {
		t.Fatal(err)
	}
	delete(nb.Metadata, recordKey)
	for _, c := range nb.Cells {
		delete(c.Metadata, recordKey)
	}
	if got := nb.Bytes(); !bytes.Equal(got, want) {
		g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				t.Fatalf("line %d:\ngot  %.300s\nwant %.300s\nafter %q", i+1, g[i], w[i], w[max(0, i-6):i])
			}
		}
		t.Fatalf("%d lines, want %d", len(g), len(w))
	}
}

const papermill = `
import json, sys, nbformat
from papermill.parameterize import parameterize_notebook
from papermill.iorw import load_notebook_node
out = []
for path in sys.argv[1:]:
    nb = load_notebook_node(path)
    nb = parameterize_notebook(nb, {"x": 2}, kernel_name="python3", language="python")
    out.append([[c.cell_type, c.metadata.get("tags", []), "" if "injected-parameters" in c.metadata.get("tags", []) else c.source] for c in nb.cells])
print(json.dumps(out))
`

// The injected cell stands where papermill puts it and has its tags.
func TestInjectedCellEqualsPapermill(t *testing.T) {
	dir := t.TempDir()
	books := []*notebook.Notebook{
		book(cell("a"), cell("var x = 1", "parameters"), cell("b")),
		book(cell("a"), cell("b")),
		book(cell("var x = 1", "parameters"), cell("b"), cell("old", "injected-parameters"), cell("c")),
		book(cell("old", "injected-parameters"), cell("var x = 1", "other", "parameters")),
		book(cell("var x = 1", "parameters"), cell("var x = 3", "parameters")),
		book(cell("a"), cell("old", "injected-parameters"), cell("older", "injected-parameters")),
		book(),
	}
	var paths []string
	for i, nb := range books {
		path := filepath.Join(dir, string(rune('a'+i))+".ipynb")
		nb.Metadata["kernelspec"] = notebook.Object{"name": "python3", "display_name": "P", "language": "python"}
		if err := nb.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	var want [][]any
	if err := json.Unmarshal(peer.Run(t, peer.Jupyter, papermill, paths...), &want); err != nil {
		t.Fatal(err)
	}
	for i, nb := range books {
		if _, err := Inject(nb, parameters(t, "x=2"), "go"); err != nil {
			t.Fatal(err)
		}
		got := []any{}
		for _, c := range nb.Cells {
			source := c.Source
			if c.HasTag(injectedTag) {
				source = ""
			}
			tags := c.Tags()
			if tags == nil {
				tags = []string{}
			}
			got = append(got, []any{string(c.Type), tags, source})
		}
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want[i])
		if !bytes.Equal(g, w) {
			t.Errorf("notebook %d:\ngot  %s\nwant %s", i, g, w)
		}
	}
}
