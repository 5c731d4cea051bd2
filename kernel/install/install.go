//go:build unix

package install

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"

	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/download"
)

// Options configures [Install].
type Options struct {
	// Data, Cache and Jupyter are the folders of [Installed] and of Jupyter's
	// data; see [UserData], [UserCache] and UserData of package jupyter.
	Data, Cache, Jupyter string
	// Module is a checkout whose packages cells import as they are at that
	// moment. "" extracts Source.
	Module string
	// Source is the module's source, which the program carries.
	Source fs.FS
	// Version is that of the program.
	Version string
	// Note is told what happens, one sentence each; nil for nobody.
	Note func(string)
}

// Install builds and writes everything. What was installed before is replaced,
// one file after the other, the description last: a kernel that runs goes on
// with what it has.
//
// Errors: no go command, no C compiler, no network for the modules that are not
// there yet; folders that cannot be written.
func Install(ctx context.Context, o Options) (Installed, error) {
	i := Installed{Data: o.Data, Cache: o.Cache, Module: o.Module, Spec: SpecFolder(o.Jupyter), Version: o.Version}
	note := o.Note
	if note == nil {
		note = func(string) {}
	}
	var err error
	if i.Go, err = exec.LookPath("go"); err != nil {
		return i, errors.New("no go command in the PATH: cells are compiled by it; install Go from https://go.dev/dl")
	}
	if err := os.MkdirAll(i.Data, 0o755); err != nil {
		return i, err
	}
	if err := os.MkdirAll(i.goCache(), 0o755); err != nil {
		return i, err
	}
	if i.Module == "" {
		i.Module = i.source()
		note("writing the module's source to " + i.Module)
		if err := extract(o.Source, i.Module); err != nil {
			return i, err
		}
	}
	list, err := modulesOf(i.Module)
	if err != nil {
		return i, err
	}
	err = atomicfile.Write(i.modules(), func(w io.Writer) error {
		_, err := w.Write(lines(list))
		return err
	})
	if err != nil {
		return i, err
	}
	for k, p := range programs {
		note(fmt.Sprintf("building %s (%d of %d)", p.file, k+1, len(programs)))
		if err := build(ctx, i, p.file, p.pkg); err != nil {
			return i, err
		}
	}
	note("compiling what cells import, so that the first one is quick")
	if err := Warm(ctx, i); err != nil {
		return i, err
	}
	note("fetching the library of interactive charts")
	if err := fetchECharts(ctx, i, download.DefaultClient()); err != nil {
		if ctx.Err() != nil {
			return i, ctx.Err()
		}
		note(fmt.Sprintf("not fetched, so that charts are still pictures: %v", err))
	}
	if err := i.save(); err != nil {
		return i, err
	}
	return i, writeSpec(i)
}
