package plots

import (
	"io"
	"math"
	"unicode/utf8"
)

// WriteSVG draws the chart as SVG, 640 x 380 pixels at full size, for a web
// page: text and lines take the colours of the page (its CSS variables
// --line-1 to --line-12 and its text colour), so that it serves on light and
// dark grounds, and stand on white by themselves. Lines differ by colour, dash and
// marker. A place without a value breaks its line. The same data gives the
// same bytes.
//
// Errors: those of [Curves.WritePNG].
func (c Curves) WriteSVG(w io.Writer) error {
	x, y, marked, err := c.axes()
	if err != nil {
		return err
	}
	f := newFrame(x, y)
	s := newSVG(w)
	s.open(chartWidth, chartHeight, c.words())
	s.drawFrame(f, c.Title, c.XLabel, c.YLabel)
	if marked {
		s.printf(`<path d="M%s %sV%s" stroke="currentColor" stroke-opacity="0.75" stroke-dasharray="4 3"/>`+"\n", num(f.x.at(c.Mark)), num(f.y.start), num(f.y.end))
	}
	for i, line := range c.Lines {
		s.curve(f, i, line)
	}
	s.legend(c, marked)
	return s.close()
}

// words are the chart in words.
func (c Curves) words() string {
	text := c.Title + ": "
	for i, line := range c.Lines {
		if i > 0 {
			text += ", "
		}
		text += line.Name
	}
	return text + " over " + c.XLabel
}

// curve draws line i with its markers, thinned out where they would touch.
func (s *svg) curve(f frame, i int, line Curve) {
	path, pen := "", "M"
	for k := range line.X {
		if v := line.Y[k]; math.IsNaN(v) || math.IsInf(v, 0) {
			pen = "M"
			continue
		}
		path += pen + num(f.x.at(line.X[k])) + " " + num(f.y.at(line.Y[k]))
		pen = "L"
	}
	if path == "" {
		return
	}
	dash := ""
	if d := dashes[i%len(dashes)]; d != "" {
		dash = ` stroke-dasharray="` + d + `"`
	}
	s.printf(`<path d="%s" fill="none" stroke-width="2" stroke-linejoin="round"%s style="%s"/>`+"\n", path, dash, lineColour("stroke", i))
	last := math.Inf(-1)
	for k := range line.X {
		if v := line.Y[k]; math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if x := f.x.at(line.X[k]); x-last >= 11 {
			s.marker(i, x, f.y.at(line.Y[k]), 3.2, "")
			last = x
		}
	}
}

// legend names the lines and the mark, above the frame.
func (s *svg) legend(c Curves, marked bool) {
	const sample, y = 30.0, 42.0
	x := float64(marginLeft)
	for i, line := range c.Lines {
		dash := ""
		if d := dashes[i%len(dashes)]; d != "" {
			dash = ` stroke-dasharray="` + d + `"`
		}
		s.printf(`<path d="M%s %sh%s" stroke-width="2"%s style="%s"/>`+"\n", num(x), num(y), num(sample), dash, lineColour("stroke", i))
		s.marker(i, x+sample/2, y, 3.2, "")
		s.text(x+sample+6, y+5, "start", "", line.Name)
		x += sample + 24 + 7.2*float64(utf8.RuneCountInString(line.Name))
	}
	if marked {
		s.printf(`<path d="M%s %sv16" stroke="currentColor" stroke-opacity="0.75" stroke-dasharray="4 3"/>`+"\n", num(x+4), num(y-8))
		s.text(x+12, y+5, "start", "", c.MarkLabel)
	}
}
