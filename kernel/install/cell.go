//go:build unix

package install

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// compileCell compiles the text of a program to a file, the way that GoNB
// compiles a cell: in a workspace with the module, with the kernel's variables.
// "" drops the file, linked all the same. said is what the compiler wrote, when there is an error.
func compileCell(ctx context.Context, i Installed, text, to string) (said string, err error) {
	dir, err := os.MkdirTemp("", "puncta-cell-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if to == "" {
		to = filepath.Join(dir, "cell")
	}
	for name, text := range map[string]string{"go.mod": "module cell\n\ngo 1.26\n", "main.go": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	for _, args := range [][]string{{"work", "init", ".", i.Module}, {"build", "-o", to, "."}} {
		c := goCommand(ctx, i, dir, args...)
		c.Env = append(os.Environ(), i.CellEnv()...)
		if out, err := c.CombinedOutput(); err != nil {
			return strings.TrimSpace(strings.TrimPrefix(string(out), "# cell\n")), err
		}
	}
	return "", nil
}
