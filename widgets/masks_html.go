package widgets

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/detection"
)

// masksPayload is what the script of a mask preview is given, as JSON.
type masksPayload struct {
	Title   string     `json:"title"`
	Notes   []string   `json:"notes"`
	Dims    [3]int     `json:"dims"`
	Spacing [3]float64 `json:"spacing"`
	Unit    string     `json:"unit"`
	Z       int        `json:"z"`
	Image   raster     `json:"image"`
	// Points are the positions (z, y, x) of all, Outside the indices of those whose
	// voxel is not in the image.
	Points  string        `json:"points"`
	Outside []int         `json:"outside"`
	Faults  int           `json:"faults"` // of the points themselves, first in the lists
	Initial int           `json:"initial"`
	Targets []masksTarget `json:"targets"`
}

type masksTarget struct {
	Name       string      `json:"name"`
	Objects    int         `json:"objects"`
	Merged     []int       `json:"merged"`
	Foreground float64     `json:"foreground"`
	Faults     []maskFault `json:"faults"`
	Raster     raster      `json:"raster"`
}

func (m *MaskPreview) payload() ([]byte, error) {
	p := masksPayload{
		Title: m.opts.Title, Notes: append([]string{}, m.notes...), Dims: m.shape.Dims, Spacing: m.shape.Spacing, Unit: m.shape.Unit, Z: m.plane(), Image: m.raster,
		Points: doubles(m.points, position), Outside: append([]int{}, m.outside...), Faults: len(m.faults), Initial: m.opts.Initial,
	}
	for _, t := range m.painted {
		p.Targets = append(p.Targets, masksTarget{t.Target.name(m.shape.NDim()), t.Objects, append([]int{}, t.Merged...), t.Foreground, append([]maskFault{}, m.faultsOf(t)...), t.raster})
	}
	data, err := json.Marshal(p) // escapes <, > and &: safe inside a script
	if err != nil {
		return nil, fmt.Errorf("widgets: mask preview: %w", err)
	}
	return data, nil
}

// plane is the one with the most points, the lowest among equals.
func (m *MaskPreview) plane() int { return planeOfMost(m.points, m.shape.Dims[0]) }

// masksFiles are the script of a mask preview after js/kit.js.
var masksFiles = []string{"pane.js", "raster.js", "layer.js", "marks.js", "legend.js", "planes.js", "readout.js", "masks.js"}

// WriteHTML writes the preview; see [Widget]. Errors: those of [MaskPreview.PNG]
// and of w.
func (m *MaskPreview) WriteHTML(w io.Writer) error {
	data, err := m.payload()
	if err != nil {
		return err
	}
	picture, err := m.PNG()
	if err != nil {
		return err
	}
	return part{
		kind: "masks", files: masksFiles, styles: []string{"pane.css", "tables.css", "readout.css", "masks.css"},
		data: data, picture: picture, text: m.text(),
		legend: " Blue circles are points with an object of their own, orange squares share one, yellow crosses lie outside.",
	}.write(w)
}

// PNG is the still picture of the target to begin with: image, target and marks,
// 640 pixels along its longer side; of a volume the plane with the most points.
// The same preview gives the same bytes on one kind of machine.
func (m *MaskPreview) PNG() ([]byte, error) {
	p := m.painted[m.opts.Initial]
	s, err := newStill(m.grey, m.tint, m.plane(), stillSide, len(m.points))
	if err != nil {
		return nil, fmt.Errorf("widgets: mask preview: %w", err)
	}
	own, merged, outside := m.marks(p)
	s.draw(markFound, own...)
	s.draw(markMerged, merged...)
	s.draw(markOutside, outside...)
	picture, err := s.encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: mask preview: %w", err)
	}
	return picture, nil
}

// marks sorts the points: with an object of their own, merged, outside. The last
// are moved to the border nearest to them.
func (m *MaskPreview) marks(p Painted) (own, merged, outside []detection.Point) {
	kind := make([]int, len(m.points))
	for _, i := range p.Merged {
		kind[i] = 1
	}
	for _, i := range m.outside {
		kind[i] = 2
	}
	lists := [3][]detection.Point{}
	for i, q := range m.points {
		if kind[i] == 2 {
			for a, n := range m.shape.Dims {
				q.Pos[a] = min(max(q.Pos[a], 0), float64(n-1))
			}
		}
		lists[kind[i]] = append(lists[kind[i]], q)
	}
	return lists[0], lists[1], lists[2]
}

// text says in words what the still picture shows.
func (m *MaskPreview) text() string {
	p := m.painted[m.opts.Initial]
	return fmt.Sprintf("%s: %d points painted as %s: %d objects, %d points share one with another, %d outside the image. The foreground is %.3g %% of the voxels.",
		m.opts.Title, len(m.points), p.Target.name(m.shape.NDim()), p.Objects, len(p.Merged), len(m.outside), 100*p.Foreground)
}
