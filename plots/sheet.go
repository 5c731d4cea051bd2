package plots

import (
	"image/color"
	"io"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Size of a picture in pixels, unless its chart says another.
const pictureWidth, pictureHeight = 800, 500

// marginsX is the space at both sides of a picture together.
const marginsX = 32

// px is a length of so many pixels.
func px(n float64) vg.Length { return vg.Length(n) * vg.Inch / 96 }

// sheet is the picture of a chart: title, note and legend above each other, and
// the plots below.
type sheet struct {
	title string
	note  string // below the title, smaller; "" for none
	keys  []key  // the legend
	// width and height in pixels; 0 for the usual ones. A legend of more than one
	// row makes the picture higher.
	width, height int
	// body draws into what is left.
	body func(draw.Canvas)
}

// key is an entry of the legend.
type key struct {
	name string
	sign plot.Thumbnailer
}

// onePlot is the sheet of a single plot.
func onePlot(p *plot.Plot, title string, keys []key) sheet {
	return sheet{title: title, keys: keys, body: p.Draw}
}

// textStyle is that of all pictures, so that they look like pages.
func textStyle(size vg.Length, colour color.Color) text.Style {
	return text.Style{Color: colour, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, Handler: plot.DefaultTextHandler}
}

// fittedEnd is fitted with the ellipsis in front.
func fittedEnd(s text.Style, words string, room vg.Length) string {
	if s.Width(words) <= room {
		return words
	}
	letters := []rune(words)
	for n := 1; n < len(letters); n++ {
		if short := "…" + string(letters[n:]); s.Width(short) <= room {
			return short
		}
	}
	return "…"
}

// centred is a text whose middle is at its place, along x, and along y if middle.
func centred(size vg.Length, colour color.Color, middle bool) text.Style {
	s := textStyle(size, colour)
	s.XAlign = draw.XCenter
	if middle {
		s.YAlign = draw.YCenter
	}
	return s
}

// fitted is as much of a text as has room, with an ellipsis where some has not.
func fitted(s text.Style, words string, room vg.Length) string {
	if s.Width(words) <= room {
		return words
	}
	letters := []rune(words)
	for n := len(letters) - 1; n > 0; n-- {
		if short := string(letters[:n]) + "…"; s.Width(short) <= room {
			return short
		}
	}
	return "…"
}

// write draws the sheet as PNG.
func (s sheet) write(w io.Writer) error {
	if s.width == 0 {
		s.width, s.height = pictureWidth, pictureHeight
	}
	if _, rows := s.placeKeys(px(float64(s.width - marginsX))); rows > 1 {
		s.height += int(keyRow) * (rows - 1)
	}
	img := vgimg.NewWith(vgimg.UseWH(px(float64(s.width)), px(float64(s.height))), vgimg.UseDPI(96))
	page := draw.New(img)
	page.FillPolygon(color.White, corners(page.Rectangle))
	s.draw(draw.Crop(page, px(14), -px(marginsX-14), px(12), -px(10)))
	return encode(w, img.Image())
}

func (s sheet) draw(c draw.Canvas) {
	line := func(style text.Style, words string) {
		style.YAlign = draw.YTop
		c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, fitted(style, words, c.Max.X-c.Min.X))
		c.Max.Y -= style.FontExtents().Height + px(3)
	}
	if s.title != "" {
		bold := textStyle(12, inkColour)
		bold.Font.Weight = xfont.WeightBold
		line(bold, s.title)
	}
	if s.note != "" {
		line(textStyle(9.5, paleColour), s.note)
	}
	c.Max.Y -= px(4)
	s.drawKeys(&c)
	s.body(c)
}

// Measures of the legend.
const (
	keySign = 26.0 // the width of a sign
	keyGap  = 6.0  // between a sign and its name
	keyStep = 18.0 // between entries
	keyRow  = 20.0
)

// placedKey is an entry of the legend and where it stands.
type placedKey struct {
	key
	x   vg.Length // from the left
	row int
}

// placeKeys lays the legend out from left to right, in as many rows as it takes.
func (s sheet) placeKeys(room vg.Length) (placed []placedKey, rows int) {
	style := textStyle(10, inkColour)
	x := vg.Length(0)
	for _, k := range s.keys {
		k.name = fitted(style, k.name, room-px(keySign+keyGap))
		width := px(keySign+keyGap) + style.Width(k.name)
		if rows == 0 || x+width > room {
			x, rows = 0, rows+1
		}
		placed = append(placed, placedKey{k, x, rows - 1})
		x += width + px(keyStep)
	}
	return placed, rows
}

// drawKeys writes the legend and takes it off the canvas.
func (s sheet) drawKeys(c *draw.Canvas) {
	placed, rows := s.placeKeys(c.Max.X - c.Min.X)
	if rows == 0 {
		return
	}
	style := textStyle(10, inkColour)
	style.YAlign = draw.YCenter
	for _, k := range placed {
		x, middle := c.Min.X+k.x, c.Max.Y-px(keyRow*(float64(k.row)+0.5))
		k.sign.Thumbnail(&draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: middle - px(6)}, Max: vg.Point{X: x + px(keySign), Y: middle + px(6)}}})
		c.FillText(style, vg.Point{X: x + px(keySign+keyGap), Y: middle}, k.name)
	}
	c.Max.Y -= px(keyRow*float64(rows) + 6)
}

// corners are those of a rectangle.
func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

// newPlot is a plot with the looks of all pictures: nothing but its grid, axes
// and names.
func newPlot(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding, a.Label.Padding = 0, px(5)
		a.LineStyle.Color, a.Tick.LineStyle.Color = axisColour, axisColour
		a.Tick.Length, a.Tick.Marker = px(5), niceTicks{}
		restyle(&a.Label.TextStyle, 10.5, inkColour)
		restyle(&a.Tick.Label, 9.5, paleColour)
	}
	return p
}

// restyle keeps how a text is placed.
func restyle(s *text.Style, size vg.Length, colour color.Color) {
	next := textStyle(size, colour)
	s.Font, s.Color = next.Font, next.Color
}

// niceTicks are the ticks of the SVG charts, as plot.Ticker.
type niceTicks struct{ whole bool }

func (n niceTicks) Ticks(lo, hi float64) []plot.Tick {
	var out []plot.Tick
	for _, t := range (axis{lo: lo, hi: hi, whole: n.whole}).ticks() {
		out = append(out, plot.Tick{Value: t.value, Label: t.label})
	}
	return out
}
