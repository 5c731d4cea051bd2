package widgets

import (
	"image"
	"image/color"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// mark is a sign of the still picture: its distance, in units of its radius,
// from a place (x, y) relative to its centre, and its colour. Shapes and
// colours are those of package plots.
type mark struct {
	distance func(x, y float64) float64
	colour   color.RGBA
}

var (
	markHit     = mark{ring, color.RGBA{0x00, 0xc4, 0x8f, 255}}
	markFound   = mark{ring, color.RGBA{0x56, 0xb4, 0xe9, 255}}
	markMissed  = mark{square, color.RGBA{0xf0, 0xe4, 0x42, 255}}
	markTruth   = markMissed
	markOnlyA   = mark{square, color.RGBA{0x56, 0xb4, 0xe9, 255}}
	markGone    = mark{cross, color.RGBA{0xd6, 0xdb, 0xe1, 255}}
	markFalse   = mark{cross, color.RGBA{0xff, 0x7a, 0x1a, 255}}
	markMerged  = mark{square, color.RGBA{0xff, 0x7a, 0x1a, 255}}
	markOutside = mark{cross, color.RGBA{0xf0, 0xe4, 0x42, 255}}
)

func ring(x, y float64) float64 { return math.Abs(math.Hypot(x, y) - 1) }

func square(x, y float64) float64 {
	const half = 0.92
	x, y = math.Abs(x), math.Abs(y)
	if x <= half && y <= half {
		return half - max(x, y)
	}
	return math.Hypot(max(x-half, 0), max(y-half, 0))
}

// cross is two strokes along the diagonals; by symmetry one of them in one
// quadrant is all.
func cross(x, y float64) float64 {
	const end = 0.85
	x, y = math.Abs(x), math.Abs(y)
	t := min((x+y)/2, end)
	return math.Hypot(x-t, y-t)
}

// draw puts marks on the points of the plane, each with a dark rim.
func (s still) draw(m mark, points ...detection.Point) {
	line, rim := s.radius/7.2+0.2, s.radius/4.4+0.6 // half widths
	for _, p := range points {
		if p.Voxel()[0] != s.z {
			continue
		}
		cx, cy := s.left+(p.Pos[2]+0.5)*s.scale-0.5, s.top+(p.Pos[1]+0.5)*s.scale-0.5
		reach := s.radius + rim + 1
		b := image.Rect(int(cx-reach), int(cy-reach), int(cx+reach)+2, int(cy+reach)+2).Intersect(s.picture.Bounds())
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				d := m.distance((float64(x)-cx)/s.radius, (float64(y)-cy)/s.radius) * s.radius
				s.blend(x, y, color.RGBA{0, 0, 0, 255}, 0.65*cover(rim-d))
				s.blend(x, y, m.colour, cover(line-d))
			}
		}
	}
}

// drawMatching draws pairs and what is left over, mistakes on top.
func (s still) drawMatching(truth, found []detection.Point, m detection.Matching) {
	for _, p := range m.Pairs {
		s.draw(markHit, found[p.Pred])
	}
	for _, i := range m.UnmatchedTruth {
		s.draw(markMissed, truth[i])
	}
	for _, i := range m.UnmatchedPred {
		s.draw(markFalse, found[i])
	}
}

// cover is how much of a pixel lies inside, for a centre so far inside.
func cover(inside float64) float64 { return min(max(inside+0.5, 0), 1) }

func (s still) blend(x, y int, c color.RGBA, share float64) {
	pix := s.picture.Pix[s.picture.PixOffset(x, y):]
	for k, v := range []uint8{c.R, c.G, c.B} {
		pix[k] = uint8(math.Round(float64(pix[k])*(1-share) + float64(v)*share))
	}
}
