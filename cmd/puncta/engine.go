//go:build unix

package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/kernel/engine"
	"github.com/puncta-bio/puncta/kernel/supervisor"
)

func newEngine(a *app) *cobra.Command {
	o := engine.DefaultOptions()
	var gpu string
	c := &cobra.Command{
		Use:    "engine",
		Short:  "Answer the calls of notebook cells and scripts (started by the kernel, or by a script)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dev, err := a.device(gpu, "")
			if err != nil {
				return err
			}
			o.Device, o.Notice = dev, os.Getenv(supervisor.NoticeVariable)
			return engine.Run(c.Context(), o)
		},
	}
	addGPU(c, &gpu)
	c.Flags().Int64Var(&o.CacheBytes, "cache", o.CacheBytes, "memory that results may take, in bytes")
	return c
}

// kernelCommands are the commands of the kernel.
func kernelCommands(a *app) []*cobra.Command {
	return []*cobra.Command{newEngine(a), newKernel(a), newExec(a), newLab(a)}
}

// kernelBenches are the benchmarks of the kernel.
func kernelBenches(a *app) []*cobra.Command { return []*cobra.Command{newBenchCells(a)} }
