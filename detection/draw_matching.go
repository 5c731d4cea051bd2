package detection

import (
	"fmt"
)

// Colours of [DrawMatching], told apart by people who do not tell red from
// green (M. Okabe, K. Ito, "Color Universal Design", 2008).
var (
	colourHit    = [3]float32{0, 158, 115}  // bluish green: a pair
	colourMissed = [3]float32{240, 228, 66} // yellow: a true point not found
	colourFalse  = [3]float32{213, 94, 0}   // vermilion: a predicted point without a true one
)

// DrawMatching returns a 2D image, enlarged three times, as RGB 0 to 255 with
// marks on the points: a green cross for a pair, at the predicted point; a
// yellow ring for a true point that was not found; a vermilion ring with a
// cross for a predicted point that is none. truth, pred and m are what [Match]
// was given and returned. image is not modified.
//
// Errors: an image of more than one plane ([ErrShape]).
func DrawMatching(image *Volume, truth, pred []Point, m Matching) (*Volume, error) {
	if err := image.Validate(); err != nil {
		return nil, fmt.Errorf("detection: draw matching: %w", err)
	}
	if image.Dims[0] != 1 {
		return nil, fmt.Errorf("detection: draw matching: %w: the image has %d planes, want one", ErrShape, image.Dims[0])
	}
	opts := DefaultDrawOptions()
	opts.Level = 255
	grey, err := DrawPoints(image, nil, opts)
	if err != nil {
		return nil, err
	}
	c := canvas{enlarge(grey, 3), 3}
	for _, i := range m.UnmatchedTruth {
		c.ring(truth[i], 5, colourMissed)
	}
	for _, i := range m.UnmatchedPred {
		c.ring(pred[i], 5, colourFalse)
		c.cross(pred[i], 2, colourFalse)
	}
	for _, p := range m.Pairs {
		c.cross(pred[p.Pred], 2, colourHit)
	}
	return c.v, nil
}

// enlarge repeats every pixel factor times along y and x, as RGB.
func enlarge(v *Volume, factor int) *Volume {
	out := NewVolume([3]int{1, v.Dims[1] * factor, v.Dims[2] * factor}, 3)
	for y := range out.Dims[1] {
		for x := range out.Dims[2] {
			for k := range 3 {
				out.Set(0, y, x, k, v.At(0, y/factor, x/factor, min(k, v.Channels-1)))
			}
		}
	}
	return out
}

// canvas is an enlarged image; lengths below are in pixels of the original.
type canvas struct {
	v      *Volume
	factor int
}

// at colours one pixel of the canvas, if it is there.
func (c canvas) at(y, x int, colour [3]float32) {
	if !c.v.Contains([3]int{0, y, x}) {
		return
	}
	for k, value := range colour {
		c.v.Set(0, y, x, k, value)
	}
}

// centre is the pixel of the canvas under a point.
func (c canvas) centre(p Point) (y, x int) {
	at := func(v float64) int { return int((v+0.5)*float64(c.factor) + 0.5) }
	return at(p.Pos[1]), at(p.Pos[2])
}

// cross draws two bars of the given half-length, two canvas pixels wide.
func (c canvas) cross(p Point, half int, colour [3]float32) {
	y, x := c.centre(p)
	for d := -half * c.factor; d <= half*c.factor; d++ {
		for w := range 2 {
			c.at(y+d, x+w, colour)
			c.at(y+w, x+d, colour)
		}
	}
}

// ring draws a circle of the given radius, two canvas pixels wide.
func (c canvas) ring(p Point, radius int, colour [3]float32) {
	y, x := c.centre(p)
	r := radius * c.factor
	for dy := -r - 2; dy <= r+2; dy++ {
		for dx := -r - 2; dx <= r+2; dx++ {
			if d := dy*dy + dx*dx; d >= r*r && d < (r+2)*(r+2) {
				c.at(y+dy, x+dx, colour)
			}
		}
	}
}
