package plots

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is a named line of a chart. Points whose value is NaN are left out.
type Curve struct {
	Name string
	// X and Y have the same length, at least 1.
	X, Y []float64
	// Notes, one for each point or none, are shown where a reader of
	// [Curves.WriteHTML] points at it.
	Notes []string
}

// Curves is a line chart, such as the loss over epochs.
type Curves struct {
	Title, XLabel, YLabel string
	Lines                 []Curve
	// Mark draws a vertical line at this x, such as the best epoch; NaN for none.
	Mark float64
	// MarkLabel names the line of Mark in the legend.
	MarkLabel string
	// XRange and YRange fix the axes; with both numbers equal an axis fits the
	// data.
	XRange, YRange [2]float64
}

// WritePNG draws the chart, 800 x 500 pixels, or higher where the legend has more
// than one row. The same data gives the same bytes.
//
// Errors: no line; a line without points, or with X and Y of different lengths;
// an X, a range or a mark that is not finite; a number whose size is not from
// 1e-100 to 1e100, unless it is 0; those of w.
func (c Curves) WritePNG(w io.Writer) error { return writePNG(w, c) }

// axes are those of the picture, and whether the mark is drawn.
func (c Curves) axes() (x, y axis, marked bool, err error) {
	if len(c.Lines) == 0 {
		return x, y, false, errors.New("plots: a chart needs at least one line")
	}
	for i, v := range []float64{c.Mark, c.XRange[0], c.XRange[1], c.YRange[0], c.YRange[1]} {
		what := [...]string{"Mark", "an end of XRange", "an end of XRange", "an end of YRange", "an end of YRange"}[i]
		if math.IsInf(v, 0) || math.IsNaN(v) && i > 0 {
			return x, y, false, fmt.Errorf("plots: %s is %v: want a finite number", what, v)
		}
		if err := drawable(what, v); err != nil {
			return x, y, false, err
		}
	}
	var xs, ys []float64
	for _, line := range c.Lines {
		points, err := line.points()
		if err != nil {
			return x, y, false, err
		}
		for _, p := range points {
			xs, ys = append(xs, p.X), append(ys, p.Y)
		}
	}
	marked = len(xs) > 0 && !math.IsNaN(c.Mark)
	whole := !slices.ContainsFunc(xs, func(x float64) bool { return x != math.Round(x) })
	if marked {
		xs = append(xs, c.Mark)
	}
	if len(xs) == 0 {
		xs, ys = []float64{0}, []float64{0}
	}
	return newAxis(slices.Min(xs), slices.Max(xs), c.XRange, whole), newAxis(slices.Min(ys), slices.Max(ys), c.YRange, false), marked, nil
}

// sheet is the chart as a picture.
func (c Curves) sheet() (sheet, error) {
	x, y, marked, err := c.axes()
	if err != nil {
		return sheet{}, err
	}
	p := newPlot(c.XLabel, c.YLabel)
	p.Add(newGrid())
	p.X.Tick.Marker = niceTicks{whole: x.whole}
	var keys []key
	for i, line := range c.Lines {
		points, err := line.points()
		if err != nil {
			return sheet{}, err
		}
		if len(points) == 0 {
			continue
		}
		l, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return sheet{}, fmt.Errorf("plots: %s: %w", line.Name, err)
		}
		l.LineStyle = draw.LineStyle{Color: palette[i%len(palette)], Width: vg.Points(1.6), Dashes: dashesOf(i)}
		dots.GlyphStyle = draw.GlyphStyle{Color: l.Color, Radius: vg.Points(1.8), Shape: draw.CircleGlyph{}}
		p.Add(l)
		if len(points) <= mostDots {
			p.Add(dots)
		}
		keys = append(keys, key{line.Name, l})
	}
	if marked {
		m := mark{c.Mark}
		p.Add(m)
		keys = append(keys, key{c.MarkLabel, m})
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, y.lo, y.hi
	return onePlot(p, c.Title, keys), nil
}

// mostDots is up to how many points of a line are dots, too.
const mostDots = 60

func (c Curve) points() (plotter.XYs, error) {
	if len(c.X) == 0 || len(c.X) != len(c.Y) {
		return nil, fmt.Errorf("plots: line %q has %d x and %d y: want the same number, at least one", c.Name, len(c.X), len(c.Y))
	}
	if len(c.Notes) > 0 && len(c.Notes) != len(c.X) {
		return nil, fmt.Errorf("plots: line %q has %d points and %d notes: want one each, or none", c.Name, len(c.X), len(c.Notes))
	}
	var out plotter.XYs
	for i := range c.X {
		if math.IsNaN(c.X[i]) || math.IsInf(c.X[i], 0) {
			return nil, fmt.Errorf("plots: X[%d] of line %q is %v: want a finite number", i, c.Name, c.X[i])
		}
		if err := drawable(fmt.Sprintf("point %d of line %q", i, c.Name), c.X[i], c.Y[i]); err != nil {
			return nil, err
		}
		if !math.IsNaN(c.Y[i]) && !math.IsInf(c.Y[i], 0) {
			out = append(out, plotter.XY{X: c.X[i], Y: c.Y[i]})
		}
	}
	return out, nil
}
