//go:build unix

package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// readPoints answers with the points of a CSV file, none where there is no file.
func readPoints(_ context.Context, _ *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.ReadPointsArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	text, hash, err := contents(args.Path)
	if err != nil || hash == "" {
		return protocol.ReadPointsReply{}, nil, err
	}
	points, err := detection.ReadPoints(bytes.NewReader(text), args.Path, editing(args.Classes))
	return protocol.ReadPointsReply{Points: points, Hash: hash}, nil, workflow.Input(err)
}

// savePoints writes a CSV file of points, unless somebody else has changed it
// since it was read, to something else. Two calls at the same time see each other; what another
// program writes between the look and the rename is lost.
func savePoints(_ context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.SavePointsArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	points, err := detection.ReadPoints(strings.NewReader(args.CSV), args.Path, editing(args.Classes))
	if err != nil {
		return nil, nil, workflow.Input(err)
	}
	e.saving.Lock()
	defer e.saving.Unlock()
	_, hash, err := contents(args.Path)
	if err != nil {
		return nil, nil, err
	}
	reply := protocol.SavePointsReply{Points: points, Hash: hashOf([]byte(args.CSV))}
	if hash == reply.Hash { // an answer that was lost, say
		return reply, nil, nil
	}
	if hash != args.Base {
		what := "has been changed"
		switch {
		case hash == "":
			what = "has been removed"
		case args.Base == "":
			what = "has been made"
		}
		return nil, nil, &protocol.Error{Code: protocol.Changed, Hash: hash, Text: fmt.Sprintf("%s %s by somebody else since it was read: it was left as it is", args.Path, what)}
	}
	path := args.Path
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays one
	}
	if err := atomicfile.Write(path, func(w io.Writer) error { _, err := io.WriteString(w, args.CSV); return err }); err != nil {
		return nil, nil, fmt.Errorf("the points were not saved: %w", err)
	}
	return reply, nil, nil
}

// editing is how points files are read for an editor: what is there is shown,
// even where a training would refuse it.
func editing(classes int) detection.ReadPointsOptions {
	o := detection.DefaultReadPointsOptions()
	o.Classes, o.AllowUnclassed, o.AllowRepeated = classes, true, true
	return o
}

// contents is what a file holds, with its hash; "" where there is no file.
func contents(path string) (text []byte, hash string, err error) {
	if !filepath.IsAbs(path) {
		return nil, "", workflow.Input(fmt.Errorf("%q: want an absolute path to a CSV file of points", path))
	}
	text, err = os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", nil
	case err != nil:
		return nil, "", workflow.Input(fmt.Errorf("%s: %w", path, filesys.WithoutPath(err)))
	}
	return text, hashOf(text), nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
