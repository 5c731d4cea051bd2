package protocol

import (
	"errors"
	"os"
)

// writeUnnamed returns a file that holds data, open for reading, and that has
// no name any more where the system allows that.
func writeUnnamed(data []byte) (*os.File, error) {
	w, err := os.CreateTemp("", "puncta-volume-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(w.Name())
	_, err = w.Write(data)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return os.Open(w.Name())
}
