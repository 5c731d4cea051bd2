package imageio

import (
	"fmt"
	"strings"
)

// axis is one axis of a stored array. Its name is T, Z, C, Y, X, S (samples of
// a pixel) or unnamed.
type axis struct {
	name byte
	size int
}

const unnamed = '?'

// placement says where the elements of a stored array go in a Volume: element
// (i0, i1, …) goes to index Σ i·strides.
type placement struct {
	dims     [3]int
	channels int
	strides  []int
	axes     string // names of the axes longer than 1
}

// place finds the placement of an array with these axes, outermost first. All
// sizes are at least 1 and the caller has bounded their product. Axes of length
// 1 are passed over, Y and X excepted. An unnamed axis is z. Channels on pages
// and samples of a pixel together give pages x samples channels, the samples of
// the first page first.
func place(stored []axis) (placement, error) {
	stored, err := nameUnnamed(stored)
	if err != nil {
		return placement{}, err
	}
	p := placement{}
	size := map[byte]int{}
	for _, a := range stored {
		if a.spare() {
			continue
		}
		if size[a.name] > 0 {
			return placement{}, fmt.Errorf("axes %s name %c twice", describeAxes(stored), a.name)
		}
		size[a.name] = a.size
		if a.size > 1 {
			p.axes += string(a.name)
		}
	}
	if size['Y'] < 1 || size['X'] < 1 {
		return placement{}, fmt.Errorf("axes %s: want Y and X among them", describeAxes(stored))
	}
	if size['T'] > 1 {
		return placement{}, fmt.Errorf("%d time points (axes %s), want 1: save each time point as a file of its own, or set ReadOptions.Axes when these are not times",
			size['T'], describeAxes(stored))
	}
	samples := max(1, size['S'])
	p.channels = samples * max(1, size['C'])
	p.dims = [3]int{max(1, size['Z']), size['Y'], size['X']}
	stride := map[byte]int{
		'S': 1,
		'C': samples,
		'X': p.channels,
		'Y': p.channels * size['X'],
		'Z': p.channels * size['X'] * size['Y'],
	}
	for _, a := range stored {
		if a.spare() {
			p.strides = append(p.strides, 0)
		} else {
			p.strides = append(p.strides, stride[a.name])
		}
	}
	return p, nil
}

// spare says that the axis says nothing: every array has it with length 1.
func (a axis) spare() bool { return a.size == 1 && a.name != 'Y' && a.name != 'X' }

// nameUnnamed makes the one unnamed axis longer than 1 the z axis.
func nameUnnamed(stored []axis) ([]axis, error) {
	out := append([]axis(nil), stored...)
	hasZ := false
	for _, a := range out {
		hasZ = hasZ || (a.name == 'Z' && a.size > 1)
	}
	for i, a := range out {
		if a.name != unnamed || a.size == 1 {
			continue
		}
		if hasZ {
			return nil, fmt.Errorf("axes %s: more than one could be z, name them with ReadOptions.Axes", describeAxes(stored))
		}
		out[i].name, hasZ = 'Z', true
	}
	return out, nil
}

// rename gives the stored axes the names in axes. Where there are more stored
// axes than names, axes of length 1 are taken out of the naming, outermost
// first; they keep their place with length 1.
func rename(stored []axis, axes string) ([]axis, error) {
	axes = strings.ToUpper(axes)
	spare := len(stored) - len(axes)
	out := make([]axis, 0, len(stored))
	next := 0
	for _, a := range stored {
		switch {
		case a.size == 1 && spare > 0:
			a.name = unnamed
			spare--
		case next < len(axes):
			a.name = axes[next]
			next++
		default:
			spare = -1
		}
		out = append(out, a)
	}
	if spare != 0 || next != len(axes) {
		return nil, fmt.Errorf("Axes %q names %d axes, the file stores %s", axes, len(axes), describeAxes(stored))
	}
	return out, nil
}

// describeAxes writes axes as "T=1 Z=5 Y=64 X=64".
func describeAxes(axes []axis) string {
	var parts []string
	for _, a := range axes {
		parts = append(parts, fmt.Sprintf("%c=%d", a.name, a.size))
	}
	return strings.Join(parts, " ")
}
