package detection

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// MedianBlurOptions configures [RandomMedianBlur]. Start from
// [DefaultMedianBlurOptions].
type MedianBlurOptions struct {
	// Kernel is the side of the square window in voxels, lower and upper, 1 to
	// 99; an even side that is drawn is raised by one, and 1 changes nothing.
	// Default 3 to 7, the smallest that does something to one that erases
	// spots less than 5 voxels across.
	Kernel [2]int
}

// DefaultMedianBlurOptions is a window of 3, 5 or 7 voxels.
func DefaultMedianBlurOptions() MedianBlurOptions { return MedianBlurOptions{Kernel: [2]int{3, 7}} }

// Validate reports a bad range.
func (o MedianBlurOptions) Validate() error {
	return checkWholeRange("Kernel", o.Kernel, 1, maxBlurKernel)
}

// RandomMedianBlur draws a whole number of opts.Kernel, raises an even one by
// one, and does [MedianBlur] with it.
//
// Errors: invalid options, all in one; those of [MedianBlur]; no rng.
//
// Source: BiaPy's median_blur.
func RandomMedianBlur(v *Volume, opts MedianBlurOptions, rng *rand.Rand) error {
	if err := checkIntensity("random median blur", v, opts, rng); err != nil {
		return err
	}
	return MedianBlur(v, drawWhole(rng, opts.Kernel)|1)
}

// MedianBlur replaces every value of v, in place, by the median of the square
// of kernel x kernel voxels around it, in its own plane and channel. Beyond an
// edge the plane is mirrored, the edge voxel repeated. It works on every
// scale and makes no new values.
//
// Errors: those of [Volume.Validate]; a kernel that is not an odd number from
// 1 to 99; a value that is NaN, which has no place in an order. On any error v
// is as it was.
//
// Source: scipy.ndimage.median_filter with its defaults, plane by plane.
func MedianBlur(v *Volume, kernel int) error {
	err := v.Validate()
	if kernel < 1 || kernel > maxBlurKernel || kernel%2 == 0 {
		err = errors.Join(err, fmt.Errorf("kernel is %d: want an odd number from 1 to %d", kernel, maxBlurKernel))
	}
	if err == nil {
		if i := slices.IndexFunc(v.Data, func(x float32) bool { return x != x }); i >= 0 {
			err = nanError(v.Dims, i/v.Channels)
		}
	}
	if err != nil {
		return fmt.Errorf("detection: median blur: %w", err)
	}
	for z := range v.Dims[0] {
		for c := range v.Channels {
			padded := paddedPlane(v, z, c, kernel/2)
			inParallel(v.Dims[1], func(_, lo, hi int) {
				m := newMedianRow(v.Dims[2], kernel)
				for y := lo; y < hi; y++ {
					m.filter(v.Data[v.Index(z, y, 0)+c:], v.Channels, padded[y*(v.Dims[2]+kernel-1):])
				}
			})
		}
	}
	return nil
}

// medianRow filters a row of width voxels.
type medianRow struct {
	width, kernel int
	// columns holds the sorted values of each column of the window's height.
	columns []float32
	// window holds the sorted values of the window, next those of the one
	// after it.
	window, next []float32
}

func newMedianRow(width, kernel int) *medianRow {
	return &medianRow{
		width: width, kernel: kernel,
		columns: make([]float32, (width+kernel-1)*kernel),
		window:  make([]float32, kernel*kernel),
		next:    make([]float32, 0, kernel*kernel),
	}
}

// filter writes the medians to dst, whose values lie stride apart; padded
// begins with the highest row of the window.
func (m *medianRow) filter(dst []float32, stride int, padded []float32) {
	k := m.kernel
	for x := range m.width + k - 1 {
		column := m.columns[x*k : (x+1)*k]
		for j := range column {
			value := padded[j*(m.width+k-1)+x]
			at := j
			for ; at > 0 && column[at-1] > value; at-- {
				column[at] = column[at-1]
			}
			column[at] = value
		}
	}
	copy(m.window, m.columns)
	slices.Sort(m.window)
	dst[0] = m.window[len(m.window)/2]
	for x := 1; x < m.width; x++ {
		m.slide(m.columns[(x-1)*k:x*k], m.columns[(x+k-1)*k:(x+k)*k])
		dst[x*stride] = m.window[len(m.window)/2]
	}
}

// slide moves the window by a voxel: it leaves out the column that is passed
// and merges the one that comes in.
func (m *medianRow) slide(out, in []float32) {
	next := m.next[:0]
	for _, value := range m.window {
		if len(out) > 0 && value == out[0] {
			out = out[1:]
			continue
		}
		for len(in) > 0 && in[0] < value {
			next = append(next, in[0])
			in = in[1:]
		}
		next = append(next, value)
	}
	next = append(next, in...)
	m.window, m.next = next, m.window
}
