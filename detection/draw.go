package detection

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// DrawOptions configures [DrawPoints]. Start from [DefaultDrawOptions].
type DrawOptions struct {
	// Radius of the dots in the y, x plane, voxels, 0 to 100. Default 2: a
	// single pixel is lost on a screen, a larger dot hides a small nucleus.
	Radius int
	// Level is how bright the brightest voxel of the image becomes, 0 to 255, so
	// that white dots stand out. Default 180.
	Level float64
	// Percentiles of the image that become black and Level, 0 to 100. Default 0.5
	// and 99.5.
	Low, High float64
}

// DefaultDrawOptions returns the defaults named at each field.
func DefaultDrawOptions() DrawOptions {
	return DrawOptions{Radius: 2, Level: 180, Low: 0.5, High: 99.5}
}

// Validate reports every invalid field, each by name and value.
func (o DrawOptions) Validate() error {
	var errs []error
	if o.Radius < 0 || o.Radius > 100 {
		errs = append(errs, fmt.Errorf("Radius is %d: want 0 to 100", o.Radius))
	}
	if !(o.Level >= 0 && o.Level <= 255) {
		errs = append(errs, fmt.Errorf("Level is %v: want 0 to 255", o.Level))
	}
	if !(o.Low >= 0 && o.Low < o.High && o.High <= 100) {
		errs = append(errs, fmt.Errorf("Low %v and High %v: want 0 <= Low < High <= 100", o.Low, o.High))
	}
	return errors.Join(errs...)
}

// DrawPoints returns the image as values 0 to 255, dimmed to opts.Level, with
// a white disk (255, on all channels) at every point, on the plane of its
// voxel. Points outside the image are left out. image is not modified.
func DrawPoints(image *Volume, points []Point, opts DrawOptions) (*Volume, error) {
	if err := errors.Join(image.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: draw points: %w", err)
	}
	out := NewLike(image, image.Channels)
	lo, hi := displayRange(image.Data, opts)
	for i, v := range image.Data {
		t := (float64(v) - lo) / max(hi-lo, 1e-12)
		if t > 0 { // false for NaN
			out.Data[i] = float32(math.Round(min(t, 1) * opts.Level))
		}
	}
	white := make([]float32, out.Channels)
	for k := range white {
		white[k] = 255
	}
	for _, p := range points {
		fillDisk(out, p, opts.Radius, white)
	}
	return out, nil
}

// fillDisk gives all channels of the voxels at most radius from that of p, on
// its plane, a value each. A point outside v is left out.
func fillDisk(v *Volume, p Point, radius int, values []float32) {
	c := p.Voxel()
	if !v.Contains(c) {
		return
	}
	for y := max(c[1]-radius, 0); y <= min(c[1]+radius, v.Dims[1]-1); y++ {
		for x := max(c[2]-radius, 0); x <= min(c[2]+radius, v.Dims[2]-1); x++ {
			if (y-c[1])*(y-c[1])+(x-c[2])*(x-c[2]) <= radius*radius {
				copy(v.Data[v.Index(c[0], y, x):], values)
			}
		}
	}
}

// displayRange is the pair of values that become black and bright.
func displayRange(data []float32, opts DrawOptions) (lo, hi float64) {
	values := slices.DeleteFunc(slices.Clone(data), func(v float32) bool { return !isFinite(float64(v)) })
	if len(values) == 0 {
		return 0, 1
	}
	at := func(percentile float64) float64 {
		return float64(smallest(values, int(math.Round(percentile/100*float64(len(values)-1)))))
	}
	return at(opts.Low), at(opts.High)
}
