package detection

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// centroidGround is what [RefineCentroids] knows of an image before it has
// seen points, and what it has learnt from the points so far: the water of one
// connected part of the foreground does not reach another, so that the same
// points in a part always give the same regions. Without parts there is no
// foreground. It is not safe for several goroutines at once.
type centroidGround struct {
	opts    CentroidOptions // MaxShift is not looked at
	grey    *Volume
	valleys *Volume
	parts   *Labels
	boxes   []Box                       // of part k+1
	whole   []Centroid                  // of part k+1
	known   map[string]map[int]Centroid // by the markers of a part; then by marker
	cuts    map[int32]partCut
}

// centroidGrounds are what is known of one image, by the options without
// MaxShift.
type centroidGrounds map[CentroidOptions]*centroidGround

// outline is o without what does not decide where objects end.
func (o CentroidOptions) outline() CentroidOptions {
	o.MaxShift = 0
	return o
}

// ground looks at the image when it has not been looked at with these options.
func (k centroidGrounds) ground(image *Volume, opts CentroidOptions) (*centroidGround, error) {
	opts = opts.outline()
	g := k[opts]
	if g == nil {
		var err error
		if g, err = newCentroidGround(image, opts); err != nil {
			return nil, err
		}
		k[opts] = g
	}
	return g, nil
}

// refine is [RefineCentroids].
func (k centroidGrounds) refine(image *Volume, points []Point, opts CentroidOptions) ([]Point, error) {
	g, err := k.ground(image, opts)
	if err != nil {
		return nil, err
	}
	return g.refine(points, opts.MaxShift)
}

func newCentroidGround(image *Volume, opts CentroidOptions) (*centroidGround, error) {
	if err := errors.Join(image.Validate(), opts.Validate()); err != nil {
		return nil, err
	}
	grey := image.Grey()
	for i, v := range grey.Data {
		if v-v != 0 {
			return nil, fmt.Errorf("voxel %v is %v: want a finite number", unravel(grey.Dims, i), v)
		}
	}
	if opts.Dark {
		grey = grey.Clone()
		for i, v := range grey.Data {
			grey.Data[i] = -v
		}
	}
	g := &centroidGround{opts: opts, grey: grey}
	smoothed, err := GaussianFilter(grey, inVoxels(opts.Smoothing, opts.Spacing))
	if err != nil {
		return nil, err
	}
	if lo, hi := smoothed.Range(); lo == hi {
		return g, nil
	}
	mask, err := foreground(smoothed, ClassicalOptions{ThresholdFactor: opts.ThresholdFactor, FillHoles: true, MinSize: opts.MinSize})
	if err != nil {
		return nil, err
	}
	distance, err := DistanceTransform(mask, opts.Spacing)
	if err != nil {
		return nil, err
	}
	if lo, hi := distance.Range(); hi == 0 || !isFinite(float64(lo)) { // nothing, or nothing else
		return g, nil
	}
	height, err := GaussianFilter(distance, inVoxels(opts.DistanceSmoothing, opts.Spacing))
	if err != nil {
		return nil, err
	}
	g.valleys = newRelief(mask, height).valleys
	if g.parts, _, err = Label(mask, Face); err != nil {
		return nil, err
	}
	if g.whole, err = Centroids(g.parts); err != nil {
		return nil, err
	}
	g.known, g.cuts, g.boxes = map[string]map[int]Centroid{}, map[int32]partCut{}, boxesOf(g.parts, len(g.whole))
	return g, nil
}

// boxesOf finds the box of each of n labels.
func boxesOf(labels *Labels, n int) []Box {
	boxes := make([]Box, n)
	for k := range boxes {
		boxes[k].Lo = labels.Dims
	}
	for i, label := range labels.Data {
		if label == 0 {
			continue
		}
		b := &boxes[label-1]
		for a, x := range unravel(labels.Dims, i) {
			b.Lo[a], b.Hi[a] = min(b.Lo[a], x), max(b.Hi[a], x+1)
		}
	}
	return boxes
}

// refine moves points, by at most maxShift.
func (g *centroidGround) refine(points []Point, maxShift float64) ([]Point, error) {
	if err := checkFinite(points, "input"); err != nil {
		return nil, err
	}
	refined := append([]Point(nil), points...)
	owner := map[int]int{}       // the first point on a voxel of the foreground
	markers := map[int32][]int{} // of a part: such voxels
	for i, p := range points {
		v := p.Voxel()
		if !g.grey.Contains(v) {
			return nil, fmt.Errorf("point %d at %v lies outside the image of %v voxels", i+1, p.Pos, g.grey.Dims)
		}
		at := g.grey.Index(v[0], v[1], v[2])
		if _, taken := owner[at]; taken || g.parts == nil || g.parts.Data[at] == 0 {
			continue
		}
		owner[at] = i
		markers[g.parts.Data[at]] = append(markers[g.parts.Data[at]], at)
	}
	for part, voxels := range markers {
		centroids, err := g.centroids(part, voxels)
		if err != nil {
			return nil, err
		}
		for at, c := range centroids {
			p := &refined[owner[at]]
			if c.Voxels >= g.opts.MinSize && Distance(*p, Point{Pos: c.Pos}, g.opts.Spacing) <= maxShift {
				p.Pos = c.Pos
			}
		}
	}
	return refined, nil
}

// centroids divides a part of the foreground among markers in it, and returns
// the centroid of each one's region.
func (g *centroidGround) centroids(part int32, markers []int) (map[int]Centroid, error) {
	if len(markers) == 1 {
		return map[int]Centroid{markers[0]: g.whole[part-1]}, nil
	}
	slices.Sort(markers)
	var key []byte
	for _, at := range markers {
		key = binary.AppendUvarint(key, uint64(at))
	}
	if found := g.known[string(key)]; found != nil {
		return found, nil
	}
	box := g.boxes[part-1]
	cut := g.cut(part, box)
	labels := NewLabels(cut.mask.Dims)
	for k, at := range markers {
		v := unravel(g.grey.Dims, at)
		labels.Data[cut.mask.Index(v[0]-box.Lo[0], v[1]-box.Lo[1], v[2]-box.Lo[2])] = int32(k + 1)
	}
	regions, err := Watershed(cut.valleys, labels, WatershedOptions{Connectivity: Face, Mask: cut.mask})
	if err != nil {
		return nil, err
	}
	list, err := Centroids(regions)
	if err != nil {
		return nil, err
	}
	found := make(map[int]Centroid, len(list))
	for _, c := range list {
		for a := range c.Pos {
			c.Pos[a] += float64(box.Lo[a])
		}
		found[markers[c.Label-1]] = c
	}
	g.known[string(key)] = found
	return found, nil
}

// partCut is the box of a part: its landscape, and which voxels belong to it.
type partCut struct{ valleys, mask *Volume }

// cut copies the box of a part, once.
func (g *centroidGround) cut(part int32, box Box) partCut {
	if known, ok := g.cuts[part]; ok {
		return known
	}
	var dims [3]int
	for a := range dims {
		dims[a] = box.Hi[a] - box.Lo[a]
	}
	c := partCut{NewVolume(dims, 1), NewVolume(dims, 1)}
	for k := range c.valleys.Data {
		v := unravel(dims, k)
		at := g.grey.Index(v[0]+box.Lo[0], v[1]+box.Lo[1], v[2]+box.Lo[2])
		if c.valleys.Data[k] = g.valleys.Data[at]; g.parts.Data[at] == part {
			c.mask.Data[k] = 1
		}
	}
	g.cuts[part] = c
	return c
}
