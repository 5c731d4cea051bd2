//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/internal/bench"
	"github.com/puncta-bio/puncta/kernel/install"
	"github.com/puncta-bio/puncta/kernel/jupyter"
)

// cellRounds is how often each cell is measured: its time is a second, mostly of
// the linker, and varies.
const cellRounds = 20

func newBenchCells(a *app) *cobra.Command {
	f := &installFlags{}
	o := bench.CellsOptions{Options: bench.DefaultOptions()}
	o.Rounds = cellRounds
	c := &cobra.Command{
		Use:   "cells",
		Short: "Cells of a notebook, with stock GoNB",
		Long: `Measures how long a trivial cell takes, and one that shows the threshold explorer of a map that the
engine has, in the kernel that "puncta kernel install" made, and in turn in GoNB as it comes,
which compiles the same cells and has an engine, too. Both have seen the notebook's imports.

A second comparison gives GoNB the import of "flag" that docs/kernel.md asks for.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.Validate(); err != nil {
				return usage("%w", err)
			}
			at, err := f.folders()
			if err != nil {
				return err
			}
			i, err := install.Load(at.Data)
			if err != nil {
				return usage("%w", err)
			}
			if o.Ours, err = jupyter.ReadSpec(i.Spec); err != nil {
				return usage("%w: run puncta kernel install", err)
			}
			o.Stock, o.Engine, o.Progress = i.StockGoNB(), []string{i.Program(), "engine"}, a.progress()
			r, err := bench.Cells(c.Context(), o)
			return a.benchResult(r, err)
		},
	}
	addRounds(c, &o.Options)
	f.add(c)
	return c
}
