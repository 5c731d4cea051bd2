package protocol

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// writeSealed returns a file in memory that holds data and that nobody who
// gets its descriptor can change.
func writeSealed(data []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate("puncta", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return writeUnnamed(data)
	}
	f := os.NewFile(uintptr(fd), "volume")
	if _, err := f.Write(data); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	seals := unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
