package widgets

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"golang.org/x/image/draw"
)

// The sheet of a still picture: so many thumbnails side by side and below each
// other, each of so many pixels, with a gap between.
const sheetColumns, sheetRows, sheetCell, sheetGap = 5, 4, 128, 4

// PNG is the still picture: the first twenty of [ErrorBrowser.Mistakes], each with
// its mark and those of its neighbours, from left to right. The same browser gives
// the same bytes on one kind of machine.
func (b *ErrorBrowser) PNG() ([]byte, error) {
	n := min(len(b.mistakes), sheetColumns*sheetRows)
	columns, rows := min(max(n, 1), sheetColumns), max((n+sheetColumns-1)/sheetColumns, 1)
	picture := image.NewRGBA(image.Rect(0, 0, columns*(sheetCell+sheetGap)-sheetGap, rows*(sheetCell+sheetGap)-sheetGap))
	for _, s := range b.shown {
		for k := range min(s.count, n-s.first) {
			at := s.first + k
			corner := image.Pt(at%sheetColumns*(sheetCell+sheetGap), at/sheetColumns*(sheetCell+sheetGap))
			b.drawCell(picture.SubImage(image.Rectangle{corner, corner.Add(image.Pt(sheetCell, sheetCell))}).(*image.RGBA), s, k)
		}
	}
	encoded, err := still{picture: picture}.encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: error browser: %w", err)
	}
	return encoded, nil
}

// drawCell draws thumbnail k of an image, with marks.
func (b *ErrorBrowser) drawCell(cell *image.RGBA, s shownImage, k int) {
	crop, m := b.opts.Crop, b.mistakes[s.first+k]
	columns := s.cells.Bounds().Dx() / crop
	from := image.Pt(k%columns*crop, k/columns*crop)
	scale := sheetCell / float64(crop)
	scaler := draw.Scaler(draw.BiLinear)
	if scale >= 2 {
		scaler = draw.NearestNeighbor // single pixels are worth seeing
	}
	scaler.Scale(cell, cell.Bounds(), s.cells, image.Rectangle{from, from.Add(image.Pt(crop, crop))}, draw.Src, nil)
	bounds := cell.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := cell.RGBAAt(x, y)
			cell.SetRGBA(x, y, color.RGBA{fewer(float64(c.R)), fewer(float64(c.G)), fewer(float64(c.B)), 255})
		}
	}
	v := m.Voxel()
	marks := still{
		picture: cell, scale: scale, z: v[0], radius: 7,
		left: float64(bounds.Min.X) - float64(v[2]-crop/2)*scale, top: float64(bounds.Min.Y) - float64(v[1]-crop/2)*scale,
	}
	im, matching := b.images[s.image], b.evaluation.Matchings[s.image]
	for _, pair := range matching.Pairs {
		marks.draw(markHit, im.Found[pair.Pred])
	}
	for _, i := range matching.UnmatchedTruth {
		marks.draw(markMissed, im.Truth[i])
	}
	for _, i := range matching.UnmatchedPred {
		marks.draw(markFalse, im.Found[i])
	}
}

// text says in words what the browser is about.
func (b *ErrorBrowser) text() string {
	p := b.evaluation.Pooled
	images := "1 image"
	if n := len(b.images); n != 1 {
		images = fmt.Sprintf("%d images", n)
	}
	text := fmt.Sprintf("%s: %s; %s; F1 %.3f, precision %.3f, recall %.3f: %d found, %d false, %d missed.",
		b.opts.Title, images, b.matchText(), p.F1, p.Precision, p.Recall, p.TP, p.FP, p.FN)
	if len(b.mistakes) == 0 {
		return text + " There is no mistake to show."
	}
	var worst []string
	for _, i := range b.order[:min(len(b.order), 3)] {
		if m := b.evaluation.Images[i]; m.FP+m.FN > 0 {
			worst = append(worst, fmt.Sprintf("%s (F1 %.3f, %d false, %d missed)", b.images[i].Name, m.F1, m.FP, m.FN))
		}
	}
	return text + " Worst first: " + strings.Join(worst, ", ") + "."
}
