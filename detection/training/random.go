package training

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
)

// foreground is the value of a target from which a voxel counts as foreground:
// all of a disk, and the half nearer to the point of a Gaussian's height.
const foreground = 0.5

// Random says where patches are drawn. A patch lies within its sample as far
// as the sample is large enough, and is completed by reflection on both sides
// otherwise. The zero value makes all such places alike.
type Random struct {
	// ByTarget draws the middle of a patch by what is painted: a voxel of the
	// foreground (target 0.5 or more in any class) or of the background, in
	// shares of Foreground to Background, and all voxels of a side alike. A patch
	// that would stick out is moved inwards. A sample with nothing on one side is
	// drawn from the other.
	ByTarget bool
	// Foreground and Background are the shares, 0 or more and not both 0. BiaPy's
	// are 0.94 and 0.06: objects are rare in most images, and a few patches
	// without any teach what background looks like.
	Foreground, Background float64
}

// Validate reports every invalid field at once, each by name and value.
func (r Random) Validate() error {
	if !r.ByTarget {
		return nil
	}
	var errs []error
	for _, f := range []struct {
		name  string
		value float64
	}{{"Foreground", r.Foreground}, {"Background", r.Background}} {
		if !(f.value >= 0) || math.IsInf(f.value, 0) {
			errs = append(errs, fmt.Errorf("%s %v: want a finite number, 0 or more", f.name, f.value))
		}
	}
	if len(errs) == 0 && r.Foreground+r.Background == 0 {
		errs = append(errs, errors.New("Foreground and Background are both 0: want at least one above 0"))
	}
	return errors.Join(errs...)
}

// drawing draws the patches of one sample.
type drawing struct {
	dims, patch [3]int
	byTarget    bool
	share       float64 // probability of the foreground
	voxels      []int   // of the foreground, ascending, z first and x fastest
}

func (r Random) prepare(s Sample, patch [3]int, target Target) (*drawing, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	d := &drawing{dims: s.Image.Dims, patch: patch, byTarget: r.ByTarget}
	if !r.ByTarget {
		return d, nil
	}
	d.share = r.Foreground / (r.Foreground + r.Background)
	painted, err := target.Paint(d.dims, s.Points)
	if err != nil {
		return nil, err
	}
	for i := range painted.Voxels() {
		for _, v := range painted.Data[i*painted.Channels:][:painted.Channels] {
			if v >= foreground {
				d.voxels = append(d.voxels, i)
				break
			}
		}
	}
	return d, nil
}

// centre draws the middle of a patch.
func (d *drawing) centre(rng *rand.Rand) (centre [3]float64) {
	var at [3]int // the voxel in the middle, the later one of two
	if d.byTarget {
		at = d.voxel(rng)
	}
	for a, n := range d.dims {
		size := d.patch[a]
		var start int
		switch room := n - size; {
		case room < 0:
			start = -(-room / 2)
		case d.byTarget:
			start = min(max(at[a]-size/2, 0), room)
		default:
			start = rng.IntN(room + 1)
		}
		centre[a] = float64(start) + float64(size-1)/2
	}
	return centre
}

// voxel draws a voxel of the foreground or of the background.
func (d *drawing) voxel(rng *rand.Rand) [3]int {
	rest := d.dims[0]*d.dims[1]*d.dims[2] - len(d.voxels)
	fore := rng.Float64() < d.share
	var i int
	if (fore || rest == 0) && len(d.voxels) > 0 {
		i = d.voxels[rng.IntN(len(d.voxels))]
	} else {
		i = d.background(rng.IntN(rest))
	}
	return [3]int{i / (d.dims[1] * d.dims[2]), i / d.dims[2] % d.dims[1], i % d.dims[2]}
}

// background is the voxel of the background before which rank others lie.
func (d *drawing) background(rank int) int {
	// before the foreground voxel k there are voxels[k]-k of the background
	return rank + sort.Search(len(d.voxels), func(k int) bool { return d.voxels[k]-k > rank })
}
