package widgets

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/puncta-bio/puncta/detection"
)

const (
	// montageSide is the longer side of each picture of a montage, and montageGap
	// lies between them, in pixels.
	montageSide, montageGap = 300, 6
	// montageColumns is how many stand side by side.
	montageColumns = 3
)

// PNG is the still picture: all stages on the plane to begin with, three in a
// row. The same stepper gives the same bytes on one kind of machine.
//
// Errors: none for a stepper of [NewStepper].
func (s *Stepper) PNG() ([]byte, error) {
	input, factor := composite(s.image, s.raster.Bands, s.z, montageSide)
	grey := tinted(pooled(planeOf(s.prob, s.z), factor, poolLargest))
	var kept, removed []detection.Point
	for i, by := range s.removedBy {
		if by < 0 {
			kept = append(kept, s.peaks[i])
		} else {
			removed = append(removed, s.peaks[i])
		}
	}
	var pictures []still
	for _, stage := range s.Stages() {
		base := grey
		if stage.Key == "input" || stage.Key == "refined" || stage.Key == "scored" {
			base = input
		}
		p, err := newStill(base, nil, s.z, montageSide, len(s.peaks))
		if err != nil {
			return nil, fmt.Errorf("widgets: stepper: %w", err)
		}
		p.scale /= float64(factor)
		switch stage.Key {
		case "peaks":
			p.draw(markFound, s.peaks...)
		case "pruned":
			p.draw(markGone, removed...)
			p.draw(markFound, kept...)
		case "refined":
			p.draw(markFound, s.points...)
		case "scored":
			p.drawMatching(s.truth, s.points, s.matching)
		}
		pictures = append(pictures, p)
	}
	picture, err := still{picture: montage(pictures)}.encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: stepper: %w", err)
	}
	return picture, nil
}

// montage puts pictures of one size into rows, on white.
func montage(pictures []still) *image.RGBA {
	size := pictures[0].picture.Bounds().Size()
	columns := min(montageColumns, len(pictures))
	rows := (len(pictures) + columns - 1) / columns
	all := image.NewRGBA(image.Rect(0, 0, columns*(size.X+montageGap)-montageGap, rows*(size.Y+montageGap)-montageGap))
	draw.Draw(all, all.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for i, p := range pictures {
		at := image.Pt(i%columns*(size.X+montageGap), i/columns*(size.Y+montageGap))
		draw.Draw(all, image.Rectangle{at, at.Add(size)}, p.picture, image.Point{}, draw.Src)
	}
	return all
}
