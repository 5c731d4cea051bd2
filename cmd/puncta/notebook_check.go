package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

// checked is what came of a notebook.
type checked struct {
	Notebook string  `json:"notebook"`
	OK       bool    `json:"ok"`
	Seconds  float64 `json:"seconds"`
	Error    string  `json:"error,omitempty"`
}

func newNotebookTest(a *app) *cobra.Command {
	options := runner.DefaultOptions()
	options.ExpectErrors = true
	var kernel string
	c := &cobra.Command{
		Use:   "test DIR|NOTEBOOK…",
		Short: "Run notebooks and say which fail",
		Long: `Runs a copy of every notebook from its first cell to its last, each in a new kernel and in
the notebook's folder. The notebooks stay as they are. One passes when all of its cells do,
and those tagged "raises-exception" fail; outputs are not compared. Parameters take the values
of the notebook's metadata.puncta.test, if it has any. Folders are searched for
notebooks, without .ipynb_checkpoints and other hidden folders.`,
		Example: "  puncta notebook test notebooks --timeout 10m",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := options.Validate(); err != nil {
				return usage("%w", err)
			}
			paths, err := notebooksIn(args)
			if err != nil {
				return workflow.Input(err)
			}
			return a.testNotebooks(c.Context(), paths, kernel, options)
		},
	}
	notebookFlags(c, &kernel, &options)
	return c
}

func (a *app) testNotebooks(ctx context.Context, paths []string, kernel string, o runner.Options) error {
	lines := a.stdout
	if a.json {
		lines = a.stderr
	}
	failed := 0
	var all []checked
	for _, path := range paths {
		start := time.Now()
		err := a.testNotebook(ctx, path, kernel, o)
		if errors.Is(err, context.Canceled) {
			return notebookFailure(path, err)
		}
		c := checked{Notebook: path, OK: err == nil, Seconds: time.Since(start).Seconds()}
		if err == nil {
			fmt.Fprintf(lines, "ok    %s %.1f s\n", path, c.Seconds)
		} else {
			failed++
			c.Error = err.Error()
			fmt.Fprintf(lines, "FAIL  %s %.1f s: %s\n", path, c.Seconds, strings.TrimPrefix(c.Error, path+": "))
		}
		all = append(all, c)
	}
	if err := a.result(map[string]any{"notebooks": all, "failed": failed}, ""); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d notebooks failed", failed, len(paths))
	}
	return nil
}

func (a *app) testNotebook(ctx context.Context, path, kernel string, o runner.Options) error {
	nb, err := notebook.ReadFile(path)
	if err != nil {
		return err
	}
	spec, err := notebookKernel(path, nb, kernel)
	if err != nil {
		return err
	}
	values, err := runner.TestParameters(nb)
	if err == nil {
		_, err = runner.Inject(nb, values, spec.Language)
	}
	if err != nil {
		return err
	}
	o.Input = path
	if o.Dir, err = folderOf(path); err != nil {
		return err
	}
	_, err = runner.Run(ctx, nb, spec, o)
	return err
}

// notebooksIn lists the notebooks among paths, and those in folders among
// them, each once and in the order of the names.
func notebooksIn(paths []string) ([]string, error) {
	var found []string
	seen := map[string]bool{}
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			found = append(found, path)
		}
	}
	for _, path := range paths {
		path = filepath.Clean(path)
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			add(path)
			continue
		}
		before := len(found)
		err = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && file != path && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			case !d.IsDir() && filepath.Ext(file) == ".ipynb":
				add(file)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(found) == before {
			return nil, fmt.Errorf("%s: there is no notebook (NAME.ipynb) in it", path)
		}
	}
	return found, nil
}
