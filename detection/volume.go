package detection

import (
	"errors"
	"fmt"
	"math"
)

// ErrShape is wrapped by every error about sizes that do not fit together.
var ErrShape = errors.New("shapes do not fit")

// Spacing is the size of a voxel in physical units, (z, y, x). All three are
// finite and above zero.
type Spacing [3]float64

// UnitSpacing makes physical units the same as voxels.
var UnitSpacing = Spacing{1, 1, 1}

// Validate reports an entry that is not a finite number above zero.
func (s Spacing) Validate() error {
	for i, v := range s {
		if !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("spacing along %s is %v: want a finite number above 0", AxisNames[i], v)
		}
	}
	return nil
}

// AxisNames names the spatial axes in the order in which they are stored.
var AxisNames = [3]string{"z", "y", "x"}

// Volume is an image, a mask or a map: (z, y, x, c), float32, row-major,
// channels last. A 2D image has Dims[0] == 1.
type Volume struct {
	// Dims holds the number of voxels along (z, y, x).
	Dims [3]int
	// Channels is the number of values per voxel, at least 1.
	Channels int
	// Data holds Dims[0]*Dims[1]*Dims[2]*Channels values; the value of
	// channel c at (z, y, x) is Data[((z*Dims[1]+y)*Dims[2]+x)*Channels+c].
	Data []float32
	// Spacing is the voxel size in physical units.
	Spacing Spacing
	// Unit is the physical unit of Spacing, such as "um"; "" when unknown.
	Unit string
}

// NewVolume returns a volume of zeros with [UnitSpacing]. It panics when a
// dimension or channels is below 1, which is a programming error; files are
// checked by their reader.
func NewVolume(dims [3]int, channels int) *Volume {
	n := channels
	for _, d := range dims {
		n *= d
	}
	if dims[0] < 1 || dims[1] < 1 || dims[2] < 1 || channels < 1 {
		panic(fmt.Sprintf("detection: NewVolume of %v with %d channels", dims, channels))
	}
	return &Volume{Dims: dims, Channels: channels, Data: make([]float32, n), Spacing: UnitSpacing}
}

// NewLike returns a volume of zeros with the spatial shape, spacing and unit
// of v and the given number of channels.
func NewLike(v *Volume, channels int) *Volume {
	out := NewVolume(v.Dims, channels)
	out.Spacing, out.Unit = v.Spacing, v.Unit
	return out
}

// Validate reports a volume whose data does not fit its dimensions or whose
// spacing is not usable. The error wraps [ErrShape] in the first case.
func (v *Volume) Validate() error {
	if v == nil {
		return fmt.Errorf("%w: volume is nil", ErrShape)
	}
	if v.Dims[0] < 1 || v.Dims[1] < 1 || v.Dims[2] < 1 || v.Channels < 1 {
		return fmt.Errorf("%w: volume %v with %d channels", ErrShape, v.Dims, v.Channels)
	}
	if want := v.Voxels() * v.Channels; len(v.Data) != want {
		return fmt.Errorf("%w: volume %v with %d channels holds %d values, want %d",
			ErrShape, v.Dims, v.Channels, len(v.Data), want)
	}
	return v.Spacing.Validate()
}

// NDim is 2 for a volume of one plane and 3 otherwise.
func (v *Volume) NDim() int {
	if v.Dims[0] == 1 {
		return 2
	}
	return 3
}

// Voxels is the number of voxels, channels not counted.
func (v *Volume) Voxels() int { return v.Dims[0] * v.Dims[1] * v.Dims[2] }

// Index is the position of channel 0 of voxel (z, y, x) in Data.
func (v *Volume) Index(z, y, x int) int {
	return ((z*v.Dims[1]+y)*v.Dims[2] + x) * v.Channels
}

// At is the value of channel c at (z, y, x).
func (v *Volume) At(z, y, x, c int) float32 { return v.Data[v.Index(z, y, x)+c] }

// Set stores value in channel c at (z, y, x).
func (v *Volume) Set(z, y, x, c int, value float32) { v.Data[v.Index(z, y, x)+c] = value }

// Contains says whether the voxel lies inside the volume.
func (v *Volume) Contains(voxel [3]int) bool {
	for i, p := range voxel {
		if p < 0 || p >= v.Dims[i] {
			return false
		}
	}
	return true
}

// Channel returns channel c as a volume of one channel. With one channel it
// is v itself, not a copy.
func (v *Volume) Channel(c int) *Volume {
	if v.Channels == 1 && c == 0 {
		return v
	}
	out := NewLike(v, 1)
	for i := range out.Data {
		out.Data[i] = v.Data[i*v.Channels+c]
	}
	return out
}

// Grey is the mean of v over its channels; v itself where it has one.
func (v *Volume) Grey() *Volume {
	if v.Channels == 1 {
		return v
	}
	out := NewLike(v, 1)
	for i := range out.Data {
		var sum float64
		for _, x := range v.Data[i*v.Channels:][:v.Channels] {
			sum += float64(x)
		}
		out.Data[i] = float32(sum / float64(v.Channels))
	}
	return out
}

// Clone returns a deep copy.
func (v *Volume) Clone() *Volume {
	out := *v
	out.Data = append([]float32(nil), v.Data...)
	return &out
}

// Range is the smallest and the largest value. NaN is passed over; with
// nothing but NaN both are NaN.
func (v *Volume) Range() (lo, hi float32) {
	lo, hi = float32(math.NaN()), float32(math.NaN())
	for _, x := range v.Data {
		if !(x >= lo) && x == x {
			lo = x
		}
		if !(x <= hi) && x == x {
			hi = x
		}
	}
	return lo, hi
}
