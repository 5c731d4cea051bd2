package plots

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
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

// palette tells lines apart, also for readers who do not tell red from green
// (M. Okabe, K. Ito, "Color Universal Design", 2008).
var palette = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0xe6, 0x9f, 0x00, 0xff},
}

// WritePNG draws the chart, 800 x 500 pixels. The same data gives the same
// bytes. Errors: no line, a line without points or with X and Y of different
// lengths, and those of w.
func (c Curves) WritePNG(w io.Writer) error {
	if len(c.Lines) == 0 {
		return errors.New("plots: a chart needs at least one line")
	}
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.XLabel, c.YLabel
	p.Legend.Padding = vg.Points(2)
	p.Add(plotter.NewGrid())
	lo, hi := math.Inf(1), math.Inf(-1)
	ends, lines := 0.0, 0 // the sum of the values at the right end, and of how many lines
	for i, line := range c.Lines {
		points, err := line.points()
		if err != nil {
			return err
		}
		if len(points) == 0 {
			continue
		}
		l, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return fmt.Errorf("plots: %s: %w", line.Name, err)
		}
		l.Color, l.Width = palette[i%len(palette)], vg.Points(1.5)
		dots.Color, dots.Radius = l.Color, vg.Points(1.5)
		p.Add(l, dots)
		p.Legend.Add(line.Name, l)
		for _, q := range points {
			lo, hi = min(lo, q.Y), max(hi, q.Y)
		}
		ends, lines = ends+points[len(points)-1].Y, lines+1
	}
	p.Legend.Top = ends <= float64(lines)*(lo+hi)/2 // at the right, away from rising lines
	if !math.IsNaN(c.Mark) && lo < hi {
		l, err := plotter.NewLine(plotter.XYs{{X: c.Mark, Y: lo}, {X: c.Mark, Y: hi}})
		if err != nil {
			return fmt.Errorf("plots: mark: %w", err)
		}
		l.Color, l.Dashes = color.Gray{0x80}, []vg.Length{vg.Points(4), vg.Points(3)}
		p.Add(l)
		p.Legend.Add(c.MarkLabel, l)
	}
	if lo == hi { // gonum/plot would show from 1 below to 1 above
		margin := math.Abs(lo) / 2
		if margin == 0 {
			margin = 1
		}
		p.Y.Min, p.Y.Max = lo-margin, hi+margin
	}
	if r := c.XRange; r[0] < r[1] {
		p.X.Min, p.X.Max = r[0], r[1]
	}
	if r := c.YRange; r[0] < r[1] {
		p.Y.Min, p.Y.Max = r[0], r[1]
	}
	out, err := p.WriterTo(800*vg.Inch/96, 500*vg.Inch/96, "png")
	if err != nil {
		return fmt.Errorf("plots: %w", err)
	}
	_, err = out.WriteTo(w)
	return err
}

func (c Curve) points() (plotter.XYs, error) {
	if len(c.X) == 0 || len(c.X) != len(c.Y) {
		return nil, fmt.Errorf("plots: line %q has %d x and %d y: want the same number, at least one", c.Name, len(c.X), len(c.Y))
	}
	if len(c.Notes) > 0 && len(c.Notes) != len(c.X) {
		return nil, fmt.Errorf("plots: line %q has %d points and %d notes: want one each, or none", c.Name, len(c.X), len(c.Notes))
	}
	var out plotter.XYs
	for i := range c.X {
		if !math.IsNaN(c.Y[i]) && !math.IsInf(c.Y[i], 0) {
			out = append(out, plotter.XY{X: c.X[i], Y: c.Y[i]})
		}
	}
	return out, nil
}
