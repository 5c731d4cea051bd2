package detection

import "fmt"

// Labels assigns each voxel to an object: 0 is background, other values name
// objects. It has the layout of a one-channel [Volume], in whole numbers,
// since float32 cannot tell more than 2^24 objects apart.
type Labels struct {
	// Dims holds the number of voxels along (z, y, x); 2D has Dims[0] == 1.
	Dims [3]int
	// Data holds the label of voxel (z, y, x) at (z*Dims[1]+y)*Dims[2]+x.
	Data []int32
}

// NewLabels returns labels that are all background. It panics when a
// dimension is below 1, which is a programming error.
func NewLabels(dims [3]int) *Labels {
	if dims[0] < 1 || dims[1] < 1 || dims[2] < 1 {
		panic(fmt.Sprintf("detection: NewLabels of %v", dims))
	}
	return &Labels{Dims: dims, Data: make([]int32, dims[0]*dims[1]*dims[2])}
}

// Validate reports labels whose data does not fit their dimensions. The error
// wraps [ErrShape].
func (l *Labels) Validate() error {
	if l == nil {
		return fmt.Errorf("%w: labels are nil", ErrShape)
	}
	if l.Dims[0] < 1 || l.Dims[1] < 1 || l.Dims[2] < 1 {
		return fmt.Errorf("%w: labels of %v", ErrShape, l.Dims)
	}
	if want := l.Dims[0] * l.Dims[1] * l.Dims[2]; len(l.Data) != want {
		return fmt.Errorf("%w: labels of %v hold %d values, want %d", ErrShape, l.Dims, len(l.Data), want)
	}
	return nil
}

// Max is the largest label.
func (l *Labels) Max() int32 {
	var largest int32
	for _, v := range l.Data {
		largest = max(largest, v)
	}
	return largest
}

// Label numbers the connected components of mask 1..n and returns n. A voxel
// belongs to one when it is not zero (NaN is not zero). Components are
// numbered by their first voxel in raster order, as scipy.ndimage.label does.
// mask has one channel and is not modified.
//
// Errors: those of [Volume.Validate]; more than one channel; an unknown
// connectivity.
func Label(mask *Volume, connectivity Connectivity) (*Labels, int, error) {
	if err := checkMap(mask); err != nil {
		return nil, 0, fmt.Errorf("detection: label: %w", err)
	}
	binary := NewLabels(mask.Dims)
	for i, v := range mask.Data {
		if v != 0 {
			binary.Data[i] = 1
		}
	}
	return LabelEqual(binary, connectivity)
}

// LabelEqual numbers the connected components of equal labels 1..n, in raster
// order of their first voxels, and returns n; touching objects with different
// labels stay apart, and the parts of a torn object become objects.
// Background stays background. labels is not modified.
//
// Errors: those of [Labels.Validate]; an unknown connectivity.
//
// Source: skimage.measure.label with background 0 does the same.
func LabelEqual(labels *Labels, connectivity Connectivity) (*Labels, int, error) {
	if err := labels.Validate(); err != nil {
		return nil, 0, fmt.Errorf("detection: label: %w", err)
	}
	if err := connectivity.Validate(); err != nil {
		return nil, 0, fmt.Errorf("detection: label: %w", err)
	}
	out := NewLabels(labels.Dims)
	around := newNeighbourhood(labels.Dims, connectivity)
	var n int32
	var stack []int
	for start, value := range labels.Data {
		if value == 0 || out.Data[start] != 0 {
			continue
		}
		n++
		out.Data[start] = n
		stack = append(stack[:0], start)
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, j := range around.of(i) {
				if labels.Data[j] == value && out.Data[j] == 0 {
					out.Data[j] = n
					stack = append(stack, j)
				}
			}
		}
	}
	return out, int(n), nil
}
