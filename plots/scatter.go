package plots

import (
	"errors"
	"fmt"
	"io"
	"math"
)

// Dot is a point of a [Scatter].
type Dot struct {
	X, Y float64
	// Name is shown by a browser that points at it; "" for none.
	Name string
}

// Scatter is a chart of pairs of numbers that should be alike, such as counted
// against true objects, with the line where they are.
type Scatter struct {
	Title, XLabel, YLabel string
	Dots                  []Dot // at least 1, finite, at least 0
}

// WriteSVG draws the chart as [Curves.WriteSVG] does, both axes with the same
// range from 0.
//
// Errors: no dot, a dot that is not finite or negative, and those of w.
func (c Scatter) WriteSVG(w io.Writer) error {
	if len(c.Dots) == 0 {
		return errors.New("plots: a scatter chart needs at least one dot")
	}
	hi, whole := 1.0, true
	for _, d := range c.Dots {
		for _, v := range []float64{d.X, d.Y} {
			if !(v >= 0) || math.IsInf(v, 0) {
				return fmt.Errorf("plots: dot %q at (%v, %v): want finite numbers of at least 0", d.Name, d.X, d.Y)
			}
			hi, whole = max(hi, v), whole && v == math.Round(v)
		}
	}
	span := [2]float64{0, hi * 1.06}
	f := frame{
		x: newAxis(0, 0, span, marginLeft, chartWidth-marginRight, whole),
		y: newAxis(0, 0, span, chartHeight-marginBottom, marginTop, whole),
	}
	s := newSVG(w)
	s.open(chartWidth, chartHeight, fmt.Sprintf("%s: %s against %s", c.Title, c.YLabel, c.XLabel))
	s.drawFrame(f, c.Title, c.XLabel, c.YLabel)
	s.printf(`<path d="M%s %sL%s %s" stroke="currentColor" stroke-opacity="0.75" stroke-dasharray="4 3"/>`+"\n",
		num(f.x.start), num(f.y.start), num(f.x.end), num(f.y.end))
	s.printf(`<path d="M%s 42h30" stroke="currentColor" stroke-opacity="0.75" stroke-dasharray="4 3"/>`+"\n", num(marginLeft))
	s.text(marginLeft+36, 47, "start", "", "equal")
	s.printf(`<g fill-opacity="0.7">` + "\n")
	for _, d := range c.Dots {
		s.marker(0, f.x.at(d.X), f.y.at(d.Y), 4.5, d.Name)
	}
	s.printf("</g>\n")
	return s.close()
}
