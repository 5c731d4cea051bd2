package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/fakekernel"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
)

func TestMain(m *testing.M) {
	fakekernel.Main()
	os.Exit(m.Run())
}

func fake(t *testing.T) jupyter.Spec {
	t.Helper()
	fakekernel.Install(t, "fake", fakekernel.Options{InterruptMode: "message"})
	spec, err := jupyter.FindSpec("fake")
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// events collects what a run reports.
type events []Event

func (e *events) Report(v Event) { *e = append(*e, v) }

func status(c *notebook.Cell) string {
	return fmt.Sprint(c.Metadata["papermill"].(notebook.Object)["status"])
}

func statuses(nb *notebook.Notebook) string {
	var s []string
	for _, c := range nb.Cells {
		s = append(s, status(c))
	}
	return strings.Join(s, " ")
}

func text(c *notebook.Cell) string {
	var s []string
	for _, o := range c.Outputs {
		s = append(s, o.Text+o.ErrorName)
	}
	return strings.Join(s, "|")
}

func TestRun(t *testing.T) {
	spec := fake(t)
	nb := book(
		&notebook.Cell{Type: notebook.Markdown, Source: "print no", Metadata: notebook.Object{}},
		cell("var x = 1", "parameters"),
		cell("get x\ndisplay d old\nresult r"),
		cell("  \n"),
		cell("print skipped", "skip-execution"),
		cell("update d new\nprint a\\rb\nlate c"),
	)
	nb.Cells[3].Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "of an earlier run"}}
	if _, err := Inject(nb, parameters(t, "x=42"), "go"); err != nil {
		t.Fatal(err)
	}
	var seen events
	opts := DefaultOptions()
	opts.Output, opts.Input, opts.Progress = filepath.Join(t.TempDir(), "out.ipynb"), "in.ipynb", &seen
	result, err := Run(t.Context(), nb, spec, opts)
	if err != nil || result.Executed != 4 || len(result.Failures) != 0 || result.Duration <= 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	c := nb.Cells[3]
	if c.Outputs[0].Text != "42\n" || c.Outputs[1].Data["text/plain"] != "new" || *c.Outputs[2].Count != 3 || *c.Count != 3 {
		t.Errorf("cell 4: %+v", c)
	}
	if got := text(nb.Cells[6]); got != "bc" {
		t.Errorf("cell 7: %q", got)
	}
	if len(nb.Cells[4].Outputs)+len(nb.Cells[5].Outputs) != 0 {
		t.Error("cells that are not executed have outputs")
	}
	if got := statuses(nb); got != strings.TrimSpace(strings.Repeat("completed ", 7)) {
		t.Errorf("status %s", got)
	}
	top := nb.Metadata["papermill"].(notebook.Object)
	if top["input_path"] != "in.ipynb" || top["exception"] != nil || top["duration"].(float64) <= 0 || top["end_time"] == nil {
		t.Errorf("record %v", top)
	}
	if fmt.Sprint(nb.Metadata["language_info"]) == "<nil>" {
		t.Error("no language_info")
	}
	if len(seen) != 8 || seen[0] != (Event{Cell: 2, Cells: 7, Status: Running}) || seen[7].Status != Completed || seen[7].Elapsed <= 0 {
		t.Errorf("events %+v", seen)
	}
	written, err := os.ReadFile(opts.Output)
	if err != nil || !bytes.Equal(written, nb.Bytes()) {
		t.Errorf("the output differs from the notebook: %v", err)
	}
	if _, err := notebook.Read(written); err != nil {
		t.Error(err)
	}
}

func TestRunStopsAtFailure(t *testing.T) {
	nb := book(cell("print a"), cell("print b\nerror ValueError too high"), cell("print c"))
	opts := DefaultOptions()
	opts.Input = "in.ipynb"
	result, err := Run(t.Context(), nb, fake(t), opts)
	var failure *CellError
	if !errors.As(err, &failure) || failure.Cell != 2 || err.Error() != "in.ipynb: cell 2: ValueError: too high" || len(failure.Traceback) != 2 {
		t.Errorf("error %v", err)
	}
	if result.Executed != 2 || len(result.Failures) != 1 || statuses(nb) != "completed failed pending" {
		t.Errorf("%+v, %s", result, statuses(nb))
	}
	if text(nb.Cells[1]) != "b|ValueError" || nb.Cells[2].Outputs != nil || nb.Cells[2].Count != nil {
		t.Errorf("outputs %q", text(nb.Cells[1]))
	}
	if nb.Metadata["papermill"].(notebook.Object)["exception"] != true {
		t.Error("the record says that all went well")
	}
}

func TestRunAllowsErrors(t *testing.T) {
	spec := fake(t)
	nb := book(cell("error A a"), cell("error B b", "raises-exception"), cell("print c"))
	opts := DefaultOptions()
	opts.AllowErrors = true
	result, err := Run(t.Context(), nb, spec, opts)
	if err != nil || len(result.Failures) != 1 || statuses(nb) != "failed completed completed" || text(nb.Cells[2]) != "c" {
		t.Errorf("%+v, %v, %s", result, err, statuses(nb))
	}
	nb = book(cell("error B b", "raises-exception"), cell("print c"))
	if result, err := Run(t.Context(), nb, spec, DefaultOptions()); err != nil || len(result.Failures) != 0 || text(nb.Cells[1]) != "c" {
		t.Errorf("%+v, %v", result, err)
	}
	nb = book(cell("print fine", "raises-exception"))
	if _, err := Run(t.Context(), nb, spec, DefaultOptions()); err != nil {
		t.Error(err)
	}
	opts = DefaultOptions()
	opts.ExpectErrors = true
	if _, err := Run(t.Context(), nb, spec, opts); err == nil || !strings.Contains(err.Error(), "did not fail") {
		t.Errorf("error %v", err)
	}
}

func TestRunTimesOut(t *testing.T) {
	spec := fake(t)
	opts := DefaultOptions()
	opts.Timeout = 300 * time.Millisecond
	nb := book(cell("sleep 20"), cell("print c"))
	_, err := Run(t.Context(), nb, spec, opts)
	if !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "cell 1: time-out: it took longer than 300ms") || text(nb.Cells[0]) != "KeyboardInterrupt" {
		t.Errorf("error %v, %s", err, text(nb.Cells[0]))
	}

	// The kernel obeyed, so that a run that allows errors goes on. A tag that
	// excuses errors excuses no time-out.
	opts.AllowErrors = true
	nb = book(cell("sleep 20", "raises-exception"), cell("print c"))
	if result, err := Run(t.Context(), nb, spec, opts); err != nil || len(result.Failures) != 1 || text(nb.Cells[1]) != "c" {
		t.Errorf("%+v, %v", result, err)
	}

	// It does not obey: killed, and the run ends.
	opts.Grace = 200 * time.Millisecond
	nb = book(cell("print before\nhang"), cell("print c"))
	start := time.Now()
	_, err = Run(t.Context(), nb, spec, opts)
	if !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "the kernel was killed") || text(nb.Cells[0]) != "before|Timeout" {
		t.Errorf("error %v, %s", err, text(nb.Cells[0]))
	}
	if d := time.Since(start); d > 15*time.Second {
		t.Errorf("it took %v", d)
	}
}

func TestTimeoutOfCell(t *testing.T) {
	opts := DefaultOptions()
	opts.Timeout = time.Second
	with := func(timeout string) *notebook.Cell {
		nb, err := notebook.Read([]byte(`{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[{"cell_type":"raw","source":"","metadata":{"puncta":{"timeout":` + timeout + `}}}]}`))
		if err != nil {
			t.Fatal(err)
		}
		return nb.Cells[0]
	}
	for _, test := range []struct {
		cell *notebook.Cell
		want time.Duration
	}{{cell(""), time.Second}, {cell("", "timeout=2m"), 2 * time.Minute}, {with("1.5"), 1500 * time.Millisecond}, {with(`"3s"`), 3 * time.Second}, {with("0"), 0}} {
		if got, err := opts.timeout(test.cell); got != test.want || err != nil {
			t.Errorf("got %v, want %v: %v", got, test.want, err)
		}
	}
	for _, bad := range []*notebook.Cell{cell("", "timeout=soon"), cell("", "timeout=-1s"), with("-1"), with(`"x"`), with("true")} {
		if err := CheckTimeouts(book(cell(""), bad)); err == nil || !strings.Contains(err.Error(), "cell 2: ") {
			t.Errorf("error %v", err)
		}
	}
}

func TestRunOfKernelThatDies(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.ipynb")
	opts := DefaultOptions()
	opts.Output, opts.AllowErrors = out, true
	nb := book(cell("print a"), cell("print b\ndie 5", "raises-exception"), cell("print c"))
	_, err := Run(t.Context(), nb, fake(t), opts)
	if !errors.Is(err, jupyter.ErrDied) || !strings.Contains(err.Error(), "cell 2: the kernel died (exit status 5)") {
		t.Errorf("error %v", err)
	}
	written, err := notebook.ReadFile(out)
	if err != nil || text(written.Cells[0]) != "a" || text(written.Cells[1]) != "b|KernelDied" || statuses(written) != "completed failed pending" {
		t.Errorf("written: %v, %+v", err, written)
	}
}

// watcher cancels a run while a cell is running, and looks at the file then.
type watcher struct {
	cell   int
	out    string
	cancel func()
	file   []byte
}

func (w *watcher) Report(e Event) {
	if e.Cell == w.cell && e.Status == Running {
		w.file, _ = os.ReadFile(w.out)
		time.AfterFunc(200*time.Millisecond, w.cancel)
	}
}

func TestRunIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w := &watcher{cell: 2, out: filepath.Join(t.TempDir(), "out.ipynb"), cancel: cancel}
	opts := DefaultOptions()
	opts.Output, opts.Progress, opts.AllowErrors = w.out, w, true
	nb := book(cell("print a"), cell("sleep 20"), cell("print c"))
	result, err := Run(ctx, nb, fake(t), opts)
	if !errors.Is(err, context.Canceled) || result.Executed != 2 || text(nb.Cells[1]) != "KeyboardInterrupt" {
		t.Errorf("%+v, %v, %s", result, err, text(nb.Cells[1]))
	}
	during, err := notebook.Read(w.file)
	if err != nil || text(during.Cells[0]) != "a" || statuses(during) != "completed pending pending" {
		t.Errorf("the file during cell 2: %v %v", during, err)
	}
}

func TestRunRefuses(t *testing.T) {
	opts := Options{Timeout: -1, Grace: -1}
	_, err := Run(t.Context(), book(), jupyter.Spec{}, opts)
	for _, want := range []string{"Timeout", "Grace", "ReadyTimeout"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	opts = DefaultOptions()
	opts.Output = filepath.Join(t.TempDir(), "none", "out.ipynb")
	if _, err := Run(t.Context(), book(), jupyter.Spec{}, opts); err == nil || !strings.Contains(err.Error(), opts.Output) {
		t.Errorf("error %v", err)
	}
}

func TestBigOutput(t *testing.T) {
	nb := book(cell("big 10000000"))
	opts := DefaultOptions()
	opts.Output = filepath.Join(t.TempDir(), "out.ipynb")
	if _, err := Run(t.Context(), nb, fake(t), opts); err != nil {
		t.Fatal(err)
	}
	written, err := notebook.ReadFile(opts.Output)
	if err != nil || len(written.Cells[0].Outputs) != 1 || len(written.Cells[0].Outputs[0].Text) != 10_000_000 {
		t.Errorf("written: %v", err)
	}
}
