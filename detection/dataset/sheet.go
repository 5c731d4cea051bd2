package dataset

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// SheetOptions configures [Report.WriteSheet]. Start from
// [DefaultSheetOptions].
type SheetOptions struct {
	// Images is the largest number of images on the sheet, 1 to 10,000.
	// Default 60: more are not looked at, and each is read once again.
	Images int
	// Columns is the number of images side by side, 1 to 100. Default 6.
	Columns int
	// Side is the longer side of a thumbnail in pixels, 64 to 1024. Default
	// 200: smaller hides nuclei, larger fits less on a screen.
	Side int
}

// DefaultSheetOptions returns the defaults named at each field.
func DefaultSheetOptions() SheetOptions { return SheetOptions{Images: 60, Columns: 6, Side: 200} }

// Validate reports every invalid field, each by name and value.
func (o SheetOptions) Validate() error {
	var errs []error
	if o.Images < 1 || o.Images > 10_000 {
		errs = append(errs, fmt.Errorf("Images is %d: want 1 to 10,000", o.Images))
	}
	if o.Columns < 1 || o.Columns > 100 {
		errs = append(errs, fmt.Errorf("Columns is %d: want 1 to 100", o.Columns))
	}
	if o.Side < 64 || o.Side > 1024 {
		errs = append(errs, fmt.Errorf("Side is %d: want 64 to 1024", o.Side))
	}
	return errors.Join(errs...)
}

// The parts of a sheet, in pixels.
const (
	sheetGap     = 6  // between tiles
	sheetHeader  = 18 // the line above the tiles
	sheetCaption = 30 // the two lines under a tile
)

// WriteSheet writes a PNG with thumbnails of the images and their points: first
// those with findings, by the severity of the worst finding about image or CSV,
// then by the number of such findings, then in the order of the set; if there is
// room, others, evenly through the set. The caption is split and name, and under
// it that finding's kind and the number of points. The line on top counts, and
// names the colours of the classes. Points of a line with an error stand in a
// red square, with a warning in an orange one. A volume is seen from above, as
// its maximum along z. Each image on the sheet is read again, one at a time; one
// that cannot be read is a grey tile.
//
// Errors: those of [SheetOptions.Validate], that ctx ended, and of writing.
func (r *Report) WriteSheet(ctx context.Context, path string, opts SheetOptions) error {
	if err := opts.Validate(); err != nil {
		return fmt.Errorf("dataset: contact sheet: %w", err)
	}
	all := r.tiles()
	tiles := choose(all, opts.Images)
	columns := max(min(opts.Columns, len(tiles)), 1)
	rows := max((len(tiles)+columns-1)/columns, 1)
	sheet := image.NewRGBA(image.Rect(0, 0, columns*(opts.Side+sheetGap)+sheetGap,
		sheetHeader+rows*(opts.Side+sheetCaption+sheetGap)+sheetGap))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.Gray{24}), image.Point{}, draw.Src)
	legend(sheet, len(tiles), len(all), mostClass(tiles))
	for i, t := range tiles {
		if err := ctx.Err(); err != nil {
			return err
		}
		corner := image.Pt(sheetGap+i%columns*(opts.Side+sheetGap), sheetHeader+sheetGap+i/columns*(opts.Side+sheetCaption+sheetGap))
		if thumb := t.thumbnail(opts.Side); thumb != nil {
			draw.Draw(sheet, thumb.Bounds().Add(corner), thumb, image.Point{}, draw.Src)
		} else {
			box := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(opts.Side, opts.Side))}
			draw.Draw(sheet, box, image.NewUniform(color.Gray{48}), image.Point{}, draw.Src)
		}
		caption(sheet, corner.Add(image.Pt(0, opts.Side+12)), opts.Side, t.title, color.Gray{220})
		caption(sheet, corner.Add(image.Pt(0, opts.Side+25)), opts.Side, t.status, rankColour(t.worst))
	}
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, sheet) })
}

// legend writes the line on top.
func legend(sheet *image.RGBA, shown, all, classes int) {
	text := fmt.Sprintf("%d of %d, worst first", shown, all)
	at := image.Pt(sheetGap, 15)
	width := sheet.Bounds().Dx() - sheetGap
	caption(sheet, at, width-at.X, text, color.Gray{220})
	at.X += (len(text) + 2) * basicfont.Face7x13.Advance
	for class := 1; class <= classes; class++ {
		text := fmt.Sprintf("class %d", class)
		if at.X+len(text)*basicfont.Face7x13.Advance > width {
			return
		}
		caption(sheet, at, width-at.X, text, classColour(class))
		at.X += (len(text) + 1) * basicfont.Face7x13.Advance
	}
}

// classColour is green without a class and for class 1; further ones have
// colours that differ in brightness too, and begin again after seven.
func classColour(class int) color.RGBA {
	colours := []color.RGBA{{70, 255, 70, 255}, {0, 220, 255, 255}, {255, 240, 0, 255}, {255, 150, 40, 255},
		{255, 110, 220, 255}, {150, 150, 255, 255}, {255, 255, 255, 255}}
	return colours[max(class-1, 0)%len(colours)]
}

// rankColour is that of the worst finding.
func rankColour(rank int) color.Color {
	switch rank {
	case Error.rank():
		return color.RGBA{255, 90, 80, 255}
	case Warning.rank():
		return color.RGBA{255, 200, 90, 255}
	}
	return color.Gray{150}
}

// caption writes text with its base line at p. What does not fit the width is
// left out of its middle, for names differ at both ends.
func caption(dst draw.Image, p image.Point, width int, text string, c color.Color) {
	face := basicfont.Face7x13
	if letters, fit := []rune(text), max(width/face.Advance, 3); len(letters) > fit {
		end := (fit - 2) / 3
		text = string(letters[:fit-2-end]) + ".." + string(letters[len(letters)-end:])
	}
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Face: face, Dot: fixed.P(p.X, p.Y)}
	d.DrawString(text)
}
