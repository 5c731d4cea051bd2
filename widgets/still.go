package widgets

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"golang.org/x/image/draw"

	"github.com/puncta-bio/puncta/detection"
)

const (
	// stillSide is the longer side of the still picture, in pixels, and
	// mostEnlarged how much a small image is enlarged for it.
	stillSide, mostEnlarged = 640, 3
	// stillLevels is how many values a colour of the still picture takes: fewer
	// compress the noise of a camera to half.
	stillLevels = 64
)

// mark is a sign of the still picture: its distance, in units of its radius,
// from a place (x, y) relative to its centre, and its colour. Shapes and
// colours are those of package plots.
type mark struct {
	distance func(x, y float64) float64
	colour   color.RGBA
}

var (
	markHit    = mark{ring, color.RGBA{0x00, 0xc4, 0x8f, 255}}
	markFound  = mark{ring, color.RGBA{0x56, 0xb4, 0xe9, 255}}
	markMissed = mark{square, color.RGBA{0xf0, 0xe4, 0x42, 255}}
	markFalse  = mark{cross, color.RGBA{0xff, 0x7a, 0x1a, 255}}
	tintColour = [3]float64{255, 60, 200} // of the map
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

// PNG is the still picture of the setting to begin with: image, map and marks,
// 640 pixels along its longer side, small images enlarged three times at most.
// Of a volume it is the plane with the most true points. The same explorer
// gives the same bytes on one kind of machine.
//
// Errors: those of [Explorer.Points] and [detection.Match].
func (e *Explorer) PNG() ([]byte, error) {
	points, matching, err := e.atStart()
	if err != nil {
		return nil, err
	}
	z := e.plane()
	height, width := e.image.Dims[1], e.image.Dims[2]
	scale := min(stillSide/float64(max(height, width)), mostEnlarged)
	size := image.Rect(0, 0, max(int(math.Round(scale*float64(width))), 1), max(int(math.Round(scale*float64(height))), 1))
	picture, tint := image.NewRGBA(size), image.NewGray(size)
	scaler := draw.Scaler(draw.BiLinear)
	if scale >= 2 {
		scaler = draw.NearestNeighbor // single pixels are worth seeing
	}
	for _, layer := range []struct {
		to   draw.Image
		from *detection.Volume
	}{{picture, e.grey}, {tint, e.tint}} {
		from, err := detection.Picture(layer.from, z)
		if err != nil {
			return nil, fmt.Errorf("widgets: explorer: %w", err)
		}
		scaler.Scale(layer.to, size, from, from.Bounds(), draw.Src, nil)
	}
	for i, v := range tint.Pix {
		share := float64(v) / 255 * opacity
		for c, hue := range tintColour {
			mixed := float64(picture.Pix[4*i+c])*(1-share) + hue*share
			picture.Pix[4*i+c] = uint8(math.Round(mixed*(stillLevels-1)/255) * 255 / (stillLevels - 1))
		}
	}
	s := still{picture, scale, z, 0}
	s.radius = min(max(math.Sqrt(float64(size.Dx()*size.Dy())/float64(max(len(points)+len(matching.UnmatchedTruth), 1)))/3, 2.5), 8)
	if !e.hasTruth {
		s.draw(markFound, points...)
	}
	for _, p := range matching.Pairs {
		s.draw(markHit, points[p.Pred])
	}
	for _, i := range matching.UnmatchedTruth {
		s.draw(markMissed, e.truth[i])
	}
	for _, i := range matching.UnmatchedPred {
		s.draw(markFalse, points[i])
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	return b.Bytes(), nil
}

// atStart are points and pairs of the setting to begin with; without true
// points there are no pairs.
func (e *Explorer) atStart() (points []detection.Point, m detection.Matching, err error) {
	if points, err = e.Points(e.initial); err == nil && e.hasTruth {
		m, err = e.Match(e.initial)
	}
	return points, m, err
}

// still is a picture with marks.
type still struct {
	picture *image.RGBA
	scale   float64
	z       int
	radius  float64 // of a mark, pixels
}

// draw puts marks on the points of the plane, each with a dark rim.
func (s still) draw(m mark, points ...detection.Point) {
	line, rim := s.radius/7.2+0.2, s.radius/4.4+0.6 // half widths
	for _, p := range points {
		if p.Voxel()[0] != s.z {
			continue
		}
		cx, cy := (p.Pos[2]+0.5)*s.scale-0.5, (p.Pos[1]+0.5)*s.scale-0.5
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

// cover is how much of a pixel lies inside, for a centre so far inside.
func cover(inside float64) float64 { return min(max(inside+0.5, 0), 1) }

func (s still) blend(x, y int, c color.RGBA, share float64) {
	pix := s.picture.Pix[s.picture.PixOffset(x, y):]
	for k, v := range []uint8{c.R, c.G, c.B} {
		pix[k] = uint8(math.Round(float64(pix[k])*(1-share) + float64(v)*share))
	}
}

// text says in words what the still picture shows.
func (e *Explorer) text() (string, error) {
	points, matching, err := e.atStart()
	if err != nil {
		return "", err
	}
	d, unit, plane := e.image.Dims, "", ""
	if u := e.unit(); u != "" {
		unit = " " + u
	}
	size := fmt.Sprintf("%d x %d pixels", d[1], d[2])
	if d[0] > 1 {
		size, plane = fmt.Sprintf("%d x %d x %d voxels", d[0], d[1], d[2]), fmt.Sprintf(" (shown: plane z = %d)", e.plane())
	}
	text := fmt.Sprintf("%s: image of %s%s, %d points at threshold %v and close-point radius %v%s", e.opts.Title, size, plane, len(points), e.initial.Threshold, e.initial.Radius, unit)
	if !e.hasTruth {
		return text + ".", nil
	}
	s := matching.Score()
	return text + fmt.Sprintf("; at a tolerance of %v%s F1 %.3f, precision %.3f, recall %.3f: %d found, %d false, %d missed.",
		e.initial.Tolerance, unit, s.F1(), s.Precision(), s.Recall(), s.TP, s.FP, s.FN), nil
}
