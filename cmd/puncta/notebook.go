package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/filesys"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

func newNotebook(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "notebook",
		Short: "Notebooks: run, test",
	}, newNotebookRun(a), newNotebookTest(a))
}

// notebookKernel finds the kernel of a notebook: the named one, or else that in
// its metadata.
func notebookKernel(path string, nb *notebook.Notebook, name string) (jupyter.Spec, error) {
	if name == "" {
		name = nb.KernelName()
	}
	if name == "" {
		return jupyter.Spec{}, usage("%s: metadata.kernelspec.name is missing: give the kernel with --kernel", path)
	}
	spec, err := jupyter.FindSpec(name)
	if err != nil {
		return spec, workflow.Input(fmt.Errorf("%s: %w", path, err))
	}
	return spec, nil
}

// folderOf is the folder that a notebook's cells see as theirs, as in
// JupyterLab.
func folderOf(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	return filepath.Dir(absolute), err
}

// checkFolder refuses a file that could not be written at the end of a long
// run because its folder is not there.
func checkFolder(flag, path string) error {
	if path == "" {
		return nil
	}
	if filesys.IsFolder(path) {
		return usage("%s: %s is a folder: want the name of a file", flag, path)
	}
	if !filesys.IsFolder(filepath.Dir(path)) {
		return usage("%s: there is no folder %s for %s", flag, filepath.Dir(path), filepath.Base(path))
	}
	return nil
}

// failedCell is a failure as JSON.
type failedCell struct {
	Cell  int    `json:"cell"`
	Error string `json:"error"`
}

func failedCells(r runner.Result) []failedCell {
	failed := []failedCell{}
	for _, f := range r.Failures {
		short := *f
		short.Notebook = ""
		failed = append(failed, failedCell{f.Cell, short.Error()})
	}
	return failed
}

// cellLines shows every cell as a line when it is done, and on a terminal
// which one is running.
type cellLines struct {
	w        io.Writer
	terminal bool
}

// cells returns the progress of a notebook, or nil when quiet.
func (a *app) cells() runner.Progress {
	if a.quiet {
		return nil
	}
	f, ok := a.stderr.(*os.File)
	return &cellLines{w: a.stderr, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

func (p *cellLines) Report(e runner.Event) {
	switch {
	case e.Status != runner.Running:
		fmt.Fprintf(p.w, "cell %d of %d: %.2f s, %s\n", e.Cell, e.Cells, e.Elapsed.Seconds(), e.Status)
	case p.terminal:
		fmt.Fprintf(p.w, "cell %d of %d: running\r", e.Cell, e.Cells)
	}
}

// notebookFailure is err, in the form of an interruption when it is one.
func notebookFailure(path string, err error) error {
	if errors.Is(err, context.Canceled) {
		var cell *runner.CellError
		if errors.As(err, &cell) {
			return fmt.Errorf("%w: %s: cell %d", context.Canceled, path, cell.Cell)
		}
	}
	return err
}
