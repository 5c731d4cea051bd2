package detection

import (
	"errors"
	"fmt"
	"math"
)

// CannyOptions configures [CannyEdges]. Start from [DefaultCannyOptions].
type CannyOptions struct {
	// Low and High are thresholds of the gradient, in grey values: edges hold a
	// pixel of High or more and go on as far as Low. 0 <= Low <= High. Default -1,
	// a tenth and a fifth of the largest value of the sample type, as in
	// scikit-image.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// DefaultCannyOptions finds clear edges.
func DefaultCannyOptions() CannyOptions { return CannyOptions{Low: -1, High: -1} }

// Validate reports thresholds that are out of order.
func (o CannyOptions) Validate() error {
	limit := func(v float64) bool { return v == -1 || v >= 0 && !math.IsInf(v, 0) }
	if !limit(o.Low) || !limit(o.High) || o.High >= 0 && o.Low > o.High {
		return fmt.Errorf("Canny: Low %v, High %v: want finite numbers, 0 <= Low <= High, or -1", o.Low, o.High)
	}
	return nil
}

// shares are the thresholds as shares of scale.
func (o CannyOptions) shares(scale float64) (low, high float64) {
	low, high = o.Low/scale, o.High/scale
	if o.Low < 0 {
		low = 0.1
	}
	if o.High < 0 {
		high = 0.2
	}
	return low, high
}

// CannyEdges returns the edges of a 2D image of one channel: scale where there
// is an edge, one pixel wide, and 0 elsewhere, the border included. The image
// is divided by scale, smoothed by a Gaussian of 1 pixel, and the gradient is
// Sobel's. v is not modified.
//
// Errors: invalid options or v, an image of several planes or channels
// ([ErrShape]), and a threshold that is above the other one's default.
//
// Source: scikit-image's feature.canny with its defaults, after J. Canny, "A
// computational approach to edge detection", 1986,
// https://doi.org/10.1109/TPAMI.1986.4767851.
func CannyEdges(v *Volume, scale float64, opts CannyOptions) (*Volume, error) {
	if err := errors.Join(v.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: Canny edges: %w", err)
	}
	if v.Dims[0] > 1 || v.Channels > 1 {
		return nil, fmt.Errorf("detection: Canny edges: %w: %d planes with %d channels: want one of both", ErrShape, v.Dims[0], v.Channels)
	}
	low, high := opts.shares(scale)
	if low > high {
		return nil, fmt.Errorf("detection: Canny edges: the thresholds are %v and %v: want the lower one first", low*scale, high*scale)
	}
	g := newGradient(v, scale)
	out := NewLike(v, 1)
	// from every crest of high or more along crests of low or more
	crest := make([]bool, len(v.Data))
	var stack []int
	for y := 1; y < g.height-1; y++ {
		for x := 1; x < g.width-1; x++ {
			i := y*g.width + x
			if m := g.size[i]; m > 0 && m >= low && g.crest(i) {
				crest[i] = true
				if m >= high {
					stack = append(stack, i)
				}
			}
		}
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !crest[i] {
			continue
		}
		crest[i] = false
		out.Data[i] = float32(scale)
		for _, step := range [8]int{-g.width - 1, -g.width, -g.width + 1, -1, 1, g.width - 1, g.width, g.width + 1} {
			stack = append(stack, i+step) // crests keep off the border
		}
	}
	return out, nil
}

// gradient holds the gradient of a smoothed image.
type gradient struct {
	height, width int
	y, x, size    []float64
}

func newGradient(v *Volume, scale float64) *gradient {
	g := &gradient{height: v.Dims[1], width: v.Dims[2]}
	image, ones := make([]float64, len(v.Data)), make([]float64, len(v.Data))
	for i, x := range v.Data {
		image[i], ones[i] = float64(x)/scale, 1
	}
	// what is outside counts as 0, which the share of the kernel inside mends
	image, ones = g.smooth(image), g.smooth(ones)
	const epsilon = 0x1p-52
	for i := range image {
		image[i] /= ones[i] + epsilon
	}
	g.y, g.x, g.size = make([]float64, len(image)), make([]float64, len(image)), make([]float64, len(image))
	at := func(y, x int) float64 { return image[mirror(y, g.height)*g.width+mirror(x, g.width)] }
	for i := range image {
		y, x := i/g.width, i%g.width
		for d, weight := range [3]float64{1, 2, 1} {
			g.y[i] += weight * (at(y+1, x+d-1) - at(y-1, x+d-1))
			g.x[i] += weight * (at(y+d-1, x+1) - at(y+d-1, x-1))
		}
		g.size[i] = math.Sqrt(g.y[i]*g.y[i] + g.x[i]*g.x[i])
	}
	return g
}

// smooth convolves with a Gaussian of 1 pixel; outside is 0.
func (g *gradient) smooth(image []float64) []float64 {
	half := gaussianKernel(1)
	radius := len(half) - 1
	for _, along := range [2]struct{ n, stride int }{{g.height, g.width}, {g.width, 1}} {
		out := make([]float64, len(image))
		for i := range image {
			place := i / along.stride % along.n
			for d := max(-radius, -place); d <= min(radius, along.n-1-place); d++ {
				out[i] += half[max(d, -d)] * image[i+d*along.stride]
			}
		}
		image = out
	}
	return image
}

// crest says whether the gradient at i, not on the border, is no smaller than
// on either side along its direction, where it is interpolated between the two
// nearest neighbours.
func (g *gradient) crest(i int) bool {
	dy, dx := g.y[i], g.x[i]
	ay, ax := math.Abs(dy), math.Abs(dx)
	down, right := g.width, 1 // steps towards the neighbours
	if dy*dx < 0 {
		down = -down // the direction is up and to the right
	}
	near, w := right, ay/max(ax, math.SmallestNonzeroFloat64)
	if ay > ax {
		near, w = down, ax/ay
	}
	far := down + right
	ahead := g.size[i+far]*w + g.size[i+near]*(1-w)
	behind := g.size[i-far]*w + g.size[i-near]*(1-w)
	return ahead <= g.size[i] && behind <= g.size[i]
}
