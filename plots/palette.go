package plots

import (
	"fmt"
	"image/color"
	"math"
)

// palette tells lines and areas apart, also for readers who do not tell red
// from green (M. Okabe, K. Ito, "Color Universal Design", 2008); the second six
// are the first mixed with white.
var palette = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0xe6, 0x9f, 0x00, 0xff},
	{0x66, 0xaa, 0xd1, 0xff}, {0xe6, 0x9e, 0x66, 0xff}, {0x66, 0xc5, 0xab, 0xff},
	{0xe0, 0xaf, 0xca, 0xff}, {0x9a, 0xd2, 0xf2, 0xff}, {0xf0, 0xc5, 0x66, 0xff},
}

// Colours of a picture besides those of the data.
var (
	inkColour   = color.RGBA{0x22, 0x26, 0x2a, 0xff} // text
	paleColour  = color.RGBA{0x5c, 0x64, 0x6c, 0xff} // text of less weight
	axisColour  = color.RGBA{0x8a, 0x92, 0x9a, 0xff}
	gridColour  = color.RGBA{0xe4, 0xe7, 0xea, 0xff}
	mutedColour = color.RGBA{0xa4, 0xac, 0xb4, 0xff} // data that stand back
)

// colourRamp is a sequence of colours for 0 to 1, with straight lines between them.
type colourRamp []color.RGBA

var (
	// cellRamp fills cells, from the ground to a darker form of the palette's first
	// colour.
	cellRamp = colourRamp{{0xf2, 0xf6, 0xfa, 0xff}, {0x8f, 0xc1, 0xe0, 0xff}, {0x00, 0x5f, 0x96, 0xff}}
	// lineRamp colours lines on white by a number, the highest darkest: viridis
	// (N. Smith, S. van der Walt, "A Better Default Colormap for Matplotlib", SciPy
	// 2015) turned round, without its yellow end, which white swallows. On a dark
	// ground the script takes it the right way round.
	lineRamp = colourRamp{
		{0xad, 0xdc, 0x30, 0xff}, {0x5e, 0xc9, 0x62, 0xff}, {0x28, 0xae, 0x80, 0xff}, {0x21, 0x91, 0x8c, 0xff},
		{0x2c, 0x72, 0x8e, 0xff}, {0x3b, 0x52, 0x8b, 0xff}, {0x47, 0x2d, 0x7b, 0xff}, {0x44, 0x01, 0x54, 0xff},
	}
)

// at is the colour of t, from 0 to 1.
func (r colourRamp) at(t float64) color.RGBA {
	t = min(max(t, 0), 1) * float64(len(r)-1)
	i := min(int(t), len(r)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (t-float64(i))*(float64(b)-float64(a))))
	}
	a, b := r[i], r[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// inkOn is the colour of text on a ground: the one of black and white with more
// contrast (WCAG 2.1, contrast ratio), which is at least 4.5.
func inkOn(ground color.RGBA) color.Color {
	if g := luminance(ground); 1.05/(g+0.05) > (g+0.05)/0.05 {
		return color.White
	}
	return color.Black
}

// luminance is the relative luminance of WCAG 2.1, 0 to 1.
func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// faded is a colour with the given opacity, from 0 to 1.
func faded(c color.RGBA, opacity float64) color.Color {
	return color.NRGBA{c.R, c.G, c.B, uint8(math.Round(255 * opacity))}
}

// css is a colour as in a style sheet.
func css(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
