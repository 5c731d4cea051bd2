package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// newGrid is the grid of all pictures.
func newGrid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical = draw.LineStyle{Color: gridColour, Width: px(1)}
	g.Horizontal = g.Vertical
	return g
}

// dashesOf are the dashes of line i, as in a picture of points; nil for none.
func dashesOf(i int) []vg.Length {
	return [][]vg.Length{nil, {px(7), px(4)}, {px(2), px(3)}, {px(9), px(3), px(2), px(3)}, {px(4), px(2)}, {px(12), px(4)}}[i%6]
}

// markStyle is the line of a mark, such as a threshold.
var markStyle = draw.LineStyle{Color: paleColour, Width: px(1.5), Dashes: []vg.Length{px(4), px(3)}}

// mark is a vertical line at x, over the whole height.
type mark struct{ x float64 }

func (m mark) Plot(c draw.Canvas, p *plot.Plot) {
	x := c.X(p.X.Norm(m.x))
	if c.ContainsX(x) {
		c.StrokeLine2(markStyle, x, c.Min.Y, x, c.Max.Y)
	}
}

// DataRange makes room for the mark.
func (m mark) DataRange() (xmin, xmax, ymin, ymax float64) {
	return m.x, m.x, math.Inf(1), math.Inf(-1)
}

// Thumbnail stands in the legend: upright, as the line.
func (m mark) Thumbnail(c *draw.Canvas) {
	x := c.Center().X
	c.StrokeLine2(markStyle, x, c.Min.Y-px(2), x, c.Max.Y+px(2))
}

// names are ticks at 0, 1, ... with names.
type names []string

func (n names) Ticks(float64, float64) []plot.Tick {
	out := make([]plot.Tick, len(n))
	for i, name := range n {
		out[i] = plot.Tick{Value: float64(i), Label: name}
	}
	return out
}

// nameX names the places 0, 1, ... of x, slanted where they do not fit into their
// slots, and cut there to the longest length.
func nameX(p *plot.Plot, list []string, slot, longest vg.Length) {
	restyle(&p.X.Tick.Label, 10, inkColour)
	p.X.Tick.LineStyle.Color = color.Transparent
	slant := false
	for _, n := range list {
		slant = slant || p.X.Tick.Label.Width(n) > slot-px(4)
	}
	if slant {
		p.X.Tick.Label.Rotation = 38 * math.Pi / 180
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	}
	short := make(names, len(list))
	for i, n := range list {
		short[i] = n
		if slant {
			short[i] = fitted(textStyle(10, inkColour), n, longest)
		}
	}
	p.X.Tick.Marker = short
}
