//go:build unix

package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/internal/filesys"
)

// BuildProgram compiles a Go file of package main that imports what cells
// import, without a go.mod of its own, into a program at path.
//
// Errors: a file that cannot be read; what the compiler says, with the file's
// own lines.
func BuildProgram(ctx context.Context, i Installed, file, path string) (err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, filesys.WithoutPath(err))
	}
	dir, err := os.MkdirTemp("", "puncta-exec-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"go.mod": "module program\n\ngo 1.26\n",
		// The compiler names the lines of the file as it is.
		"main.go": "//line " + absolute + ":1\n" + string(text),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"work", "init", ".", i.Module}, {"build", "-o", path, "."}} {
		c := goCommand(ctx, i, dir, args...)
		c.Env = append(os.Environ(), i.CellEnv()...)
		if out, err := c.CombinedOutput(); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			said := strings.TrimSpace(strings.TrimPrefix(string(out), "# program\n"))
			return fmt.Errorf("%s does not compile: %s", file, said)
		}
	}
	return nil
}
