//go:build unix

package spawn

import (
	"errors"
	"io"

	"github.com/puncta-bio/puncta/kernel/rundir"
)

// Alone starts an engine outside a kernel, in a folder of its own, and returns
// its socket. It ends with stop or with this program.
func Alone(command []string, stderr io.Writer) (socket string, stop func() error, err error) {
	dir, _, err := rundir.Create(rundir.Base())
	if err != nil {
		return "", nil, err
	}
	l, err := Listen(dir.Path)
	if err != nil {
		return "", nil, errors.Join(err, dir.Remove())
	}
	p, err := l.Start(Options{Command: command, Env: []string{rundir.Variable + "=" + dir.ID}, Stderr: stderr})
	if err != nil {
		return "", nil, errors.Join(err, l.Close(), dir.Remove())
	}
	return l.Path, func() error {
		p.Stop()
		return errors.Join(l.Close(), dir.Remove())
	}, nil
}
