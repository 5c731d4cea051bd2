//go:build unix

package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/kernel/install"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/supervisor"
)

func newKernel(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "kernel",
		Short: "The Jupyter kernel: notebooks in Go",
		Long: `The kernel Go (Puncta) for JupyterLab, Jupyter Notebook and VS Code: cells in Go that
remember models, maps and results. "puncta kernel install" offers it to Jupyter.`,
	}, newKernelInstall(a), newKernelUninstall(a), newKernelDoctor(a), newKernelServe(a), newKernelSavePoints(a))
}

func newKernelServe(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "serve CONNECTION_FILE",
		Short:  "Run the kernel (started by Jupyter)",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE:   func(c *cobra.Command, args []string) error { return a.serveKernel(c.Context(), args[0]) },
	}
}

// serveKernel runs the kernel until Jupyter ends it.
func (a *app) serveKernel(ctx context.Context, connectionFile string) error {
	data, err := install.DataOfProgram()
	if err != nil {
		return err
	}
	i, err := install.Load(data)
	if err != nil {
		return err
	}
	// Go drops what has not been used for days from its cache; this keeps the
	// first cell quick.
	go func() { _ = install.Warm(ctx, i) }()
	status, err := supervisor.Run(ctx, supervisor.Options{
		GoNB: i.GoNBCommand(connectionFile), Engine: []string{i.Program(), "engine"}, Env: i.CellEnv(), JupyterID: jupyter.KernelID(connectionFile), Stderr: a.stderr,
	})
	if err == nil && status != exitOK {
		os.Exit(status)
	}
	return err
}
