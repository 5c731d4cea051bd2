package widgets

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// viewerFiles are the script of a viewer after js/kit.js.
var viewerFiles = []string{"pane.js", "raster.js", "layer.js", "readout.js", "scalebar.js", "contrast.js", "channels.js", "planes.js", "marks.js", "legend.js", "points.js", "viewer.js"}

// viewerPayload is what the script of a viewer is given, as JSON.
type viewerPayload struct {
	Title   string     `json:"title"`
	Dims    [3]int     `json:"dims"`
	Spacing [3]float64 `json:"spacing"`
	Unit    string     `json:"unit"`
	Image   *raster    `json:"image"`
	Prob    *raster    `json:"prob,omitempty"`
	Labels  *raster    `json:"labels,omitempty"`
	Found   *marked    `json:"found,omitempty"`
	Truth   *marked    `json:"truth,omitempty"`
	// Match is the spacing of distances between points.
	Match   [3]float64 `json:"match"`
	Opacity float64    `json:"opacity"`
	Z       int        `json:"z"`
	Notes   []string   `json:"notes"`
}

// Title is that of the options.
func (v *Viewer) Title() string { return v.opts.Title }

// WriteHTML writes the viewer; see [Widget]. Errors: those of w.
func (v *Viewer) WriteHTML(w io.Writer) error {
	data, err := json.Marshal(viewerPayload{
		Title: v.opts.Title, Dims: v.image.Dims, Spacing: v.image.Spacing, Unit: v.image.Unit,
		Image: v.raster, Prob: v.prob, Labels: v.labels, Found: v.found, Truth: v.truth, Match: v.opts.Match.Spacing,
		Opacity: v.opts.Opacity, Z: v.z, Notes: append([]string{}, v.notes...),
	})
	if err != nil {
		return fmt.Errorf("widgets: viewer: %w", err)
	}
	picture, err := v.PNG()
	if err != nil {
		return err
	}
	return part{
		kind: "viewer", files: viewerFiles, styles: []string{"pane.css", "readout.css", "scalebar.css", "contrast.css", "viewer.css"},
		data: data, picture: picture, text: v.text(), legend: v.legend(),
	}.write(w)
}

// lowerFirst is a sentence as the second half of one.
func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
