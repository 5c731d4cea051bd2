//go:build unix

package install

import (
	"context"
	"fmt"
	"strings"
)

// cellPackages are what cells import: the packages that [Warm] compiles.
var cellPackages = []string{
	"kernel/session", "kernel/display", "kernel/display/charts", "detection", "detection/imageio", "detection/config", "detection/simulate", "detection/export", "detection/counts", "plots", "widgets",
}

// Warm compiles the packages that cells import into the kernel's cache, the way
// that GoNB compiles a cell. It takes a minute or two on an empty cache, and
// less than a second on a warm one, whose entries it keeps from being trimmed.
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
	return nil
}
