package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/notebook/page"
	"github.com/puncta-bio/puncta/kernel/runner"
)

// notebookRun holds the flags of the command.
type notebookRun struct {
	output, html, kernel string
	parameters, files    []string
	options              runner.Options
}

func newNotebookRun(a *app) *cobra.Command {
	n := notebookRun{options: runner.DefaultOptions()}
	c := &cobra.Command{
		Use:   "run NOTEBOOK [-o NOTEBOOK] [-p NAME=VALUE]…",
		Short: "Run a notebook without a browser, with parameters",
		Long: `Executes the code cells of a Jupyter notebook in order, in a new kernel and in the
notebook's folder, and writes the notebook with its outputs after every cell. No Python is
needed but for kernels that are written in it.

Parameters go, as Go declarations, into a cell of their own behind the cell tagged
"parameters", and take the types that are declared there. A cell that fails ends the run,
unless it is tagged "raises-exception". A cell's own time-out is its tag "timeout=90s".`,
		Example: "  puncta notebook run nuclei.ipynb -o run1.ipynb -p threshold=0.3 -p name=run1 --html run1.html",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return n.run(c.Context(), a, args[0])
		},
	}
	fl := c.Flags()
	fl.StringVarP(&n.output, "output", "o", "", "file for the notebook with its outputs; may be the notebook itself (default: outputs are not kept)")
	fl.StringArrayVarP(&n.parameters, "parameter", "p", nil, "NAME=VALUE of a parameter: true, a number, [1, 2], text; quotes make a text of anything")
	fl.StringArrayVarP(&n.files, "parameters_file", "f", nil, "YAML file of parameters; those of -p count more")
	fl.StringVar(&n.html, "html", "", "file for a self-contained HTML page of the result")
	notebookFlags(c, &n.kernel, &n.options)
	fl.BoolVar(&n.options.AllowErrors, "allow-errors", false, "go on behind cells that fail; the exit status is then 0")
	return c
}

// notebookFlags are those that both commands have.
func notebookFlags(c *cobra.Command, kernel *string, o *runner.Options) {
	c.Flags().StringVar(kernel, "kernel", "", "name of the kernel (default: the one in the notebook)")
	c.Flags().DurationVar(&o.Timeout, "timeout", 0, "longest time of a cell, such as 90s or 10m (0: no limit)")
	c.Flags().DurationVar(&o.Grace, "grace", o.Grace, "time for the kernel to stop a cell, or itself, before it is killed")
}

func (n *notebookRun) run(ctx context.Context, a *app, path string) error {
	if err := n.options.Validate(); err != nil {
		return usage("%w", err)
	}
	for flag, file := range map[string]string{"--output": n.output, "--html": n.html} {
		if err := checkFolder(flag, file); err != nil {
			return err
		}
	}
	nb, err := notebook.ReadFile(path)
	if err != nil {
		return workflow.Input(err)
	}
	parameters, err := n.allParameters()
	if err != nil {
		return workflow.Input(err)
	}
	spec, err := notebookKernel(path, nb, n.kernel)
	if err != nil {
		return err
	}
	injection, err := runner.Inject(nb, parameters, spec.Language)
	if err == nil {
		err = runner.CheckTimeouts(nb)
	}
	if err != nil {
		return usage("%s: %w", path, err)
	}
	log := a.log()
	if injection.NoParametersCell {
		log.Warn(path + " has no cell tagged parameters: the parameters are declared in its first cell, unchecked")
	}
	if n.output == "" && n.html == "" {
		log.Info("the outputs are not kept: give -o or --html to keep them")
	}
	o := n.options
	o.Input, o.Output, o.Progress = path, n.output, a.cells()
	if o.Dir, err = folderOf(path); err != nil {
		return err
	}
	result, failure := runner.Run(ctx, nb, spec, o)
	if n.html != "" {
		if err := writePage(n.html, nb); err != nil && failure == nil {
			failure = err
		}
	}
	if err := n.report(a, path, nb, result, failure); err != nil {
		return err
	}
	return notebookFailure(path, failure)
}

// allParameters reads the files, in their order, and then the flags.
func (n *notebookRun) allParameters() ([]runner.Parameter, error) {
	var all []runner.Parameter
	for _, file := range n.files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		list, err := runner.ParseYAML(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = runner.Merge(all, list)
	}
	for _, text := range n.parameters {
		p, err := runner.ParseParameter(text)
		if err != nil {
			return nil, fmt.Errorf("-p: %w", err)
		}
		all = runner.Merge(all, []runner.Parameter{p})
	}
	return all, nil
}

func writePage(path string, nb *notebook.Notebook) error {
	return atomicfile.Write(path, func(w io.Writer) error { return page.Write(w, nb, page.Options{}) })
}

// report prints what came of the run: the JSON object in any case, the sentence
// when it went well.
func (n *notebookRun) report(a *app, path string, nb *notebook.Notebook, r runner.Result, failure error) error {
	status, text := runner.Completed, fmt.Sprintf("%s: %d cells in %s\n", path, r.Executed, r.Duration.Round(10*time.Millisecond))
	if failed := len(r.Failures); failed > 0 && failure == nil {
		text = fmt.Sprintf("%s: %d cells in %s, of which %d failed\n", path, r.Executed, r.Duration.Round(10*time.Millisecond), failed)
	}
	if failure != nil {
		status, text = runner.Failed, ""
	}
	object := map[string]any{
		"notebook": path, "output": n.output, "html": n.html, "status": status, "cells": len(nb.Cells),
		"executed": r.Executed, "seconds": r.Duration.Seconds(), "failed": failedCells(r),
	}
	if failure != nil {
		object["error"] = failure.Error()
	}
	return a.result(object, text)
}
