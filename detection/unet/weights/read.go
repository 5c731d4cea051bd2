package weights

import (
	"bytes"
	"errors"
	"io"
)

// Read reads the tensors of a safetensors or .pth file. It looks at the
// content, not at the name. Errors are those of [ReadSafetensors] and
// [ReadPTH], or say that the file is neither.
func Read(path string) (*Set, error) {
	c, err := ReadCheckpoint(path)
	if err != nil {
		return nil, err
	}
	return c.Weights, nil
}

// ReadCheckpoint is [Read] with what else a .pth file says about the network.
func ReadCheckpoint(path string) (*Checkpoint, error) { return readFile(path, readAny) }

func readAny(r io.ReaderAt, size int64) (*Checkpoint, error) {
	start := make([]byte, min(size, 9))
	if _, err := readFullAt(r, start, 0); err != nil {
		return nil, err
	}
	switch {
	case len(start) == 9 && start[8] == '{': // a header length, then JSON
		set, err := ReadSafetensors(r, size)
		if err != nil {
			return nil, err
		}
		return &Checkpoint{Weights: set}, nil
	case bytes.HasPrefix(start, []byte("PK")), bytes.HasPrefix(start, []byte{0x80, 2}):
		return readPTH(r, size)
	}
	return nil, errors.New("neither safetensors nor a checkpoint of PyTorch (.pth)")
}
