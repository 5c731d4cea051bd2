package widgets

import (
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// Snapping says what a point that is put by hand is moved to.
type Snapping string

// The ways of snapping.
const (
	// SnapOff leaves points where they are put.
	SnapOff Snapping = "off"
	// SnapBright moves to the brightest voxel nearby, SnapDark to the darkest.
	SnapBright Snapping = "bright"
	SnapDark   Snapping = "dark"
)

// Snap is where the editor puts a point that is put at pos, (z, y, x) in voxels:
// the centre, along y and x, of the brightest voxel of its plane, or of the darkest,
// no farther than SnapRadius from the voxel of pos; z stays. Among equals it is the
// nearest one, then the first in the order (y, x). The brightness is the sum of the channels, with the
// values that the editor shows; a voxel of which one is not finite takes no part.
// Where there is nothing to move to, and with [SnapOff], it is pos.
func (e *Editor) Snap(pos [3]float64, to Snapping) [3]float64 {
	if to == SnapOff || !e.snaps() {
		return pos
	}
	at := detection.Point{Pos: pos}.Voxel()
	radius := e.opts.SnapRadius
	reach := int(radius)
	best, most, nearest := pos, math.Inf(-1), 0
	found := false
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			d := dy*dy + dx*dx
			if float64(d) > radius*radius {
				continue
			}
			v := e.brightness(at[0], at[1]+dy, at[2]+dx)
			if to == SnapDark {
				v = -v
			}
			if math.IsNaN(v-v) || found && (v < most || v == most && d >= nearest) {
				continue
			}
			best = [3]float64{pos[0], float64(at[1] + dy), float64(at[2] + dx)}
			most, nearest, found = v, d, true
		}
	}
	return best
}

// brightness is the sum of the channels of a voxel as the script knows them, NaN
// where there is none.
func (e *Editor) brightness(z, y, x int) float64 {
	if !e.image.Contains([3]int{z, y, x}) {
		return math.NaN()
	}
	sum := 0.0
	for c := range e.raster.Bands {
		b := &e.raster.Bands[c]
		n := b.number(e.image.At(z, y, x, c))
		switch {
		case b.Type == "float32":
			sum += float64(math.Float32frombits(n))
		case b.Gap && n == 0:
			return math.NaN()
		default:
			sum += b.Offset + float64(b.Step*float64(n)) // not fused: the script has no such instruction
		}
	}
	return sum
}
