package imageio

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/puncta-bio/puncta/internal/filesys"
)

const npyMagic = "\x93NUMPY"

// decodeNPY reads an array of NumPy's format, versions 1 to 3, of 2 to 4 axes,
// in C or Fortran order. Bytes behind the array are not looked at.
//
// Source: numpy.lib.format.
func decodeNPY(r io.ReaderAt, size int64, opts ReadOptions) (*Image, error) {
	head, dataAt, err := readNPYHeader(r, size)
	if err != nil {
		return nil, fmt.Errorf("NPY: %w", err)
	}
	stored := make([]axis, len(head.shape))
	values := int64(1)
	for i, n := range head.shape {
		if n < 1 {
			return nil, fmt.Errorf("NPY: shape %v has an empty axis, want at least 1 everywhere", head.shape)
		}
		stored[i].size = int(n)
		values = satMul(values, n)
	}
	if have := size - dataAt; satMul(values, int64(head.kind.size())) > have {
		return nil, fmt.Errorf("NPY: shape %v of %v needs %d bytes, the file has %d behind its header",
			head.shape, head.kind, satMul(values, int64(head.kind.size())), have)
	}
	if err := opts.checkBytes(values); err != nil {
		return nil, err
	}
	if stored, err = nameNPYAxes(stored, opts.Axes); err != nil {
		return nil, fmt.Errorf("NPY: %w", err)
	}
	at, err := place(stored)
	if err != nil {
		return nil, fmt.Errorf("NPY: %w", err)
	}
	vol, err := newVolume(at.dims, at.channels, opts)
	if err != nil {
		return nil, err
	}
	strides := at.strides
	if head.fortran { // the first axis runs fastest
		slices.Reverse(stored)
		slices.Reverse(strides)
	}
	body := io.NewSectionReader(r, dataAt, size-dataAt)
	if err := readArray(vol.Data, body, head, stored, strides); err != nil {
		return nil, fmt.Errorf("NPY: %w", err)
	}
	return &Image{Volume: vol, Kind: head.kind, Format: "NPY", Axes: at.axes}, nil
}

// nameNPYAxes names the axes of an array, by axes if that is not "".
func nameNPYAxes(stored []axis, axes string) ([]axis, error) {
	if axes != "" {
		return rename(stored, axes)
	}
	switch n := len(stored); n {
	case 2:
		axes = "YX"
	case 3:
		axes = "ZYX"
		if looksLikeChannels(stored[0].size, stored[1].size, stored[2].size) {
			axes = "YXC"
		}
	case 4:
		axes = "ZYXC"
	default:
		return nil, fmt.Errorf("array of %d axes, want 2 to 4", n)
	}
	return rename(stored, axes)
}

// looksLikeChannels says whether an array of 3 axes is (y, x, c) and not
// (z, y, x): the last axis has at most 4 entries and both others have more.
func looksLikeChannels(a, b, last int) bool {
	const mostChannels = 4
	return last <= mostChannels && a > mostChannels && b > mostChannels
}

// readArray reads the values in the order in which they are stored, the last
// of the stored axes running fastest, and puts each where strides say.
func readArray(dst []float32, r io.Reader, head npyHeader, stored []axis, strides []int) error {
	const chunk = 4096 // values; bounds the buffers when the fastest axis is long
	buffered := bufio.NewReaderSize(r, 1<<16)
	last := len(stored) - 1
	raw := make([]byte, min(chunk, stored[last].size)*head.kind.size())
	values := make([]float32, min(chunk, stored[last].size))
	index := make([]int, last)
	for {
		base := 0
		for i, p := range index {
			base += p * strides[i]
		}
		for done := 0; done < stored[last].size; {
			n := min(len(values), stored[last].size-done)
			part := raw[:n*head.kind.size()]
			if _, err := io.ReadFull(buffered, part); err != nil {
				if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
					return errors.New("the file ends before the array does")
				}
				return filesys.WithoutPath(err)
			}
			if head.order == binary.BigEndian {
				swapBytes(part, head.kind.size())
			}
			head.kind.toFloat32(values[:n], part)
			scatter(dst, base+done*strides[last], strides[last], values[:n])
			done += n
		}
		i := last - 1
		for ; i >= 0; i-- {
			if index[i]++; index[i] < stored[i].size {
				break
			}
			index[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}
