package widgets

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// Editor shows one image with points, and lets a reader add, move, delete and
// classify them, with undo, and accept or reject suggestions. What it saves,
// downloads or copies is the CSV file of points that [detection.WritePoints]
// writes and [detection.ReadPoints] reads, byte for byte: coordinates that nobody
// touched keep all their digits, those that are put by hand have two decimals.
//
// A point lies in a plane. Each voxel has room for one point, because a training
// refuses two of one object; points that come in one voxel stay until they are
// moved.
//
// In a notebook that runs in Jupyter, Save has the kernel write the file
// ([EditorOptions.SaveTo]): the script finds the server of its page and sends the
// kernel a cell that compiles nothing, leaves no name behind and does not appear in
// the notebook. It waits its turn while another cell runs, and nothing is written
// over what somebody else has saved in the meantime. Jupyter's own way of writing
// files is not used: it knows only paths below the server's folder, checks no
// points, and looks and writes in two steps, between which somebody else may have
// saved. Wherever no kernel answers the file is downloaded.
type Editor struct {
	opts        EditorOptions
	image       *detection.Volume
	raster      raster
	points      []detection.Point
	suggestions []detection.Point // by descending probability
	classes     []Class
	notes       []string
}

// NewEditor prepares an editor of the points of an image.
//
// image has any number of channels. points may be nil; their order is that of the
// file, their classes are 1 to len(opts.Classes), or 0, which becomes the first
// class where there are classes. The points and suggestions given are copied, the
// image is kept, and must not change.
//
// Errors: those of [EditorOptions.Validate] and of the image; more Channels than
// it has; more than 100,000 points; a point or a suggestion that is not finite, outside the image (its
// voxel, rounded half away from zero), off the plane of a 2D image, of a class
// that is not there, or with a probability outside [0, 1] where that is saved.
func NewEditor(image *detection.Volume, points []detection.Point, opts EditorOptions) (*Editor, error) {
	wrong := func(err error) (*Editor, error) { return nil, fmt.Errorf("widgets: editor: %w", err) }
	if err := errors.Join(image.Validate(), opts.Validate()); err != nil {
		return wrong(err)
	}
	if err := checkChannels(opts.Channels, image.Channels); err != nil {
		return wrong(err)
	}
	if len(points) > mostPoints {
		return wrong(fmt.Errorf("%d points: want at most %d", len(points), mostPoints))
	}
	e := &Editor{opts: opts, image: image, points: slices.Clone(points), suggestions: slices.Clone(opts.Suggestions), classes: slices.Clone(opts.Classes)}
	if e.opts.FileName == "" {
		e.opts.FileName = "points.csv"
		if _, path, _ := e.target(); path != "" {
			e.opts.FileName = filepath.Base(path)
		}
	}
	if err := e.classify(); err != nil {
		return wrong(err)
	}
	if err := errors.Join(e.check("point", e.points), e.check("suggestion", e.suggestions)); err != nil {
		return wrong(err)
	}
	e.crowded()
	e.suggest()
	var notes []string
	e.raster, notes = rasterOf(image, poolMean, opts.MostBytes)
	describe(e.raster.Bands, opts.Channels)
	e.notes = append(e.notes, notes...)
	if !e.snaps() {
		e.notes = append(e.notes, "Points do not snap, because single pixels of the image are not in the page.")
	}
	e.notes = append(e.notes, opts.Notes...)
	return e, nil
}

// Points are those to begin with, with their classes.
func (e *Editor) Points() []detection.Point { return slices.Clone(e.points) }

// Suggestions are those that are shown, by descending probability.
func (e *Editor) Suggestions() []detection.Point { return slices.Clone(e.suggestions) }

// snaps reports whether the page has the values that snapping needs.
func (e *Editor) snaps() bool { return e.raster.Factor == 1 }

// target is that of the options; empty for none.
func (e *Editor) target() (kernel, path, hash string) {
	if e.opts.SaveTo == nil {
		return "", "", ""
	}
	return e.opts.SaveTo.SaveTarget()
}

// palette are colours for classes without one, that most people tell apart also
// from each other's neighbours and on any grey (M. Okabe, K. Ito, "Color Universal
// Design", 2008; lightened where they would be lost on black), and shapes tell the
// same.
var palette = []string{"#56b4e9", "#ff9f1a", "#00c48f", "#f0e442", "#ff7ac8", "#c9a2ff", "#ff6b57", "#9be15d", "#e6e9ee"}

// classify settles which classes there are, and gives points one.
func (e *Editor) classify() error {
	most := 0
	for _, list := range [][]detection.Point{e.points, e.suggestions} {
		for _, p := range list {
			most = max(most, p.Class)
		}
	}
	if len(e.classes) == 0 {
		if most > mostClasses {
			return fmt.Errorf("a point has class %d: want at most %d", most, mostClasses)
		}
		for k := range most {
			e.classes = append(e.classes, Class{Name: fmt.Sprintf("class %d", k+1)})
		}
	}
	for k := range e.classes {
		if e.classes[k].Colour == "" {
			e.classes[k].Colour = palette[k]
		}
	}
	if len(e.classes) == 0 {
		return nil
	}
	if most > len(e.classes) {
		return fmt.Errorf("a point has class %d: want at most %d, the number of classes", most, len(e.classes))
	}
	given := 0
	for i := range e.points {
		if e.points[i].Class == 0 {
			e.points[i].Class = 1
			given++
		}
	}
	if given > 0 && len(e.classes) > 1 {
		e.notes = append(e.notes, fmt.Sprintf("Points that came without a class are taken for %s: %d.", e.classes[0].Name, given))
	}
	return nil
}

// check refuses points that could not be saved.
func (e *Editor) check(what string, points []detection.Point) error {
	for i, p := range points {
		fault := ""
		switch sum := p.Pos[0] + p.Pos[1] + p.Pos[2] + p.Prob; {
		case math.IsNaN(sum - sum):
			fault = "want finite numbers"
		case math.Abs(p.Pos[0])+math.Abs(p.Pos[1])+math.Abs(p.Pos[2]) > math.MaxInt32 || !e.image.Contains(p.Voxel()):
			fault = fmt.Sprintf("outside the image of %v voxels (z, y, x)", e.image.Dims)
		case e.image.NDim() == 2 && p.Pos[0] != 0:
			fault = "want z = 0 in a 2D image"
		case p.Class < 0:
			fault = "want a class of 0 or more"
		case e.opts.Probability && (p.Prob < 0 || p.Prob > 1):
			fault = "want a probability of 0 to 1"
		default:
			continue
		}
		return fmt.Errorf("%s %d at %v (z, y, x), probability %v, class %d: %s", what, i+1, p.Pos, p.Prob, p.Class, fault)
	}
	return nil
}

// crowded notes how many points share a voxel.
func (e *Editor) crowded() {
	seen := map[[3]int]bool{}
	n := 0
	for _, p := range e.points {
		if v := p.Voxel(); seen[v] {
			n++
		} else {
			seen[v] = true
		}
	}
	if n > 0 {
		e.notes = append(e.notes, fmt.Sprintf("Points in a voxel that another one has already: %d. A training refuses them.", n))
	}
}

// suggest sorts the suggestions and leaves out what is known, and what is too much.
func (e *Editor) suggest() {
	if d := e.opts.KnownDistance; d >= 0 {
		known := newNearby(e.points, max(d, 1))
		e.suggestions = slices.DeleteFunc(e.suggestions, func(s detection.Point) bool { return known.within(s, d) })
	}
	slices.SortStableFunc(e.suggestions, func(a, b detection.Point) int { return cmp.Compare(b.Prob, a.Prob) })
	if n, most := len(e.suggestions), e.opts.MostSuggestions; n > most {
		e.suggestions = e.suggestions[:most]
		e.notes = append(e.notes, fmt.Sprintf("Shown are the %d most probable of %d suggestions.", most, n))
	}
}

// nearby finds whether points are near, in cells of the size of the distance.
type nearby struct {
	size  float64
	cells map[[3]int][]detection.Point
}

func newNearby(points []detection.Point, size float64) nearby {
	n := nearby{size, map[[3]int][]detection.Point{}}
	for _, p := range points {
		c := n.cell(p)
		n.cells[c] = append(n.cells[c], p)
	}
	return n
}

func (n nearby) cell(p detection.Point) (c [3]int) {
	for a, v := range p.Pos {
		c[a] = int(math.Floor(v / n.size))
	}
	return c
}

// within reports whether a point is at most so far, no more than size.
func (n nearby) within(p detection.Point, distance float64) bool {
	c := n.cell(p)
	for k := range 27 {
		for _, q := range n.cells[[3]int{c[0] + k/9 - 1, c[1] + k/3%3 - 1, c[2] + k%3 - 1}] {
			if detection.Distance(p, q, detection.UnitSpacing) <= distance {
				return true
			}
		}
	}
	return false
}
