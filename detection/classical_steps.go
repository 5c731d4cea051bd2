package detection

import (
	"cmp"
	"math"
	"slices"
)

// foreground is the mask of the objects in a smoothed image.
func foreground(smoothed *Volume, opts ClassicalOptions) (*Volume, error) {
	otsu, err := OtsuThreshold(smoothed)
	if err != nil {
		return nil, err
	}
	darkest, _ := smoothed.Range()
	threshold := float32(float64(darkest) + opts.ThresholdFactor*(float64(otsu)-float64(darkest)))
	mask := NewLike(smoothed, 1)
	for i, v := range smoothed.Data {
		if v > threshold {
			mask.Data[i] = 1
		}
	}
	if opts.FillHoles {
		if err := fillHoles(mask); err != nil {
			return nil, err
		}
	}
	return mask, removeSpecks(mask, opts.MinSize)
}

// fillHoles sets the background that does not reach a face of the volume. In
// 2D the faces along z do not count.
func fillHoles(mask *Volume) error {
	inverse := NewLike(mask, 1)
	for i, v := range mask.Data {
		inverse.Data[i] = 1 - v
	}
	labels, n, err := Label(inverse, Face)
	if err != nil {
		return err
	}
	open := make([]bool, n+1)
	for i, isEdge := range edgeVoxels(mask.Dims) {
		if isEdge {
			open[labels.Data[i]] = true
		}
	}
	for i, label := range labels.Data {
		if label > 0 && !open[label] {
			mask.Data[i] = 1
		}
	}
	return nil
}

// removeSpecks clears connected foreground of fewer than minSize voxels.
func removeSpecks(mask *Volume, minSize int) error {
	labels, n, err := Label(mask, Face)
	if err != nil {
		return err
	}
	size := make([]int, n+1)
	for _, label := range labels.Data {
		size[label]++
	}
	for i, label := range labels.Data {
		if size[label] < minSize {
			mask.Data[i] = 0
		}
	}
	return nil
}

// relief is the foreground as a landscape of smoothed distances.
type relief struct {
	mask *Volume
	// hills is the landscape, 0 outside the mask; valleys is its negative.
	hills, valleys *Volume
}

// newRelief makes height the landscape of mask. height may be nil.
func newRelief(mask, height *Volume) relief {
	if height == nil {
		return relief{}
	}
	r := relief{mask, NewLike(mask, 1), NewLike(mask, 1)}
	for i, m := range mask.Data {
		r.hills.Data[i] = m * height.Data[i]
		r.valleys.Data[i] = -m * height.Data[i]
	}
	return r
}

// split cuts touching objects apart: the hilltops are markers from which the
// mask is flooded.
func (r relief) split(opts ClassicalOptions) (*Labels, error) {
	peaks := DefaultPeakOptions()
	peaks.Threshold = 0
	for a, d := range inVoxels(opts.MinDistance, opts.Spacing) {
		peaks.MinDistance[a] = int(min(max(math.Round(d), 1), math.MaxInt32))
	}
	tops, err := Peaks(r.hills, peaks)
	if err != nil {
		return nil, err
	}
	markers := NewLabels(r.mask.Dims)
	for _, top := range tops {
		v := top.Voxel()
		markers.Data[r.mask.Index(v[0], v[1], v[2])] = int32(top.ID)
	}
	regions, err := Watershed(r.valleys, markers, WatershedOptions{Connectivity: Face, Mask: r.mask})
	if err != nil {
		return nil, err
	}
	return regions, labelRest(r.mask, regions, len(tops))
}

// labelRest numbers, from n+1, the connected foreground without a region.
func labelRest(mask *Volume, regions *Labels, n int) error {
	var rest *Volume
	for i, m := range mask.Data {
		if m != 0 && regions.Data[i] == 0 {
			if rest == nil {
				rest = NewLike(mask, 1)
			}
			rest.Data[i] = 1
		}
	}
	if rest == nil {
		return nil
	}
	labels, _, err := Label(rest, Face)
	if err != nil {
		return err
	}
	for i, label := range labels.Data {
		if label > 0 {
			regions.Data[i] = int32(n) + label
		}
	}
	return nil
}

// regionPoints are the centroids of regions, the roundest first.
func regionPoints(regions *Labels, distance *Volume, spacing Spacing) ([]Point, error) {
	centroids, err := Centroids(regions)
	if err != nil {
		return nil, err
	}
	reach := make([]float64, regions.Max()+1) // radius of the largest ball inside
	for i, label := range regions.Data {
		reach[label] = max(reach[label], float64(distance.Data[i]))
	}
	var points []Point
	for _, c := range centroids {
		size := float64(c.Voxels) * spacing[1] * spacing[2]
		r := reach[c.Label]
		ball := math.Pi * r * r
		if regions.Dims[0] > 1 {
			size *= spacing[0]
			ball *= 4.0 / 3 * r
		}
		points = append(points, Point{Pos: c.Pos, Prob: min(ball/size, 1)})
	}
	slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(b.Prob, a.Prob) })
	Renumber(points)
	return points, nil
}
