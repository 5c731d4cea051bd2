package plots

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"slices"
)

// encode writes a drawing as a small PNG.
func encode(w io.Writer, m image.Image) error {
	encoder := png.Encoder{}
	if err := encoder.Encode(w, fewColours(m)); err != nil {
		return fmt.Errorf("plots: %w", err)
	}
	return nil
}

// fewColours is a picture with at most 256 colours, which takes a quarter of
// the bytes: its own where it has no more, as most charts without many edges,
// else the most frequent, and for the others, shades at the edges of lines and
// letters, the nearest of those.
func fewColours(m image.Image) image.Image {
	bounds := m.Bounds()
	pixels := image.NewRGBA(bounds)
	draw.Draw(pixels, bounds, m, bounds.Min, draw.Src)
	at := func(i int) color.RGBA {
		p := pixels.Pix[4*i:]
		return color.RGBA{p[0], p[1], p[2], p[3]}
	}
	count := map[color.RGBA]int{}
	for i := range bounds.Dx() * bounds.Dy() {
		count[at(i)]++
	}
	order := make([]color.RGBA, 0, len(count))
	for c := range count {
		order = append(order, c)
	}
	whole := func(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
	slices.SortFunc(order, func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], whole(a)-whole(b))
	})
	var colours color.Palette
	index := make(map[color.RGBA]uint8, len(order))
	for i, c := range order {
		if i < 256 {
			index[c], colours = uint8(i), append(colours, c)
		} else {
			index[c] = uint8(colours.Index(c))
		}
	}
	out := image.NewPaletted(bounds, colours)
	for i := range out.Pix {
		out.Pix[i] = index[at(i)]
	}
	return out
}
