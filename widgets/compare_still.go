package widgets

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
)

// PNG is the still picture: the first version in the left half, the second one in
// the right half, with the points of each, on the plane to begin with. The same
// comparison gives the same bytes on one kind of machine.
//
// Errors: none for a comparison of [NewCompare].
func (c *Compare) PNG() ([]byte, error) {
	var halves [2]still
	for k, v := range c.versions {
		shown := k
		if v.Image == nil {
			shown = 0
		}
		rgb, factor := composite(c.versions[shown].Image, c.rasters[shown].Bands, c.z, stillSide)
		s, err := newStill(rgb, nil, c.z, stillSide, max(len(c.versions[0].Points), len(c.versions[1].Points)))
		if err != nil {
			return nil, fmt.Errorf("widgets: compare: %w", err)
		}
		s.scale /= float64(factor)
		c.drawMarks(s, k)
		halves[k] = s
	}
	all := halves[0].picture
	right := all.Bounds()
	right.Min.X = right.Dx() / 2
	draw.Draw(all, right, halves[1].picture, right.Min, draw.Src)
	right.Max.X, right.Min.X = right.Min.X+1, right.Min.X-1
	draw.Draw(all, right, image.NewUniform(color.White), image.Point{}, draw.Src)
	picture, err := halves[0].encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: compare: %w", err)
	}
	return picture, nil
}

// drawMarks draws the points of version k, those that it alone has on top.
func (c *Compare) drawMarks(s still, k int) {
	points := c.versions[k].Points
	if !c.bothSets() {
		s.draw(markFound, points...)
		return
	}
	for _, p := range c.agreement.Pairs {
		s.draw(markHit, points[[]int{p.Truth, p.Pred}[k]])
	}
	alone := [][]int{c.agreement.UnmatchedTruth, c.agreement.UnmatchedPred}[k]
	for _, i := range alone {
		s.draw([]mark{markOnlyA, markFalse}[k], points[i])
	}
}
