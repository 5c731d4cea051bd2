package widgets

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"
)

// shapes are those of the classes, in turn, as in js/classes.js.
var shapes = []func(x, y float64) float64{ring, square, triangle, diamond, cross}

// classMark is the sign of a class from 1, or of points without classes.
func (e *Editor) classMark(class int) mark {
	if len(e.classes) == 0 {
		return markFound
	}
	v, _ := strconv.ParseUint(e.classes[class-1].Colour[1:], 16, 32) // checked
	return mark{shapes[(class-1)%len(shapes)], color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}}
}

// markSuggested is the sign of a suggestion.
var markSuggested = mark{dashed, color.RGBA{0xff, 0xff, 0xff, 255}}

func triangle(x, y float64) float64 {
	return outline(x, y, [][2]float64{{0, -1.1}, {0.95, 0.75}, {-0.95, 0.75}})
}

func diamond(x, y float64) float64 {
	return outline(x, y, [][2]float64{{0, -1.15}, {1.15, 0}, {0, 1.15}, {-1.15, 0}})
}

// dashed is a circle of eight strokes.
func dashed(x, y float64) float64 {
	turn := math.Atan2(y, x)/(2*math.Pi)*8 + 8
	if turn-math.Floor(turn) > 0.55 {
		return math.Inf(1)
	}
	return ring(x, y)
}

// outline is the distance from the sides of a polygon.
func outline(x, y float64, corners [][2]float64) float64 {
	best := math.Inf(1)
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		dx, dy := b[0]-a[0], b[1]-a[1]
		t := min(max(((x-a[0])*dx+(y-a[1])*dy)/(dx*dx+dy*dy), 0), 1)
		best = min(best, math.Hypot(x-a[0]-t*dx, y-a[1]-t*dy))
	}
	return best
}

// PNG is the still picture: the image with the points to begin with and the
// suggestions, 640 pixels along its longer side, small images enlarged three times
// at most. Of a volume it is the plane with the most points, or suggestions where
// there are none. The same editor gives the same bytes on one kind of machine.
func (e *Editor) PNG() ([]byte, error) {
	rgb, factor := composite(e.image, e.raster.Bands, e.plane(), stillSide)
	s, err := newStill(rgb, nil, e.plane(), stillSide, len(e.points)+len(e.suggestions))
	if err != nil {
		return nil, fmt.Errorf("widgets: editor: %w", err)
	}
	s.scale /= float64(factor)
	s.draw(markSuggested, e.suggestions...)
	for _, p := range e.points {
		s.draw(e.classMark(p.Class), p)
	}
	picture, err := s.encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: editor: %w", err)
	}
	return picture, nil
}

// plane is the one to begin with; without points and suggestions that in the middle.
func (e *Editor) plane() int {
	if len(e.points) > 0 {
		return planeOfMost(e.points, e.image.Dims[0])
	}
	return planeOfMost(e.suggestions, e.image.Dims[0])
}

// text says in words what the still picture shows.
func (e *Editor) text() string {
	text := fmt.Sprintf("%s: image of %s%s, %s", e.opts.Title, sizeText(e.image.Dims), planeText(e.image.Dims[0], e.plane()), countText(len(e.points), "point"))
	if len(e.classes) > 0 {
		counts := make([]string, len(e.classes))
		for k, c := range e.classes {
			counts[k] = fmt.Sprintf("%d %s", e.count(k+1), c.Name)
		}
		text += " (" + strings.Join(counts, ", ") + ")"
	}
	if n := len(e.suggestions); n > 0 {
		text += ", " + countText(n, "suggestion")
	}
	return text + "."
}

// count is how many points have a class.
func (e *Editor) count(class int) (n int) {
	for _, p := range e.points {
		if p.Class == class {
			n++
		}
	}
	return n
}

// legend says what the signs mean.
func (e *Editor) legend() string {
	if len(e.suggestions) == 0 {
		return ""
	}
	return " Dashed circles are suggestions."
}

func countText(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
