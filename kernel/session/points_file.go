//go:build unix

package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
	"github.com/puncta-bio/puncta/kernel/spawn"
)

// PointsFile is a CSV file of points as it was read, for somebody who edits it:
// the point editor of package widgets takes it as where it saves.
type PointsFile struct {
	// Path is absolute.
	Path string
	// Points in the order of the file; none where there is no file yet.
	Points []detection.Point
	// Hash is that of the contents; "" where there is no file yet.
	Hash string
	// Kernel is the id of the kernel whose cell read it, at its Jupyter server; ""
	// outside a kernel.
	Kernel string
}

// SaveTarget is what the editor needs to save. A path below the working directory,
// which is that of the kernel, is relative to it: the page is shown to others,
// whom the folders of this machine do not concern.
func (f *PointsFile) SaveTarget() (kernel, path, hash string) {
	path = f.Path
	if dir, err := os.Getwd(); err == nil {
		if below, err := filepath.Rel(dir, f.Path); err == nil && filepath.IsLocal(below) {
			path = below
		}
	}
	return f.Kernel, path, f.Hash
}

// Points reads a CSV file of points; a file that is not there yet has none.
// classes is the number of classes, as in [detection.ReadPointsOptions]; 0 goes by
// the file. A file without a column class, whose points then have class 0, and
// several points in one voxel are accepted. Columns other than those of
// [detection.WritePoints] are not kept by who saves it.
//
// Errors: those of [detection.ReadPoints]; a file that cannot be read.
func (s *Session) Points(ctx context.Context, path string, classes int) (*PointsFile, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	var reply protocol.ReadPointsReply
	err = s.call(ctx, request{op: protocol.OpReadPoints, args: protocol.ReadPointsArgs{Path: path, Classes: classes}, result: &reply})
	if err != nil {
		return nil, err
	}
	return &PointsFile{Path: path, Points: reply.Points, Hash: reply.Hash, Kernel: os.Getenv(spawn.KernelVariable)}, nil
}

// SavePoints writes csv to the file, byte for byte, when [detection.ReadPoints]
// accepts it and the file still holds what it held when f was read, or csv already;
// f then has the new points and the new hash. The file appears whole or not at all.
//
// Errors: what ReadPoints finds, [IsInput]; a file that somebody else has changed,
// made or removed in the meantime, [IsChanged]; those of the disk. The file is
// then as it was.
func (s *Session) SavePoints(ctx context.Context, f *PointsFile, csv string, classes int) error {
	var reply protocol.SavePointsReply
	args := protocol.SavePointsArgs{Path: f.Path, Base: f.Hash, Classes: classes, CSV: csv}
	if err := s.call(ctx, request{op: protocol.OpSavePoints, args: args, result: &reply}); err != nil {
		return err
	}
	f.Points, f.Hash = reply.Points, reply.Hash
	return nil
}

// IsChanged reports whether an error says that a file is not what it was when it
// was read, and gives the hash of what it holds; "" where it is gone.
func IsChanged(err error) (hash string, changed bool) {
	var e *protocol.Error
	if errors.As(err, &e) && e.Code == protocol.Changed {
		return e.Hash, true
	}
	return "", false
}
