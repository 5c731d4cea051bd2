package dataset

import (
	"cmp"
	"image"
	"image/color"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// tile is one image of a sheet, with what is written under it.
type tile struct {
	item
	points []detection.Point
	ranks  []int // of each point's worst finding
	title  string
	status string
	worst  int // rank of the worst finding, lower is worse
	faults int // findings of that rank
}

// noFinding ranks after all severities.
const noFinding = 3

// filed is what the findings say about one file.
type filed struct {
	worst Finding
	n     int         // findings as bad as worst
	lines map[int]int // rank of the worst finding about a line
}

// byFile sorts out the findings, which are in the order worst first.
func (r *Report) byFile() map[string]*filed {
	files := map[string]*filed{}
	for _, f := range r.Findings {
		of := files[f.File]
		if of == nil {
			of = &filed{worst: f, lines: map[int]int{}}
			files[f.File] = of
		}
		if f.Severity == of.worst.Severity {
			of.n++
		}
		if _, ok := of.lines[f.Line]; !ok {
			of.lines[f.Line] = f.Severity.rank()
		}
	}
	return files
}

// tiles lists all images, worst first.
func (r *Report) tiles() []tile {
	files := r.byFile()
	var tiles []tile
	add := func(it item, read table, isImage bool) {
		t := tile{item: it, points: read.points, title: it.name, worst: noFinding}
		if it.split.name != "" {
			t.title = it.split.name + "/" + t.title
		}
		t.status = count(len(t.points), "point")
		if !isImage {
			t.status = "no image"
		}
		kind := Kind("")
		for _, file := range []string{it.image, it.points} {
			of := files[file]
			if of == nil || of.worst.Severity.rank() > t.worst {
				continue
			}
			if rank := of.worst.Severity.rank(); rank < t.worst {
				t.worst, t.faults, kind = rank, 0, of.worst.Kind
			}
			t.faults += of.n
		}
		if kind != "" {
			t.status = string(kind) + ", " + t.status
		}
		t.ranks = make([]int, len(t.points))
		for i := range t.ranks {
			t.ranks[i] = noFinding
			if of := files[it.points]; of != nil {
				if rank, ok := of.lines[read.lines[i]]; ok {
					t.ranks[i] = rank
				}
			}
		}
		tiles = append(tiles, t)
	}
	for _, it := range r.images {
		add(it.item, it.table, true)
	}
	for _, it := range r.broken {
		add(it, table{}, false)
	}
	slices.SortStableFunc(tiles, func(a, b tile) int {
		return cmp.Or(cmp.Compare(a.worst, b.worst), cmp.Compare(b.faults, a.faults))
	})
	return tiles
}

// choose takes n tiles: the first of those with findings, and for the places
// that are left some of the others, evenly.
func choose(tiles []tile, n int) []tile {
	if len(tiles) <= n {
		return tiles
	}
	sound := slices.IndexFunc(tiles, func(t tile) bool { return t.worst == noFinding })
	if sound < 0 || sound >= n {
		return tiles[:n]
	}
	chosen := slices.Clone(tiles[:sound])
	places, others := n-sound, len(tiles)-sound
	for i := range places {
		chosen = append(chosen, tiles[sound+i*others/places])
	}
	return chosen
}

// mostClass is the largest class of the tiles, 0 without classes.
func mostClass(tiles []tile) int {
	most := 0
	for _, t := range tiles {
		for _, p := range t.points {
			most = max(most, p.Class)
		}
	}
	return most
}

// thumbnail reads and shrinks the image and draws its points; nil when it
// cannot be read.
func (t tile) thumbnail(side int) image.Image {
	if t.image == "" {
		return nil
	}
	v, err := imageio.Read(t.image)
	if err != nil {
		return nil
	}
	flat := colours(maximum(v.Volume))
	scale := float64(side) / float64(max(flat.Dims[1], flat.Dims[2]))
	h := max(int(float64(flat.Dims[1])*scale+0.5), 1)
	w := max(int(float64(flat.Dims[2])*scale+0.5), 1)
	o := detection.DefaultDrawOptions()
	o.Level = 255
	drawn, err := detection.DrawPoints(shrink(flat, h, w), nil, o) // for its range of values
	if err != nil {
		return nil // the image has been checked
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := drawn.Data[drawn.Index(0, y, x):][:drawn.Channels]
			out.SetRGBA(x, y, color.RGBA{uint8(c[0]), uint8(c[len(c)/2]), uint8(c[len(c)-1]), 255})
		}
	}
	for i, p := range t.points {
		p.Pos = [3]float64{0, (p.Pos[1]+0.5)*float64(h)/float64(flat.Dims[1]) - 0.5,
			(p.Pos[2]+0.5)*float64(w)/float64(flat.Dims[2]) - 0.5}
		at := p.Voxel()
		mark(out, image.Pt(at[2], at[1]), classColour(p.Class))
		if t.ranks[i] < noFinding {
			frame(out, image.Pt(at[2], at[1]), rankColour(t.ranks[i]))
		}
	}
	return out
}

// mark draws a cross five pixels wide with black between its arms, to be seen
// on bright and dark alike. What lies outside the image is left out.
func mark(dst *image.RGBA, p image.Point, c color.Color) {
	for y := -1; y <= 1; y++ {
		for x := -1; x <= 1; x++ {
			dst.Set(p.X+x, p.Y+y, color.Black)
		}
	}
	for i := -2; i <= 2; i++ {
		dst.Set(p.X+i, p.Y, c)
		dst.Set(p.X, p.Y+i, c)
	}
}

// frame draws a square around a mark.
func frame(dst *image.RGBA, p image.Point, c color.Color) {
	const r = 5
	for i := -r; i <= r; i++ {
		dst.Set(p.X+i, p.Y-r, c)
		dst.Set(p.X+i, p.Y+r, c)
		dst.Set(p.X-r, p.Y+i, c)
		dst.Set(p.X+r, p.Y+i, c)
	}
}

// colours makes one channel of what is neither grey nor three colours.
func colours(v *detection.Volume) *detection.Volume {
	if v.Channels == 3 {
		return v
	}
	return v.Grey()
}

// maximum is the largest value along z, as one plane.
func maximum(v *detection.Volume) *detection.Volume {
	if v.Dims[0] == 1 {
		return v
	}
	plane := v.Dims[1] * v.Dims[2] * v.Channels
	out := detection.NewVolume([3]int{1, v.Dims[1], v.Dims[2]}, v.Channels)
	copy(out.Data, v.Data)
	for i, x := range v.Data {
		out.Data[i%plane] = max(out.Data[i%plane], x)
	}
	return out
}
