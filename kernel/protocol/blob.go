package protocol

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/puncta-bio/puncta/detection"
)

// Blob is a volume in a file that does not change any more, ready to be sent
// any number of times.
type Blob struct {
	shape Shape
	file  *os.File
}

// NewBlob copies a volume into a file in memory, or without a name.
//
// Errors: those of [detection.Volume.Validate]; no room.
func NewBlob(v *detection.Volume) (*Blob, error) {
	if err := v.Validate(); err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	f, err := writeSealed(asBytes(v.Data))
	if err != nil {
		return nil, fmt.Errorf("protocol: no room for a volume of %d MB: %w", len(v.Data)>>18, err)
	}
	return &Blob{Shape{v.Dims, v.Channels, v.Spacing, v.Unit}, f}, nil
}

// openBlob takes a file that came with a message. It closes the file on error.
func openBlob(s Shape, f *os.File) (*Blob, error) {
	n, err := s.values()
	if err == nil {
		var info os.FileInfo
		if info, err = f.Stat(); err == nil && info.Size() < int64(n)*4 {
			err = fmt.Errorf("protocol: %w: a volume of %d values in a file of %d bytes", detection.ErrShape, n, info.Size())
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Blob{s, f}, nil
}

// Shape is the shape of the volume.
func (b *Blob) Shape() Shape { return b.shape }

// Bytes is the size of its values in memory.
func (b *Blob) Bytes() int64 {
	n, err := b.shape.values()
	if err != nil {
		return 0
	}
	return int64(n) * 4
}

// Volume reads the volume. It is the caller's.
func (b *Blob) Volume() (*detection.Volume, error) {
	v := detection.NewVolume(b.shape.Dims, b.shape.Channels)
	v.Spacing, v.Unit = b.shape.Spacing, b.shape.Unit
	if _, err := io.ReadFull(io.NewSectionReader(b.file, 0, b.Bytes()), asBytes(v.Data)); err != nil {
		return nil, fmt.Errorf("protocol: reading a volume: %w", err)
	}
	return v, nil
}

// Close frees the file. Copies that were sent stay.
func (b *Blob) Close() error { return b.file.Close() }

// asBytes is the memory of values, which have no pointers.
func asBytes(values []float32) []byte {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*4)
}
