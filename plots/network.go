package plots

import (
	"errors"
	"fmt"
	"image/color"
	"io"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Network is the picture of a U-Net: down on the left, up on the right, level
// by level, the bottleneck below.
type Network struct {
	// Title and the lines of Notes stand above the picture.
	Title string
	Notes []string
	// Input and Output are the boxes above the two sides.
	Input, Output Box
	// Levels go from the top to the one above the bottleneck; at least 1.
	Levels []NetworkLevel
	// Bottom is the bottleneck.
	Bottom Box
}

// NetworkLevel is one level of a [Network] above the bottleneck.
type NetworkLevel struct {
	// Down and Up are its boxes on the left and on the right.
	Down, Up Box
	// Skip names the arrow between them; DownArrow and UpArrow those to and from
	// the level below.
	Skip, DownArrow, UpArrow string
}

// Box is the text in a box of a [Network], at most four lines, the first of
// them bold.
type Box []string

// Measures of the picture in points, 72 of which are 96 pixels.
const (
	boxWidth    vg.Length = 132
	boxHeight   vg.Length = 52
	levelHeight vg.Length = 84
	levelIndent vg.Length = 34 // by which a level is farther in than the one above
	middleGap   vg.Length = 150
	edge        vg.Length = 18
	lineHeight  vg.Length = 11.5
)

// Colours of the sides of a network, from the palette of the curves, and light
// forms of them to write on.
var (
	downColour, downFill     = palette[0], color.RGBA{0xe3, 0xf0, 0xf8, 0xff}
	upColour, upFill         = palette[1], color.RGBA{0xfb, 0xea, 0xdd, 0xff}
	bottomColour, bottomFill = palette[2], color.RGBA{0xdf, 0xf3, 0xec, 0xff}
	plainColour, plainFill   = color.RGBA{0x60, 0x60, 0x60, 0xff}, color.RGBA{0xf5, 0xf5, 0xf5, 0xff}
)

// WritePNG draws the picture, whose size grows with the number of levels. The
// same data gives the same bytes. Errors: no level, a box of more than four
// lines, and those of w.
func (n Network) WritePNG(w io.Writer) error {
	if len(n.Levels) == 0 {
		return errors.New("plots: a network needs at least one level")
	}
	for _, b := range n.boxes() {
		if len(b) > 4 {
			return fmt.Errorf("plots: a box of a network has %d lines: want at most 4", len(b))
		}
	}
	width, height := n.size()
	img := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(96))
	d := diagram{draw.New(img), height}
	d.c.FillPolygon(color.White, rectangle(0, 0, width, height))
	n.draw(&d, width)
	return encode(w, img.Image())
}

func (n Network) boxes() []Box {
	list := []Box{n.Input, n.Output, n.Bottom}
	for _, l := range n.Levels {
		list = append(list, l.Down, l.Up)
	}
	return list
}

// size is that of the picture in points.
func (n Network) size() (width, height vg.Length) {
	levels := vg.Length(len(n.Levels))
	return 2*edge + 2*boxWidth + 2*levelIndent*(levels-1) + middleGap, n.top() + (levels+1)*levelHeight + boxHeight + edge
}

// top is where the input and output boxes begin, from above.
func (n Network) top() vg.Length { return edge + 20 + vg.Length(len(n.Notes))*(lineHeight+2) + 8 }

func (n Network) draw(d *diagram, width vg.Length) {
	d.text(width/2, edge+8, n.Title, 13, true, color.Black)
	for i, note := range n.Notes {
		d.text(width/2, edge+26+vg.Length(i)*(lineHeight+2), note, 9, false, plainColour)
	}
	left := func(i int) vg.Length { return edge + vg.Length(i)*levelIndent }
	right := func(i int) vg.Length { return width - left(i) - boxWidth }
	y := func(i int) vg.Length { return n.top() + vg.Length(i+1)*levelHeight }
	d.box(left(0), n.top(), n.Input, plainColour, plainFill)
	d.box(right(0), n.top(), n.Output, plainColour, plainFill)
	d.arrow(left(0)+boxWidth/2, n.top()+boxHeight, left(0)+boxWidth/2, y(0), plainColour)
	d.arrow(right(0)+boxWidth/2, y(0), right(0)+boxWidth/2, n.top()+boxHeight, plainColour)
	last := len(n.Levels) - 1
	bottom := (width - boxWidth) / 2
	for i, l := range n.Levels {
		d.box(left(i), y(i), l.Down, downColour, downFill)
		d.box(right(i), y(i), l.Up, upColour, upFill)
		middle := y(i) + boxHeight/2
		d.arrow(left(i)+boxWidth, middle, right(i), middle, plainColour)
		d.text(width/2, middle-7, l.Skip, 8, false, plainColour)
		down, up := left(i)+boxWidth/2+levelIndent/2, right(i)+boxWidth/2-levelIndent/2
		under, next := y(i)+boxHeight, y(i+1)
		if i < last {
			d.arrow(down, under, down, next, downColour)
			d.arrow(up, next, up, under, upColour)
		} else { // round the corner to the bottleneck
			next += boxHeight / 2
			d.line(down, under, down, next, downColour)
			d.arrow(down, next, bottom, next, downColour)
			d.line(bottom+boxWidth, next, up, next, upColour)
			d.arrow(up, next, up, under, upColour)
		}
		d.label(down+5, under+(levelHeight-boxHeight)/2, l.DownArrow, draw.XLeft)
		d.label(up-5, under+(levelHeight-boxHeight)/2, l.UpArrow, draw.XRight)
	}
	d.box(bottom, y(last+1), n.Bottom, bottomColour, bottomFill)
}

// diagram is a canvas whose y goes down from its upper edge, as on a screen.
type diagram struct {
	c      draw.Canvas
	height vg.Length
}

func rectangle(x, y, width, height vg.Length) []vg.Point {
	return []vg.Point{{X: x, Y: y}, {X: x + width, Y: y}, {X: x + width, Y: y + height}, {X: x, Y: y + height}}
}

// box draws a box and its lines, at their middle.
func (d *diagram) box(x, y vg.Length, lines Box, border, fill color.Color) {
	corners := rectangle(x, d.height-y-boxHeight, boxWidth, boxHeight)
	d.c.FillPolygon(fill, corners)
	d.c.StrokeLines(draw.LineStyle{Color: border, Width: vg.Points(1.2)}, append(corners, corners[0]))
	first := y + boxHeight/2 - vg.Length(len(lines)-1)/2*lineHeight
	for i, line := range lines {
		d.text(x+boxWidth/2, first+vg.Length(i)*lineHeight, line, 9, i == 0, color.Black)
	}
}

func (d *diagram) line(x0, y0, x1, y1 vg.Length, colour color.Color) {
	d.c.StrokeLine2(draw.LineStyle{Color: colour, Width: vg.Points(1.2)}, x0, d.height-y0, x1, d.height-y1)
}

// arrow draws a horizontal or vertical line with a head at its second end.
func (d *diagram) arrow(x0, y0, x1, y1 vg.Length, colour color.Color) {
	d.line(x0, y0, x1, y1, colour)
	const long, half = 6, 3
	sign := func(v vg.Length) vg.Length {
		switch {
		case v > 0:
			return 1
		case v < 0:
			return -1
		}
		return 0
	}
	dx, dy := sign(x1-x0), sign(y1-y0)
	tip := vg.Point{X: x1, Y: d.height - y1}
	foot := vg.Point{X: tip.X - long*dx, Y: tip.Y + long*dy}
	d.c.FillPolygon(colour, []vg.Point{tip, {X: foot.X + half*dy, Y: foot.Y + half*dx}, {X: foot.X - half*dy, Y: foot.Y - half*dx}})
}

// label writes beside an arrow.
func (d *diagram) label(x, y vg.Length, s string, align draw.XAlignment) {
	d.write(x, y, s, 8, false, plainColour, align)
}

// text writes with its middle at x, y.
func (d *diagram) text(x, y vg.Length, s string, size vg.Length, bold bool, colour color.Color) {
	d.write(x, y, s, size, bold, colour, draw.XCenter)
}

func (d *diagram) write(x, y vg.Length, s string, size vg.Length, bold bool, colour color.Color, align draw.XAlignment) {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = xfont.WeightBold
	}
	d.c.FillText(draw.TextStyle{Color: colour, Font: f, XAlign: align, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler},
		vg.Point{X: x, Y: d.height - y}, s)
}
