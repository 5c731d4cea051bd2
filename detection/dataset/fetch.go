package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/internal/download"
)

// partSuffix marks a file that has not arrived whole.
const partSuffix = ".part"

// errSum marks what has come out of an archive and is not what was expected.
var errSum = errors.New("it is not the file that the manifest describes")

// fetch brings a file to path: under a temporary name first, continuing what
// an earlier call left of it, and under its own name when size and SHA-256
// are right. A complete file is not fetched again. step is told of bytes that
// have arrived, and of minus those that had to be given up.
func (g *getter) fetch(ctx context.Context, f File, path string, step func(int64)) error {
	if sum, n, err := download.Sum(path); err == nil && n == f.Bytes && sum == f.SHA256 {
		step(n)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	address := g.manifest.address(f.Path)
	counted := int64(0) // bytes of this file that step has been told of
	tell := func(have, _ int64) { step(have - counted); counted = have }
	err := g.client.Fetch(ctx, download.File{URL: address, SHA256: f.SHA256, Bytes: f.Bytes}, path+partSuffix, tell)
	if err != nil {
		return fmt.Errorf("cannot download %s: %w", address, err)
	}
	return os.Rename(path+partSuffix, path)
}
