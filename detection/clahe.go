package detection

import (
	"errors"
	"fmt"
	"math"
)

// CLAHEOptions configures [EqualiseLocally]. Start from [DefaultCLAHEOptions].
type CLAHEOptions struct {
	// Kernel is the size of the regions whose contrast is equalised, (z, y, x) in
	// voxels; 0 along an axis is an eighth of the image. Default 0.
	Kernel [3]int `json:"kernel"`
	// ClipLimit bounds how many pixels of a region may share one of 256 grey
	// levels, as a share of all, 0 to 1: more gives more contrast and more noise.
	// 0 is no bound, as 1 is. Default 0.01, scikit-image's.
	ClipLimit float64 `json:"clip_limit"`
}

// DefaultCLAHEOptions equalises eighths of the image.
func DefaultCLAHEOptions() CLAHEOptions { return CLAHEOptions{ClipLimit: 0.01} }

// Validate reports every invalid field at once, each by name and value.
func (o CLAHEOptions) Validate() error {
	var errs []error
	for a, n := range o.Kernel {
		if n < 0 {
			errs = append(errs, fmt.Errorf("CLAHE: Kernel along %s is %d: want 0 (an eighth of the image) or more", AxisNames[a], n))
		}
	}
	if !(o.ClipLimit >= 0 && o.ClipLimit <= 1) {
		errs = append(errs, fmt.Errorf("CLAHE: ClipLimit %v: want 0 to 1", o.ClipLimit))
	}
	return errors.Join(errs...)
}

// Grey levels of [EqualiseLocally]: of the values and of the histograms.
const (
	claheGreys = 1 << 14
	claheBins  = 256
)

// EqualiseLocally equalises contrast locally, limited (CLAHE): each channel is
// cut into regions, the cumulative histogram of a region, its peaks cut off and
// spread over all levels, maps the grey values in its middle, and maps of
// neighbouring regions are interpolated in between. The outcome is spread from
// 0 to scale. A constant channel stays as it is; v is not modified.
//
// Errors: invalid options or v; a kernel larger than the image; a value that
// is NaN or infinite.
//
// Source: scikit-image's exposure.equalize_adapthist with 256 bins, after
// K. Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics
// Gems IV, 1994. Differs: images in floating point are not cut to 16 bits
// first.
func EqualiseLocally(v *Volume, scale float64, opts CLAHEOptions) (*Volume, error) {
	if err := errors.Join(v.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: equalise locally: %w", err)
	}
	kernel := opts.Kernel
	for a, n := range v.Dims {
		if kernel[a] == 0 {
			kernel[a] = max(n/8, 1)
		}
		if kernel[a] > n {
			return nil, fmt.Errorf("detection: equalise locally: %w: the kernel has %d voxels along %s, the image %d", ErrShape, kernel[a], AxisNames[a], n)
		}
	}
	for i, x := range v.Data {
		if x-x != 0 {
			at := unravel(v.Dims, i/v.Channels)
			return nil, fmt.Errorf("detection: equalise locally: voxel (z, y, x) = (%d, %d, %d) is %v: want a finite number", at[0], at[1], at[2], x)
		}
	}
	out := NewLike(v, v.Channels)
	for c := range v.Channels {
		channel := v.Channel(c)
		lo, hi := channel.Range()
		if lo == hi {
			for i := range channel.Data {
				out.Data[i*v.Channels+c] = lo
			}
			continue
		}
		e := newEqualiser(channel, float64(lo), float64(hi), kernel, opts.ClipLimit)
		levels := e.apply()
		low, high := levels[0], levels[0]
		for _, x := range levels {
			low, high = min(low, x), max(high, x)
		}
		spread := max(float64(high)-float64(low), 1)
		for i, x := range levels {
			out.Data[i*v.Channels+c] = float32((float64(x) - float64(low)) / spread * scale)
		}
	}
	return out, nil
}

// equaliser is the state of one channel.
type equaliser struct {
	dims, kernel, regions [3]int
	bins                  []uint8   // level of each voxel
	maps                  [][]int32 // of each region, from level to grey
}

func newEqualiser(v *Volume, lo, hi float64, kernel [3]int, clip float64) *equaliser {
	e := &equaliser{dims: v.Dims, kernel: kernel, bins: make([]uint8, len(v.Data))}
	const width = 1 + claheGreys/claheBins
	for i, x := range v.Data {
		e.bins[i] = uint8(int(math.RoundToEven((float64(x)-lo)/(hi-lo)*(claheGreys-1))) / width)
	}
	count := 1
	for a, n := range v.Dims {
		e.regions[a] = (n + kernel[a] - 1) / kernel[a]
		count *= e.regions[a]
	}
	elements := kernel[0] * kernel[1] * kernel[2]
	limit := elements
	if clip > 0 {
		limit = max(int(clip*float64(elements)), 1)
	}
	e.maps = make([][]int32, count)
	inParallel(count, func(_, first, last int) {
		for r := first; r < last; r++ {
			hist := e.histogram([3]int{r / (e.regions[1] * e.regions[2]), r / e.regions[2] % e.regions[1], r % e.regions[2]})
			clipHistogram(hist, limit)
			e.maps[r] = make([]int32, claheBins)
			sum := 0
			for b, n := range hist {
				sum += n
				e.maps[r][b] = int32(min(float64(sum)*(float64(claheGreys-1)/float64(elements)), claheGreys-1))
			}
		}
	})
	return e
}

// histogram counts the levels of a region; what lies beyond the image is
// mirrored at its last voxel.
func (e *equaliser) histogram(region [3]int) []int {
	hist := make([]int, claheBins)
	var at [3]int
	for z := range e.kernel[0] {
		at[0] = reflectIndex(region[0]*e.kernel[0]+z, e.dims[0])
		for y := range e.kernel[1] {
			at[1] = reflectIndex(region[1]*e.kernel[1]+y, e.dims[1])
			row := (at[0]*e.dims[1] + at[1]) * e.dims[2]
			for x := range e.kernel[2] {
				hist[e.bins[row+reflectIndex(region[2]*e.kernel[2]+x, e.dims[2])]]++
			}
		}
	}
	return hist
}

// clipHistogram cuts what is above limit and spreads it over the levels below:
// the same for each first, levels that come near the limit being filled up to
// it, and the rest one by one at even distances.
func clipHistogram(hist []int, limit int) {
	excess := 0
	for b, n := range hist {
		if n > limit {
			excess += n - limit
			hist[b] = limit
		}
	}
	share := excess / len(hist)
	upper := limit - share
	for b, n := range hist {
		if n < upper {
			hist[b] += share
			excess -= share
		}
	}
	for b, n := range hist {
		if n >= upper && n < limit {
			excess -= limit - n
			hist[b] = limit
		}
	}
	for before := excess + 1; excess > 0 && excess < before; {
		before = excess
		for first := 0; first < len(hist) && excess > 0; first++ {
			open := 0
			for _, n := range hist {
				if n < limit {
					open++
				}
			}
			step := max(1, open/excess)
			for b := first; b < len(hist); b += step {
				if hist[b] < limit {
					hist[b]++
					excess--
				}
			}
		}
	}
}

// apply maps every voxel by the regions around it.
func (e *equaliser) apply() []int32 {
	out := make([]int32, len(e.bins))
	inParallel(e.dims[0]*e.dims[1], func(_, lo, hi int) {
		for row := lo; row < hi; row++ {
			z, y := e.near(0, row/e.dims[1]), e.near(1, row%e.dims[1])
			for x := range e.dims[2] {
				i := row*e.dims[2] + x
				out[i] = int32(e.mapped(e.bins[i], z, y, e.near(2, x)))
			}
		}
	})
	return out
}

// between are two regions along an axis and the weight of the second.
type between struct {
	lower, upper int
	weight       float64
}

// near finds the regions between whose middles a voxel lies; beyond the first
// and last middle both are the same.
func (e *equaliser) near(axis, i int) between {
	k, last := e.kernel[axis], e.regions[axis]-1
	at := i + k/2
	lower := at/k - 1
	return between{min(max(lower, 0), last), min(lower+1, last), float64(at%k) / float64(k)}
}

// mapped interpolates the maps of eight regions.
func (e *equaliser) mapped(bin uint8, z, y, x between) float32 {
	var sum float32
	for corner := range 8 {
		r, w := 0, 1.0
		for a, b := range [3]between{z, y, x} {
			region, weight := b.lower, 1-b.weight
			if corner>>(2-a)&1 == 1 {
				region, weight = b.upper, b.weight
			}
			r, w = r*e.regions[a]+region, w*weight
		}
		sum += float32(float64(e.maps[r][bin]) * w)
	}
	return sum
}
