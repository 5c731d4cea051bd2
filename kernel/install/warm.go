//go:build unix

package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// cellPackages are what cells import: the packages that [Warm] compiles.
var cellPackages = []string{
	"kernel/session", "kernel/display", "detection", "detection/imageio", "detection/config", "detection/simulate", "plots", "widgets",
}

// Warm compiles the packages that cells import into the kernel's cache, the way
// that GoNB compiles a cell. It takes a minute or two on an empty cache, and
// less than a second on a warm one, whose entries it keeps from being trimmed.
func Warm(ctx context.Context, i Installed) (err error) {
	dir, err := os.MkdirTemp("", "puncta-warm-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var imports strings.Builder
	for _, pkg := range cellPackages {
		fmt.Fprintf(&imports, "\t_ %q\n", ModulePath+"/"+pkg)
	}
	files := map[string]string{
		"go.mod":  "module warm\n\ngo 1.26\n",
		"main.go": "package main\n\nimport (\n\t\"flag\"\n\t\"fmt\"\n" + imports.String() + ")\n\nfunc main() {\n\tflag.Parse()\n\tfmt.Println()\n}\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"work", "init", ".", i.Module}, {"build", "-o", filepath.Join(dir, "cell"), "."}} {
		c := goCommand(ctx, i, dir, args...)
		c.Env = append(os.Environ(), i.CellEnv()...)
		if err := run(c); err != nil {
			return fmt.Errorf("warming the cache: %w", err)
		}
	}
	return nil
}
