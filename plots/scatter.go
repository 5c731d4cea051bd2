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
	// Name is shown where a reader points at it; "" for none.
	Name string
}

// Scatter is a chart of pairs of numbers that should be alike, such as counted
// against true objects, with the line where they are. Both axes have the same
// range, from 0.
type Scatter struct {
	Title, XLabel, YLabel string
	Dots                  []Dot // at least 1, finite, at least 0
}

// Agreement says how well y agrees with x, the true number. bias is the mean of
// y - x. r2 is the coefficient of determination of the line y = x, which is not
// fitted: 1 - sum (y-x)² / sum (x - mean x)². It is 1 for dots on the line, 0
// where the mean of all x would do as well, negative where it would do better,
// and NaN where all x are the same. Both are NaN without dots.
func (c Scatter) Agreement() (bias, r2 float64) {
	n := float64(len(c.Dots))
	mean := 0.0
	for _, d := range c.Dots {
		bias, mean = bias+(d.Y-d.X)/n, mean+d.X/n
	}
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	wrong, spread := 0.0, 0.0
	for _, d := range c.Dots {
		wrong, spread = wrong+(d.Y-d.X)*(d.Y-d.X), spread+(d.X-mean)*(d.X-mean)
	}
	if spread == 0 {
		return bias, math.NaN()
	}
	return bias, 1 - wrong/spread
}

// note is the agreement in words.
func (c Scatter) note() string {
	bias, r2 := c.Agreement()
	text := fmt.Sprintf("n = %d, bias %+.3g", len(c.Dots), bias)
	if !math.IsNaN(r2) {
		text += fmt.Sprintf(", R² of the line y = x %.3f", r2)
	}
	return text
}

// axis is that of both directions.
func (c Scatter) axis() (axis, error) {
	if len(c.Dots) == 0 {
		return axis{}, errors.New("plots: a scatter chart needs at least one dot")
	}
	hi, whole := 1.0, true
	for _, d := range c.Dots {
		for _, v := range []float64{d.X, d.Y} {
			if !(v >= 0) || math.IsInf(v, 0) {
				return axis{}, fmt.Errorf("plots: dot %q at (%v, %v): want finite numbers of at least 0", d.Name, d.X, d.Y)
			}
			if err := drawable(fmt.Sprintf("dot %q", d.Name), v); err != nil {
				return axis{}, err
			}
			hi, whole = max(hi, v), whole && v == math.Round(v)
		}
	}
	return newAxis(0, 0, [2]float64{0, hi * 1.06}, whole), nil
}

// WriteSVG draws the chart as [Curves.WriteSVG] does.
//
// Errors: no dot, a dot that is not finite or negative, and those of w.
func (c Scatter) WriteSVG(w io.Writer) error {
	both, err := c.axis()
	if err != nil {
		return err
	}
	f := newFrame(both, both)
	s := newSVG(w)
	s.open(chartWidth, chartHeight, c.words())
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
