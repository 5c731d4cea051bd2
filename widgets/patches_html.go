package widgets

import (
	"encoding/json"
	"fmt"
	"image"
	"io"
	"strings"

	"golang.org/x/image/draw"

	"github.com/puncta-bio/puncta/detection"
)

// patchesPayload is what the script of an augmentation preview is given, as JSON.
type patchesPayload struct {
	Title   string   `json:"title"`
	Notes   []string `json:"notes"`
	Size    [3]int   `json:"size"`
	PerPage int      `json:"perPage"`
	Z       int      `json:"z"`
	// Raster holds all patches, the first Colours of its channels the image, the
	// others the target.
	Raster  raster       `json:"raster"`
	Colours int          `json:"colours"`
	Patches []patchEntry `json:"patches"`
	// Counts say how often each kind of change was made, the first one made first.
	Counts []patchCount `json:"counts"`
}

type patchEntry struct {
	patchPlanes
	Name     string   `json:"name"`
	Epoch    int      `json:"epoch"`
	Position int      `json:"position"`
	Applied  []string `json:"applied"`
	// Points and OriginalPoints are positions (z, y, x) in the patch.
	Points         string `json:"points"`
	OriginalPoints string `json:"originalPoints"`
}

type patchCount struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

func (a *AugmentPreview) payload() ([]byte, error) {
	var all []detection.Point
	p := patchesPayload{
		Title: a.opts.Title, Notes: append([]string{}, a.notes...), Size: a.size, PerPage: a.opts.PerPage, Raster: a.raster, Colours: a.colours, Counts: a.counts(),
	}
	for i, patch := range a.patches {
		all = append(all, patch.Points...)
		p.Patches = append(p.Patches, patchEntry{
			a.places[i], patch.Name, patch.Epoch, patch.Position, append([]string{}, patch.Applied...),
			doubles(patch.Points, position), doubles(patch.OriginalPoints, position),
		})
	}
	p.Z = planeOfMost(all, a.size[0])
	data, err := json.Marshal(p) // escapes <, > and &: safe inside a script
	if err != nil {
		return nil, fmt.Errorf("widgets: augmentation preview: %w", err)
	}
	return data, nil
}

// counts counts the changes, whatever their numbers.
func (a *AugmentPreview) counts() []patchCount {
	list := []patchCount{}
	at := map[string]int{}
	for _, p := range a.patches {
		for _, name := range p.Applied {
			kind := kindOfChange(name)
			i, known := at[kind]
			if !known {
				i = len(list)
				at[kind] = i
				list = append(list, patchCount{Kind: kind})
			}
			list[i].Count++
		}
	}
	return list
}

// kindOfChange is the name of a change up to its first number.
func kindOfChange(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		if strings.ContainsAny(w, "0123456789") {
			words = words[:i]
			break
		}
	}
	for len(words) > 1 && (words[len(words)-1] == "by" || words[len(words)-1] == "y") {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// patchesFiles are the script of an augmentation preview after js/kit.js.
var patchesFiles = []string{"pane.js", "raster.js", "layer.js", "marks.js", "patches_grid.js", "patches.js"}

// WriteHTML writes the preview; see [Widget]. Errors: those of
// [AugmentPreview.PNG] and of w.
func (a *AugmentPreview) WriteHTML(w io.Writer) error {
	data, err := a.payload()
	if err != nil {
		return err
	}
	picture, err := a.PNG()
	if err != nil {
		return err
	}
	return part{
		kind: "patches", files: patchesFiles, styles: []string{"pane.css", "tables.css", "patches.css"},
		data: data, picture: picture, text: a.text(), legend: " Blue circles are points; the coloured spots are what the network is to learn.",
	}.write(w)
}

// The sheet of the still picture: so many patches at most, side by side, each of so
// many pixels.
const patchSheet, patchColumns, patchSide, patchGap = 12, 4, 157, 4

// PNG is the still picture: the first twelve patches with targets and points, of
// volumes the plane with the most points. The same preview gives the same bytes on
// one kind of machine.
func (a *AugmentPreview) PNG() ([]byte, error) {
	var sheet *image.RGBA
	for i, c := range a.cells {
		points := a.patches[i].Points
		s, err := newStill(c.base, c.tint, planeOfMost(points, a.size[0]), patchSide, 8)
		if err != nil {
			return nil, fmt.Errorf("widgets: augmentation preview: %w", err)
		}
		s.draw(markFound, points...)
		b := s.picture.Bounds()
		columns := min(len(a.cells), patchColumns)
		if sheet == nil {
			rows := (len(a.cells) + columns - 1) / columns
			sheet = image.NewRGBA(image.Rect(0, 0, columns*(b.Dx()+patchGap)-patchGap, rows*(b.Dy()+patchGap)-patchGap))
		}
		to := image.Pt(i%columns*(b.Dx()+patchGap), i/columns*(b.Dy()+patchGap))
		draw.Draw(sheet, b.Add(to), s.picture, b.Min, draw.Src)
	}
	picture, err := still{picture: sheet}.encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: augmentation preview: %w", err)
	}
	return picture, nil
}

// text says in words what the patches are.
func (a *AugmentPreview) text() string {
	size := fmt.Sprintf("%d x %d pixels", a.size[1], a.size[2])
	if a.size[0] > 1 {
		size = fmt.Sprintf("%d x %d x %d voxels", a.size[0], a.size[1], a.size[2])
	}
	points := 0
	for _, p := range a.patches {
		points += len(p.Points)
	}
	text := fmt.Sprintf("%s: %d patches of %s with %d points", a.opts.Title, len(a.patches), size, points)
	var done []string
	for _, c := range a.counts() {
		done = append(done, fmt.Sprintf("%s %d", c.Kind, c.Count))
	}
	if len(done) == 0 {
		return text + "; nothing was changed."
	}
	return text + "; changes, and in how many patches: " + strings.Join(done, ", ") + "."
}
