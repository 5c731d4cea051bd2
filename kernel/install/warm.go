//go:build unix

package install

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// cellPackages are what cells import: the packages that [Warm] compiles.
var cellPackages = []string{
	"kernel/session", "kernel/display", "kernel/display/charts", "detection", "detection/imageio", "detection/config", "detection/simulate", "detection/dataset", "detection/export", "detection/counts", "plots", "widgets",
}

// modelPackages are what a cell with a network of its own imports beside them.
// They are compiled and not linked, which takes longer than all the rest.
var modelPackages = []string{
	ModulePath + "/detection/device", "github.com/gomlx/gomlx/ml/layers", "github.com/gomlx/gomlx/ml/train", "github.com/gomlx/gomlx/ml/train/loss",
	"github.com/gomlx/gomlx/ml/train/optimizer",
}

// Warm compiles the packages that cells import into the kernel's cache, the way
// that GoNB compiles a cell. It takes two minutes or so on an empty cache, and
// about a second on a warm one, whose entries it keeps from being trimmed.
func Warm(ctx context.Context, i Installed) error {
	var text strings.Builder
	text.WriteString("package main\n\nimport (\n\t\"flag\"\n\t\"fmt\"\n")
	for _, pkg := range cellPackages {
		fmt.Fprintf(&text, "\t_ %q\n", ModulePath+"/"+pkg)
	}
	text.WriteString(")\n\nfunc main() {\n\tflag.Parse()\n\tfmt.Println()\n}\n")
	if said, err := compileCell(ctx, i, text.String(), ""); err != nil {
		return fmt.Errorf("warming the cache: %w\n%s", err, tail(said, 20))
	}
	c := goCommand(ctx, i, i.Module, slices.Concat([]string{"build"}, modelPackages)...)
	c.Env = append(os.Environ(), i.CellEnv()...)
	if err := run(c); err != nil {
		return fmt.Errorf("warming the cache: %w", err)
	}
	return nil
}
