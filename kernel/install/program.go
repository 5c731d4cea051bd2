//go:build unix

package install

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/puncta-bio/puncta/internal/filesys"
)

// BuildProgram compiles a Go file of package main that imports what cells
// import, without a go.mod of its own, into a program at path.
//
// Errors: a file that cannot be read; what the compiler says, with the file's
// own lines.
func BuildProgram(ctx context.Context, i Installed, file, path string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, filesys.WithoutPath(err))
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	// The compiler names the lines of the file as it is.
	said, err := compileCell(ctx, i, "//line "+absolute+":1:1\n"+string(text), path)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && said != "" {
		return fmt.Errorf("%s does not compile: %s", file, asGiven(said, file))
	}
	return err
}

// asGiven names a file in what the go command says as it was given: the command
// writes its path from the folder of the compilation.
func asGiven(said, file string) string {
	way := regexp.MustCompile(`(?m)^[^\n:]*` + regexp.QuoteMeta(string(filepath.Separator)+filepath.Base(file)) + ":")
	return way.ReplaceAllLiteralString(said, file+":")
}
