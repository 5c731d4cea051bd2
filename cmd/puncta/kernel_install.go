//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta"
	"github.com/puncta-bio/puncta/kernel/install"
	"github.com/puncta-bio/puncta/kernel/jupyter"
)

// installFlags say where a kernel is.
type installFlags struct {
	prefix    string
	sysPrefix bool
	copy      bool
}

func (f *installFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.prefix, "prefix", "", "install below this folder, for all who use its Jupyter; by default for you alone")
	c.Flags().BoolVar(&f.sysPrefix, "sys-prefix", false, "install below the folder of the python in the PATH, such as a virtual environment")
}

// command is the one that installs with these flags.
func (f *installFlags) command() string {
	switch {
	case f.prefix != "":
		return "puncta kernel install --prefix " + f.prefix
	case f.sysPrefix:
		return "puncta kernel install --sys-prefix"
	}
	return "puncta kernel install"
}

// folders are those of Data, Cache and Jupyter.
func (f *installFlags) folders() (o install.Options, err error) {
	prefix := f.prefix
	if f.sysPrefix {
		if prefix != "" {
			return o, usage("--prefix and --sys-prefix: want one of the two")
		}
		out, err := exec.Command("python3", "-c", "import sys; print(sys.prefix)").Output()
		if err != nil {
			return o, usage("--sys-prefix: no python3 in the PATH that says its prefix (%v)", err)
		}
		prefix = strings.TrimSpace(string(out))
	}
	if o.Cache, err = install.UserCache(); err != nil {
		return o, err
	}
	if prefix != "" {
		if prefix, err = filepath.Abs(prefix); err != nil {
			return o, err
		}
		o.Data, o.Jupyter = filepath.Join(prefix, "share", "puncta"), filepath.Join(prefix, "share", "jupyter")
		return o, nil
	}
	if o.Data, err = install.UserData(); err != nil {
		return o, err
	}
	if o.Jupyter = jupyter.UserData(); o.Jupyter == "" {
		return o, usage("no home folder: name another one with --prefix")
	}
	return o, nil
}

func newKernelInstall(a *app) *cobra.Command {
	f := &installFlags{}
	c := &cobra.Command{
		Use:   "install",
		Short: "Offer the kernel Go (Puncta) to Jupyter",
		Long: `Builds what the kernel is made of (this program, GoNB, goimports), tells Jupyter about it,
and runs a small notebook to see that it works. It needs Go and a C compiler, and for the first time some minutes and a network.

In a checkout of the module cells import its packages as they are there; elsewhere, or with
--copy, they import the source that this program carries.`,
		Example: "  puncta kernel install\n  puncta kernel install --sys-prefix",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o, err := f.folders()
			if err != nil {
				return err
			}
			return a.installKernel(c.Context(), f, o)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&f.copy, "copy", false, "let cells import the source that this program carries, also in a checkout")
	return c
}

// installKernel installs the kernel and verifies it.
func (a *app) installKernel(ctx context.Context, f *installFlags, o install.Options) error {
	if !f.copy {
		dir, err := os.Getwd()
		if err != nil {
			return err
		}
		o.Module = install.Checkout(dir)
	}
	o.Source, o.Version, o.Note = puncta.Source, version(), func(s string) { a.log().Info(s) }
	i, err := install.Install(ctx, o)
	if err != nil {
		return err
	}
	took, err := a.verifyKernel(ctx, i)
	if err != nil {
		return err
	}
	return a.result(struct {
		install.Installed
		Seconds float64 `json:"first_result_seconds"`
	}{i, took.Seconds()}, fmt.Sprintf("Jupyter has the kernel %s; cells import the module in %s\na new kernel had its first result after %.1f s\n",
		install.DisplayName, i.Module, took.Seconds()))
}

func newKernelUninstall(a *app) *cobra.Command {
	f := &installFlags{}
	c := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove the kernel, its programs and its cache",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			o, err := f.folders()
			if err != nil {
				return err
			}
			i, err := install.Load(o.Data)
			if errors.Is(err, os.ErrNotExist) {
				return usage("no kernel is installed in %s", o.Data)
			}
			if err != nil {
				return err
			}
			if err := install.Uninstall(i); err != nil {
				return err
			}
			return a.result(i, "the kernel "+install.DisplayName+" is removed\n")
		},
	}
	f.add(c)
	return c
}

func newKernelDoctor(a *app) *cobra.Command {
	f := &installFlags{}
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say what the kernel lacks, and the command that mends it",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o, err := f.folders()
			if err != nil {
				return err
			}
			findings := install.Doctor(c.Context(), o.Data, f.command())
			var text strings.Builder
			bad := 0
			for _, finding := range findings {
				mark := "ok  "
				if !finding.OK {
					mark = "BAD "
					bad++
				}
				fmt.Fprintf(&text, "%s %-10s %s\n", mark, finding.Name, finding.Text)
				if finding.Mend != "" {
					fmt.Fprintf(&text, "     %-10s mend it by: %s\n", "", finding.Mend)
				}
			}
			if err := a.result(findings, text.String()); err != nil {
				return err
			}
			if bad > 0 {
				return fmt.Errorf("%d things of the kernel need mending", bad)
			}
			return nil
		},
	}
	f.add(c)
	return c
}
