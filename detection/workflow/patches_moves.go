package workflow

import (
	"fmt"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/training"
)

// moves names how patches of a training are moved. A loader does not say so, but
// what it draws for one change does not depend on the others (see
// [detection.RandomWarp]): a loader with a single change switched on makes it in
// the same patches, to the same extent. Its samples are images whose values are
// their own coordinates, so that a patch shows where its voxels come from.
type moves struct {
	plain *training.Loader
	of    []move
}

// move is one kind of change.
type move struct {
	loader *training.Loader
	// name says it in words, of the derivative of the source position by the
	// position in the patch, rows z, y, x, and of how far the middle has moved.
	name func(derivative [3][3]float64, shift [3]float64) string
}

// mostCoordinates bounds the memory for images of coordinates, in values: a
// gigabyte. Above, moves are not named.
const mostCoordinates = 1 << 28

// newMoves makes the loaders for the changes that opts switches on.
func newMoves(data training.Data, opts training.Options) (moves, error) {
	data, ok := withCoordinates(data)
	if !ok {
		return moves{}, nil
	}
	opts.Changes = nil
	all := opts.Augment
	loader := func(g detection.GeometryOptions) (*training.Loader, error) {
		opts.Augment = g
		return training.NewLoader(data, opts)
	}
	var m moves
	var err error
	if m.plain, err = loader(detection.DefaultGeometryOptions()); err != nil {
		return m, err
	}
	for _, kind := range []struct {
		chance func(*detection.GeometryOptions) *float64
		name   func([3][3]float64, [3]float64) string
	}{
		{func(g *detection.GeometryOptions) *float64 { return &g.FlipZ }, always("mirrored along z")},
		{func(g *detection.GeometryOptions) *float64 { return &g.FlipY }, always("mirrored along y")},
		{func(g *detection.GeometryOptions) *float64 { return &g.FlipX }, always("mirrored along x")},
		{func(g *detection.GeometryOptions) *float64 { return &g.Rot90 }, quarterTurn},
		{func(g *detection.GeometryOptions) *float64 { return &g.Shear }, sheared},
		{func(g *detection.GeometryOptions) *float64 { return &g.Zoom }, zoomed},
		{func(g *detection.GeometryOptions) *float64 { return &g.Rotate }, rotated},
		{func(g *detection.GeometryOptions) *float64 { return &g.Shift }, shifted},
		{func(g *detection.GeometryOptions) *float64 { return &g.Elastic }, always("bent")},
	} {
		if *kind.chance(&all) == 0 {
			continue
		}
		alone := all // with its ranges
		for _, chance := range []*float64{&alone.FlipZ, &alone.FlipY, &alone.FlipX, &alone.Rot90, &alone.Rotate, &alone.Zoom, &alone.Shear, &alone.Shift, &alone.Elastic} {
			if chance != kind.chance(&alone) {
				*chance = 0
			}
		}
		l, err := loader(alone)
		if err != nil {
			return m, err
		}
		m.of = append(m.of, move{l, kind.name})
	}
	return m, nil
}

// names are the moves of a patch, in words.
func (m moves) names(epoch, position int) ([]string, error) {
	if m.plain == nil {
		return nil, nil
	}
	still, err := m.plain.Preview(epoch, position, 0)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, one := range m.of {
		moved, err := one.loader.Preview(epoch, position, 0)
		if err != nil {
			return nil, err
		}
		if slices.Equal(moved.Image.Data, still.Image.Data) {
			continue
		}
		derivative, middle := atMiddle(moved.Image)
		_, before := atMiddle(still.Image)
		for a := range middle {
			middle[a] -= before[a]
		}
		list = append(list, one.name(derivative, middle))
	}
	return list, nil
}

// withCoordinates puts the coordinates of voxels, channels z, y and x, in the place
// of the images of samples; what a filter looks at stays. Not ok where they take
// too much memory.
func withCoordinates(data training.Data) (training.Data, bool) {
	if data.Filter != nil && data.Filter.Images == nil {
		filter := *data.Filter
		for _, s := range data.Samples {
			filter.Images = append(filter.Images, s.Image)
		}
		data.Filter = &filter
	}
	bySize := map[[3]int]*detection.Volume{}
	values := 0
	data.Samples = slices.Clone(data.Samples)
	for i := range data.Samples {
		dims := data.Samples[i].Image.Dims
		if bySize[dims] == nil {
			if values += 3 * dims[0] * dims[1] * dims[2]; values > mostCoordinates {
				return data, false
			}
			bySize[dims] = coordinates(dims)
		}
		data.Samples[i].Image = bySize[dims]
	}
	return data, true
}

func coordinates(dims [3]int) *detection.Volume {
	v := detection.NewVolume(dims, 3)
	for i := range v.Voxels() {
		v.Data[3*i], v.Data[3*i+1], v.Data[3*i+2] = float32(i/dims[2]/dims[1]), float32(i/dims[2]%dims[1]), float32(i%dims[2])
	}
	return v
}

// atMiddle is how coordinates change around the middle of a patch, and what they
// are there. Along an axis of one voxel nothing changes.
func atMiddle(v *detection.Volume) (derivative [3][3]float64, middle [3]float64) {
	var lo, hi [3]int
	for a, n := range v.Dims {
		lo[a], hi[a] = (n-1)/2, n/2
	}
	for c := range 3 {
		middle[c] = (float64(v.At(lo[0], lo[1], lo[2], c)) + float64(v.At(hi[0], hi[1], hi[2], c))) / 2
		for a, n := range v.Dims {
			if n < 3 {
				continue
			}
			p, q := lo, lo
			p[a], q[a] = lo[a]-1, lo[a]+1
			derivative[c][a] = (float64(v.At(q[0], q[1], q[2], c)) - float64(v.At(p[0], p[1], p[2], c))) / 2
		}
	}
	return derivative, middle
}

func always(name string) func([3][3]float64, [3]float64) string {
	return func([3][3]float64, [3]float64) string { return name }
}

// near says whether numbers are equal up to the digits of float32.
func near(a, b float64) bool { return math.Abs(a-b) < 1e-3 }

func quarterTurn(d [3][3]float64, _ [3]float64) string {
	for degrees, s := range map[int]detection.Symmetry{90: detection.Rotate90, 180: detection.Rotate180, 270: detection.Rotate270} {
		m := s.Matrix()
		if near(d[1][1], m[1][1]) && near(d[1][2], m[1][2]) && near(d[2][1], m[2][1]) && near(d[2][2], m[2][2]) {
			return fmt.Sprintf("turned by %d degrees", degrees)
		}
	}
	return "turned by quarters"
}

func rotated(d [3][3]float64, _ [3]float64) string {
	sin, cos := d[2][1], d[1][1]
	if !near(sin*sin+cos*cos, 1) { // the middle lies on a mirror
		return "rotated"
	}
	return fmt.Sprintf("rotated by %.1f degrees", math.Atan2(sin, cos)*180/math.Pi)
}

func zoomed(d [3][3]float64, _ [3]float64) string {
	if !(d[1][1] > 0) || !near(d[1][1], d[2][2]) {
		return "zoomed"
	}
	return fmt.Sprintf("zoomed %.2f times", 1/d[1][1])
}

func sheared(d [3][3]float64, _ [3]float64) string {
	if !near(d[1][1], 1) || !near(d[2][2], 1) {
		return "sheared"
	}
	return fmt.Sprintf("sheared by %.1f degrees", math.Atan(d[2][1])*180/math.Pi)
}

func shifted(d [3][3]float64, by [3]float64) string {
	if !near(d[1][1], 1) || !near(d[2][2], 1) { // the middle lies beyond the border
		return "shifted"
	}
	return fmt.Sprintf("shifted by y %.1f, x %.1f voxels", by[1], by[2])
}
