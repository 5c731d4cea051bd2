//go:build unix

package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/spawn"
)

// CellsOptions configures [Cells].
type CellsOptions struct {
	Options
	// Ours is Puncta's kernel, Stock GoNB as it comes, with the same workspace.
	Ours, Stock jupyter.Spec
	// Engine is the command of the engine that serves the stock kernel, whose
	// cells are the same.
	Engine []string
	// Log gets what the kernels write beside the outputs of cells.
	Log io.Writer
}

// cellImports are the imports of both notebooks. Ours has "flag" among them, as
// docs/kernel.md asks; GoNB needs it in every cell, and looks through all
// modules where it is missing.
const cellImports = `import (%s
	"fmt"
	"os"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/kernel/session"
	"github.com/puncta-bio/puncta/widgets"
)`

// cellDeclarations are in the memory of both kernels, as in a notebook; they are
// given the folder of the image and its points.
const cellDeclarations = `func check(err error) {
	if err != nil {
		panic(err)
	}
}

func truePoints(path string) []detection.Point {
	f, err := os.Open(path)
	check(err)
	defer f.Close()
	points, err := detection.ReadPoints(f, path, detection.DefaultReadPointsOptions())
	check(err)
	return points
}

const folder = %q`

// measuredCells are the cells that are measured, with a text that their outputs
// hold. Each has a place for a number.
var measuredCells = []struct{ name, code, holds string }{
	{"a trivial cell", "%%%%\nfmt.Println(\"hello\", %d)", "hello"},
	{"an explorer of a map that the engine has", `%%%%
fmt.Println(%d)
s := session.MustConnect()
image := s.MustOpen(folder + "/image.tif")
prob := s.MustPredict(image, "nuclei2d")
explorer, err := widgets.NewExplorer(image.Volume, prob.Volume, truePoints(folder+"/image.csv"), widgets.DefaultExplorerOptions())
check(err)
check(display.Widget(explorer))`, "text/html"},
}

// writeScene writes a generated image with its points into a folder.
func writeScene(dir string) error {
	image, truth, err := simulate.Nuclei(simulate.DefaultNucleiOptions())
	if err != nil {
		return err
	}
	if err := imageio.WriteFile(filepath.Join(dir, "image.tif"), image, imageio.DefaultTIFFOptions()); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, "image.csv"), func(w io.Writer) error {
		return detection.WritePoints(w, truth, detection.DefaultWritePointsOptions())
	})
}

// Cells measures how long cells take in Puncta's kernel and in a stock GoNB, in
// turn: the same cells, which link the same packages, in notebooks that import
// the same. Both have an engine that knows the model and the map. A cell is
// changed before each run, as it is by somebody who tries values, and then run
// again as it is. Beside it the stock kernel is measured with "flag" among its
// imports, too, which spares it goimports' search.
//
// Errors: kernels that do not start; cells that fail, with what they say; those
// of [Alternate].
func Cells(ctx context.Context, o CellsOptions) (r *Report, err error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	dir, err := os.MkdirTemp("", "puncta-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := writeScene(dir); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	socket, stop, err := spawn.Alone(o.Engine, o.Log)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	defer func() { err = errors.Join(err, stop()) }()
	r = &Report{Bench: "cells", Machine: ThisMachine(), Rounds: o.Rounds, Warmups: o.Warmups, Peer: "stock GoNB, " + strings.Join(o.Stock.Argv, " ")}
	const flag = "\n\t\"flag\""
	for _, peer := range []struct{ name, imports string }{
		{"", ""}, {`; GoNB's with "flag" imported`, flag},
	} {
		ours, err := openNotebook(ctx, o, o.Ours, dir, flag)
		if err != nil {
			return nil, err
		}
		defer ours.kernel.Shutdown(cellGrace)
		stock, err := openNotebook(ctx, o, o.Stock, dir, peer.imports, spawn.Variable+"="+socket)
		if err != nil {
			return nil, err
		}
		defer stock.kernel.Shutdown(cellGrace)
		for _, c := range measuredCells {
			for _, again := range []bool{false, true} {
				if again && peer.name != "" {
					continue
				}
				name := c.name + ", changed" + peer.name
				if again {
					name = c.name + ", run again"
				}
				it, err := Alternate(ctx, name, ours.timed(c.code, c.holds, again), stock.timed(c.code, c.holds, again), o.Options)
				if err != nil {
					return nil, err
				}
				r.Items = append(r.Items, it)
			}
		}
	}
	return r, nil
}

// cellGrace is how long a kernel may take to end.
const cellGrace = 5 * time.Second

// openedNotebook is a kernel that has the declarations.
type openedNotebook struct{ kernel *jupyter.Kernel }

func openNotebook(ctx context.Context, o CellsOptions, spec jupyter.Spec, dir, imports string, env ...string) (*openedNotebook, error) {
	start := jupyter.DefaultStartOptions()
	start.Env, start.Log = env, o.Log
	k, err := jupyter.Start(ctx, spec, start)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	n := &openedNotebook{k}
	for _, code := range []string{fmt.Sprintf(cellImports, imports), fmt.Sprintf(cellDeclarations, dir)} {
		if _, err := n.execute(ctx, code); err != nil {
			k.Shutdown(cellGrace)
			return nil, fmt.Errorf("bench: %s: %w", spec.DisplayName, err)
		}
	}
	return n, nil
}

// execute runs a cell and returns its outputs as JSON.
func (n *openedNotebook) execute(ctx context.Context, code string) (string, error) {
	var outputs strings.Builder
	reply, err := n.kernel.Execute(ctx, code, jupyter.DefaultExecuteOptions(), func(m jupyter.Message) {
		outputs.Write(m.Content)
	})
	if err != nil {
		return "", err
	}
	if reply.Status != "ok" {
		return "", fmt.Errorf("a cell failed: %s: %s\n%s", reply.Name, reply.Value, strings.Join(reply.Traceback, "\n"))
	}
	return outputs.String(), nil
}

// timed is the time of a cell, from its request until the kernel is idle again.
// The cell is another one each time, or the same one again.
func (n *openedNotebook) timed(code, holds string, again bool) Side {
	round := 0
	return func(ctx context.Context) (float64, error) {
		if !again {
			round++
		}
		start := time.Now()
		outputs, err := n.execute(ctx, fmt.Sprintf(code, round))
		seconds := time.Since(start).Seconds()
		if err == nil && !strings.Contains(outputs, holds) {
			err = fmt.Errorf("the cell's outputs hold no %q", holds)
		}
		return seconds, err
	}
}
