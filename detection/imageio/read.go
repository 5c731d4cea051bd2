package imageio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// Read reads the image at path with [DefaultReadOptions].
func Read(path string) (*Image, error) { return ReadWith(path, DefaultReadOptions()) }

// ReadWith reads the image at path: TIFF, PNG, JPEG or NPY, told apart by
// their first bytes and not by the name. See the package comment for what is
// read and how axes and values are understood.
//
// Errors start with path and say what was found and what was expected.
func ReadWith(path string, opts ReadOptions) (*Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, filesys.WithoutPath(err))
	}
	defer func() { _ = f.Close() }() // opened for reading: closing cannot lose anything
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, filesys.WithoutPath(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	img, err := Decode(f, info.Size(), opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return img, nil
}

// Decode reads an image of size bytes from r, like [ReadWith]. Its errors name
// no file. r is not read beyond size, and only during the call.
func Decode(r io.ReaderAt, size int64, opts ReadOptions) (*Image, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, errors.New("the file is empty")
	}
	head := make([]byte, min(8, size))
	if err := readAt(r, head, 0); err != nil {
		return nil, err
	}
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case starts("II*\x00"), starts("MM\x00*"), starts("II+\x00"), starts("MM\x00+"):
		return decodeTIFF(r, size, opts)
	case starts("\x89PNG\r\n\x1a\n"):
		return decodePNG(r, size, opts)
	case starts("\xff\xd8\xff"):
		return decodeJPEG(r, size, opts)
	case starts(npyMagic):
		return decodeNPY(r, size, opts)
	}
	return nil, fmt.Errorf("starts with % x, which is neither TIFF, PNG, JPEG nor NPY", head)
}

// readAt fills dst from offset. The caller has checked that the bytes lie
// within the size it was told; if they do not, the file is shorter than that.
func readAt(r io.ReaderAt, dst []byte, offset int64) error {
	n, err := r.ReadAt(dst, offset)
	if n == len(dst) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("the file ends at byte %d, where %d more were expected", offset+int64(n), len(dst)-n)
	}
	return filesys.WithoutPath(err)
}

// newVolume sets aside a volume after checking it against MaxBytes.
func newVolume(dims [3]int, channels int, opts ReadOptions) (*detection.Volume, error) {
	values := satMul(int64(dims[0]), int64(dims[1]), int64(dims[2]), int64(channels))
	if err := opts.checkBytes(values); err != nil {
		return nil, err
	}
	return detection.NewVolume(dims, channels), nil
}
