//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/install"
)

func newExec(a *app) *cobra.Command {
	f := &installFlags{}
	c := &cobra.Command{
		Use:   "exec FILE.go [ARGUMENT …]",
		Short: "Run a Go script that uses Puncta's packages, without a module of its own",
		Long: `Compiles a Go file of package main with the packages that cells import, and runs it. An
engine is started when the script connects to one, and ends with it. Exit status: that of the
script; 2 when it does not compile.`,
		Example: "  puncta exec count.go images/*.tif",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.folders()
			if err != nil {
				return err
			}
			i, err := install.Load(o.Data)
			if err != nil {
				return workflow.Input(err)
			}
			dir, err := os.MkdirTemp("", "puncta-exec-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			program := filepath.Join(dir, "program")
			if err := install.BuildProgram(c.Context(), i, args[0], program); err != nil {
				return workflow.Input(err)
			}
			script := exec.CommandContext(c.Context(), program, args[1:]...)
			script.Env = append(os.Environ(), i.CellEnv()...)
			script.Stdin, script.Stdout, script.Stderr = os.Stdin, a.stdout, a.stderr
			script.Cancel = func() error { return script.Process.Signal(os.Interrupt) } // which a terminal has sent as well
			err = script.Run()
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() > 0 {
				_ = os.RemoveAll(dir)
				os.Exit(exit.ExitCode())
			}
			return err
		},
	}
	c.Flags().SetInterspersed(false) // what follows the file is the script's
	f.add(c)
	return c
}
