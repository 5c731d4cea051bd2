//go:build unix

package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/kernel/jupyter"
)

// Finding is what [Doctor] found about one part of the kernel.
type Finding struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Text says what was found, Mend is the command that mends it; "" when
	// nothing is to be mended.
	Text string `json:"text"`
	Mend string `json:"mend,omitempty"`
}

// Doctor looks at every part of the kernel that is installed in the folder
// data, in the order in which they are needed. It changes nothing. reinstall is
// the command that installs there, which mends most things.
func Doctor(ctx context.Context, data, reinstall string) []Finding {
	i, err := Load(data)
	if err != nil {
		return []Finding{{Name: "installed", Text: "there is no kernel in " + data, Mend: reinstall}}
	}
	return []Finding{
		{Name: "installed", OK: true, Text: fmt.Sprintf("version %s in %s", i.Version, i.Data)},
		checkGo(ctx, i, reinstall), checkModule(i, reinstall), checkPrograms(i, reinstall), checkSpec(i, reinstall), checkCompile(ctx, i, reinstall),
		checkECharts(i, reinstall), checkJupyter(ctx),
	}
}

func checkGo(ctx context.Context, i Installed, reinstall string) Finding {
	f := Finding{Name: "go"}
	out, err := exec.CommandContext(ctx, i.Go, "env", "GOVERSION").Output()
	if err != nil {
		f.Text, f.Mend = fmt.Sprintf("the go command %s does not run (%v)", i.Go, err), "install Go from https://go.dev/dl, then "+reinstall
		return f
	}
	f.OK, f.Text = true, strings.TrimSpace(string(out))+" at "+i.Go
	return f
}

func checkModule(i Installed, reinstall string) Finding {
	f := Finding{Name: "module", Mend: reinstall}
	switch list, err := modulesOf(i.Module); {
	case err != nil:
		f.Text = fmt.Sprintf("cells import from %s, which does not hold the module (%v)", i.Module, err)
	default:
		known, err := os.ReadFile(i.modules())
		if err != nil || string(known) != string(lines(list)) {
			f.Text = "the module requires others than it did at the installation, so that every cell asks the network"
			return f
		}
		f.OK, f.Mend, f.Text = true, "", "cells import from "+i.Module
	}
	return f
}

func checkPrograms(i Installed, reinstall string) Finding {
	var missing []string
	for _, p := range programs {
		info, err := os.Stat(filepath.Join(i.Data, filepath.FromSlash(p.file)))
		if err != nil || info.Mode()&0o111 == 0 {
			missing = append(missing, p.file)
		}
	}
	if len(missing) > 0 {
		return Finding{Name: "programs", Text: "not there: " + strings.Join(missing, ", "), Mend: reinstall}
	}
	return Finding{Name: "programs", OK: true, Text: "puncta, gonb, goimports"}
}

func checkSpec(i Installed, reinstall string) Finding {
	f := Finding{Name: "jupyter", Mend: reinstall}
	s, err := jupyter.ReadSpec(i.Spec)
	switch {
	case errors.Is(err, os.ErrNotExist):
		f.Text = "Jupyter has no description of the kernel in " + i.Spec
	case err != nil:
		f.Text = fmt.Sprintf("Jupyter's description of the kernel in %s cannot be read (%v)", i.Spec, err)
	case s.Argv[0] != i.Program():
		f.Text = fmt.Sprintf("Jupyter's description in %s starts %v, and not %s", i.Spec, s.Argv, i.Program())
	default:
		f.OK, f.Mend, f.Text = true, "", DisplayName+" is described in "+i.Spec
	}
	return f
}

// checkCompile compiles a cell.
func checkCompile(ctx context.Context, i Installed, reinstall string) Finding {
	start := time.Now()
	if err := Warm(ctx, i); err != nil {
		return Finding{Name: "compile", Text: err.Error(), Mend: reinstall}
	}
	return Finding{Name: "compile", OK: true, Text: fmt.Sprintf("a cell compiles, in %.1f s", time.Since(start).Seconds())}
}

// checkJupyter looks for a program that shows notebooks.
func checkJupyter(ctx context.Context) Finding {
	f := Finding{Name: "lab", Mend: "pip install jupyterlab"}
	program, err := exec.LookPath("jupyter")
	if err != nil {
		f.OK, f.Text = true, "no jupyter in the PATH; VS Code and puncta notebook run do without"
		return f
	}
	out, err := exec.CommandContext(ctx, program, "kernelspec", "list").Output()
	if err != nil || !slices.ContainsFunc(strings.Split(string(out), "\n"), func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), Name+" ") }) {
		f.Text, f.Mend = fmt.Sprintf("%s does not list the kernel: it looks in other folders", program), "puncta kernel install --sys-prefix"
		return f
	}
	f.OK, f.Mend, f.Text = true, "", program+" lists the kernel"
	return f
}
