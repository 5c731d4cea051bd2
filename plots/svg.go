package plots

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Sizes of an SVG chart, in its own units, which are pixels at full size.
const (
	chartWidth, chartHeight = 640, 380
	// margins around the frame: room for labels
	marginLeft, marginRight, marginTop, marginBottom = 64, 18, 58, 52
	fontSize                                         = 14
	// yNameRight is where the name of the y axis ends, and tickGap the space
	// between its numbers and the axis.
	yNameRight, tickGap = 22, 9
)

// dashes tell lines apart without colour.
var dashes = []string{"", "7 4", "2 3", "9 3 2 3", "4 2", "12 4"}

// svg writes elements and keeps the first error. Colours are CSS variables of
// the page around the chart, with values for a white ground where there are
// none: --line-1 to --line-12, and currentColor for the rest.
type svg struct{ w *bufio.Writer }

func newSVG(w io.Writer) *svg { return &svg{bufio.NewWriter(w)} }

func (s *svg) printf(format string, args ...any) { fmt.Fprintf(s.w, format, args...) }

// open starts a picture of the given size whose title is its text for readers
// who do not see it.
func (s *svg) open(width, height int, title string) {
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="%d">`+"\n",
		width, height, width, height, fontSize)
	s.printf("<title>%s</title>\n", escape(title))
}

func (s *svg) close() error {
	s.printf("</svg>\n")
	return s.w.Flush()
}

// text writes a line of text; anchor is start, middle or end.
func (s *svg) text(x, y float64, anchor, attributes, text string) {
	s.printf(`<text x="%s" y="%s" text-anchor="%s" fill="currentColor"%s>%s</text>`+"\n", num(x), num(y), anchor, attributes, escape(text))
}

// lineColour is the style of what belongs to line i.
func lineColour(property string, i int) string {
	c := palette[i%len(palette)]
	return fmt.Sprintf("%s:var(--line-%d,#%02x%02x%02x)", property, i%len(palette)+1, c.R, c.G, c.B)
}

// marker draws the sign of line i at a point: circle, square, triangle, in
// turn.
func (s *svg) marker(i int, x, y, r float64, title string) {
	style, end := lineColour("fill", i), "/>\n"
	if title != "" {
		end = "><title>" + escape(title) + "</title></"
	}
	name := "circle"
	switch i % 3 {
	case 0:
		s.printf(`<circle cx="%s" cy="%s" r="%s" style="%s"`, num(x), num(y), num(r), style)
	case 1:
		name = "rect"
		s.printf(`<rect x="%s" y="%s" width="%s" height="%s" style="%s"`, num(x-r), num(y-r), num(2*r), num(2*r), style)
	case 2:
		name = "path"
		s.printf(`<path d="M%s %sl%s %sh%sz" style="%s"`, num(x), num(y-1.2*r), num(1.2*r), num(2.2*r), num(-2.4*r), style)
	}
	s.printf("%s", end)
	if title != "" {
		s.printf("%s>\n", name)
	}
}

// frame is the place of a chart on its picture.
type frame struct {
	x, y axis
}

// newFrame gives the axes their places. The left margin grows where the numbers
// of the y axis would run into its name.
func newFrame(x, y axis) frame {
	y.start, y.end = chartHeight-marginBottom, marginTop
	left := float64(marginLeft)
	for _, t := range y.ticks() {
		left = max(left, yNameRight+tickGap+numberWidth(t.label))
	}
	x.start, x.end = math.Ceil(left), chartWidth-marginRight
	return frame{x, y}
}

// numberWidth is how wide a number is in DejaVu Sans, the widest of the fonts
// that browsers take for system-ui.
func numberWidth(label string) float64 {
	ems := 0.0
	for _, r := range label {
		switch r {
		case '.':
			ems += 0.32
		case '-':
			ems += 0.36
		case '+':
			ems += 0.84
		default:
			ems += 0.64
		}
	}
	return ems * fontSize
}

// axis maps values to positions, which grow rightwards and downwards.
type axis struct {
	lo, hi     float64 // values
	start, end float64 // positions of lo and hi
	whole      bool    // ticks at whole numbers only
}

// newAxis makes room around values: none for a fixed range, a twentieth
// otherwise.
func newAxis(lo, hi float64, fixed [2]float64, whole bool) axis {
	if fixed[0] < fixed[1] {
		return axis{lo: fixed[0], hi: fixed[1], whole: whole}
	}
	room := (hi - lo) / 20
	if !(room > 0) {
		if room = math.Abs(lo) / 10; room == 0 {
			room = 0.5
		}
	}
	if lo >= 0 && lo-room < 0 { // what cannot be negative does not look so
		return axis{lo: 0, hi: hi + room, whole: whole}
	}
	return axis{lo: lo - room, hi: hi + room, whole: whole}
}

func (a axis) at(v float64) float64 { return a.start + (v-a.lo)/(a.hi-a.lo)*(a.end-a.start) }

// mostTicks is as many labels as an axis has room for.
const mostTicks = 8

// tick is a labelled value.
type tick struct {
	value float64
	label string
}

// ticks are the multiples of the smallest step of 1, 2 or 5 times a power of
// ten that gives no more than mostTicks of them.
func (a axis) ticks() []tick {
	step, decimals := 1.0, 0
	for exponent := int(math.Floor(math.Log10((a.hi-a.lo)/mostTicks))) - 1; ; exponent++ {
		if a.whole {
			exponent = max(exponent, 0)
		}
		decimals = max(-exponent, 0)
		for _, mantissa := range []float64{1, 2, 5} {
			step = mantissa * math.Pow(10, float64(exponent))
			if first, last := math.Ceil(a.lo/step), math.Floor(a.hi/step); last-first+1 <= mostTicks {
				var out []tick
				for k := first; k <= last; k++ {
					out = append(out, tick{tidy(k * step), label(k*step, decimals)})
				}
				return out
			}
		}
	}
}

// outwards is the axis from tick to tick.
func (a axis) outwards() axis {
	for range 4 { // wider axes can have wider steps
		step := a.step()
		wide := a
		wide.lo, wide.hi = tidy(math.Floor(a.lo/step+1e-9)*step), tidy(math.Ceil(a.hi/step-1e-9)*step)
		if wide == a {
			break
		}
		a = wide
	}
	return a
}

// step is the distance of the ticks.
func (a axis) step() float64 {
	if t := a.ticks(); len(t) > 1 {
		return t[1].value - t[0].value
	}
	return a.hi - a.lo
}

// tidy is v with twelve digits: 0.30000000000000004 is 0.3.
func tidy(v float64) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	return short
}

// label writes a tick with the decimals of its step; very large and very small
// ones with a power of ten.
func label(v float64, decimals int) string {
	if v == 0 {
		return "0"
	}
	if decimals > 5 || math.Abs(v) >= 1e6 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// drawFrame draws title, grid, ticks and the names of the axes.
func (s *svg) drawFrame(f frame, title, xLabel, yLabel string) {
	s.text(marginLeft, 20, "start", ` font-weight="600" font-size="16"`, title)
	s.printf(`<g stroke="currentColor" stroke-opacity="0.16">` + "\n")
	for _, t := range f.x.ticks() {
		s.printf(`<path d="M%s %sV%s"/>`+"\n", num(f.x.at(t.value)), num(f.y.start), num(f.y.end))
	}
	for _, t := range f.y.ticks() {
		s.printf(`<path d="M%s %sH%s"/>`+"\n", num(f.x.start), num(f.y.at(t.value)), num(f.x.end))
	}
	s.printf("</g>\n")
	s.printf(`<path d="M%s %sV%sH%s" fill="none" stroke="currentColor" stroke-opacity="0.55"/>`+"\n", num(f.x.start), num(f.y.end), num(f.y.start), num(f.x.end))
	for _, t := range f.x.ticks() {
		s.text(f.x.at(t.value), f.y.start+19, "middle", "", t.label)
	}
	for _, t := range f.y.ticks() {
		s.text(f.x.start-tickGap, f.y.at(t.value)+5, "end", "", t.label)
	}
	s.text((f.x.start+f.x.end)/2, chartHeight-8, "middle", "", xLabel)
	y := (f.y.start + f.y.end) / 2
	s.text(16, y, "middle", fmt.Sprintf(` transform="rotate(-90 16 %s)"`, num(y)), yLabel)
}

// num writes a coordinate with at most two decimals.
func num(v float64) string {
	text := strconv.FormatFloat(v, 'f', 2, 64)
	text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

// escape makes text safe between and inside tags. Characters that XML does
// not know are replaced.
func escape(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return 0xfffd
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(text)
}
