//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/puncta-bio/puncta"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/kernel/install"
)

// labVersion is the JupyterLab that puncta lab installs where there is none.
const labVersion = "4.6.6"

func newLab(a *app) *cobra.Command {
	var dir string
	var yes bool
	c := &cobra.Command{
		Use:   "lab [-- ARGUMENT …]",
		Short: "Start JupyterLab on the tutorials",
		Long: `Copies the tutorials into a folder, unless they are there, and starts JupyterLab on it. What
is missing is installed first: the kernel, and, after asking, JupyterLab in a Python environment of
Puncta's own. Arguments after -- are JupyterLab's.`,
		Example: "  puncta lab\n  puncta lab --dir ~/notebooks -- --no-browser --port 9000",
		RunE:    func(c *cobra.Command, args []string) error { return a.lab(c, dir, yes, args) },
	}
	c.Flags().StringVar(&dir, "dir", "puncta-notebooks", "folder for the tutorials")
	c.Flags().BoolVar(&yes, "yes", false, "install what is missing without asking")
	return c
}

func (a *app) lab(c *cobra.Command, dir string, yes bool, args []string) error {
	ctx := c.Context()
	f := &installFlags{}
	o, err := f.folders()
	if err != nil {
		return err
	}
	program, err := a.jupyterLab(ctx, o.Data, yes)
	if err != nil {
		return err
	}
	if _, err := install.Load(o.Data); errors.Is(err, os.ErrNotExist) {
		a.log().Info("the kernel is not installed yet")
		if err := a.installKernel(ctx, f, o); err != nil {
			return err
		}
	}
	copied, err := copyTutorials(dir)
	if err != nil {
		return err
	}
	if copied > 0 {
		a.log().Info(fmt.Sprintf("%d tutorials are in %s", copied, dir))
	}
	lab := exec.CommandContext(ctx, program, append([]string{"lab", "--notebook-dir", dir}, args...)...)
	lab.Stdin, lab.Stdout, lab.Stderr = os.Stdin, a.stdout, a.stderr
	lab.Cancel = func() error { return nil } // the terminal's Ctrl-C has reached it, and it asks
	return lab.Run()
}

// jupyterLab finds the program jupyter with JupyterLab, or installs it.
func (a *app) jupyterLab(ctx context.Context, data string, yes bool) (string, error) {
	own := filepath.Join(data, "lab")
	for _, program := range []string{"jupyter", filepath.Join(own, "bin", "jupyter")} {
		path, err := exec.LookPath(program)
		if err == nil && exec.CommandContext(ctx, path, "lab", "--version").Run() == nil {
			return path, nil
		}
	}
	if !yes {
		if !term.IsTerminal(int(os.Stdin.Fd())) {
			return "", usage("there is no JupyterLab in the PATH: install it (pip install jupyterlab), or let --yes put it into %s", own)
		}
		fmt.Fprintf(a.stderr, "There is no JupyterLab in the PATH. Install version %s into %s, 240 MB? [y/N] ", labVersion, own)
		answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
			return "", usage("no JupyterLab: install it (pip install jupyterlab) and run this again")
		}
	}
	for _, step := range [][]string{
		{"python3", "-m", "venv", own},
		{filepath.Join(own, "bin", "pip"), "install", "--quiet", "jupyterlab==" + labVersion},
	} {
		a.log().Info(strings.Join(step, " "))
		c := exec.CommandContext(ctx, step[0], step[1:]...)
		c.Stdout, c.Stderr = a.stderr, a.stderr
		if err := c.Run(); err != nil {
			return "", fmt.Errorf("%s: %w", strings.Join(step, " "), err)
		}
	}
	return filepath.Join(own, "bin", "jupyter"), nil
}

// copyTutorials copies those that are not there yet into a folder.
func copyTutorials(dir string) (copied int, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, workflow.Input(err)
	}
	names, err := fs.Glob(puncta.Source, "notebooks/*.ipynb")
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		to := filepath.Join(dir, filepath.Base(name))
		if _, err := os.Stat(to); err == nil {
			continue // with what has been done to it
		}
		text, err := puncta.Source.ReadFile(name)
		if err != nil {
			return copied, err
		}
		if err := atomicfile.Write(to, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return copied, err
		}
		copied++
	}
	return copied, nil
}
