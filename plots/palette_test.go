package plots

import (
	"image"
	"image/color"
	"regexp"
	"strings"
	"testing"
)

// The script has the colours of the pictures for light pages, and as many for
// dark ones.
func TestPalettesAreTheSame(t *testing.T) {
	list := func(colours []color.RGBA) string {
		var out []string
		for _, c := range colours {
			out = append(out, `"`+css(c)+`"`)
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	for _, part := range []string{
		"LIGHT = " + list(palette), `"@cells": [` + list(cellRamp), `"@lines": [` + list(lineRamp),
		`"@ink": ["` + css(inkColour), `"@pale": ["` + css(paleColour), `"@muted": ["` + css(mutedColour), `"@grid": ["` + css(gridColour),
	} {
		if !strings.Contains(interactiveJS, part) {
			t.Errorf("the script has no %s", part)
		}
	}
	dark := regexp.MustCompile(`DARK = \[(.*)\]`).FindStringSubmatch(interactiveJS)
	if n := strings.Count(dark[1], "#"); n != len(palette) {
		t.Errorf("%d colours for dark pages, want %d", n, len(palette))
	}
}

// Text can be read on every cell: WCAG 2.1 asks for a contrast of 4.5.
func TestInkOnCells(t *testing.T) {
	for i := range 101 {
		ground := cellRamp.at(float64(i) / 100)
		g, ink := luminance(ground), luminance(color.RGBAModel.Convert(inkOn(ground)).(color.RGBA))
		if contrast := (max(g, ink) + 0.05) / (min(g, ink) + 0.05); contrast < 4.5 {
			t.Errorf("at %d %% the contrast is %.2f", i, contrast)
		}
	}
	for i, want := range map[float64]color.RGBA{0: cellRamp[0], 0.5: cellRamp[1], 1: cellRamp[2], 2: cellRamp[2], -1: cellRamp[0]} {
		if got := cellRamp.at(i); got != want {
			t.Errorf("colour at %v is %v, want %v", i, got, want)
		}
	}
}

// A picture of few colours keeps them, of many the frequent ones, and others
// become near ones.
func TestFewColours(t *testing.T) {
	m := image.NewRGBA(image.Rect(3, 2, 103, 52))
	for y := 2; y < 52; y++ {
		for x := 3; x < 103; x++ {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y % 2), 7, 0xff}) // 200 colours
		}
	}
	worstOf := func() int {
		few, worst := fewColours(m), 0
		for y := 2; y < 52; y++ {
			for x := 3; x < 103; x++ {
				a, b := m.RGBAAt(x, y), color.RGBAModel.Convert(few.At(x, y)).(color.RGBA)
				for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
					worst = max(worst, d, -d)
				}
			}
		}
		return worst
	}
	if worst := worstOf(); worst != 0 {
		t.Errorf("200 colours are off by %d", worst)
	}
	for x := 3; x < 103; x++ {
		for y := 2; y < 12; y++ {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), 7, 0xff}) // 1000 more
		}
	}
	if worst := worstOf(); worst == 0 || worst > 12 {
		t.Errorf("many colours are off by %d", worst)
	}
}
