package widgets

import (
	"fmt"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// paint paints all targets and looks for what goes wrong.
func (m *MaskPreview) paint(image *detection.Volume) (err error) {
	if m.grey, err = displayed(image); err != nil {
		return err
	}
	var notes []string
	m.raster, notes = rasterOf(image, poolMean, m.opts.MostBytes/2)
	m.notes = append(m.notes, notes...)
	reduced := 1
	for i, t := range m.opts.Targets {
		v, err := t.Paint(image.Dims, m.points)
		if err != nil {
			return err
		}
		p, err := paintedIn(v, t, m.points)
		if err != nil {
			return err
		}
		p.raster, _ = rasterOf(v, poolLargest, m.opts.MostBytes/2/len(m.opts.Targets))
		reduced = max(reduced, p.raster.Factor)
		if i == m.opts.Initial {
			m.tint = tinted(v)
		}
		m.painted = append(m.painted, p)
	}
	if reduced > 1 {
		m.notes = append(m.notes, fmt.Sprintf("Targets are shown with one pixel for up to %d x %d voxels, the largest value of them; numbers are those of all.", reduced, reduced))
	}
	return m.check()
}

// check looks for points that are faulty whatever is painted for them.
func (m *MaskPreview) check() error {
	problems, err := detection.CheckPoints(m.shape.Dims, m.points, detection.MaskOptions{Classes: 1}) // those of the voxels alone
	if err != nil {
		return err
	}
	byID := map[int]int{}
	for i := range m.points {
		byID[pointID(m.points, i)] = i
	}
	for _, p := range problems {
		if p.Kind.Fault() {
			m.faults = append(m.faults, maskFault{p.Msg, byID[p.IDs[0]]})
		}
	}
	for i, p := range m.points {
		if !m.shape.Contains(p.Voxel()) {
			m.outside = append(m.outside, i)
		}
	}
	return nil
}

// paintedIn counts the objects of a target.
func paintedIn(v *detection.Volume, t MaskTarget, points []detection.Point) (Painted, error) {
	p := Painted{Target: t}
	half, n := detection.NewVolume(v.Dims, 1), 0
	for i := range half.Data {
		for _, x := range v.Data[i*v.Channels:][:v.Channels] {
			if x >= 0.5 {
				half.Data[i] = 1
			}
		}
		n += int(half.Data[i])
	}
	p.Foreground = float64(n) / float64(len(half.Data))
	labels, objects, err := detection.Label(half, detection.Full)
	if err != nil {
		return Painted{}, err
	}
	within := make([][]int, objects+1)
	for i, q := range points {
		if c := q.Voxel(); v.Contains(c) {
			at := labels.Data[half.Index(c[0], c[1], c[2])]
			within[at] = append(within[at], i)
		}
	}
	for _, group := range within[1:] {
		if len(group) > 0 {
			p.Objects++
		}
		if len(group) > 1 {
			p.groups = append(p.groups, group)
			p.Merged = append(p.Merged, group...)
		}
	}
	slices.Sort(p.Merged)
	slices.SortFunc(p.groups, func(a, b []int) int { return a[0] - b[0] })
	return p, nil
}

// pointID is the number by which people know a point.
func pointID(points []detection.Point, i int) int {
	if points[i].ID != 0 {
		return points[i].ID
	}
	return i + 1
}

// mostFaults bounds the findings that are listed.
const mostFaults = 300

// faultsOf lists, for a target, which points are one object, after the faults of
// the points themselves.
func (m *MaskPreview) faultsOf(p Painted) []maskFault {
	list := slices.Clone(m.faults)
	for _, g := range p.groups {
		names := make([]string, len(g))
		for k, i := range g {
			names[k] = fmt.Sprint(pointID(m.points, i))
		}
		if len(names) > 12 {
			names = append(names[:11], fmt.Sprintf("%d more", len(g)-11))
		}
		list = append(list, maskFault{fmt.Sprintf("points %s and %s are painted as one object", strings.Join(names[:len(names)-1], ", "), names[len(names)-1]), g[0]})
	}
	if more := len(list) - mostFaults; more > 0 {
		last := list[mostFaults]
		list = append(list[:mostFaults:mostFaults], maskFault{fmt.Sprintf("and %d more", more), last.Point})
	}
	return list
}
