package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"path/filepath"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
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

// tile is one image of a sheet, with what is written under it.
type tile struct {
	item
	points []detection.Point
	title  string
	status string
	worst  int // rank of the worst finding, lower is worse
	faults int // findings of that rank
}

// noFinding ranks after all severities.
const noFinding = 3

// WriteSheet writes a PNG with thumbnails of the images and their points as
// white dots, the worst first: by the severity of the worst finding about
// image or CSV, then by the number of such findings, then in the order of the
// set. The caption is split and name, and under it that finding's kind and the
// number of points. A volume is seen from above, as its maximum along z. Each
// image on the sheet is read again, one at a time; one that cannot be read is
// a dark tile.
//
// Errors: those of [SheetOptions.Validate], that ctx ended, and of writing.
func (r *Report) WriteSheet(ctx context.Context, path string, opts SheetOptions) error {
	if err := opts.Validate(); err != nil {
		return fmt.Errorf("dataset: contact sheet: %w", err)
	}
	tiles := r.tiles()
	tiles = tiles[:min(len(tiles), opts.Images)]
	const text, gap = 30, 6 // two lines of the font; space between tiles
	rows := max((len(tiles)+opts.Columns-1)/opts.Columns, 1)
	sheet := image.NewRGBA(image.Rect(0, 0, opts.Columns*(opts.Side+gap)+gap, rows*(opts.Side+text+gap)+gap))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.Gray{24}), image.Point{}, draw.Src)
	for i, t := range tiles {
		if err := ctx.Err(); err != nil {
			return err
		}
		corner := image.Pt(gap+i%opts.Columns*(opts.Side+gap), gap+i/opts.Columns*(opts.Side+text+gap))
		box := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(opts.Side, opts.Side))}
		draw.Draw(sheet, box, image.NewUniform(color.Gray{48}), image.Point{}, draw.Src)
		if thumb := t.thumbnail(opts.Side); thumb != nil {
			draw.Draw(sheet, thumb.Bounds().Add(corner), thumb, image.Point{}, draw.Src)
		}
		caption(sheet, corner.Add(image.Pt(0, opts.Side+12)), opts.Side, t.title, color.Gray{220})
		caption(sheet, corner.Add(image.Pt(0, opts.Side+25)), opts.Side, t.status, statusColour(t.worst))
	}
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, sheet) })
}

// tiles lists all images, worst first.
func (r *Report) tiles() []tile {
	first := map[string]Finding{} // by file, the worst
	n := map[string]int{}         // findings as bad as that
	for _, f := range r.Findings {
		if w, ok := first[f.File]; !ok {
			first[f.File] = f
		} else if w.Severity != f.Severity {
			continue
		}
		n[f.File]++
	}
	var tiles []tile
	add := func(it item, points []detection.Point, read bool) {
		t := tile{item: it, points: points, title: filepath.Base(it.path()), worst: noFinding}
		if it.split.name != "" {
			t.title = it.split.name + "/" + t.title
		}
		t.status = count(len(points), "point")
		if !read {
			t.status = "no image"
		}
		kind := Kind("")
		for _, file := range []string{it.image, it.points} {
			f, ok := first[file]
			if !ok || f.Severity.rank() > t.worst {
				continue
			}
			if f.Severity.rank() < t.worst {
				t.worst, t.faults, kind = f.Severity.rank(), 0, f.Kind
			}
			t.faults += n[file]
		}
		if kind != "" {
			t.status = string(kind) + ", " + t.status
		}
		tiles = append(tiles, t)
	}
	for _, it := range r.images {
		add(it.item, it.table.points, true)
	}
	for _, it := range r.broken {
		add(it, nil, false)
	}
	slices.SortStableFunc(tiles, func(a, b tile) int {
		return cmp.Or(cmp.Compare(a.worst, b.worst), cmp.Compare(b.faults, a.faults))
	})
	return tiles
}

// thumbnail reads and shrinks the image and draws its points; nil when it
// cannot be read.
func (t tile) thumbnail(side int) image.Image {
	if t.image == "" {
		return nil
	}
	v, err := imageio.Read(t.image)
	if err != nil {
		return nil
	}
	flat := colours(maximum(v.Volume))
	scale := float64(side) / float64(max(flat.Dims[1], flat.Dims[2]))
	h := max(int(float64(flat.Dims[1])*scale+0.5), 1)
	w := max(int(float64(flat.Dims[2])*scale+0.5), 1)
	small := shrink(flat, h, w)
	points := make([]detection.Point, len(t.points))
	for i, p := range t.points {
		points[i].Pos = [3]float64{0, (p.Pos[1]+0.5)*float64(h)/float64(flat.Dims[1]) - 0.5,
			(p.Pos[2]+0.5)*float64(w)/float64(flat.Dims[2]) - 0.5}
	}
	o := detection.DefaultDrawOptions()
	o.Radius = 1
	drawn, err := detection.DrawPoints(small, points, o)
	if err != nil {
		return nil // points and options have been checked
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := drawn.Data[drawn.Index(0, y, x):][:drawn.Channels]
			out.SetRGBA(x, y, color.RGBA{uint8(c[0]), uint8(c[len(c)/2]), uint8(c[len(c)-1]), 255})
		}
	}
	return out
}

// colours makes one channel of what is neither grey nor three colours.
func colours(v *detection.Volume) *detection.Volume {
	if v.Channels == 3 {
		return v
	}
	return grey(v)
}

// maximum is the largest value along z, as one plane.
func maximum(v *detection.Volume) *detection.Volume {
	if v.Dims[0] == 1 {
		return v
	}
	plane := v.Dims[1] * v.Dims[2] * v.Channels
	out := detection.NewVolume([3]int{1, v.Dims[1], v.Dims[2]}, v.Channels)
	copy(out.Data, v.Data)
	for i, x := range v.Data {
		out.Data[i%plane] = max(out.Data[i%plane], x)
	}
	return out
}

func statusColour(rank int) color.Color {
	switch rank {
	case Error.rank():
		return color.RGBA{255, 120, 110, 255}
	case Warning.rank():
		return color.RGBA{255, 200, 90, 255}
	}
	return color.Gray{150}
}

// caption writes text, cut to the width, with its base line at p.
func caption(dst draw.Image, p image.Point, width int, text string, c color.Color) {
	face := basicfont.Face7x13
	if letters, fit := []rune(text), width/face.Advance; len(letters) > fit {
		text = string(letters[:fit-2]) + ".."
	}
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Face: face, Dot: fixed.P(p.X, p.Y)}
	d.DrawString(text)
}
